// What a basket costs. Everything is decided in Rust (crates/core), the same in
// the browser, in Node and on the server; this file gives it TypeScript's types.
import * as wasm from '../build/basket/handbill_wasm.js';
import bytes from '../build/basket/handbill_wasm_bg.wasm';
import type { Catalogue } from './catalogue.ts';
import type { Checked, Refusal } from './checked.ts';
import { load } from './load.ts';
import type { Item, PartialSelection, Quote, Selection } from './quote.ts';

export type * from './catalogue.ts';
export type * from './quote.ts';
export type { Checked, Refusal };

/** What may be sold in one checkout, read once to price many selections. */
export interface PriceList {
  /**
   * What a selection costs.
   *
   * @param now unix milliseconds; the present when left out
   * @throws an `Error` with the `code` `type` or `invalid` for what is no selection
   */
  price(selection: PartialSelection, now?: number): Quote;

  /**
   * The same from JSON text to JSON text, in the bytes that the server answers.
   *
   * @param now unix milliseconds; the present when left out
   * @throws an `Error` with the `code` `malformed`, `type` or `invalid` for what is no selection
   */
  priceText(selectionText: string, now?: number): string;
}

const rules = (): typeof wasm => load(wasm, bytes);

/**
 * Reads a catalogue.
 *
 * @throws an `Error` with the `code` `malformed` for what is no catalogue
 */
export function priceList(catalogue: Catalogue): PriceList {
  const list = new (rules().PriceList)(JSON.stringify(catalogue));
  return {
    price: (selection, now = Date.now()) => JSON.parse(list.price(JSON.stringify(selection), now)),
    priceText: (selectionText, now = Date.now()) => list.price(selectionText, now),
  };
}

/**
 * What a selection, or just its items, costs.
 *
 * @param options `now`: unix milliseconds; the present when left out
 * @throws an `Error` with a `code`, as {@link priceList} and {@link PriceList.price}
 */
export function price(catalogue: Catalogue, selection: PartialSelection | Item[], options: { now?: number } = {}): Quote {
  return priceList(catalogue).price(Array.isArray(selection) ? { items: selection } : selection, options.now);
}

/**
 * The selection that a quick-purchase link opens: items of the same type become one.
 *
 * @throws an `Error` with the `code` `invalid` for items that no link can have
 */
export function quickPurchase(items: Item[]): Selection {
  return JSON.parse(rules().quickPurchase(JSON.stringify({ items })));
}

/** The slug, or the code, of the link that the URL of a checkout page names in `hb`, as links are looked up by; undefined when it names none. */
export function parseQuickPurchase(url: string | URL): string | undefined {
  const named = new URL(url, 'https://handbill.invalid').searchParams.get('hb');
  return named === null ? undefined : rules().linkKey(named);
}

/** An amount in minor units as text: `12.34 EUR`, `1200 JPY`. */
export function formatMoney(amount: number, currency: string): Checked<string> {
  try {
    return { ok: true, value: rules().moneyText(amount, currency) };
  } catch (error) {
    const { code, message } = error as Refusal;
    return { ok: false, error: { code, message } };
  }
}
