//! What an organizer sees in the browser (AU-03): signing in, and the frame of the
//! link-tracking report that worker/web/report fills.
//!
//! Signing in and out are plain forms. The pages read the management API by the
//! session's cookie, which writes nothing: no request that another site could
//! forge changes anything.

mod pages;
pub mod session;

use axum::body::{Body, to_bytes};
use axum::extract::Query;
use axum::http::{HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header};

use crate::app::{Call, Handled, Routes};
use crate::auth;
use crate::failure::Failure;
use crate::shop;
use crate::store::organizers;

/// A token is 46 characters.
const MAX_FORM: usize = 4_096;

const SIGN_IN: &str = "/dashboard/sign-in/";
const REPORT: &str = "/dashboard/report/";

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(shop::refuse)
        .get("/dashboard/", home)
        .get(SIGN_IN, form)
        .post(SIGN_IN, sign_in)
        .post("/dashboard/sign-out/", sign_out)
        .get(REPORT, report)
}

async fn home(_call: Call, _request: Request<Body>) -> Handled {
    see_other(REPORT, None)
}

async fn form(_call: Call, _request: Request<Body>) -> Handled {
    Ok(pages::sign_in(200, None))
}

async fn sign_in(call: Call, request: Request<Body>) -> Handled {
    if is_from_elsewhere(&call) {
        return Ok(pages::sign_in(403, Some("Sign in from this page, please.")));
    }
    let Some(token) = token_of(request).await else {
        return Ok(pages::sign_in(401, Some("Enter a token to sign in.")));
    };
    let holder = match auth::holder(&call.db, &token).await {
        Ok(holder) => holder,
        Err(Failure::BadToken) => {
            let message = "This token is not known, or was revoked.";
            return Ok(pages::sign_in(401, Some(message)));
        }
        Err(failure) => return Err(failure),
    };
    if holder.organizer_id.is_none() {
        let message = "This is the operator's token. Sign in with a token of an organizer.";
        return Ok(pages::sign_in(403, Some(message)));
    }
    see_other(REPORT, Some(&session::begin(&call, holder.token_id)))
}

async fn sign_out(call: Call, _request: Request<Body>) -> Handled {
    if is_from_elsewhere(&call) {
        return Ok(pages::sign_in(
            403,
            Some("Sign out from our own page, please."),
        ));
    }
    see_other(SIGN_IN, Some(&session::end(&call)))
}

async fn report(call: Call, _request: Request<Body>) -> Handled {
    let holder = session::holder(&call).await?;
    let Some(organizer_id) = holder.and_then(|holder| holder.organizer_id) else {
        return see_other(SIGN_IN, None);
    };
    let organizer = organizers::by_id(&call.db, organizer_id).await?;
    Ok(pages::report(&organizer.ok_or(Failure::NotFound)?))
}

/// Whether a browser says that another site's page sends this form. What is no
/// browser says nothing, and has no cookie to be misused either.
fn is_from_elsewhere(call: &Call) -> bool {
    let header = |name: &str| call.headers.get(name)?.to_str().ok();
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin != call.origin() && origin != call.base(),
        (None, None) => false,
    }
}

/// The token in a form.
async fn token_of(request: Request<Body>) -> Option<String> {
    let body = to_bytes(request.into_body(), MAX_FORM).await.ok()?;
    let uri: Uri = format!("/?{}", std::str::from_utf8(&body).ok()?)
        .parse()
        .ok()?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    let (_, token) = pairs.into_iter().find(|(name, _)| name == "token")?;
    let token = token.trim();
    (!token.is_empty()).then(|| token.to_owned())
}

fn see_other(path: &'static str, cookie: Option<&str>) -> Handled {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static(path));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        let value = HeaderValue::from_str(cookie)
            .map_err(|_| Failure::Internal("a session is no header".into()))?;
        headers.insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Sets a page's policy over the one of every page.
fn with_policy(mut response: Response<Body>, policy: &'static str) -> Response<Body> {
    response.headers_mut().insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static(policy),
    );
    response
}
