/** The bytes that a text of lower-case hex digits stands for. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  // `0` is 0x30 and `a` is 0x61: the sixth bit tells letters from digits.
  const digit = (place: number): number => (text.charCodeAt(place) & 15) + 9 * (text.charCodeAt(place) >> 6);
  const bytes = new Uint8Array(text.length / 2);
  for (let place = 0; place < bytes.length; place += 1) bytes[place] = 16 * digit(2 * place) + digit(2 * place + 1);
  return bytes;
}
