//! What baskets cost.

use handbill_core::basket::{Catalogue, PriceList, Quote, Selection, price as priced};
use handbill_core::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::{read, same};

#[derive(Deserialize)]
struct Prices {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    catalogue: Value,
    selection: Value,
    now: Timestamp,
    quote: Value,
}

/// `price.json`
pub fn price() {
    let vectors: Prices = read(include_str!("../../core/vectors/price.json"));
    for case in vectors.cases {
        // Keys keep their order, so this is the text byte for byte.
        let catalogue_text = case.catalogue.to_string();
        let selection_text = case.selection.to_string();
        let catalogue: Catalogue = read(&catalogue_text);
        let selection = Selection::from_json(&selection_text).expect("a right selection");
        same(&case.name, text(&catalogue), catalogue_text);
        same(&case.name, text(&selection), selection_text);

        let quote = priced(&catalogue, &selection, case.now);
        let wanted = case.quote.to_string();
        same(&case.name, &*quote.to_json(), &*wanted);
        same(&case.name, &*text(&quote), &*wanted);
        same(&case.name, read::<Quote>(&wanted), quote.clone());
        let list = PriceList::new(catalogue);
        same(&case.name, list.price(&selection, case.now), quote);
    }
}

fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists serialise")
}
