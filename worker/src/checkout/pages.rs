//! The pages of the checkout: the frame that worker/web fills, and the
//! confirmation, which needs no script.

use axum::body::Body;
use axum::http::{HeaderName, Response};
use handbill_core::basket::LineKind;
use handbill_core::money::Money;
use handbill_core::order::TicketState;
use handbill_core::time::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::confirmation::Confirmation;
use super::offer::Offer;
use crate::app::with_header;
use crate::shop::offer::price_text;
use crate::shop::{self, pages};
use crate::store::orders::OrderLineRow;
use crate::store::tickets::TicketRow;
use crate::{qr, zone};

/// Only our own script, style and API; WebAssembly for the prices.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The checkout, showing what the basket would be until the script has made it.
pub fn checkout(offer: &Offer) -> Response<Body> {
    let quote = &offer.quote;
    let shown = quote.lines.iter().filter(|line| line.kind != LineKind::Tax);
    let text = |amount: i64| {
        Money {
            amount,
            currency: quote.currency,
        }
        .format()
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (pages::head(&format!("Checkout · {}", offer.found.organizer.name)))
                link rel="stylesheet" href="/assets/checkout.css";
                script type="module" src="/assets/checkout.js" {}
            }
            body {
                main id="checkout" {
                    p.by { (offer.found.organizer.name) }
                    h1 { "Your basket" }
                    @for problem in &quote.problems { p { (problem.message) } }
                    ul {
                        @for line in shown {
                            li { span { (line.quantity) " × " (line.name) } " " span.price { (text(line.price)) } }
                        }
                    }
                    p.sum { span { "Total" } " " span.price { (text(quote.total)) } }
                    noscript { p { "To buy, please allow JavaScript on this page." } }
                }
            }
        }
    };
    let response = shop::html(200, &page.0);
    with_header(
        response,
        HeaderName::from_static("content-security-policy"),
        POLICY,
    )
}

/// What a buyer keeps: the order, and a code for each ticket.
pub fn confirmation(confirmation: &Confirmation) -> Response<Body> {
    let order = &confirmation.whole.order;
    let text = |amount: i64| price_text(amount, &order.currency);
    let (title, note) = match order.status.as_str() {
        "pending" => (
            "Almost done",
            "We keep your tickets until the payment has arrived.",
        ),
        "cancelled" => (
            "Cancelled",
            "This order was cancelled. Its tickets are void.",
        ),
        _ if order.payment_method == "offline" => (
            "Thank you",
            "Your tickets are reserved, and still to be paid for. Keep this page.",
        ),
        _ => (
            "Thank you",
            "Your order is complete. Keep this page: these are your tickets.",
        ),
    };
    let main = html! {
        p.by { (confirmation.seller.name) }
        h1 { (title) @if order.status == "completed" { ", " (order.first_name) } }
        p role="status" { (note) }
        p.soft { "Order " (order.id) " · " (order.email) }
        @if let Some(url) = confirmation.pay_url() {
            p.go { a.button href=(url) { "Pay " (text(order.total)) } }
        }
        @if order.status == "completed" && !confirmation.instructions().is_empty() {
            h2 { "How to pay" }
            p.lines { (confirmation.instructions()) }
        }
        @let tickets: Vec<&TicketRow> = confirmation.tickets().collect();
        @if !tickets.is_empty() {
            h2 { "Your tickets" }
            ul.tickets { @for (index, ticket) in tickets.iter().enumerate() { (ticket_item(ticket, index + 1, tickets.len())) } }
        }
        h2 { "What you bought" }
        ul {
            @for line in confirmation.whole.lines.iter().filter(|line| !is_held_tax(line)) {
                li {
                    span { @if line.quantity > 1 { (line.quantity) " × " } (line.name) }
                    span.price { (text(line.price)) }
                }
            }
        }
        p.sum { span { "Total" } span.price { (text(order.total)) } }
        @for line in confirmation.whole.lines.iter().filter(|line| is_held_tax(line)) {
            p.soft { (line.name) " " (text(line.total)) }
        }
        @if order.refunded > 0 {
            p.sum { span { "Refunded" } span.price { (text(order.refunded)) } }
        }
    };
    shop::html(200, &pages::document(title, &main).0)
}

/// Whether a line is a tax that the prices above it hold.
fn is_held_tax(line: &OrderLineRow) -> bool {
    line.inclusive == Some(1)
}

/// What must happen before the ticket lets somebody in.
fn waits_for(ticket: &TicketRow) -> Option<&'static str> {
    match ticket.state() {
        TicketState::PendingApproval => Some("the organizer's approval"),
        TicketState::PaymentPlanPending => Some("its last payment"),
        _ => None,
    }
}

fn ticket_item(ticket: &TicketRow, number: usize, of: usize) -> Markup {
    let label = format!("QR code of ticket {number} of {of}");
    let starts_at = Timestamp::from_millis(ticket.starts_at);
    html! {
        li {
            div {
                strong { (ticket.name) }
                p { (ticket.event_name) }
                p.soft {
                    (zone::local_text(starts_at, &ticket.time_zone)) " (" (ticket.time_zone) ")"
                    @if !ticket.place.is_empty() { " · " (ticket.place) }
                }
                @match waits_for(ticket) {
                    Some(what) => p { "This ticket waits for " (what) "." },
                    None => p.code { (ticket.barcode) },
                }
            }
            @if waits_for(ticket).is_none() && let Some(svg) = qr::svg(&ticket.barcode, &label) { (PreEscaped(svg)) }
        }
    }
}
