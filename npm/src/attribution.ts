// Who sent the buyer. Everything is decided in Rust (crates/core), the same in the
// browser, in Node and on the server; these files give it TypeScript's types.
import * as wasm from '../build/attribution/handbill_wasm.js';
import bytes from '../build/attribution/handbill_wasm_bg.wasm';
import { load } from './load.ts';
import { PageJourney } from './page.ts';
import type { CaptureOptions, Captured, CurrentOptions, Offered } from './page.ts';
import type { Candidate, Purchase, Receipt, Touch, Utm } from './touch.ts';

export { PageJourney };
export type { CaptureOptions, Captured, CurrentOptions, Offered, Page } from './page.ts';
export type * from './touch.ts';

const rules = (): typeof wasm => load(wasm, bytes);

/**
 * Which link a purchase is credited to, and why not the others: to that of the last
 * touch that covers something bought, within the window and not after the purchase.
 * The order of the candidates does not matter.
 *
 * @throws an `Error` with the `code` `type` or `invalid` for what are no candidates or no purchase
 */
export function resolve(candidates: Candidate[], purchase: Purchase): Receipt {
  return JSON.parse(resolveText(JSON.stringify(candidates), JSON.stringify(purchase)));
}

/**
 * The same from JSON text to JSON text, in the bytes that the server keeps.
 *
 * @throws an `Error` with the `code` `malformed`, `type` or `invalid` for what are no candidates or no purchase
 */
export function resolveText(candidatesText: string, purchaseText: string): string {
  return rules().resolve(candidatesText, purchaseText);
}

/** The UTM parameters of a URL or of its query, with the `?`. Values longer than 200 characters are clipped. */
export function parseUtm(url: string | URL): Utm {
  return JSON.parse(rules().parseUtm(String(url)));
}

let journey: PageJourney | undefined;

/** The journey of the page that this runs in. */
function ofThisPage(): PageJourney {
  journey ??= new PageJourney();
  return journey;
}

/** {@link PageJourney.capture} of this page. */
export function capture(options?: CaptureOptions): Captured {
  return ofThisPage().capture(options);
}

/** {@link PageJourney.consent} of this page. */
export function consent(): void {
  ofThisPage().consent();
}

/** {@link PageJourney.forget} of this page. */
export function forget(): void {
  ofThisPage().forget();
}

/** {@link PageJourney.current} of this page. */
export function current(offered: Offered, options?: CurrentOptions): Touch | undefined {
  return ofThisPage().current(offered, options);
}

/** {@link PageJourney.decorate} of this page. */
export function decorate(url: string | URL): string {
  return ofThisPage().decorate(url);
}

/** {@link PageJourney.tokens} of this page. */
export function tokens(): string[] {
  return ofThisPage().tokens();
}
