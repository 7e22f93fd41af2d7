//! Where a link may lead (RD-13).

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use serde::{Serialize, Serializer};

use crate::percent;

/// Most characters of a destination, counted after percent-encoding.
pub const MAX_CHARS: usize = 2_048;
/// Most characters of a host name
/// ([RFC 1035, 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4)).
const MAX_HOST_CHARS: usize = 253;
/// Most characters between two points of a host name, ibid.
const MAX_LABEL_CHARS: usize = 63;

/// Why a text is no destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationError {
    /// It does not begin with `http://` or `https://`.
    NotHttp,
    /// More than [`MAX_CHARS`] characters.
    TooLong {
        /// How many it has after percent-encoding.
        chars: usize,
    },
    /// A control character.
    ControlCharacter {
        /// Its position, in characters from 0.
        at: usize,
    },
    /// A space.
    Space {
        /// Its position, in characters from 0.
        at: usize,
    },
    /// A backslash, which browsers read as a slash and others do not.
    Backslash {
        /// Its position, in characters from 0.
        at: usize,
    },
    /// A user name or password before the host.
    Credentials,
    /// A host outside ASCII.
    NonAsciiHost {
        /// The host.
        host: String,
    },
    /// No host, or none on which all readers of URLs agree.
    BadHost {
        /// The host.
        host: String,
    },
    /// A port that is no number from 1 to 65535.
    BadPort {
        /// The port.
        port: String,
    },
}

impl DestinationError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotHttp => "not_http",
            Self::TooLong { .. } => "too_long",
            Self::ControlCharacter { .. } => "control_character",
            Self::Space { .. } => "space",
            Self::Backslash { .. } => "backslash",
            Self::Credentials => "credentials",
            Self::NonAsciiHost { .. } => "non_ascii_host",
            Self::BadHost { .. } => "bad_host",
            Self::BadPort { .. } => "bad_port",
        }
    }
}

impl fmt::Display for DestinationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp => f.write_str("must begin with `http://` or `https://`"),
            Self::TooLong { chars } => {
                write!(f, "may have at most {MAX_CHARS} characters, has {chars}")
            }
            Self::ControlCharacter { at } => {
                write!(f, "has a control character at position {at}")
            }
            Self::Space { at } => write!(f, "has a space at position {at}, write `%20`"),
            Self::Backslash { at } => write!(f, "has a backslash at position {at}, write `%5C`"),
            Self::Credentials => f.write_str("must not hold a user name or a password"),
            Self::NonAsciiHost { host } => {
                write!(f, "the host `{host}` must be written in ASCII, as `xn--…`")
            }
            Self::BadHost { host } => write!(f, "`{host}` is no host"),
            Self::BadPort { port } => write!(f, "`{port}` is no port"),
        }
    }
}

impl std::error::Error for DestinationError {}

/// A valid destination, always in printable ASCII. Two are equal when they lead to the
/// same URL, however it was written.
#[derive(Debug, Clone)]
pub struct Destination {
    url: String,
    given: String,
}

impl PartialEq for Destination {
    fn eq(&self, other: &Self) -> bool {
        self.url == other.url
    }
}

impl Eq for Destination {}

impl Destination {
    /// A page of somebody else, in the strict subset of URLs that
    /// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) and the
    /// [URL standard](https://url.spec.whatwg.org/) read alike, so that no
    /// reader sees another host than we do.
    ///
    /// Scheme and host are kept in lower case, an empty path becomes `/`, and
    /// what is outside ASCII after the host is percent-encoded.
    ///
    /// # Errors
    /// [`DestinationError`] for the first rule it breaks.
    pub fn external(text: &str) -> Result<Self, DestinationError> {
        refuse_characters(text)?;
        let (scheme, rest) = split_scheme(text).ok_or(DestinationError::NotHttp)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        check_authority(authority)?;

        let mut out = String::with_capacity(text.len() + 1);
        out.push_str(scheme);
        out.push_str(&authority.to_ascii_lowercase());
        if !tail.starts_with('/') {
            out.push('/');
        }
        percent::push_raw(&mut out, tail, &[]);
        if out.len() > MAX_CHARS {
            return Err(DestinationError::TooLong { chars: out.len() });
        }
        Ok(Self {
            url: out,
            given: text.to_owned(),
        })
    }

    /// A page of ours, by its path. Whatever slashes it begins with become
    /// one: `//host` would be another host.
    #[must_use]
    pub fn shop(path: String) -> Self {
        let mut out = String::with_capacity(path.len() + 1);
        out.push('/');
        percent::push_raw(&mut out, path.trim_start_matches(['/', '\\']), b"\\");
        Self {
            url: out,
            given: path,
        }
    }

    /// The URL, or the path for a page of ours.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// The text it was made from, as it was written (PX-05).
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

impl Serialize for Destination {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.url)
    }
}

fn refuse_characters(text: &str) -> Result<(), DestinationError> {
    for (at, c) in text.chars().enumerate() {
        match c {
            ' ' => return Err(DestinationError::Space { at }),
            '\\' => return Err(DestinationError::Backslash { at }),
            c if c.is_control() => return Err(DestinationError::ControlCharacter { at }),
            _ => {}
        }
    }
    Ok(())
}

/// The scheme in lower case with its slashes, and what follows.
pub(crate) fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some((scheme, rest))
    })
}

fn check_authority(authority: &str) -> Result<(), DestinationError> {
    if authority.contains('@') {
        return Err(DestinationError::Credentials);
    }
    let (host, port) = if authority.starts_with('[') {
        match authority.split_once(']') {
            Some((host, "")) => (host, None),
            Some((host, rest)) => match rest.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None => return Err(bad_host(authority)),
            },
            None => return Err(bad_host(authority)),
        }
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    match host.strip_prefix('[') {
        // The library reads no zone (`%eth0`) and neither do browsers.
        Some(address) => {
            address
                .parse::<Ipv6Addr>()
                .map_err(|_| bad_host(authority))?;
        }
        None if !host.is_ascii() => {
            return Err(DestinationError::NonAsciiHost {
                host: host.to_owned(),
            });
        }
        None if !is_host_name(host) => return Err(bad_host(host)),
        None => {}
    }
    match port {
        Some(port) if !is_port(port) => Err(DestinationError::BadPort {
            port: port.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn bad_host(host: &str) -> DestinationError {
    DestinationError::BadHost {
        host: host.to_owned(),
    }
}

fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=MAX_LABEL_CHARS).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > MAX_HOST_CHARS || !host.split('.').all(is_label) {
        return false;
    }
    // Browsers read a host that ends in a number as an IPv4 address in any of
    // its old forms (`0x7f.1`, `2130706433`); others see a name. Only the form
    // that all read alike is left: four decimals.
    let last = host
        .rsplit('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last
            .strip_prefix("0x")
            .is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
    !is_number || host.parse::<Ipv4Addr>().is_ok()
}

fn is_port(port: &str) -> bool {
    port.len() <= 5
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok_and(|port| port != 0)
}
