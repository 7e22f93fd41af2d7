//! Where a click is sent (RD-02, RD-13).

use std::borrow::Cow;

use crate::link::utm::Utm;
use crate::percent;

/// The longest location with a visitor's own query in it; browsers and proxies
/// begin to refuse longer ones. Beyond, the visitor's query is left out whole.
pub const MAX_CHARS: usize = 8_192;

/// Printable bytes that end a query, or that some reader takes for more than
/// data.
const ESCAPED_IN_QUERY: &[u8] = b"#\"<>\\";

/// The `Location` of a redirect.
///
/// `base` is put before a destination that is a path of ours. The query holds
/// the destination's own parameters, then those `utm_*` of the link that the
/// destination does not set, then those pairs of the visitor's query whose
/// decoded key is in neither; their bytes stay as they were sent. The fragment
/// stays last. Nothing a visitor sends reaches the part before the `?`.
#[must_use]
pub fn location(base: &str, destination: &str, utm: &Utm, visitor_query: &str) -> String {
    let (target, fragment) = match destination.split_once('#') {
        Some((target, fragment)) => (target, Some(fragment)),
        None => (destination, None),
    };
    let mut out = String::with_capacity(base.len() + destination.len() + visitor_query.len() + 64);
    if destination.starts_with('/') {
        out.push_str(base.strip_suffix('/').unwrap_or(base));
    }
    percent::push_raw(&mut out, target, &[]);

    if !visitor_query.is_empty() || !utm.is_empty() {
        let mut keys = keys_of(target);
        for (name, value) in utm.pairs() {
            if !keys.iter().any(|key| key.as_ref() == name.as_bytes()) {
                separate(&mut out);
                out.push_str(name);
                out.push('=');
                percent::push_value(&mut out, value);
                keys.push(Cow::Borrowed(name.as_bytes()));
            }
        }
        let without_visitor = out.len();
        for pair in visitor_query.split('&').filter(|pair| !pair.is_empty()) {
            let key = percent::pair_key(pair);
            if !keys.contains(&key) {
                separate(&mut out);
                percent::push_raw(&mut out, pair, ESCAPED_IN_QUERY);
            }
        }
        let fragment_chars = fragment.map_or(0, |fragment| fragment.len() + 1);
        if out.len() + fragment_chars > MAX_CHARS {
            out.truncate(without_visitor);
        }
    }
    if let Some(fragment) = fragment {
        out.push('#');
        percent::push_raw(&mut out, fragment, &[]);
    }
    out
}

/// The decoded keys of a URL's own query.
fn keys_of(target: &str) -> Vec<Cow<'_, [u8]>> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(percent::pair_key)
        .collect()
}

/// Puts the `?` or `&` before the next pair, where there is none yet.
fn separate(out: &mut String) {
    if !out.contains('?') {
        out.push('?');
    } else if !out.ends_with(['?', '&']) {
        out.push('&');
    }
}
