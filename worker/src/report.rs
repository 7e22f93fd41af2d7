//! The link-tracking report put together from its sums (ST-08, ST-09): what the API,
//! the table and a promoter's page show.

use handbill_core::money::{Currency, Money};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::store::Db;
use crate::store::report::{
    self as rows, CustomersRow, GroupRow, ReportFilter, ReportedLinkRow, Sums,
};

/// All that was, and what is left of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Both {
    pub gross: i64,
    pub net: i64,
}

impl Both {
    fn new(gross: i64, net: i64) -> Self {
        Self { gross, net }
    }

    fn add(&mut self, gross: i64, net: i64) {
        self.gross += gross;
        self.net += net;
    }

    fn to_json(self) -> Value {
        json!({ "gross": self.gross, "net": self.net })
    }
}

/// The columns of ST-08.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub customers: Both,
    pub new_customers: Both,
    pub orders: Both,
    pub tickets: Both,
    /// Of the tickets that are left.
    pub scanned: i64,
    /// In minor units, in the order of the currencies.
    pub face_values: Vec<(String, Both)>,
}

impl Figures {
    pub fn unscanned(&self) -> i64 {
        self.tickets.net - self.scanned
    }

    pub fn to_json(&self) -> Value {
        let faces = self.face_values.iter();
        let faces: Map<String, Value> = faces
            .map(|(currency, both)| (currency.clone(), both.to_json()))
            .collect();
        json!({
            "customers": self.customers.to_json(),
            "new_customers": self.new_customers.to_json(),
            "orders": self.orders.to_json(),
            "tickets": self.tickets.to_json(),
            "scanned": self.scanned,
            "unscanned": self.unscanned(),
            "face_value": faces,
        })
    }

    /// Sums whole orders.
    fn of_groups<'a>(groups: impl Iterator<Item = &'a GroupRow>, customers: Both) -> Self {
        let mut figures = Self {
            customers,
            ..Self::default()
        };
        for row in groups {
            figures.orders.add(row.led_orders, row.net_led_orders);
            let new = &mut figures.new_customers;
            new.add(row.led_new_customers, row.net_led_new_customers);
            figures.add_tickets(row);
        }
        figures
            .face_values
            .sort_by(|one, other| one.0.cmp(&other.0));
        figures
    }

    /// What one ticket type has in the orders.
    fn of_type(row: &GroupRow, customers: Both) -> Self {
        let mut figures = Self {
            customers,
            new_customers: Both::new(row.new_customers, row.net_new_customers),
            orders: Both::new(row.orders, row.net_orders),
            ..Self::default()
        };
        figures.add_tickets(row);
        figures
    }

    fn add_tickets(&mut self, row: &GroupRow) {
        self.tickets.add(row.tickets, row.net_tickets);
        self.scanned += row.scanned;
        // Orders without tickets have no face value to show.
        if row.face == 0 {
            return;
        }
        let known = self.face_values.iter_mut();
        match known
            .into_iter()
            .find(|(currency, _)| *currency == row.currency)
        {
            Some((_, both)) => both.add(row.face, row.net_face),
            None => {
                let both = Both::new(row.face, row.net_face);
                self.face_values.push((row.currency.clone(), both));
            }
        }
    }
}

/// A ticket type's part in what a link has earned.
#[derive(Debug)]
pub struct TypeLine {
    pub id: i64,
    pub name: String,
    pub event_id: i64,
    pub figures: Figures,
}

/// What a link has earned.
#[derive(Debug)]
pub struct LinkLine {
    pub link: ReportedLinkRow,
    pub figures: Figures,
    pub types: Vec<TypeLine>,
}

/// The whole report.
#[derive(Debug)]
pub struct Report {
    /// Newest first.
    pub links: Vec<LinkLine>,
    /// Of all orders that a link is credited for.
    pub total: Figures,
    /// Of all orders, credited to a link or not.
    pub all: Figures,
}

/// Reads a report.
///
/// # Errors
/// When the database fails.
pub async fn read(db: &Db, filter: &ReportFilter) -> Result<Report, Failure> {
    Ok(Report::of(rows::read(db, filter).await?))
}

impl Report {
    fn of(sums: Sums) -> Self {
        let customers = &sums.customers;
        let credited = Both::new(customers.credited, customers.net_credited);
        let all = Both::new(customers.customers, customers.net_customers);
        let groups = || sums.groups.iter();
        Self {
            total: Figures::of_groups(groups().filter(|row| row.link_id > 0), credited),
            all: Figures::of_groups(groups(), all),
            links: sums.links.iter().map(|link| line(link, &sums)).collect(),
        }
    }
}

fn line(link: &ReportedLinkRow, sums: &Sums) -> LinkLine {
    let groups = those_with(&sums.groups, link.id, |row| row.link_id);
    let by_link = those_with(&sums.customers_by_link, link.id, |row| row.link_id);
    let by_type = those_with(&sums.customers_by_type, link.id, |row| row.link_id);
    let types = groups.iter().filter(|row| row.ticket_type_id > 0);
    LinkLine {
        link: link.clone(),
        figures: Figures::of_groups(groups.iter(), customers(by_link)),
        types: types
            .map(|row| {
                let id = row.ticket_type_id;
                let of_type = those_with(by_type, id, |row| row.ticket_type_id);
                TypeLine {
                    id,
                    name: row.ticket_type.clone().unwrap_or_default(),
                    event_id: row.event_id,
                    figures: Figures::of_type(row, customers(of_type)),
                }
            })
            .collect(),
    }
}

fn customers(rows: &[CustomersRow]) -> Both {
    let row = rows.first();
    row.map_or_else(Both::default, |row| {
        Both::new(row.customers, row.net_customers)
    })
}

/// The rows of one id, of rows in the order of ids.
fn those_with<T>(rows: &[T], id: i64, id_of: impl Fn(&T) -> i64) -> &[T] {
    let from = rows.partition_point(|row| id_of(row) < id);
    let until = rows.partition_point(|row| id_of(row) <= id);
    rows.get(from..until).unwrap_or_default()
}

/// An amount as people read it.
pub fn amount(amount: i64, currency: &str) -> String {
    match Currency::from_code(currency) {
        Ok(currency) => Money { amount, currency }.format(),
        Err(_) => format!("{amount} {currency}"),
    }
}
