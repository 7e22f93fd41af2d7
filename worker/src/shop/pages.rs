//! The HTML of the public pages. No script, no outside resource: they work with
//! everything switched off.

use handbill_core::time::Timestamp;
use maud::{DOCTYPE, Markup, html};

use super::offer::{EventOffer, OrganizerOffer, price_text};
use crate::links::LINK_PARAMETER;
use crate::store::shop::EventRow;
use crate::zone::local_text;

/// The headers of every page.
pub const HEADERS: [(&str, &str); 5] = [
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
];

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1917; --soft: #57534e; --line: #d6d3d1; --paper: #fafaf9; --mark: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --ink: #f5f5f4; --soft: #a8a29e; --line: #44403c; --paper: #1c1917; --mark: #fca5a5; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); } a { color: inherit; }
.by { color: var(--mark); font-weight: 600; letter-spacing: .02em; }
ul { list-style: none; margin: 0; padding: 0; }
li { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; border-top: 1px solid var(--line); padding: .75rem 0; }
li:last-child { border-bottom: 1px solid var(--line); }
.price { white-space: nowrap; font-variant-numeric: tabular-nums; font-weight: 600; }
.sum { display: flex; justify-content: space-between; font-weight: 700; padding: .75rem 0; }
.go { margin: 1.5rem 0; }
.button { display: inline-block; background: var(--mark); color: var(--paper); font-weight: 600; padding: .75rem 1.25rem; border-radius: .5rem; text-decoration: none; }
.button:focus-visible, a:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.tickets li { align-items: center; flex-wrap: wrap; }
.tickets svg { width: 10rem; height: 10rem; background: #fff; padding: .5rem; border-radius: .5rem; }
.lines { white-space: pre-line; }
.code { font: 1rem/1.5 ui-monospace, monospace; letter-spacing: .05em; }
form { margin: 1.5rem 0; } label { display: block; font-weight: 600; }
input { width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem; padding: .625rem .75rem; margin: .25rem 0 1rem; }
button.button { border: 0; font: inherit; font-weight: 600; cursor: pointer; } input:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; }
.trouble { color: var(--mark); font-weight: 600; margin: -.5rem 0 1rem; }
@media print { .button { display: none; } li { break-inside: avoid; } }
";

/// What stands in the head of every page.
pub fn head(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="robots" content="noindex";
        link rel="icon" href="data:,";
        title { (title) }
    }
}

/// A whole page.
pub fn document(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (head(title))
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (main) } }
        }
    }
}

fn message(title: &str, text: &str) -> String {
    let main = html! {
        h1 { (title) }
        p.soft { (text) }
    };
    document(title, &main).0
}

pub fn unknown_link() -> String {
    message(
        "This link leads nowhere",
        "Check it for a typing mistake, or ask whoever gave it to you for a new one.",
    )
}

pub fn not_found() -> String {
    message("Not found", "There is no page at this address.")
}

pub fn wrong_method() -> String {
    message("Not possible", "This address can only be read.")
}

pub fn bad_request(sentence: &str) -> String {
    message("Not possible", sentence)
}

pub fn too_large() -> String {
    message("Too large", "What was sent is larger than 1 MiB.")
}

pub fn busy() -> String {
    message(
        "One moment, please",
        "We could not look this up just now. Please try again in a few seconds.",
    )
}

pub fn home() -> Markup {
    let main = html! {
        h1 { "Handbill" }
        p { "Tracking links and sales attribution for ticketed events." }
        p.soft { "Short links that count each click once and lead to a checkout with the basket already filled." }
    };
    document("Handbill", &main)
}

/// Where a short URL leads, for whoever looks before he goes.
pub fn preview(short_url: &str, destination: &str) -> String {
    let main = html! {
        h1 { "Where this link leads" }
        p.soft { (short_url) " leads to" }
        p.code { (destination) }
        p.go { a.button rel="nofollow noreferrer" href=(destination) { "Go there" } }
        p.soft { "Looking counts as no visit, and neither does going on from here." }
    };
    document("Where this link leads", &main).0
}

/// The address of another page, with the link that led here passed on.
fn address(path: &str, link: Option<&str>) -> String {
    match link {
        Some(slug) => format!("{path}?{LINK_PARAMETER}={slug}"),
        None => path.to_owned(),
    }
}

fn checkout(event: i64, link: Option<&str>) -> String {
    match link {
        Some(slug) => format!("/checkout/?event={event}&{LINK_PARAMETER}={slug}"),
        None => format!("/checkout/?event={event}"),
    }
}

fn when(event: &EventRow) -> String {
    local_text(Timestamp::from_millis(event.starts_at), &event.time_zone)
}

pub fn organizer(offer: &OrganizerOffer) -> Markup {
    let organizer = &offer.organizer;
    let main = html! {
        h1 { (organizer.name) }
        h2 { "Coming up" }
        @if offer.events.is_empty() {
            p.soft { "Nothing is announced yet." }
        } @else {
            ul {
                @for event in &offer.events {
                    li {
                        div {
                            a href=(address(&format!("/shop/{}/{}/", organizer.slug, event.slug), offer.link.as_deref())) {
                                (event.name)
                            }
                            p.soft { (when(event)) @if !event.place.is_empty() { " · " (event.place) } }
                        }
                    }
                }
            }
        }
    };
    document(&organizer.name, &main)
}

pub fn event(offer: &EventOffer) -> Markup {
    let event = &offer.event;
    let main = html! {
        p.by { (offer.organizer.name) }
        h1 { (event.name) }
        p { (when(event)) " (" (event.time_zone) ")" }
        @if !event.place.is_empty() { p.soft { (event.place) } }
        @if !event.description.is_empty() { p { (event.description) } }
        h2 { "Tickets" }
        @if offer.ticket_types.is_empty() {
            p.soft { "There are no tickets on this page." }
        } @else {
            ul {
                @for ticket in &offer.ticket_types {
                    li {
                        div {
                            (ticket.name)
                            @if let Some(group) = &ticket.group_name { p.soft { (group) } }
                            @if !ticket.description.is_empty() { p.soft { (ticket.description) } }
                            @if !ticket.is_on_sale(offer.now) { p.soft { "Not on sale now" } }
                        }
                        span.price { (price_text(ticket.price, &event.currency)) }
                    }
                }
            }
            p.go { a.button href=(checkout(event.id, offer.link.as_deref())) { "Choose tickets" } }
        }
    };
    document(&event.name, &main)
}
