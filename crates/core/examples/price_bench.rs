//! How long pricing takes natively, for `make bench`:
//!
//! ```text
//! price_bench <catalogue> <selection> <now> <times>
//! ```
//!
//! Prices the selection that often, from its text to the quote's, and prints the
//! seconds it took.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use handbill_core::basket::{PriceList, Selection};
use handbill_core::time::Timestamp;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let list = PriceList::new(serde_json::from_str(&next()?)?);
    let selection = next()?;
    let now = Timestamp::from_millis(next()?.parse()?);
    let times: u32 = next()?.parse()?;

    let start = Instant::now();
    for _ in 0..times {
        let selection = Selection::from_json(black_box(&selection))?;
        black_box(list.price(&selection, now).to_json());
    }
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}
