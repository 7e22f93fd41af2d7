// Pictures as PNG (ISO/IEC 15948) holds them: of one bit a pixel, as Handbill
// draws them, and in colour, as browsers take them of the screen.
import assert from 'node:assert/strict';
import { crc32, inflateSync } from 'node:zlib';

/** Shades of grey: a byte for each pixel, 0 where it is black. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** The chunks of a PNG in their order, each with a right checksum. */
export function chunksOf(png: Buffer): [kind: string, data: Buffer][] {
  assert.equal(png.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n');
  const chunks: [string, Buffer][] = [];
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    assert.equal(png.readUInt32BE(end), crc32(png.subarray(at + 4, end)));
    chunks.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end)]);
    at = end + 4;
  }
  return chunks;
}

/** Bits of a sample, and samples of a pixel, by colour type. */
const SHAPES: Record<string, { bits: number; samples: number }> = { '1/0': { bits: 1, samples: 1 }, '8/2': { bits: 8, samples: 3 }, '8/6': { bits: 8, samples: 4 } };

/** What a filter adds to a byte, given the one to its left, above, and above on the left. */
const FILTERS: ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  (left, above, corner) => {
    const [toLeft, toAbove, toCorner] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
    if (toLeft <= toAbove && toLeft <= toCorner) return left;
    return toAbove <= toCorner ? above : corner;
  },
];

/** Unpacks a PNG. Of colours only the green is kept, which is as good as grey for what is black and white. */
export function pictureOf(png: Buffer): Picture {
  const chunks = chunksOf(png);
  const [kind, header] = chunks[0]!;
  assert.equal(kind, 'IHDR');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const shape = SHAPES[`${header[8]}/${header[9]}`];
  assert.ok(shape !== undefined && header.readUIntBE(10, 3) === 0, `a PNG of another kind: ${header.toString('hex')}`);
  const wide = Math.ceil((width * shape.bits * shape.samples) / 8);
  const rows = inflateSync(Buffer.concat(chunks.filter(([of]) => of === 'IDAT').map(([, data]) => data)));
  assert.equal(rows.length, (1 + wide) * height);
  const step = Math.ceil((shape.bits * shape.samples) / 8);
  const pixels = new Uint8Array(width * height);
  let above = Buffer.alloc(wide);
  for (let y = 0; y < height; y += 1) {
    const start = y * (1 + wide);
    const filter = FILTERS[rows[start]!]!;
    const row = rows.subarray(start + 1, start + 1 + wide);
    for (let x = 0; x < wide; x += 1) row[x] = row[x]! + filter(row[x - step] ?? 0, above[x]!, above[x - step] ?? 0);
    for (let x = 0; x < width; x += 1) pixels[y * width + x] = shape.bits === 1 ? 255 * ((row[x >> 3]! >> (7 - (x & 7))) & 1) : row[x * shape.samples + Math.min(1, shape.samples - 1)]!;
    above = row;
  }
  return { width, height, pixels };
}
