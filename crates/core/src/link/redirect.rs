//! Where a click is sent (RD-02, RD-03, RD-13).

use std::borrow::Cow;

use crate::attribution::click_token::CLICK_PARAMETER;
use crate::link::utm::Utm;
use crate::percent;

/// The longest location with a visitor's own query in it; browsers and proxies
/// begin to refuse longer ones. Beyond, the visitor's query is left out whole.
pub const MAX_CHARS: usize = 8_192;

/// Printable bytes that end a query, or that some reader takes for more than
/// data.
const ESCAPED_IN_QUERY: &[u8] = b"#\"<>\\";

/// Whether a destination is on another domain, and so gets a click token.
#[must_use]
pub fn is_external(destination: &str) -> bool {
    !destination.starts_with('/')
}

/// The `Location` of a redirect that passes no click token on.
#[must_use]
pub fn location(base: &str, destination: &str, utm: &Utm, visitor_query: &str) -> String {
    location_with_click(base, destination, utm, visitor_query, None)
}

/// The `Location` of a redirect.
///
/// `base` is put before a destination that is a path of ours. The query holds
/// the destination's own parameters, then those `utm_*` of the link that the
/// destination does not set, then the click token if the destination
/// [is external](is_external), then those pairs of the visitor's query whose
/// decoded key is in none of these; their bytes stay as they were sent. The
/// fragment stays last. Nothing a visitor sends reaches the part before the `?`.
///
/// A click token that stands in the destination or comes with the visitor is
/// taken out, whether or not one of ours takes its place: it would credit
/// another link (RD-03).
#[must_use]
pub fn location_with_click(
    base: &str,
    destination: &str,
    utm: &Utm,
    visitor_query: &str,
    click_token: Option<&str>,
) -> String {
    let (target, fragment) = split_fragment(destination);
    let mut out = String::with_capacity(
        base.len() + destination.len() + visitor_query.len() + click_token.map_or(0, str::len) + 64,
    );
    if !is_external(destination) {
        out.push_str(base.strip_suffix('/').unwrap_or(base));
    }
    let target = without_click(target);
    percent::push_raw(&mut out, &target, &[]);

    let mut keys = Vec::new();
    if !visitor_query.is_empty() || !utm.is_empty() {
        keys = keys_of(&target);
    }
    for (name, value) in utm.pairs() {
        if !keys.iter().any(|key| key.as_ref() == name.as_bytes()) {
            push_pair(&mut out, name, value);
            keys.push(Cow::Borrowed(name.as_bytes()));
        }
    }
    if let Some(token) = click_token
        && is_external(destination)
    {
        push_pair(&mut out, CLICK_PARAMETER, token);
    }
    let without_visitor = out.len();
    for pair in pairs(visitor_query) {
        let key = percent::pair_key(pair);
        if !keys.contains(&key) && !is_click_key(&key) {
            separate(&mut out);
            percent::push_raw(&mut out, pair, ESCAPED_IN_QUERY);
        }
    }
    let fragment_chars = fragment.map_or(0, |fragment| fragment.len() + 1);
    if out.len() + fragment_chars > MAX_CHARS {
        out.truncate(without_visitor);
    }
    if let Some(fragment) = fragment {
        out.push('#');
        percent::push_raw(&mut out, fragment, &[]);
    }
    out
}

/// The UTM parameters a visitor lands with: the destination's own, then the
/// link's, then the visitor's, as in the location (AT-04).
#[must_use]
pub fn landing_utm(destination: &str, utm: &Utm, visitor_query: &str) -> Utm {
    let (target, _) = split_fragment(destination);
    Utm::from_query(query_of(target))
        .or(utm.clone())
        .or(Utm::from_query(visitor_query))
}

/// The query of a URL.
#[must_use]
pub fn query(url: &str) -> &str {
    let (target, _) = split_fragment(url);
    query_of(target)
}

/// A URL without a click token in its query; all else stays byte for byte.
#[must_use]
pub fn without_click_token(url: &str) -> String {
    let (target, fragment) = split_fragment(url);
    let mut out = without_click(target).into_owned();
    if let Some(fragment) = fragment {
        out.push('#');
        out.push_str(fragment);
    }
    out
}

/// What stands before the `#`, and what after.
fn split_fragment(url: &str) -> (&str, Option<&str>) {
    match url.split_once('#') {
        Some((target, fragment)) => (target, Some(fragment)),
        None => (url, None),
    }
}

fn query_of(target: &str) -> &str {
    target.split_once('?').map_or("", |(_, query)| query)
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// The decoded keys of a URL's own query.
fn keys_of(target: &str) -> Vec<Cow<'_, [u8]>> {
    pairs(query_of(target)).map(percent::pair_key).collect()
}

/// Whether a shop might take a key for that of the click token. Servers read
/// keys differently: for PHP `hb.click` and `hb_click[]` are `hb_click`, others
/// ignore case.
fn is_click_key(key: &[u8]) -> bool {
    let mut letters = key
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase);
    b"hbclick"
        .iter()
        .all(|letter| letters.next() == Some(*letter))
}

/// The target without a click token in its query.
fn without_click(target: &str) -> Cow<'_, str> {
    let is_click = |pair: &str| is_click_key(&percent::pair_key(pair));
    let Some((page, query)) = target.split_once('?') else {
        return target.into();
    };
    if !pairs(query).any(is_click) {
        return target.into();
    }
    let mut kept = page.to_owned();
    for pair in pairs(query).filter(|pair| !is_click(pair)) {
        separate(&mut kept);
        kept.push_str(pair);
    }
    kept.into()
}

fn push_pair(out: &mut String, name: &str, value: &str) {
    separate(out);
    out.push_str(name);
    out.push('=');
    percent::push_value(out, value);
}

/// Puts the `?` or `&` before the next pair, where there is none yet.
fn separate(out: &mut String) {
    if !out.contains('?') {
        out.push('?');
    } else if !out.ends_with(['?', '&']) {
        out.push('&');
    }
}
