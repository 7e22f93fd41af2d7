//! What is sold besides tickets.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    MAX_DESCRIPTION_CHARS, NAME_CHARS, PRICE, QUANTITY, SORT, TAX_RATE_PPM, read_max_per_order,
};
use crate::fields::Fields;
use crate::money::Currency;
use crate::problem::Problems;

/// A product. It is sold in one of its attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Product {
    /// Shown to buyers.
    pub name: String,
    /// Shown to buyers.
    pub description: String,
    /// Of its attributes' prices.
    pub currency: Currency,
    /// Of its attributes' prices, in millionths.
    pub tax_rate_ppm: i64,
    /// Whether those prices hold the tax; otherwise it comes on top.
    pub tax_inclusive: bool,
}

impl Product {
    /// Reads a product.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let product = Self {
            name: fields.text("name", NAME_CHARS),
            description: fields.text_or("description", MAX_DESCRIPTION_CHARS, ""),
            currency: fields.currency("currency"),
            tax_rate_ppm: fields.integer_or("tax_rate_ppm", TAX_RATE_PPM, 0),
            tax_inclusive: fields.boolean_or("tax_inclusive", true),
        };
        fields.refuse_unknown();
        fields.finish(product)
    }
}

/// A variant of a product, as it is sold: a size, a colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductAttribute {
    /// The product.
    pub product_id: i64,
    /// Shown to buyers.
    pub name: String,
    /// Minor units of the product's currency.
    pub price: i64,
    /// How many there are in all, sold ones included.
    pub quantity: i64,
    /// Most in one order.
    pub max_per_order: Option<i64>,
    /// Smaller comes first.
    pub sort: i64,
}

impl ProductAttribute {
    /// Reads a product attribute.
    ///
    /// # Errors
    /// Every field's first problem; unknown fields are problems.
    pub fn parse(map: &Map<String, Value>) -> Result<Self, Problems> {
        let mut fields = Fields::new(map);
        let attribute = Self {
            product_id: fields.id("product_id"),
            name: fields.text("name", NAME_CHARS),
            price: fields.integer("price", PRICE),
            quantity: fields.integer("quantity", QUANTITY),
            max_per_order: read_max_per_order(&mut fields, 1),
            sort: fields.integer_or("sort", SORT, 0),
        };
        fields.refuse_unknown();
        fields.finish(attribute)
    }
}
