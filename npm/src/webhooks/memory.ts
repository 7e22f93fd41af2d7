// The crossing to crates/webhook-wasm: texts and bytes into its memory, numbers
// to its functions, an answer back. What the layout is, its lib.rs says.

/** The most secrets that can be checked at once. */
export const MAX_MEMBERS = 16;
const LENGTHS_BYTES = 20;
const OUTPUT_BYTES = 4096;
const PAGE_BYTES = 65_536;
/** What one call may leave behind; with more, the next call starts afresh. */
const KEPT_BYTES = 2 ** 21;
/** Up to how many characters of ASCII are written one by one, measured. */
const SHORT_TEXT = 256;

/** Text, or bytes as they are. */
export type Text = string | Uint8Array;

/** What goes in; the headers are empty where there are none. */
export interface Input {
  body: Text;
  signature: string;
  id: string;
  timestamp: string;
  list: readonly Text[];
}

/** A code and a sentence. */
export interface Message {
  code: string;
  message: string;
}

/** The compiled rules: bytes, or in Workers a module. */
export type Compiled = () => Uint8Array<ArrayBuffer> | WebAssembly.Module;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The memory of an instance of the rules. */
export class Memory<Rules> {
  readonly rules: Rules;
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  #bytes: Uint8Array;
  /** Where answers are, where the body begins, and where the input ends. */
  #answer = 0;
  #body = 0;
  #end = 0;

  constructor(compiled: Compiled) {
    const given = compiled();
    const module = given instanceof WebAssembly.Module ? given : new WebAssembly.Module(given);
    const { memory, ...rules } = new WebAssembly.Instance(module).exports;
    this.rules = rules as Rules;
    this.#memory = memory as WebAssembly.Memory;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#start = this.#bytes.length;
  }

  /** Whether it has grown so much that another should take its place. */
  get isLarge(): boolean {
    return this.#bytes.length > KEPT_BYTES;
  }

  /** Writes an input; answers where it is. */
  write({ body, signature, id, timestamp, list }: Input): number {
    let bytes = (signature.length + id.length + timestamp.length) * 3;
    for (const { length } of list) bytes += length * 3 + 4;
    this.#reserve(bytes * 2 + body.length * (typeof body === 'string' ? 3 : 1));
    const lengths = this.#start;
    const base = lengths + LENGTHS_BYTES;
    this.#end = base;
    this.#number(lengths, this.#text(signature));
    this.#number(lengths + 4, this.#text(id));
    this.#number(lengths + 8, this.#text(timestamp));
    const from = this.#end;
    for (const member of list) {
      const place = this.#end;
      this.#end += 4;
      this.#number(place, this.#text(member));
    }
    this.#number(lengths + 12, this.#end - from);
    this.#answer = this.#end;
    this.#body = this.#end += OUTPUT_BYTES + this.#end - base;
    this.#number(lengths + 16, this.#text(body));
    return base;
  }

  /** Writes where answers are. */
  writeAnswer(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#answer);
  }

  /** What was answered in front of the body; good until something is written. */
  beforeBody(length: number): Uint8Array {
    return this.#bytes.subarray(this.#body - length, this.#body);
  }

  /** The same with the body. */
  withBody(length: number): Uint8Array {
    return this.#bytes.subarray(this.#body - length, this.#end);
  }

  /** Text that was answered. */
  text(length: number): string {
    return decoder.decode(this.#bytes.subarray(this.#answer, this.#answer + length));
  }

  /** A code and a sentence that were answered. */
  message(length: number): Message {
    const [code = '', message = ''] = this.text(length).split('\0');
    return { code, message };
  }

  /** Makes room for so many bytes of input, and for the answer. */
  #reserve(bytes: number): void {
    const missing = this.#start + LENGTHS_BYTES + bytes + OUTPUT_BYTES - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  #number(place: number, value: number): void {
    const bytes = this.#bytes;
    bytes[place] = value;
    bytes[place + 1] = value >> 8;
    bytes[place + 2] = value >> 16;
    bytes[place + 3] = value >> 24;
  }

  /** Appends; answers how many bytes that were. */
  #text(text: Text): number {
    const from = this.#end;
    if (typeof text === 'string') this.#end += text.length <= SHORT_TEXT && this.#ascii(text) ? text.length : encoder.encodeInto(text, this.#bytes.subarray(from)).written;
    else {
      this.#bytes.set(text, from);
      this.#end += text.length;
    }
    return this.#end - from;
  }

  /** Writes what has no other characters, quicker than the encoder is asked; whether it had none. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const from = this.#end;
    for (let place = 0; place < text.length; place += 1) {
      const unit = text.charCodeAt(place);
      if (unit > 127) return false;
      bytes[from + place] = unit;
    }
    return true;
  }
}
