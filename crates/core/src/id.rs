//! Identifiers: integers for rows, UUIDv7 for clicks.

/// The largest row id: 2^53 − 1, the largest integer that survives JSON numbers
/// in JavaScript, which is also how D1 binds them.
pub const MAX_ID: i64 = (1 << 53) - 1;

/// Reads a row id from a path or a query: ASCII digits only, 1 to [`MAX_ID`].
/// Leading zeros are refused, so that one row has one URL.
#[must_use]
pub fn parse_id(text: &str) -> Option<i64> {
    if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|id| *id <= MAX_ID)
}

/// A UUID of version 7 ([RFC 9562, 5.7](https://www.rfc-editor.org/rfc/rfc9562#section-5.7))
/// from unix milliseconds and ten random bytes.
///
/// Times outside 0 … 2^48 − 1 are clamped: the format has 48 bits for them.
#[must_use]
pub fn uuid_v7(ms: i64, random: [u8; 10]) -> String {
    let time = ms.clamp(0, (1 << 48) - 1).to_be_bytes();
    let [_, _, t0, t1, t2, t3, t4, t5] = time;
    let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
    let version = 0x70 | (r0 & 0x0f);
    let variant = 0x80 | (r2 & 0x3f);
    let bytes = [
        t0, t1, t2, t3, t4, t5, version, r1, variant, r3, r4, r5, r6, r7, r8, r9,
    ];
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        push_hex(&mut text, byte);
    }
    text
}

/// Whether the text is a UUID of version 7 in the lower-case form
/// [`uuid_v7`] writes.
#[must_use]
pub fn is_uuid_v7(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'7',
            19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

/// Appends a byte as two lower-case hexadecimal digits.
pub(crate) fn push_hex(text: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 0x0f] {
        text.push(char::from(if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        }));
    }
}
