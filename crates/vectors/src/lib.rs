//! Runs the JSON vectors of `handbill-core`: natively from its own tests, as
//! WebAssembly from those of `handbill-wasm`. One function a file; each panics
//! with the case that does not hold.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "what is compiled here runs in tests only, and a failed case must stop them"
)]

mod attribution;
mod basket;
mod click;
mod feed;
mod link;
mod signature;
mod value;
mod webhook;

pub use attribution::{click_token, journey, resolve};
pub use basket::price;
pub use click::{click, fetch, robots};
pub use feed::feed;
pub use link::{destination, redirect, slug};
pub use signature::{callback, token};
pub use value::{money, page, time};
pub use webhook::webhook;

use core::fmt::Debug;

use serde::Deserialize;

/// Reads a file of vectors.
fn read<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).expect("the vectors are JSON of the expected form")
}

/// Like `assert_eq!`, naming the case.
#[track_caller]
fn same<T: PartialEq + Debug>(case: &str, got: T, wanted: T) {
    assert!(
        got == wanted,
        "case `{case}`: got {got:?}, wanted {wanted:?}"
    );
}

/// Bytes written in hexadecimal.
fn unhex(text: &str) -> Vec<u8> {
    let mut digits = text
        .chars()
        .map(|c| c.to_digit(16).expect("a hexadecimal digit"));
    let mut bytes = Vec::new();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        bytes.push(u8::try_from(high << 4 | low).expect("two digits are a byte"));
    }
    bytes
}

/// Bytes written in hexadecimal, of a known number.
fn unhex_array<const N: usize>(text: &str) -> [u8; N] {
    unhex(text).try_into().expect("the right number of bytes")
}
