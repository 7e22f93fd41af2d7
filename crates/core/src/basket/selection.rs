//! What a buyer chose.

use core::fmt;
use core::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::merge::merge;
use super::object::Object;
use crate::fields::Fields;
use crate::id::MAX_ID;
use crate::link::item::{self, Item, ItemTarget, MAX_ITEMS, MAX_UNITS, QUANTITY};
use crate::money::MAX_AMOUNT;
use crate::problem::Problems;

/// Most vouchers of one basket.
pub const MAX_VOUCHERS: usize = 10;
/// Most access codes of one basket.
pub const MAX_ACCESS_CODES: usize = 10;
/// Characters of a code, without white space around it.
pub const CODE_CHARS: RangeInclusive<usize> = 1..=64;
/// Minor units of a donation.
pub const DONATION: RangeInclusive<i64> = 0..=MAX_AMOUNT;

/// What a buyer chose. Codes are kept without white space around them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Object<Wire>")]
pub struct Selection {
    /// Tickets and products. A problem names an item by its index in here.
    pub items: Vec<Item>,
    /// Minor units the buyer gives on top.
    pub donation: i64,
    /// The code of a discount.
    pub discount: Option<String>,
    /// The codes of vouchers, in the order they pay.
    pub vouchers: Vec<String>,
    /// Codes that unlock hidden ticket types. Whoever makes the catalogue
    /// judges them: the price does not depend on them.
    pub access_codes: Vec<String>,
}

/// Why a text is no selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionError {
    /// No JSON.
    Malformed {
        /// Where it stops being JSON, from 1.
        line: usize,
        /// Where in that line, from 1.
        column: usize,
    },
    /// JSON, but no object.
    NotAnObject,
    /// An object with fields that are not right.
    Fields(Problems),
}

impl SelectionError {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::NotAnObject => "type",
            Self::Fields(_) => "invalid",
        }
    }
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line, column } => {
                write!(f, "is no JSON from line {line}, column {column} on")
            }
            Self::NotAnObject => f.write_str("must be an object"),
            Self::Fields(problems) => problems.fmt(f),
        }
    }
}

impl std::error::Error for SelectionError {}

impl Selection {
    /// Reads a selection; unknown fields are problems.
    ///
    /// # Errors
    /// Every field's first problem.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let selection = Self {
            items: read_items(&mut fields),
            donation: fields.integer_or("donation", DONATION, 0),
            discount: fields.optional_code("discount", CODE_CHARS),
            vouchers: fields
                .optional_codes("vouchers", MAX_VOUCHERS, CODE_CHARS)
                .unwrap_or_default(),
            access_codes: fields
                .optional_codes("access_codes", MAX_ACCESS_CODES, CODE_CHARS)
                .unwrap_or_default(),
        };
        fields.refuse_unknown();
        fields.finish(selection)
    }

    /// Reads a selection from its text: what [`Selection::parse`] says of it,
    /// without the detour where nothing is wrong.
    ///
    /// # Errors
    /// [`SelectionError`]; of an object every field's first problem.
    pub fn from_json(text: &str) -> Result<Self, SelectionError> {
        if let Ok(selection) = serde_json::from_str(text) {
            return Ok(selection);
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(map)) => Self::parse(&map).map_err(SelectionError::Fields),
            Ok(_) => Err(SelectionError::NotAnObject),
            Err(error) => Err(SelectionError::Malformed {
                line: error.line(),
                column: error.column(),
            }),
        }
    }

    /// The basket that a quick-purchase link opens (BK-02): items of the same
    /// target become one, in the place of the first. A link asks for at most
    /// [`MAX_UNITS`] in all, so the selection can be read again.
    #[must_use]
    pub fn quick_purchase(items: &[Item]) -> Self {
        let merged = merge(items);
        Self {
            items: merged.into_iter().map(|(_, item)| item).collect(),
            ..Self::default()
        }
    }
}

fn read_items(fields: &mut Fields<'_>) -> Vec<Item> {
    match fields.raw("items").map(item::read) {
        Some(Ok(items)) => return items,
        Some(Err(message)) => fields.problem("items", "invalid", message),
        None => fields.problem("items", "required", "is required"),
    }
    Vec::new()
}

/// A selection as it is written, its limits not looked at yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    items: Vec<Object<Item>>,
    donation: Option<i64>,
    discount: Option<String>,
    vouchers: Option<Vec<String>>,
    access_codes: Option<Vec<String>>,
}

impl TryFrom<Object<Wire>> for Selection {
    type Error = &'static str;

    fn try_from(Object(wire): Object<Wire>) -> Result<Self, Self::Error> {
        let items: Vec<Item> = wire.items.into_iter().map(|Object(item)| item).collect();
        let donation = wire.donation.unwrap_or(0);
        let are_items = items.len() <= MAX_ITEMS
            && items.iter().all(is_item)
            && item::units(&items) <= MAX_UNITS;
        if !are_items || !DONATION.contains(&donation) {
            return Err("has an item or a donation beyond its limits");
        }
        Ok(Self {
            items,
            donation,
            discount: wire.discount.map(read_code).transpose()?,
            vouchers: read_codes(wire.vouchers, MAX_VOUCHERS)?,
            access_codes: read_codes(wire.access_codes, MAX_ACCESS_CODES)?,
        })
    }
}

fn is_item(item: &Item) -> bool {
    let (ItemTarget::TicketType(id) | ItemTarget::ProductAttribute(id)) = item.target;
    (1..=MAX_ID).contains(&id) && QUANTITY.contains(&item.quantity)
}

fn read_codes(codes: Option<Vec<String>>, most: usize) -> Result<Vec<String>, &'static str> {
    let codes = codes.unwrap_or_default();
    if codes.len() > most {
        return Err("has too many codes");
    }
    codes.into_iter().map(read_code).collect()
}

fn read_code(text: String) -> Result<String, &'static str> {
    let code = text.trim();
    if code.chars().any(char::is_control) || !CODE_CHARS.contains(&code.chars().count()) {
        return Err("has a code that is too short, too long, or unprintable");
    }
    Ok(if code.len() == text.len() {
        text
    } else {
        code.to_owned()
    })
}
