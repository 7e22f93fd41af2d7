//! Page-number paging: `?page=` and `?page_size=` (SP-01, SP-02).

use core::fmt;

use crate::id::MAX_ID;
use crate::percent;

/// The page asked for does not exist (SP-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPage;

impl InvalidPage {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        "invalid_page"
    }
}

impl fmt::Display for InvalidPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid page")
    }
}

impl std::error::Error for InvalidPage {}

/// A page asked for: its number from 1, and how many rows it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    number: i64,
    size: i64,
    offset: i64,
}

/// The neighbours of a page, as absolute URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageLinks {
    /// The page after this one.
    pub next: Option<String>,
    /// The page before this one; page 1 is named by leaving `page` out.
    pub previous: Option<String>,
}

impl PageRequest {
    /// Reads the two query parameters, decoded. A bad `page_size` counts as
    /// absent, a larger one than `max` as `max`.
    ///
    /// # Errors
    /// [`InvalidPage`] for a `page` that is no whole number from 1, or one so
    /// large that the rows before it are more than a number that JSON and D1 hold exactly.
    pub fn parse(
        page: Option<&str>,
        page_size: Option<&str>,
        default: u32,
        max: u32,
    ) -> Result<Self, InvalidPage> {
        let number = match page {
            None => 1,
            Some(text) => digits(text).filter(|n| *n >= 1).ok_or(InvalidPage)?,
        };
        let size = match page_size.and_then(digits) {
            None | Some(0) => i64::from(default),
            Some(wanted) => wanted.min(i64::from(max)),
        }
        .max(1);
        let offset = (number - 1)
            .checked_mul(size)
            .filter(|offset| *offset <= MAX_ID)
            .ok_or(InvalidPage)?;
        Ok(Self {
            number,
            size,
            offset,
        })
    }

    /// The number of the page, from 1.
    #[must_use]
    pub fn number(self) -> i64 {
        self.number
    }

    /// How many rows a full page holds.
    #[must_use]
    pub fn limit(self) -> i64 {
        self.size
    }

    /// How many rows come before this page.
    #[must_use]
    pub fn offset(self) -> i64 {
        self.offset
    }

    /// The neighbouring pages of this one in a list of `count` rows. `url` is
    /// the request's own absolute URL; every other query parameter is kept byte
    /// for byte.
    ///
    /// # Errors
    /// [`InvalidPage`] for a page past the end. Page 1 of an empty list exists.
    pub fn links(self, count: i64, url: &str) -> Result<PageLinks, InvalidPage> {
        if self.offset >= count.max(0) && self.number != 1 {
            return Err(InvalidPage);
        }
        let has_next = self
            .offset
            .checked_add(self.size)
            .is_some_and(|end| end < count);
        let next = has_next.then(|| with_page(url, Some(self.number + 1)));
        let previous = match self.number {
            1 => None,
            2 => Some(with_page(url, None)),
            number => Some(with_page(url, Some(number - 1))),
        };
        Ok(PageLinks { next, previous })
    }
}

/// A whole number in ASCII digits; what overflows counts as the largest.
fn digits(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(i64::MAX))
}

fn with_page(url: &str, page: Option<i64>) -> String {
    let number = page.map(|number| number.to_string());
    with_parameter(url, "page", number.as_deref())
}

/// The URL with a query parameter replaced where it first stands, appended when it
/// is not there, or left out for `None`. Name and value are plain text and get
/// percent-encoded; all else of the URL is kept byte for byte (SP-01, SG-04).
#[must_use]
pub fn with_parameter(url: &str, name: &str, value: Option<&str>) -> String {
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, Some(fragment)),
        None => (url, None),
    };
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut wanted = value.map(|value| pair(name, value));
    let mut pairs: Vec<String> = Vec::new();
    for pair in query.split('&').filter(|_| !query.is_empty()) {
        if percent::pair_key(pair).as_ref() == name.as_bytes() {
            pairs.extend(wanted.take());
        } else {
            pairs.push(pair.to_owned());
        }
    }
    pairs.extend(wanted);
    let mut out = path.to_owned();
    if !pairs.is_empty() {
        out.push('?');
        out.push_str(&pairs.join("&"));
    }
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

fn pair(name: &str, value: &str) -> String {
    let mut out = String::with_capacity(name.len() + 1 + value.len());
    percent::push_value(&mut out, name);
    out.push('=');
    percent::push_value(&mut out, value);
    out
}
