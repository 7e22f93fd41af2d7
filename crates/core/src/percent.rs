//! Percent coding of URLs ([RFC 3986, 2.1](https://www.rfc-editor.org/rfc/rfc3986#section-2.1))
//! and of form queries, where `+` is a space.

use std::borrow::Cow;

/// Appends `%XX`.
pub(crate) fn push_escaped(out: &mut String, byte: u8) {
    out.push('%');
    for nibble in [byte >> 4, byte & 0x0f] {
        out.push(char::from(if nibble < 10 {
            b'0' + nibble
        } else {
            b'A' + nibble - 10
        }));
    }
}

/// Appends text, escaping every byte outside printable ASCII and the printable
/// ones `escape` names. Escapes that are there already stay as they are.
pub(crate) fn push_raw(out: &mut String, text: &str, escape: &[u8]) {
    for byte in text.bytes() {
        if (0x21..=0x7e).contains(&byte) && !escape.contains(&byte) {
            out.push(char::from(byte));
        } else {
            push_escaped(out, byte);
        }
    }
}

/// Appends one query value: everything but RFC 3986's unreserved characters is
/// escaped.
pub(crate) fn push_value(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            push_escaped(out, byte);
        }
    }
}

/// The value of one hexadecimal digit.
fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Decodes `%XX`; what is no valid escape stays as it is.
pub(crate) fn decode(text: &str) -> Cow<'_, [u8]> {
    if text.contains('%') {
        Cow::Owned(decode_bytes(text, false))
    } else {
        text.as_bytes().into()
    }
}

/// Decodes one part of a form query: `%XX` and `+`.
pub(crate) fn decode_form(text: &str) -> Cow<'_, [u8]> {
    if text.contains(['%', '+']) {
        Cow::Owned(decode_bytes(text, true))
    } else {
        text.as_bytes().into()
    }
}

fn decode_bytes(text: &str, plus_is_space: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%'
            && let [high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (nibble(*high), nibble(*low))
        {
            out.push(high << 4 | low);
            rest = tail;
        } else if *first == b'+' && plus_is_space {
            out.push(b' ');
        } else {
            out.push(*first);
        }
    }
    out
}

/// The decoded key of a raw `key=value` pair.
pub(crate) fn pair_key(pair: &str) -> Cow<'_, [u8]> {
    decode_form(pair.split_once('=').map_or(pair, |(key, _)| key))
}
