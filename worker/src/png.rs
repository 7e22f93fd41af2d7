//! Pictures of black and white as PNG ([the specification](https://www.w3.org/TR/png-3/)):
//! the crate `png` would be 49 KB of the Worker, gzip, this and the compression 9.

use miniz_oxide::deflate::compress_to_vec_zlib;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// One bit a pixel, grey, and the only kinds of compression, filter and no interlace.
const FORMAT: [u8; 5] = [1, 0, 0, 0, 0];
/// Each row stands as it is; that rows repeat is for the compression.
const NO_FILTER: u8 = 0;
/// The middle of 0 to 10.
const LEVEL: u8 = 6;

/// A row's bytes: eight pixels each, a bit that is set is white.
pub fn row(pixels: u16, is_white: impl Fn(u16) -> bool) -> Vec<u8> {
    let byte = |x: u16| {
        (0..8).fold(0, |byte, bit| {
            byte << 1 | u8::from(is_white(x.saturating_add(bit)))
        })
    };
    (0..pixels).step_by(8).map(byte).collect()
}

/// A file of `pixels` × `pixels` from as many rows.
pub fn square<'a>(pixels: u16, rows: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut data = Vec::new();
    for row in rows {
        data.push(NO_FILTER);
        data.extend_from_slice(row);
    }
    let side = u32::from(pixels).to_be_bytes();
    let mut file = SIGNATURE.to_vec();
    push_chunk(&mut file, b"IHDR", &[&side[..], &side, &FORMAT].concat());
    push_chunk(&mut file, b"IDAT", &compress_to_vec_zlib(&data, LEVEL));
    push_chunk(&mut file, b"IEND", &[]);
    file
}

fn push_chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or_default();
    file.extend(length.to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(crc32(kind.iter().chain(data)).to_be_bytes());
}

/// The checksum of a chunk, bit by bit: there are a few kilobytes of them.
fn crc32<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    let crc = bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            crc >> 1 ^ carry
        })
    });
    !crc
}
