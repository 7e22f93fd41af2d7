//! The link-tracking report, as JSON and as CSV (ST-08 to ST-12).

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use handbill_core::problem::Problems;
use handbill_core::time::{Timestamp, parse_filter_time};
use serde_json::{Value, json};

use super::SCHEMES;
use super::orders::whole_id;
use crate::app::{Call, Handled, json as json_answer, with_header};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::report::{self, Both, Figures, LinkLine, Report, amount};
use crate::store::organizers::{self, OrganizerRow};
use crate::store::report::{self as rows, ALL_TIME, ReportFilter};
use crate::zone;

pub async fn links(call: Call, _request: Request<Body>) -> Handled {
    let (organizer, filter) = asked(&call).await?;
    let report = report::read(&call.db, &filter).await?;
    Ok(json_answer(200, &as_json(&organizer, &filter, &report)))
}

pub async fn links_csv(call: Call, _request: Request<Body>) -> Handled {
    let (_, filter) = asked(&call).await?;
    let report = report::read(&call.db, &filter).await?;
    let mut response = Response::new(Body::from(as_csv(&report)));
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"link-report.csv\""),
    );
    let response = with_header(response, header::CONTENT_TYPE, "text/csv; charset=utf-8");
    Ok(with_header(response, header::CACHE_CONTROL, "no-store"))
}

/// Writes the figures of all orders anew from their definition.
pub async fn rebuild(call: Call, _request: Request<Body>) -> Handled {
    call.principal(SCHEMES, Intent::Write).await?.operator()?;
    let lines = rows::rebuild(&call.db).await?;
    Ok(json_answer(200, &json!({ "lines": lines })))
}

/// The organizer, and what of its orders the query names: `from` and `until` are
/// days of the organizer's time zone, both included, or moments.
pub async fn asked(call: &Call) -> Result<(OrganizerRow, ReportFilter), Failure> {
    let organizer_id = call.principal(SCHEMES, Intent::Read).await?.organizer()?;
    let organizer = organizers::by_id(&call.db, organizer_id).await?;
    let organizer = organizer.ok_or(Failure::NotFound)?;
    let mut filter = ReportFilter {
        organizer_id,
        from: ALL_TIME.0,
        until: ALL_TIME.1,
        event_id: None,
        link_id: None,
    };
    let mut problems = Problems::new();
    for (name, value) in call.query() {
        let is_end = name == "until";
        match name.as_str() {
            "event_id" => filter.event_id = Some(whole_id("event_id", &value)?),
            "link_id" => filter.link_id = Some(whole_id("link_id", &value)?),
            "from" | "until" => {
                let time = parse_filter_time(&value);
                match time.and_then(|time| zone::bound(time, &organizer.time_zone, is_end)) {
                    // The last millisecond that counts, and the first that does not.
                    Some(millis) if is_end => filter.until = millis.saturating_add(1),
                    Some(millis) => filter.from = millis,
                    None => problems.push(name, "invalid", "must be a day or a time of ISO 8601"),
                }
            }
            _ => {}
        }
    }
    Ok(problems.into_result((organizer, filter))?)
}

/// A link with its figures.
pub fn link_json(line: &LinkLine) -> Value {
    let types: Vec<Value> = line
        .types
        .iter()
        .map(|line| {
            json!({
                "id": line.id,
                "name": line.name,
                "event_id": line.event_id,
                "figures": line.figures.to_json(),
            })
        })
        .collect();
    let link = &line.link;
    json!({
        "link": {
            "id": link.id,
            "slug": link.slug,
            "kind": link.kind,
            "description": link.description,
            "event_id": link.event_id,
            "referred_by": link.username,
            "promoter": link.promoter,
        },
        "views": link.views,
        "visitors": link.visitors,
        "figures": line.figures.to_json(),
        "ticket_types": types,
    })
}

/// The first and the last moment, both included, so that what was answered may be
/// asked again; `None` where the range is open.
pub fn range(filter: &ReportFilter) -> (Option<String>, Option<String>) {
    let shown = |millis: i64, open: i64| {
        (millis != open).then(|| Timestamp::from_millis(millis).to_rfc3339())
    };
    (
        shown(filter.from, ALL_TIME.0),
        shown(filter.until - 1, ALL_TIME.1 - 1),
    )
}

fn as_json(organizer: &OrganizerRow, filter: &ReportFilter, report: &Report) -> Value {
    let links: Vec<Value> = report.links.iter().map(link_json).collect();
    let (from, until) = range(filter);
    json!({
        "from": from,
        "until": until,
        "time_zone": organizer.time_zone,
        "event_id": filter.event_id,
        "link_id": filter.link_id,
        "links": links,
        "total": report.total.to_json(),
        "all_orders": report.all.to_json(),
    })
}

const COLUMNS: &str = "link,description,promoter,ticket_type,views,visitors,customers,customers_net,\
new_customers,new_customers_net,orders,orders_net,tickets,tickets_net,scanned,unscanned,\
face_value,face_value_net\r\n";

/// The same figures as a table ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)):
/// a line a link, one for each of its ticket types under it, the total at the
/// bottom. Of several currencies each stands after the other in its cell.
fn as_csv(report: &Report) -> String {
    let mut out = String::from(COLUMNS);
    for line in &report.links {
        let link = &line.link;
        let counted = [link.views, link.visitors].map(|count| count.to_string());
        let promoter = link.promoter.as_deref().unwrap_or_default();
        let names = [link.slug.as_str(), &link.description, promoter];
        push_line(&mut out, names, "", &counted, &line.figures);
        for of_type in &line.types {
            push_line(&mut out, names, &of_type.name, &[], &of_type.figures);
        }
    }
    push_line(&mut out, ["total", "", ""], "", &[], &report.total);
    out
}

fn cells(figures: &Figures) -> Vec<String> {
    let both = [
        figures.customers,
        figures.new_customers,
        figures.orders,
        figures.tickets,
    ];
    let counts = both.iter().flat_map(|both| [both.gross, both.net]);
    let counts = counts.chain([figures.scanned, figures.unscanned()]);
    let money = |pick: fn(&Both) -> i64| {
        let faces = figures.face_values.iter();
        let amounts = faces.map(|(currency, both)| amount(pick(both), currency));
        amounts.collect::<Vec<_>>().join(" + ")
    };
    let mut cells: Vec<String> = counts.map(|count| count.to_string()).collect();
    cells.push(money(|both| both.gross));
    cells.push(money(|both| both.net));
    cells
}

fn push_line(
    out: &mut String,
    names: [&str; 3],
    ticket_type: &str,
    counted: &[String],
    figures: &Figures,
) {
    let names = names.into_iter().chain([ticket_type]);
    let mut line: Vec<String> = names.map(quoted).collect();
    line.extend(match counted {
        [] => vec![String::new(); 2],
        counted => counted.to_vec(),
    });
    line.extend(cells(figures));
    out.push_str(&line.join(","));
    out.push_str("\r\n");
}

/// A cell that is text. One that a spreadsheet would run as a formula is told to
/// be text: descriptions are written by others than those who open the file.
fn quoted(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}
