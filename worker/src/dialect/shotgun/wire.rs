//! A ticket as this dialect shows it (SG-06 to SG-08).

use handbill_core::link::utm::Utm;
use handbill_core::order::PaymentMethod;
use handbill_core::time::Timestamp;
use serde_json::{Map, Value, json};

use crate::store::feed::FeedRow;

/// All fields of the document, in its order.
pub fn ticket(ticket: &FeedRow) -> Value {
    let parts = [
        itself(ticket),
        deal(ticket),
        order(ticket),
        event(ticket),
        contact(ticket),
    ];
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(fields) = part {
            all.extend(fields);
        }
    }
    Value::Object(all)
}

fn time(millis: i64) -> String {
    Timestamp::from_millis(millis).to_sql_text()
}

/// `ticket_seating` and `user_id` are always null: there are no seats, and buyers have
/// no accounts.
fn itself(ticket: &FeedRow) -> Value {
    json!({
        "ticket_id": ticket.id,
        "ticket_scan_code": ticket.barcode,
        "ticket_scanned_at": ticket.scanned_at.map(time),
        "ticket_updated_at": time(ticket.changed_at),
        "ticket_canceled_at": ticket.voided_at.map(time),
        "ticket_status": ticket.state().name(),
        "ticket_seating": null,
        "user_id": null,
    })
}

fn deal(ticket: &FeedRow) -> Value {
    json!({
        "deal_id": ticket.ticket_type_id,
        "deal_sub_category": ticket.group_name,
        "deal_title": ticket.name,
        "deal_channel": channel(ticket),
        "deal_visibilities": visibilities(ticket),
        "deal_price": ticket.price,
        "deal_service_fee": ticket.organizer_fee,
        "deal_user_service_fee": ticket.booking_fee,
        "deal_producer_cost": ticket.producer_cost,
        "deal_vat_rate": vat_rate(ticket.tax_rate_ppm),
    })
}

fn order(ticket: &FeedRow) -> Value {
    let utm = ticket.utm();
    json!({
        "order_id": ticket.order_id.unwrap_or_default(),
        "currency": ticket.currency.to_ascii_lowercase(),
        "payment_method": payment_method(ticket),
        "utm_source": source(ticket, &utm),
        "utm_medium": medium(ticket, &utm),
        "ordered_at": time(ticket.ordered_at),
    })
}

fn is_online(ticket: &FeedRow) -> bool {
    ticket.channel.as_deref() == Some("online")
}

/// In this vendor's words, for clients tell a sale from an import by them. A ticket
/// without an order was issued by hand.
fn channel(ticket: &FeedRow) -> &'static str {
    match ticket.channel {
        Some(_) if is_online(ticket) => "online",
        Some(_) => "onsite",
        None => "offline",
    }
}

/// Null where nothing was paid.
fn payment_method(ticket: &FeedRow) -> Option<&'static str> {
    let ours = ticket.payment_method.as_deref();
    match ours.and_then(PaymentMethod::from_name)? {
        PaymentMethod::External => Some("card"),
        PaymentMethod::Offline => Some("cash"),
        PaymentMethod::NoCost => None,
    }
}

/// Who sent the buyer: what they arrived with, else the link that is credited. Null
/// where there is no order.
fn source<'a>(ticket: &'a FeedRow, utm: &'a Utm) -> Option<&'a str> {
    ticket.order_id?;
    let known = utm.source.as_ref().or(ticket.link_slug.as_ref());
    Some(known.map_or("direct", String::as_str))
}

/// Of an online order, on what it was made: the document knows three, of which
/// what the buyer arrived with may name one.
fn medium<'a>(ticket: &FeedRow, utm: &'a Utm) -> Option<&'a str> {
    const PLATFORMS: [&str; 3] = ["website", "app", "widget"];
    let named = utm.medium.as_deref();
    let named = named.filter(|medium| PLATFORMS.contains(medium));
    is_online(ticket).then(|| named.unwrap_or("website"))
}

fn event(ticket: &FeedRow) -> Value {
    let seconds = |millis: i64| Timestamp::from_millis(millis).to_sql_seconds();
    json!({
        "event_id": ticket.event_id,
        "event_start_time": seconds(ticket.starts_at),
        "event_end_time": seconds(ticket.ends_at),
        "event_created_at": time(ticket.event_created_at),
        "event_published_at": ticket.published_at.map(time),
        "event_launched_at": ticket.launched_at.map(time),
        "event_canceled_at": ticket.cancelled_at.map(time),
    })
}

fn contact(ticket: &FeedRow) -> Value {
    json!({
        "contact_id": ticket.customer_id,
        "contact_email": ticket.email,
        "contact_phone": ticket.phone,
        "contact_first_name": ticket.first_name,
        "contact_last_name": ticket.last_name,
        "contact_gender": ticket.gender,
        "contact_company_name": ticket.company_name,
        "contact_birthday": ticket.birthday,
        "contact_newsletter_optin": ticket.newsletter_optin.map(|given| given != 0),
        "contact_country": ticket.country,
        "contact_postal_code": ticket.postal_code,
        "contact_locality": ticket.locality,
    })
}

/// Who is shown the ticket type: everybody, or those whom a promoter's link or a code
/// lets see it.
fn visibilities(ticket: &FeedRow) -> Vec<&'static str> {
    let (is_hidden, has_code) = (ticket.hidden != 0, ticket.has_access_code != 0);
    let all = [
        (!is_hidden && !has_code, "public"),
        (is_hidden, "promoters"),
        (has_code, "private"),
    ];
    let those = all.into_iter().filter(|(is_so, _)| *is_so);
    those.map(|(_, name)| name).collect()
}

/// Millionths as a fraction: the only number here that is not whole.
#[expect(clippy::float_arithmetic, reason = "shown, never reckoned with")]
fn vat_rate(ppm: i64) -> f64 {
    ppm as f64 / 1_000_000.0
}
