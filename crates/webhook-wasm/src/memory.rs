//! What JavaScript writes and reads.

use core::slice;

use handbill_webhook::{Headers, Scheme};

/// More than anybody has while one is being changed; JavaScript refuses others.
pub const MAX_MEMBERS: usize = 16;
/// Room for 16 signatures, for any error, or for a block of 64 bytes and a time.
pub const OUTPUT_BYTES: usize = 4096;
/// What is in front of an input.
const LENGTHS_BYTES: usize = 20;

/// What JavaScript wrote, and where to answer.
pub(crate) fn at_base(scheme: u32, base: usize) -> (Input, Output) {
    let mut lengths = [0; 5];
    let (chunks, _) = memory(base - LENGTHS_BYTES, LENGTHS_BYTES).as_chunks();
    for (length, bytes) in lengths.iter_mut().zip(chunks) {
        *length = u32::from_le_bytes(*bytes) as usize;
    }
    let mut end = base;
    let [
        signature_length,
        id_length,
        timestamp_length,
        list_length,
        body_length,
    ] = lengths;
    let lengths = [signature_length, id_length, timestamp_length, list_length];
    let [signature, id, timestamp, list] = lengths.map(|length| {
        let start = end;
        end += length;
        memory(start, length)
    });
    let room = OUTPUT_BYTES + (end - base);
    let input = Input {
        scheme: match scheme {
            0 => Scheme::TicketTailor,
            1 => Scheme::StandardWebhooks,
            2 => Scheme::Stripe,
            _ => Scheme::GitHub,
        },
        headers: Headers {
            signature,
            id,
            timestamp,
        },
        body: memory(end + room, body_length),
        list,
    };
    // SAFETY: as in `memory`, and nothing else refers to what is between list and body.
    let room = unsafe { slice::from_raw_parts_mut(end as *mut u8, room) };
    (input, Output { room, length: 0 })
}

fn memory(start: usize, length: usize) -> &'static [u8] {
    // SAFETY: JavaScript calls with places that it has written to, behind all that
    // Rust knows of, and does not write again before the call is over.
    unsafe { slice::from_raw_parts(start as *const u8, length) }
}

pub(crate) struct Input {
    pub(crate) scheme: Scheme,
    pub(crate) headers: Headers<'static>,
    pub(crate) body: &'static [u8],
    pub(crate) list: &'static [u8],
}

pub(crate) struct List {
    members: [&'static [u8]; MAX_MEMBERS],
    count: usize,
}

impl List {
    pub(crate) fn read(mut list: &'static [u8]) -> Self {
        let mut members: [&[u8]; MAX_MEMBERS] = [&[]; MAX_MEMBERS];
        let mut count = 0;
        for member in &mut members {
            let Some((length, rest)) = list.split_first_chunk() else {
                break;
            };
            let length = u32::from_le_bytes(*length) as usize;
            let Some((bytes, rest)) = rest.split_at_checked(length) else {
                break;
            };
            *member = bytes;
            list = rest;
            count += 1;
        }
        Self { members, count }
    }

    pub(crate) fn all(&self) -> &[&'static [u8]] {
        self.members.get(..self.count).unwrap_or_default()
    }
}

pub(crate) struct Output {
    pub(crate) room: &'static mut [u8],
    pub(crate) length: usize,
}

impl Output {
    /// What doesn't fit is left out; there is room for all that can come.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let Some(place) = self.room.get_mut(self.length..end) {
            for (to, from) in place.iter_mut().zip(bytes) {
                *to = *from;
            }
            self.length = end;
        }
    }

    pub(crate) fn push_message(&mut self, code: &str, text: impl FnOnce(&mut dyn FnMut(&str))) {
        self.push(code.as_bytes());
        self.push(&[0]);
        text(&mut |part| self.push(part.as_bytes()));
    }

    pub(crate) fn length(&self) -> i32 {
        self.length as i32
    }
}
