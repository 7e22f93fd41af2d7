//! Barcodes of tickets (BK-10).

/// [Crockford's base 32](https://www.crockford.com/base32.html): no `I`, `L`,
/// `O` or `U`, so that a barcode can be read out and typed at the door.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The barcode of ten random bytes: 16 characters of five bits, high bits first.
///
/// 80 bits: a thousand guesses a second meet one of a million tickets after 38
/// million years.
#[must_use]
pub fn barcode(random: &[u8; 10]) -> String {
    let bits = random
        .iter()
        .fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    (0..16)
        .rev()
        .filter_map(|place| {
            let five = usize::try_from(bits >> (5 * place) & 0x1f).ok()?;
            ALPHABET.get(five)
        })
        .map(|byte| char::from(*byte))
        .collect()
}
