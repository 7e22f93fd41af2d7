//! `handbill-webhook` for JavaScript: converts, never decides.
//!
//! JavaScript writes into memory and calls with numbers: what wasm-bindgen puts
//! between would be larger than the rules. Nothing here allocates, so all memory
//! behind what the module began with is JavaScript's (npm/src/webhooks/memory.ts).
//!
//! An input is five 32-bit lengths and then, from `base` on, what has the first four
//! of them: signature header, `webhook-id`, `webhook-timestamp`, secrets. These are a
//! list: each member is its length in 32 bits and its bytes. Behind is room for
//! answers, [`memory::OUTPUT_BYTES`] and as much again as the four take, and then the
//! body, which has the last length. Answers are written from the beginning of the room
//! on, but for what is hashed in front of the body: it ends where that begins. The
//! result is how many bytes were written, or an index; it is negative for an error,
//! which is written as its code, a zero byte and its message.
//!
//! Each feature is an entry of the npm package.

// Elsewhere it is only looked through by the compiler.
#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(feature = "explain")]
pub mod explain;
pub mod memory;
#[cfg(feature = "verify")]
pub mod verify;

/// What a panic would say is never seen, and larger than all of the rest.
#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
