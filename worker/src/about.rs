//! What can be asked of a short link besides following it: its QR code, and where
//! it leads (RD-11). Neither counts a click.

use std::rc::Rc;

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, Uri, header};
use handbill_core::id::parse_id;
use handbill_core::link::redirect::location;
use handbill_core::link::route::Route;
use handbill_core::link::slug::{Slug, is_tiny};

use crate::app::{Call, Handled, Routes, with_header};
use crate::failure::Failure;
use crate::lookup::{self, Answer};
use crate::qr::{Code, Correction};
use crate::shop::{self, html, pages};

const SMALLEST: u16 = 64;
const LARGEST: u16 = 2_048;
const USUAL: u16 = 512;

/// The URL that a code holds never changes; how long a deleted link's code may
/// still be shown, in seconds, is what this says.
const KEPT: &str = "public, max-age=300";

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(shop::refuse)
        .get("/l/{slug}/qr.svg", svg)
        .get("/l/{slug}/qr.png", png)
        // `/l/{slug}+`; the router knows no segment that only begins with a name.
        .get("/l/{slug+}", preview)
}

/// Whether what stands after `/l/` is for one of these routes. Only asked of what
/// is no slug: a link's own path passes no router.
pub fn is_asked(segment: &str) -> bool {
    segment.ends_with("/qr.svg") || segment.ends_with("/qr.png") || without_plus(segment).is_some()
}

fn without_plus(segment: &str) -> Option<&str> {
    let plus = ["+", "%2B", "%2b"];
    plus.iter().find_map(|plus| segment.strip_suffix(plus))
}

/// The path `/l/{slug}+` of a `/{slug}+`; a route for this would take every path of
/// one segment.
pub fn long_form(uri: &Uri) -> Option<Uri> {
    let segment = uri.path().strip_prefix('/')?;
    let slug = without_plus(segment).and_then(Slug::from_path)?;
    if !is_tiny(&slug) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("/l/{segment}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

/// A link that is there.
struct Link {
    /// Its short URL, with the capitals it was asked with.
    url: String,
    route: Rc<Route>,
}

/// The link of a path's segment, looked up as the redirect does; or what is
/// answered instead of it.
async fn find(call: &Call, segment: &str) -> Result<Result<Link, Response<Body>>, Failure> {
    let unknown = || html(404, &pages::unknown_link());
    let Some(key) = Slug::from_link_path(segment) else {
        return Ok(Err(unknown()));
    };
    // All that a slug may lose is at its end; a segment that was escaped twice is none.
    let Some(slug) = segment
        .get(..key.len())
        .filter(|typed| typed.eq_ignore_ascii_case(&key))
    else {
        return Ok(Err(unknown()));
    };
    Ok(
        match lookup::find(&call.env, &key, call.now.millis()).await? {
            Answer::Route(route) => Ok(Link {
                url: format!("{}/l/{slug}", call.base()),
                route,
            }),
            Answer::Nothing => Err(unknown()),
            Answer::Refused => Err(with_header(
                html(503, &pages::busy()),
                header::RETRY_AFTER,
                "1",
            )),
        },
    )
}

/// What a code shall look like.
struct Look {
    pixels: u16,
    correction: Correction,
}

impl Look {
    /// From the query.
    ///
    /// # Errors
    /// A sentence about what is wrong in it.
    fn parse(query: &[(String, String)]) -> Result<Self, String> {
        let given = |name: &str| {
            let pair = query.iter().find(|(key, _)| key == name);
            pair.map(|(_, value)| value.as_str())
        };
        let pixels = match given("size") {
            None => Some(USUAL),
            Some(text) => parse_id(text)
                .and_then(|pixels| u16::try_from(pixels).ok())
                .filter(|pixels| (SMALLEST..=LARGEST).contains(pixels)),
        };
        let correction = match given("ecc") {
            None => Some(Correction::MEDIUM),
            Some(letter) => Correction::parse(letter),
        };
        Ok(Self {
            pixels: pixels.ok_or_else(|| {
                format!("`size` must be a number of pixels from {SMALLEST} to {LARGEST}.")
            })?,
            correction: correction.ok_or("`ecc` must be L, M, Q or H.")?,
        })
    }
}

/// A code's file, or a sentence about why there is none.
type Drawn = Result<Vec<u8>, String>;

async fn image(call: &Call, media: &'static str, draw: fn(&Code, u16) -> Drawn) -> Handled {
    let look = match Look::parse(&call.query()) {
        Ok(look) => look,
        Err(sentence) => return Ok(refused(&sentence)),
    };
    let link = match find(call, call.param("slug")).await? {
        Ok(link) => link,
        Err(answer) => return Ok(answer),
    };
    let code = Code::new(&link.url, look.correction)
        .ok_or_else(|| Failure::Internal("a short URL is too long for a QR code".into()))?;
    let file = match draw(&code, look.pixels) {
        Ok(file) => file,
        Err(sentence) => return Ok(refused(&sentence)),
    };
    let mut response = Response::new(Body::from(file));
    for (name, value) in [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, KEPT),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn refused(sentence: &str) -> Response<Body> {
    html(400, &pages::bad_request(sentence))
}

async fn svg(call: Call, _request: Request<Body>) -> Handled {
    image(&call, "image/svg+xml", |code, pixels| {
        Ok(code.svg_file(pixels, "QR code").into_bytes())
    })
    .await
}

async fn png(call: Call, _request: Request<Body>) -> Handled {
    image(&call, "image/png", |code, pixels| {
        code.png(pixels).map_err(|fewest| {
            format!("`size` must be at least {fewest} for the code of this link, or `ecc` lower.")
        })
    })
    .await
}

async fn preview(call: Call, _request: Request<Body>) -> Handled {
    let segment = call.param("slug+");
    let link = match find(&call, segment.strip_suffix('+').unwrap_or_default()).await? {
        Ok(link) => link,
        Err(answer) => return Ok(answer),
    };
    let route = &link.route;
    let to = location(&call.base(), &route.destination, &route.utm, "");
    Ok(html(200, &pages::preview(&link.url, &to)))
}
