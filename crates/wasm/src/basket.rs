//! What a basket costs: the entry `handbill/basket` of the npm package.
//!
//! Text in, text out: the bytes of a quote are the same wherever it was made
//! (BK-02), and reading them is for JavaScript's own parser.

use handbill_core::basket::{self, Catalogue, Selection};
use handbill_core::link::Slug;
use handbill_core::time::Timestamp;
use wasm_bindgen::prelude::*;

use crate::boundary::{read, thrown, to_json, whole};
use crate::json::Kind;
use crate::money;

/// What may be sold in one checkout, read once to price many selections.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PriceList(basket::PriceList);

#[wasm_bindgen]
impl PriceList {
    /// Reads a catalogue from JSON.
    ///
    /// # Errors
    /// Throws an `Error` with a `code` for what is no catalogue.
    #[wasm_bindgen(constructor)]
    pub fn new(catalogue: &str) -> Result<Self, JsValue> {
        let catalogue: Catalogue = read(Kind::Object, "catalogue", catalogue)?;
        Ok(Self(basket::PriceList::new(catalogue)))
    }

    /// The quote of a selection at a time in unix milliseconds, JSON to JSON.
    ///
    /// # Errors
    /// Throws an `Error` with a `code` for what is no selection.
    pub fn price(&self, selection: &str, now: f64) -> Result<String, JsValue> {
        let selection: Selection = read(Kind::Object, "selection", selection)?;
        let now = Timestamp::from_millis(whole(now));
        Ok(self.0.price(&selection, now).to_json())
    }
}

/// The selection that a quick-purchase link opens, from `{"items": […]}`.
///
/// # Errors
/// Throws an `Error` with a `code` for what are no items.
#[wasm_bindgen(js_name = quickPurchase)]
pub fn quick_purchase(basket: &str) -> Result<String, JsValue> {
    let Selection { items, .. } = read(Kind::Object, "basket", basket)?;
    Ok(to_json(&Selection::quick_purchase(&items)))
}

/// What the link of this slug or code is looked up by; undefined when none can have it.
#[wasm_bindgen(js_name = linkKey)]
#[must_use]
pub fn link_key(slug: &str) -> Option<String> {
    Slug::from_link_path(slug)
}

/// `12.34 EUR` for 1234 minor units (BK-04).
///
/// # Errors
/// Throws an `Error` with a `code`.
#[wasm_bindgen(js_name = moneyText)]
pub fn money_text(amount: f64, currency: &str) -> Result<String, JsValue> {
    money::text(amount, currency).map_err(|error| thrown(error.code(), &error))
}
