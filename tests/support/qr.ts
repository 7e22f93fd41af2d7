// A reader of QR codes that was not written beside the writer: ZBar, which has
// read posters and tickets for many years.
import { scanGrayBuffer } from '@undecaf/zbar-wasm';
import type { Picture } from './png.ts';

/** Below this width a picture is held closer: ZBar wants to see a module in more than one pixel, as every camera does. */
const CLOSE = 256;

/** Each pixel as four. */
function closer({ width, height, pixels }: Picture): Picture {
  const near = { width: 2 * width, height: 2 * height, pixels: new Uint8Array(4 * pixels.length) };
  for (let y = 0; y < near.height; y += 1) for (let x = 0; x < near.width; x += 1) near.pixels[y * near.width + x] = pixels[(y >> 1) * width + (x >> 1)]!;
  return near;
}

/** The text of the one QR code in a picture; undefined when there is none, or more than one. */
export async function codeIn(picture: Picture): Promise<string | undefined> {
  const { width, height, pixels } = picture.width < CLOSE ? closer(picture) : picture;
  const found = await scanGrayBuffer(Uint8Array.from(pixels).buffer, width, height);
  return found.length === 1 && found[0]!.typeName === 'ZBAR_QRCODE' ? found[0]!.decode() : undefined;
}
