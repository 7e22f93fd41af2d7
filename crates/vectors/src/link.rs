//! Links: slugs, destinations, where a redirect leads.

use handbill_core::link::redirect::{is_external, landing_utm, location, location_with_click};
use handbill_core::link::{Destination, Slug, SlugError, Utm, slug};
use serde::Deserialize;

use crate::{read, same};

#[derive(Deserialize)]
struct Slugs {
    generate: Vec<Generate>,
    custom: Vec<Custom>,
    from_path: Vec<FromPath>,
    code: Vec<Custom>,
    from_link_path: Vec<FromPath>,
    tiny: Vec<String>,
    not_tiny: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generate {
    bytes: Vec<u8>,
    slug: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    input: String,
    key: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromPath {
    segment: String,
    key: Option<String>,
}

/// `slug.json`
pub fn slug() {
    let vectors: Slugs = read(include_str!("../../core/vectors/slug.json"));
    for case in vectors.generate {
        let mut random = [255; 32];
        for (to, from) in random.iter_mut().zip(&case.bytes) {
            *to = *from;
        }
        same(&case.slug, Slug::generate(&random).as_str(), &case.slug);
    }
    for case in vectors.custom {
        chosen(case, Slug::custom, Slug::from_path);
    }
    for case in vectors.from_path {
        same(&case.segment, Slug::from_path(&case.segment), case.key);
    }
    for case in vectors.code {
        chosen(case, Slug::code, Slug::from_link_path);
    }
    for case in vectors.from_link_path {
        same(&case.segment, Slug::from_link_path(&case.segment), case.key);
    }
    for slug in vectors.tiny {
        same(&slug, slug::is_tiny(&slug), true);
    }
    for slug in vectors.not_tiny {
        same(&slug, slug::is_tiny(&slug), false);
    }
}

/// A slug somebody chose: read, and found by its path if there is one.
fn chosen(
    case: Custom,
    read: fn(&str) -> Result<Slug, SlugError>,
    find: fn(&str) -> Option<String>,
) {
    let got = read(&case.input);
    same(
        &case.input,
        got.as_ref().ok().map(Slug::key),
        case.key.clone(),
    );
    same(
        &case.input,
        got.as_ref().err().map(|e| e.code().to_owned()),
        case.error,
    );
    if let Ok(slug) = got {
        same(&case.input, slug.as_str(), &case.input);
        same(&case.input, find(&case.input), case.key);
    }
}

#[derive(Deserialize)]
struct Destinations {
    external: Vec<External>,
    length: Vec<Length>,
    shop: Vec<Shop>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct External {
    input: String,
    output: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Length {
    path_chars: usize,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shop {
    input: String,
    output: String,
}

/// `destination.json`
pub fn destination() {
    let vectors: Destinations = read(include_str!("../../core/vectors/destination.json"));
    for case in vectors.external {
        let got = Destination::external(&case.input);
        if let Ok(destination) = &got {
            same(&case.input, destination.given(), &case.input);
        }
        let output = got
            .as_ref()
            .ok()
            .map(|destination| destination.as_str().to_owned());
        same(&case.input, output, case.output);
        same(
            &case.input,
            got.err().map(|e| e.code().to_owned()),
            case.error,
        );
    }
    for case in vectors.length {
        let input = format!("https://example.com/{}", "a".repeat(case.path_chars));
        let got = Destination::external(&input)
            .err()
            .map(|e| e.code().to_owned());
        same(&case.path_chars.to_string(), got, case.error);
    }
    for case in vectors.shop {
        let got = Destination::shop(case.input.clone());
        same(&case.input, got.as_str(), &case.output);
        same(&case.input, is_external(got.as_str()), false);
    }
}

#[derive(Deserialize)]
struct Redirects {
    cases: Vec<Redirect>,
    click: Vec<Redirect>,
    landing: Vec<Landing>,
    length: Vec<RedirectLength>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redirect {
    name: String,
    #[serde(default)]
    base: String,
    destination: String,
    #[serde(default)]
    utm: Utm,
    #[serde(default)]
    query: String,
    click: Option<String>,
    location: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Landing {
    name: String,
    destination: String,
    #[serde(default)]
    utm: Utm,
    #[serde(default)]
    query: String,
    lands: Utm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RedirectLength {
    name: String,
    destination: String,
    value_chars: usize,
    kept: bool,
}

/// `redirect.json`
pub fn redirect() {
    let vectors: Redirects = read(include_str!("../../core/vectors/redirect.json"));
    for case in vectors.cases {
        let got = location(&case.base, &case.destination, &case.utm, &case.query);
        same(&case.name, got, case.location);
    }
    for case in vectors.click {
        let token = case.click.as_deref();
        let got = location_with_click(&case.base, &case.destination, &case.utm, &case.query, token);
        same(&case.name, got, case.location);
    }
    for case in vectors.landing {
        let got = landing_utm(&case.destination, &case.utm, &case.query);
        same(&case.name, got, case.lands);
    }
    for case in vectors.length {
        let query = format!("a={}", "b".repeat(case.value_chars));
        let got = location("", &case.destination, &Utm::default(), &query);
        same(&case.name, got != case.destination, case.kept);
    }
}
