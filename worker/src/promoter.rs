//! A promoter's own page: what one link has earned, behind a private address,
//! without anything about buyers (ST-13).

use axum::body::Body;
use axum::http::{Request, Response};
use handbill_core::id::parse_id;
use handbill_core::signature::{KeyRing, Purpose};
use maud::{Markup, html};
use serde_json::json;

use crate::app::{Call, Handled, Routes, json as json_answer};
use crate::failure::Failure;
use crate::manage;
use crate::manage::report::{amount, figures, link_json};
use crate::shop::{self, pages};
use crate::store::report::{self as rows, ALL_TIME, FiguresRow, Report, ReportFilter};

pub fn routes(routes: Routes) -> Routes {
    routes
        .speak(manage::refuse)
        .get("/stats/{token}/report.json", report_json)
        .speak(shop::refuse)
        .get("/stats/{token}/", page)
}

/// The path of a link's private page. Whoever has it sees the link's figures;
/// it holds as long as the key that signed it.
pub fn path(keys: &KeyRing, link: i64) -> String {
    let token = keys.sign(Purpose::Stats, link.to_string().as_bytes());
    format!("/stats/{token}/")
}

/// The figures of the link that the path's token names.
async fn report(call: &Call) -> Result<Report, Failure> {
    let payload = call.config.keys.verify(Purpose::Stats, call.param("token"));
    let payload = payload.map_err(|_| Failure::NotFound)?;
    let link = std::str::from_utf8(&payload).ok().and_then(parse_id);
    let link_id = link.ok_or(Failure::NotFound)?;
    let organizer_id = rows::seller_of(&call.db, link_id).await?;
    let filter = ReportFilter {
        organizer_id: organizer_id.ok_or(Failure::NotFound)?,
        from: ALL_TIME.0,
        until: ALL_TIME.1,
        event_id: None,
        link_id: Some(link_id),
    };
    Ok(rows::read(&call.db, &filter).await?)
}

async fn report_json(call: Call, _request: Request<Body>) -> Handled {
    let report = report(&call).await?;
    let link = report.links.first().ok_or(Failure::NotFound)?;
    Ok(json_answer(200, &json!(link_json(&report, link))))
}

async fn page(call: Call, _request: Request<Body>) -> Handled {
    let report = report(&call).await?;
    let link = report.links.first().ok_or(Failure::NotFound)?;
    let short_url = format!("{}/l/{}", call.base(), link.slug);
    let main = html! {
        p.by { (short_url) }
        h1 { @if link.description.is_empty() { "Your link" } @else { (link.description) } }
        h2 { "What it has done so far" }
        ul {
            (line("Views", &link.views.to_string()))
            (line("Visitors", &link.visitors.to_string()))
            (sold(&report, report.of_link(link.id), None))
        }
        @for row in report.types_of(link.id) {
            h2 { (row.ticket_type.as_deref().unwrap_or("Tickets")) }
            ul { (sold(&report, Some(row), Some(row.ticket_type_id))) }
        }
        p.soft { "Refunds and voided tickets are taken off. What was there before them stands in brackets." }
    };
    Ok(document(&main))
}

fn document(main: &Markup) -> Response<Body> {
    shop::html(200, &pages::document("Your link", main).0)
}

fn sold(report: &Report, row: Option<&FiguresRow>, ticket_type: Option<i64>) -> Markup {
    let link = report.links.first().map_or(0, |link| link.id);
    let count = |name: &str| {
        let shown = figures(row, &[]);
        let of = |part: &str| shown.pointer(&format!("/{name}/{part}")).cloned();
        let (gross, net) = (
            of("gross").unwrap_or_default(),
            of("net").unwrap_or_default(),
        );
        if gross == net {
            net.to_string()
        } else {
            format!("{net} ({gross})")
        }
    };
    let scanned = row.map_or(0, |row| row.scanned);
    html! {
        (line("Orders", &count("orders")))
        (line("Customers", &count("customers")))
        (line("New customers", &count("new_customers")))
        (line("Tickets", &count("tickets")))
        (line("Scanned", &scanned.to_string()))
        (line("Not scanned", &row.map_or(0, |row| row.net_tickets - scanned).to_string()))
        @for (currency, gross, net) in report.faces_of(link, ticket_type) {
            @let net_text = amount(net, &currency);
            @if gross == net { (line("Face value", &net_text)) }
            @else { (line("Face value", &format!("{net_text} ({})", amount(gross, &currency)))) }
        }
    }
}

fn line(name: &str, value: &str) -> Markup {
    html! { li { span { (name) } span.price { (value) } } }
}
