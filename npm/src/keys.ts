// What only a holder of keys can do: read what was signed. For servers.
import * as wasm from '../build/index/handbill_wasm.js';
import bytes from '../build/index/handbill_wasm_bg.wasm';
import { load } from './load.ts';
import type { Step, Touch } from './touch.ts';

const rules = (): typeof wasm => load(wasm, bytes);

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
   * @param now unix milliseconds; the present when left out
   */
  readJourney(token: string | undefined, windowMs: number, now: number = Date.now()): Step[] {
    return JSON.parse(this.#keys.readJourney(token, now, windowMs));
  }

  /** The touch in a click token; undefined for one that is not ours. */
  readClick(token: string): Touch | undefined {
    const touch = this.#keys.readClick(token);
    return touch === undefined ? undefined : JSON.parse(touch);
  }
}
