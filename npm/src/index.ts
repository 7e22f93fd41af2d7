// The rules of Handbill: all of them but the robots. Everything is decided in Rust
// (crates/core); these files give it TypeScript's types. An entry of its own has
// smaller WebAssembly; here all share one.
import * as wasm from '../build/index/handbill_wasm.js';
import bytes from '../build/index/handbill_wasm_bg.wasm';
import type { Checked } from './checked.ts';
import { load } from './load.ts';
import type { Utm } from './touch.ts';

export * from './attribution.ts';
export * from './basket.ts';
export { KeyRing } from './keys.ts';

/** How a link was fetched. Only `get` can be a view. */
export type Fetch = 'get' | 'head' | 'prefetch';

const rules = (): typeof wasm => load(wasm, bytes);

/** Whether a text may be the slug of a link: 3 to 64 of `[A-Za-z0-9_-]`, no reserved word. `key` is what it is looked up by. */
export function checkSlug(text: string): Checked<{ slug: string; key: string }> {
  return JSON.parse(rules().checkSlug(text));
}

/** Whether a text may be the destination of a link. `url` is the form that is kept. */
export function checkDestination(text: string): Checked<{ url: string }> {
  return JSON.parse(rules().checkDestination(text));
}

/**
 * Where a redirect to `destination` leads, given the link's UTM parameters and the query of the short URL.
 *
 * @throws an `Error` with the `code` `type` or `invalid` for what are no UTM parameters
 */
export function redirectLocation(base: string, destination: string, utm: Utm = {}, visitorQuery = ''): string {
  return rules().redirectLocation(base, destination, JSON.stringify(utm), visitorQuery);
}

/** How a link was fetched, from the request's method and its headers. */
export function classifyFetch(method: string, headers: Headers): Fetch {
  const header = (name: string) => headers.get(name) ?? '';
  return rules().classifyFetch(method, header('sec-purpose'), header('purpose'), header('x-moz')) as Fetch;
}
