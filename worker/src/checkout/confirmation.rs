//! What a buyer holds in hands after buying.

use handbill_core::order::is_basket_key;
use handbill_core::time::Timestamp;
use serde_json::{Value, json};

use crate::app::Call;
use crate::failure::Failure;
use crate::manage::orders::{buyer_json, line_json};
use crate::store::baskets;
use crate::store::orders::{self, WholeOrder};
use crate::store::organizers::{self, PayeeRow};
use crate::store::tickets::TicketRow;

/// An order as its buyer sees it.
pub struct Confirmation {
    pub whole: WholeOrder,
    pub seller: PayeeRow,
}

/// The confirmation of the order that the basket with this key has become.
///
/// # Errors
/// `NotFound`.
pub async fn of_key(call: &Call, key: &str) -> Result<Confirmation, Failure> {
    if !is_basket_key(key) {
        return Err(Failure::NotFound);
    }
    baskets::release_expired(&call.db, call.now.millis()).await?;
    let basket = baskets::by_key(&call.db, key).await?;
    let basket = basket.ok_or(Failure::NotFound)?;
    let whole = orders::of_basket(&call.db, basket.id).await?;
    Confirmation::of(call, whole.ok_or(Failure::NotFound)?).await
}

impl Confirmation {
    /// Adds to an order who sold it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(call: &Call, whole: WholeOrder) -> Result<Self, Failure> {
        let seller = organizers::payee(&call.db, whole.order.organizer_id).await?;
        let seller = seller.ok_or_else(|| Failure::Internal("an organizer is gone".into()))?;
        Ok(Self { whole, seller })
    }

    /// The same, as it was when the basket was completed: what a repeated
    /// request must be told, whatever has become of the order since (BK-07).
    pub fn at_completion(mut self) -> Self {
        let order = &mut self.whole.order;
        if order.payment_method == "external" {
            order.status = "pending".to_owned();
            self.whole.tickets.clear();
        } else {
            order.status = "completed".to_owned();
        }
        order.refunded = 0;
        for ticket in &mut self.whole.tickets {
            ticket.voided_at = None;
        }
        self
    }

    /// Where an unpaid order is paid: the seller's page, told which basket and
    /// how much.
    pub fn pay_url(&self) -> Option<String> {
        let order = &self.whole.order;
        let url = self.seller.payment_url.as_deref()?;
        if order.status != "pending" {
            return None;
        }
        let (page, fragment) = match url.split_once('#') {
            Some((page, fragment)) => (page, format!("#{fragment}")),
            None => (url, String::new()),
        };
        let mark = if page.contains('?') { '&' } else { '?' };
        Some(format!(
            "{page}{mark}basket={}&amount={}&currency={}{fragment}",
            order.basket_key, order.total, order.currency
        ))
    }

    /// How to pay an offline order.
    pub fn instructions(&self) -> &str {
        match self.whole.order.payment_method.as_str() {
            "offline" => &self.seller.offline_instructions,
            _ => "",
        }
    }

    /// The path of the buyer's page.
    pub fn url(&self) -> String {
        format!("/checkout/orders/{}/", self.whole.order.basket_key)
    }

    /// The tickets that let somebody in, or will when they are confirmed.
    pub fn tickets(&self) -> impl Iterator<Item = &TicketRow> {
        let tickets = self.whole.tickets.iter();
        tickets.filter(|ticket| ticket.voided_at.is_none())
    }

    /// As the buyer's API shows it.
    pub fn to_json(&self) -> Value {
        let order = &self.whole.order;
        let tickets: Vec<Value> = self
            .tickets()
            .map(|ticket| {
                json!({
                    "id": ticket.id,
                    "barcode": ticket.barcode,
                    "status": ticket.status(),
                    "ticket_type": ticket.ticket_type_id,
                    "name": ticket.name,
                    "event": {
                        "id": ticket.event_id,
                        "name": ticket.event_name,
                        "starts_at": Timestamp::from_millis(ticket.starts_at).to_rfc3339(),
                        "time_zone": ticket.time_zone,
                        "place": ticket.place,
                    },
                })
            })
            .collect();
        let lines: Vec<Value> = self.whole.lines.iter().map(line_json).collect();
        json!({
            "order": {
                "id": order.id,
                "key": order.basket_key,
                "status": order.status,
                "created_at": Timestamp::from_millis(order.created_at).to_rfc3339(),
                "currency": order.currency,
                "subtotal": order.subtotal,
                "tax": order.tax,
                "total": order.total,
                "refunded": order.refunded,
                "payment_method": order.payment_method,
                "lines": lines,
                "buyer": buyer_json(order),
                "tickets": tickets,
            },
            "organizer": { "name": self.seller.name, "slug": self.seller.slug },
            "url": self.url(),
            "pay_url": self.pay_url(),
            "instructions": self.instructions(),
        })
    }
}
