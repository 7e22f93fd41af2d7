//! What is sold for an event.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{
    MAX_DESCRIPTION_CHARS, NAME_CHARS, PER_ORDER, PRICE, QUANTITY, SORT, read_max_per_order,
};
use crate::basket::selection::CODE_CHARS;
use crate::fields::Fields;
use crate::problem::Problems;
use crate::time::Timestamp;

/// Ticket types that are shown, and limited, together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketGroup {
    /// The event.
    pub event_id: i64,
    /// Shown to buyers.
    pub name: String,
    /// Most tickets of the group in one order.
    pub max_per_order: Option<i64>,
    /// Smaller comes first.
    pub sort: i64,
}

impl TicketGroup {
    /// Reads a ticket group.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let group = Self {
            event_id: fields.id("event_id"),
            name: fields.text("name", NAME_CHARS),
            max_per_order: read_max_per_order(&mut fields, 1),
            sort: fields.integer_or("sort", SORT, 0),
        };
        fields.refuse_unknown();
        fields.finish(group)
    }
}

/// The state in which tickets of a type are issued (SG-07).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum IssuedAs {
    /// They let in.
    #[default]
    Valid,
    /// Until the organizer has confirmed, or rejected, them.
    PendingApproval,
    /// Until the organizer has confirmed that all of their price was paid.
    PaymentPlanPending,
}

impl IssuedAs {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Valid, Self::PendingApproval, Self::PaymentPlanPending];

    /// The name in JSON and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::PendingApproval => "pending_approval",
            Self::PaymentPlanPending => "payment_plan_pending",
        }
    }

    /// The state of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Serialize for IssuedAs {
    /// As its name.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A kind of ticket for an event, priced in the event's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketType {
    /// The event.
    pub event_id: i64,
    /// The group it is shown in.
    pub group_id: Option<i64>,
    /// Shown to buyers.
    pub name: String,
    /// Shown to buyers.
    pub description: String,
    /// Minor units.
    pub price: i64,
    /// Added for each ticket (BK-05), minor units.
    pub booking_fee: i64,
    /// What the organizer pays for each that is sold, minor units; no part of any
    /// price, and only told in the tickets feed (SG-06).
    pub organizer_fee: i64,
    /// What the producer takes for each that is sold (in France `droits de location
    /// producteur`), minor units; no part of any price, and only told in the tickets
    /// feed (SG-06).
    pub producer_cost: i64,
    /// The state in which its tickets are issued.
    pub issued_as: IssuedAs,
    /// How many there are in all, sold ones included.
    pub quantity: i64,
    /// Fewest in one order that has any.
    pub min_per_order: i64,
    /// Most in one order.
    pub max_per_order: Option<i64>,
    /// From when it is sold.
    pub on_sale_from: Option<Timestamp>,
    /// Until when it is sold; after `on_sale_from`.
    pub on_sale_until: Option<Timestamp>,
    /// Whether only a link or code shows it.
    pub hidden: bool,
    /// What buyers type to unlock it; compared without case (BK-03).
    pub access_code: Option<String>,
    /// Smaller comes first.
    pub sort: i64,
}

impl TicketType {
    /// Reads a ticket type.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let min_per_order = fields.integer_or("min_per_order", PER_ORDER, 1);
        let ticket_type = Self {
            event_id: fields.id("event_id"),
            group_id: fields.optional_id("group_id"),
            name: fields.text("name", NAME_CHARS),
            description: fields.text_or("description", MAX_DESCRIPTION_CHARS, ""),
            price: fields.integer("price", PRICE),
            booking_fee: fields.integer_or("booking_fee", PRICE, 0),
            organizer_fee: fields.integer_or("organizer_fee", PRICE, 0),
            producer_cost: fields.integer_or("producer_cost", PRICE, 0),
            issued_as: read_issued_as(&mut fields),
            quantity: fields.integer("quantity", QUANTITY),
            min_per_order,
            max_per_order: read_max_per_order(&mut fields, min_per_order),
            on_sale_from: fields.optional_instant("on_sale_from"),
            on_sale_until: fields.optional_instant("on_sale_until"),
            hidden: fields.boolean_or("hidden", false),
            access_code: fields.optional_code("access_code", CODE_CHARS),
            sort: fields.integer_or("sort", SORT, 0),
        };
        if let (Some(from), Some(until)) = (ticket_type.on_sale_from, ticket_type.on_sale_until)
            && until <= from
        {
            fields.problem("on_sale_until", "range", "must be after on_sale_from");
        }
        fields.refuse_unknown();
        fields.finish(ticket_type)
    }
}

fn read_issued_as(fields: &mut Fields<'_>) -> IssuedAs {
    let message = "must be valid, pending_approval or payment_plan_pending";
    fields
        .optional_named("issued_as", IssuedAs::from_name, message)
        .unwrap_or_default()
}
