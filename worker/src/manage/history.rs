//! Clicks and sales day by day: what the report's chart shows (ST-10).

use axum::body::Body;
use axum::http::Request;
use serde_json::{Map, Value, json};

use super::report::{asked, range};
use crate::app::{Call, Handled, json as json_answer};
use crate::store::report::{self as rows};
use crate::zone::{self, Day};

/// What happened on a day; money in minor units by currency, sales net.
#[derive(Default)]
struct Figures {
    views: i64,
    visitors: i64,
    orders: i64,
    tickets: i64,
    face_value: Map<String, Value>,
}

/// Days in a time zone, filled in the order of time.
struct Days<'a> {
    time_zone: &'a str,
    days: Vec<(Day, Figures)>,
}

impl Days<'_> {
    /// The day that a moment, later than those before, is part of.
    fn at(&mut self, at: i64) -> Option<&mut Figures> {
        let is_new = self.days.last().is_none_or(|(day, _)| at >= day.ends);
        if is_new {
            let day = zone::day_of(at, self.time_zone)?;
            self.days.push((day, Figures::default()));
        }
        self.days.last_mut().map(|(_, figures)| figures)
    }
}

/// What happened on either.
enum Slot {
    Clicks(rows::ClicksRow),
    Sales(rows::SalesRow),
}

/// The report's figures for each day of the organizer's time zone on which
/// something happened. An hour of clicks, where it spans midnight, is all of the
/// day in which it begins.
pub async fn read(call: Call, _request: Request<Body>) -> Handled {
    let (organizer, filter) = asked(&call).await?;
    let (clicks, sales) = rows::history(&call.db, &filter).await?;
    let clicks = clicks
        .into_iter()
        .map(|row| (row.hour * 3_600_000, Slot::Clicks(row)));
    let sales = sales
        .into_iter()
        .map(|row| (row.quarter * 900_000, Slot::Sales(row)));
    let mut slots: Vec<(i64, Slot)> = clicks.chain(sales).collect();
    slots.sort_by_key(|(at, _)| *at);
    let mut days = Days {
        time_zone: &organizer.time_zone,
        days: Vec::new(),
    };
    for (at, slot) in slots {
        // A quarter may begin before a range that is given to the second.
        let Some(day) = days.at(at.max(filter.from)) else {
            continue;
        };
        match slot {
            Slot::Clicks(row) => {
                day.views += row.views;
                day.visitors += row.visitors;
            }
            Slot::Sales(row) => {
                day.orders += row.orders;
                day.tickets += row.tickets;
                if row.face != 0 {
                    let sum = day.face_value.get(&row.currency).and_then(Value::as_i64);
                    let sum = sum.unwrap_or_default() + row.net_face;
                    day.face_value.insert(row.currency, sum.into());
                }
            }
        }
    }
    let shown = days.days.iter().map(|(day, figures)| {
        json!({
            "day": day.name,
            "views": figures.views,
            "visitors": figures.visitors,
            "orders": figures.orders,
            "tickets": figures.tickets,
            "face_value": figures.face_value,
        })
    });
    let (from, until) = range(&filter);
    Ok(json_answer(
        200,
        &json!({
            "from": from,
            "until": until,
            "time_zone": organizer.time_zone,
            "event_id": filter.event_id,
            "link_id": filter.link_id,
            "days": shown.collect::<Vec<_>>(),
        }),
    ))
}
