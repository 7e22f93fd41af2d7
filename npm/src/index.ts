// The rules of Handbill. Everything is decided in Rust (crates/core); this file
// gives it TypeScript's types and compiles the WebAssembly when first needed.
import * as wasm from '../build/index/handbill_wasm.js';
import bytes from '../build/index/handbill_wasm_bg.wasm';
import type { Checked, Refusal } from './checked.ts';

export type { Checked, Refusal };

/** How a link was fetched. Only `get` can be a view. */
export type Fetch = 'get' | 'head' | 'prefetch';

/** The UTM parameters of a link. */
export interface Utm {
  source?: string;
  medium?: string;
  campaign?: string;
  term?: string;
  content?: string;
}

/** One fetch of a link, as it travels through the queue. */
export interface Click {
  /** A UUIDv7. */
  id: string;
  link: number;
  /** Unix milliseconds. */
  at: number;
  visitor: string;
  agent: string;
  fetch: Fetch;
}

/** A buyer came by a link. */
export interface Touch {
  link: number;
  /** What the link may be credited for: `a1` an account, `s2` a series, `e3` an event. */
  scope: string;
  /** Unix milliseconds. */
  at: number;
  /** Later touches have larger numbers. */
  sequence: number;
}

let loaded = false;
let robots: wasm.RobotList | undefined;

// At the first call and not on import: then a bundler may leave out what is not
// used, and a page that only imports pays nothing.
function rules(): typeof wasm {
  if (!loaded) {
    wasm.initSync({ module: bytes() });
    loaded = true;
  }
  return wasm;
}

/** Whether a text may be the slug of a link: 3 to 64 of `[A-Za-z0-9_-]`, no reserved word. `key` is what it is looked up by. */
export function checkSlug(text: string): Checked<{ slug: string; key: string }> {
  return rules().checkSlug(text);
}

/** Whether a text may be the destination of a link. `url` is the form that is kept. */
export function checkDestination(text: string): Checked<{ url: string }> {
  return rules().checkDestination(text);
}

/** Where a redirect to `destination` leads, given the link's UTM parameters and the query of the short URL. */
export function redirectLocation(base: string, destination: string, utm: Utm = {}, visitorQuery = ''): string {
  return rules().redirectLocation(base, destination, utm, visitorQuery);
}

/** How a link was fetched, from the request's method and its headers. */
export function classifyFetch(method: string, headers: Headers): Fetch {
  const header = (name: string) => headers.get(name) ?? '';
  return rules().classifyFetch(method, header('sec-purpose'), header('purpose'), header('x-moz')) as Fetch;
}

/** Whether a user agent is a robot's. None at all is. */
export function isRobot(userAgent: string): boolean {
  robots ??= new (rules().RobotList)();
  return robots.isRobot(userAgent);
}

/** An amount in minor units as text: `12.34 EUR`, `1200 JPY`. */
export function formatMoney(amount: number, currency: string): Checked<string> {
  return rules().formatMoney(amount, currency);
}

/** Reads the message of a click and checks all of it. */
export function parseClick(text: string): Checked<Click> {
  return rules().parseClick(text);
}

/** Named signing keys, newest first: `name:key[,name:key…]`, keys in base64url. */
export class KeyRing {
  readonly #keys: wasm.KeyRing;

  /** @throws an `Error` with a `code` for the first entry that can't be used */
  constructor(text: string) {
    this.#keys = new (rules().KeyRing)(text);
  }

  /**
   * The payload of a token signed for the journey cookie.
   *
   * @throws an `Error` with the `code` `malformed`, `unknown_key` or `bad_signature`
   */
  verifyJourney(token: string): Uint8Array {
    return this.#keys.verifyJourney(token);
  }

  /**
   * The touches in a journey cookie, oldest first; a cookie that is missing or wrong has none.
   *
   * @param windowMs how long a touch is kept
   * @param now unix milliseconds
   */
  readJourney(token: string | undefined, windowMs: number, now: number = Date.now()): Touch[] {
    return this.#keys.readJourney(token, now, windowMs);
  }
}
