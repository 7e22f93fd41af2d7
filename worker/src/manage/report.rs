//! The link-tracking report, as JSON and as CSV (ST-08 to ST-12).

use axum::body::Body;
use axum::http::{HeaderValue, Request, Response, header};
use handbill_core::money::{Currency, Money};
use handbill_core::problem::Problems;
use handbill_core::time::{Timestamp, parse_filter_time};
use serde_json::{Map, Value, json};

use super::SCHEMES;
use super::orders::whole_id;
use crate::app::{Call, Handled, json as json_answer, with_header};
use crate::auth::Intent;
use crate::failure::Failure;
use crate::store::organizers::{self, OrganizerRow};
use crate::store::report::{
    self as rows, ALL_TIME, FaceRow, FiguresRow, Report, ReportFilter, ReportedLinkRow,
};
use crate::zone;

pub async fn links(call: Call, _request: Request<Body>) -> Handled {
    let (organizer, filter) = asked(&call).await?;
    let report = rows::read(&call.db, &filter).await?;
    Ok(json_answer(200, &as_json(&organizer, &filter, &report)))
}

pub async fn links_csv(call: Call, _request: Request<Body>) -> Handled {
    let (_, filter) = asked(&call).await?;
    let report = rows::read(&call.db, &filter).await?;
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
async fn asked(call: &Call) -> Result<(OrganizerRow, ReportFilter), Failure> {
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

/// Face values by currency, gross and net, in the order of the currencies.
fn faces<'a>(rows: impl Iterator<Item = &'a FaceRow>) -> Vec<(String, i64, i64)> {
    let mut sums: Vec<(String, i64, i64)> = Vec::new();
    for row in rows {
        match sums
            .iter_mut()
            .find(|(currency, ..)| *currency == row.currency)
        {
            Some((_, face, net)) => {
                *face += row.face;
                *net += row.net_face;
            }
            None => sums.push((row.currency.clone(), row.face, row.net_face)),
        }
    }
    // Orders without tickets have no face value to show.
    sums.retain(|(_, face, _)| *face != 0);
    sums.sort();
    sums
}

/// Sums as the API shows them: gross, and net of what was taken back.
pub fn figures(row: Option<&FiguresRow>, faces: &[(String, i64, i64)]) -> Value {
    let pair = |pick: fn(&FiguresRow) -> (i64, i64)| {
        let (gross, net) = row.map_or((0, 0), pick);
        json!({ "gross": gross, "net": net })
    };
    let money: Map<String, Value> = faces
        .iter()
        .map(|(currency, gross, net)| (currency.clone(), json!({ "gross": gross, "net": net })))
        .collect();
    json!({
        "customers": pair(|row| (row.customers, row.net_customers)),
        "new_customers": pair(|row| (row.new_customers, row.net_new_customers)),
        "orders": pair(|row| (row.orders, row.net_orders)),
        "tickets": pair(|row| (row.tickets, row.net_tickets)),
        "scanned": row.map_or(0, |row| row.scanned),
        "unscanned": row.map_or(0, |row| row.net_tickets - row.scanned),
        "face_value": money,
    })
}

impl Report {
    /// Face values of a link's tickets, of one type or of all, by currency.
    pub fn faces_of(&self, link: i64, ticket_type: Option<i64>) -> Vec<(String, i64, i64)> {
        let rows = self.faces.iter();
        faces(rows.filter(|row| {
            row.link_id == link && ticket_type.is_none_or(|id| row.ticket_type_id == id)
        }))
    }

    /// The sums of a link.
    pub fn of_link(&self, link: i64) -> Option<&FiguresRow> {
        self.by_link.iter().find(|row| row.link_id == link)
    }

    /// The sums of a link by ticket type.
    pub fn types_of(&self, link: i64) -> impl Iterator<Item = &FiguresRow> {
        let rows = self.types.iter();
        rows.filter(move |row| row.link_id == link && row.ticket_type_id > 0)
    }

    fn total_faces(&self) -> Vec<(String, i64, i64)> {
        faces(self.faces.iter().filter(|row| row.link_id > 0))
    }
}

/// A link with its figures.
pub fn link_json(report: &Report, link: &ReportedLinkRow) -> Value {
    let types: Vec<Value> = report
        .types_of(link.id)
        .map(|row| {
            let faces = report.faces_of(link.id, Some(row.ticket_type_id));
            json!({
                "id": row.ticket_type_id,
                "name": row.ticket_type,
                "event_id": row.event_id,
                "figures": figures(Some(row), &faces),
            })
        })
        .collect();
    json!({
        "link": {
            "id": link.id,
            "slug": link.slug,
            "kind": link.kind,
            "description": link.description,
            "event_id": link.event_id,
            "referred_by": link.username,
        },
        "views": link.views,
        "visitors": link.visitors,
        "figures": figures(report.of_link(link.id), &report.faces_of(link.id, None)),
        "ticket_types": types,
    })
}

fn as_json(organizer: &OrganizerRow, filter: &ReportFilter, report: &Report) -> Value {
    let links = report.links.iter();
    let links: Vec<Value> = links.map(|link| link_json(report, link)).collect();
    // Both included, so that what was answered may be asked again.
    let shown = |millis: i64, open: i64| {
        (millis != open).then(|| Timestamp::from_millis(millis).to_rfc3339())
    };
    json!({
        "from": shown(filter.from, ALL_TIME.0),
        "until": shown(filter.until - 1, ALL_TIME.1 - 1),
        "time_zone": organizer.time_zone,
        "event_id": filter.event_id,
        "links": links,
        "total": figures(report.total.first(), &report.total_faces()),
        "all_orders": figures(report.all.first(), &faces(report.faces.iter())),
    })
}

const COLUMNS: &str = "link,description,ticket_type,views,visitors,customers,customers_net,\
new_customers,new_customers_net,orders,orders_net,tickets,tickets_net,scanned,unscanned,\
face_value,face_value_net\r\n";

/// The same figures as a table ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)):
/// a line a link, one for each of its ticket types under it, the total at the
/// bottom. Of several currencies each stands after the other in its cell.
fn as_csv(report: &Report) -> String {
    let mut out = String::from(COLUMNS);
    for link in &report.links {
        let counted = [link.views, link.visitors].map(|count| count.to_string());
        let of_link = report.of_link(link.id);
        let line = cells(of_link, &report.faces_of(link.id, None));
        push_line(
            &mut out,
            &[&link.slug, &link.description, ""],
            &counted,
            &line,
        );
        for row in report.types_of(link.id) {
            let faces = report.faces_of(link.id, Some(row.ticket_type_id));
            let name = row.ticket_type.as_deref().unwrap_or_default();
            let line = cells(Some(row), &faces);
            push_line(&mut out, &[&link.slug, &link.description, name], &[], &line);
        }
    }
    let line = cells(report.total.first(), &report.total_faces());
    push_line(&mut out, &["total", "", ""], &[], &line);
    out
}

fn cells(row: Option<&FiguresRow>, faces: &[(String, i64, i64)]) -> Vec<String> {
    let counts = row.map_or([0; 10], |row| {
        [
            row.customers,
            row.net_customers,
            row.new_customers,
            row.net_new_customers,
            row.orders,
            row.net_orders,
            row.tickets,
            row.net_tickets,
            row.scanned,
            row.net_tickets - row.scanned,
        ]
    });
    let money = |pick: fn(&(String, i64, i64)) -> i64| {
        let amounts = faces.iter().map(|sum| amount(pick(sum), &sum.0));
        amounts.collect::<Vec<_>>().join(" + ")
    };
    let mut cells: Vec<String> = counts.iter().map(i64::to_string).collect();
    cells.push(money(|(_, gross, _)| *gross));
    cells.push(money(|(_, _, net)| *net));
    cells
}

/// An amount as people read it.
pub fn amount(amount: i64, currency: &str) -> String {
    match Currency::from_code(currency) {
        Ok(currency) => Money { amount, currency }.format(),
        Err(_) => format!("{amount} {currency}"),
    }
}

fn push_line(out: &mut String, names: &[&str; 3], counted: &[String], cells: &[String]) {
    let mut line: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    line.extend(match counted {
        [] => vec![String::new(); 2],
        counted => counted.to_vec(),
    });
    line.extend(cells.iter().cloned());
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
