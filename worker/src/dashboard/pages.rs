//! The dashboard's pages.

use axum::body::Body;
use axum::http::Response;
use maud::{DOCTYPE, html};

use super::{SIGN_IN, with_policy};
use crate::shop::{self, pages};
use crate::store::organizers::OrganizerRow;

const SIGN_IN_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Only our own script, style and API.
const REPORT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The form to sign in, and why the last try failed.
pub fn sign_in(status: u16, trouble: Option<&str>) -> Response<Body> {
    let main = html! {
        h1 { "Sign in" }
        p.soft { "With an API token of your account. Whoever runs this Handbill makes them." }
        form method="post" action=(SIGN_IN) {
            label for="token" { "Token" }
            input #token name="token" type="password" required autocomplete="current-password"
                spellcheck="false" autofocus
                aria-invalid=[trouble.map(|_| "true")] aria-describedby=[trouble.map(|_| "trouble")];
            @if let Some(text) = trouble { p #trouble .trouble role="alert" { (text) } }
            button.button { "Sign in" }
        }
    };
    let page = pages::document("Sign in · Handbill", &main);
    with_policy(shop::html(status, &page.0), SIGN_IN_POLICY)
}

/// The frame of the link-tracking report.
pub fn report(organizer: &OrganizerRow) -> Response<Body> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (pages::head(&format!("Link report · {}", organizer.name)))
                link rel="stylesheet" href="/assets/report.css";
                script type="module" src="/assets/report.js" {}
            }
            body {
                div #report data-organizer=(organizer.name) data-time-zone=(organizer.time_zone) {
                    noscript { p { "To see the report, please allow JavaScript on this page." } }
                }
            }
        }
    };
    with_policy(shop::html(200, &page.0), REPORT_POLICY)
}
