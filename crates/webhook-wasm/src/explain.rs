//! The entry `handbill/webhooks/explain`.

use crate::memory::{List, at_base};

/// The mistake behind a wrong signature: its code, a zero byte and what to do.
/// Nothing if none of the usual ones is.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_explain(scheme: u32, base: usize) -> i32 {
    let (input, mut output) = at_base(scheme, base);
    let secrets = List::read(input.list);
    let (headers, body) = (&input.headers, input.body);
    if let Some(mistake) = handbill_webhook::explain(input.scheme, headers, body, secrets.all()) {
        output.push_message(mistake.code(), |push| push(mistake.advice()));
    }
    output.length()
}
