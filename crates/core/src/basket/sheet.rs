//! The lines of what is sold, and what tax is counted on.

use super::charge::Charge;
use super::order::of_target;
use super::quote::{Line, LineKind};
use super::rules::Sold;
use super::tax::Rate;
use crate::link::ItemTarget;

/// Lines, and for each how it is taxed.
pub(super) struct Sheet {
    pub(super) lines: Vec<Line>,
    pub(super) parts: Vec<Part>,
}

/// A line that may be taxed.
pub(super) struct Part {
    pub(super) rate: Rate,
    pub(super) kind: LineKind,
    /// Decides between equal claims on a unit of tax, and does not depend on the
    /// order in which the buyer chose.
    pub(super) tie: [i64; 2],
    pub(super) price: i64,
    /// What the discount takes off.
    pub(super) off: i64,
    /// Its place among the lines.
    pub(super) place: usize,
}

impl Sheet {
    /// Each ticket type or product with its booking fee.
    pub(super) fn of(sold: &[Sold<'_>]) -> Self {
        // Room for fees, and for some of the lines that follow.
        let mut sheet = Self {
            lines: Vec::with_capacity(2 * sold.len() + 6),
            parts: Vec::with_capacity(2 * sold.len() + 1),
        };
        for sold in sold {
            let item = sold.item;
            let kind = match item.target {
                ItemTarget::TicketType(_) => LineKind::Ticket,
                ItemTarget::ProductAttribute(_) => LineKind::Product,
            };
            let name = item.name.clone();
            let line = Line::new(kind, name, sold.quantity, item.price, sold.price);
            sheet.add(sold, line, sold.off);
            if sold.fee > 0 {
                let kind = LineKind::BookingFee;
                let name = ["Booking fee: ", &item.name].concat();
                let line = Line::new(kind, name, sold.quantity, item.booking_fee, sold.fee);
                sheet.add(sold, line, sold.fee_off);
            }
        }
        sheet
    }

    fn add(&mut self, sold: &Sold<'_>, line: Line, off: i64) {
        let item = sold.item;
        self.parts.push(Part {
            rate: Rate {
                ppm: item.tax_rate_ppm,
                inclusive: item.tax_inclusive,
            },
            kind: line.kind,
            tie: tie(line.kind, of_target(item.target)),
            price: line.price,
            off,
            place: self.lines.len(),
        });
        self.lines.push(line.of(sold.line, item.target));
    }

    /// What the order is charged.
    pub(super) fn add_charge(&mut self, charge: &Charge) {
        let kind = LineKind::TransactionCharge;
        self.parts.push(Part {
            rate: charge.rate,
            kind,
            tie: tie(kind, [0, 0]),
            price: charge.price,
            off: 0,
            place: self.lines.len(),
        });
        let name = "Transaction charge".to_owned();
        self.lines.push(Line::once(kind, name, charge.price));
    }
}

/// Orders parts: by kind, ticket types before product attributes, by id.
fn tie(kind: LineKind, [target_kind, id]: [i64; 2]) -> [i64; 2] {
    [2 * (kind as i64) + target_kind, id]
}
