//! How long crediting a purchase takes natively, for `make bench`:
//!
//! ```text
//! resolve_bench <candidates> <purchase> <times>
//! ```
//!
//! Resolves that often, from the texts of the touches and the purchase to the
//! receipt's, and prints the seconds it took.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use handbill_core::attribution::{Candidate, Purchase, resolve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut next = || arguments.next().ok_or("an argument is missing");
    let (candidates, purchase) = (next()?, next()?);
    let times: u32 = next()?.parse()?;

    let start = Instant::now();
    for _ in 0..times {
        let candidates: Vec<Candidate> = serde_json::from_str(black_box(&candidates))?;
        let purchase: Purchase = serde_json::from_str(black_box(&purchase))?;
        black_box(resolve(&candidates, &purchase).to_json());
    }
    println!("{}", start.elapsed().as_secs_f64());
    Ok(())
}
