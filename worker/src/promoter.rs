//! A promoter's own page: what one link has earned, behind a private address,
//! without anything about buyers (ST-13).

use axum::body::Body;
use axum::http::{Request, Response};
use handbill_core::id::parse_id;
use handbill_core::signature::{KeyRing, Purpose};
use maud::{Markup, html};

use crate::app::{Call, Handled, Routes, json as json_answer};
use crate::failure::Failure;
use crate::manage;
use crate::manage::report::link_json;
use crate::report::{self, Both, Figures, LinkLine, amount};
use crate::shop::{self, pages};
use crate::store::report::{self as rows, ALL_TIME, ReportFilter};

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(manage::refuse)
        .get("/stats/{token}/report.json", report_json)
        .speak(shop::refuse)
        .get("/stats/{token}/", page)
}

/// The path of a link's private page. Whoever has it sees the link's figures; it
/// holds as long as the key that signed it, and until the link is for somebody else:
/// that begins an epoch, from 0.
pub fn path(keys: &KeyRing, link: i64, epoch: i64) -> String {
    let payload = match epoch {
        0 => link.to_string(),
        epoch => format!("{link}.{epoch}"),
    };
    let token = keys.sign(Purpose::Stats, payload.as_bytes());
    format!("/stats/{token}/")
}

/// Link and epoch in what was signed.
fn link_and_epoch(payload: &[u8]) -> Option<(i64, i64)> {
    let payload = std::str::from_utf8(payload).ok()?;
    match payload.split_once('.') {
        None => Some((parse_id(payload)?, 0)),
        Some((link, epoch)) => Some((parse_id(link)?, parse_id(epoch)?)),
    }
}

/// The figures of the link that the path's token names.
async fn line_of(call: &Call) -> Result<LinkLine, Failure> {
    let payload = call.config.keys.verify(Purpose::Stats, call.param("token"));
    let payload = payload.map_err(|_| Failure::NotFound)?;
    let (link_id, epoch) = link_and_epoch(&payload).ok_or(Failure::NotFound)?;
    let organizer_id = rows::seller_of(&call.db, link_id, epoch).await?;
    let filter = ReportFilter {
        organizer_id: organizer_id.ok_or(Failure::NotFound)?,
        from: ALL_TIME.0,
        until: ALL_TIME.1,
        event_id: None,
        link_id: Some(link_id),
    };
    let report = report::read(&call.db, &filter).await?;
    report.links.into_iter().next().ok_or(Failure::NotFound)
}

async fn report_json(call: Call, _request: Request<Body>) -> Handled {
    Ok(json_answer(200, &link_json(&line_of(&call).await?)))
}

async fn page(call: Call, _request: Request<Body>) -> Handled {
    let line = line_of(&call).await?;
    let link = &line.link;
    let short_url = format!("{}/l/{}", call.base(), link.slug);
    let main = html! {
        p.by { (short_url) }
        h1 { @if link.description.is_empty() { "Your link" } @else { (link.description) } }
        h2 { "What it has done so far" }
        ul {
            (item("Views", &link.views.to_string()))
            (item("Visitors", &link.visitors.to_string()))
            (sold(&line.figures))
        }
        @for of_type in &line.types {
            h2 { (of_type.name) }
            ul { (sold(&of_type.figures)) }
        }
        p.soft { "Refunds and voided tickets are taken off. What was there before them stands in brackets." }
    };
    Ok(document(&main))
}

fn document(main: &Markup) -> Response<Body> {
    shop::html(200, &pages::document("Your link", main).0)
}

fn sold(figures: &Figures) -> Markup {
    let shown = |both: Both, show: &dyn Fn(i64) -> String| {
        let net = show(both.net);
        if both.gross == both.net {
            net
        } else {
            format!("{net} ({})", show(both.gross))
        }
    };
    let count = |both: Both| shown(both, &|count| count.to_string());
    html! {
        (item("Orders", &count(figures.orders)))
        (item("Customers", &count(figures.customers)))
        (item("New customers", &count(figures.new_customers)))
        (item("Tickets", &count(figures.tickets)))
        (item("Scanned", &figures.scanned.to_string()))
        (item("Not scanned", &figures.unscanned().to_string()))
        @for (currency, both) in &figures.face_values {
            (item("Face value", &shown(*both, &|sum| amount(sum, currency))))
        }
    }
}

fn item(name: &str, value: &str) -> Markup {
    html! { li { span { (name) } span.price { (value) } } }
}
