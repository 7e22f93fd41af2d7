//! Base64 with padding ([RFC 4648, 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)),
//! in the one form that there is of each text. Secrets are written in it, so it is
//! read in time that depends on no character. `base64ct` does the same, and is some
//! times as large as WebAssembly.

/// The bytes of a text, written into the front of a buffer.
pub(super) fn decode<'a>(text: &[u8], buffer: &'a mut [u8]) -> Option<&'a [u8]> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let bare = text.strip_suffix(b"=").unwrap_or(text);
    let bare = bare.strip_suffix(b"=").unwrap_or(bare);
    let bytes = buffer.get_mut(..bare.len() * 3 / 4)?;
    let mut free = bytes.iter_mut();
    let (mut bits, mut count, mut faults) = (0_u32, 0, 0);
    for char in bare {
        let value = value(*char);
        faults |= value;
        bits = bits << 6 | (value & 63) as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            *free.next()? = (bits >> count) as u8;
            bits &= (1 << count) - 1;
        }
    }
    // What is left of the last character has to be zeros.
    (faults >= 0 && bits == 0 && count < 6).then_some(bytes)
}

/// Writes bytes piece by piece.
pub(super) fn encode(bytes: &[u8], out: &mut dyn FnMut(&[u8])) {
    for chunk in bytes.chunks(3) {
        let mut bits = 0_u32;
        for place in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let value = (bits >> (18 - 6 * place) & 63) as u8;
            out(&[if place > chunk.len() {
                b'='
            } else {
                char(value)
            }]);
        }
    }
}

/// What a character stands for; negative if nothing.
fn value(char: u8) -> i32 {
    let char = i32::from(char);
    // All ones where the character is in the range, else all zeros.
    let within =
        |first: u8, last: u8| ((i32::from(first) - 1 - char) & (char - i32::from(last) - 1)) >> 31;
    let shifted = within(b'A', b'Z') & (char - 64)
        | within(b'a', b'z') & (char - 70)
        | within(b'0', b'9') & (char + 5)
        | within(b'+', b'+') & 63
        | within(b'/', b'/') & 64;
    shifted - 1
}

/// The character of a value below 64.
fn char(value: u8) -> u8 {
    match value {
        0..26 => value + b'A',
        26..52 => value - 26 + b'a',
        52..62 => value - 52 + b'0',
        62 => b'+',
        _ => b'/',
    }
}
