// What the page shows. One value, replaced as a whole.
import type { PriceList, Quote, QuoteProblem, Selection } from 'handbill/basket';
import type { Refusal } from '../ask.ts';
import type { Basket, FieldProblem } from '../wire.ts';

export interface Loading {
  view: 'loading';
}

/** There is no basket to show. */
export interface Failed {
  view: 'failed';
  refusal: Refusal;
}

/** The basket was ordered, here or elsewhere. */
export interface Closed {
  view: 'closed';
  /** Of the basket, and so of the order's page. */
  key: string;
}

/** What became of the code that was typed last. */
export interface CodeNote {
  text: string;
  isError: boolean;
}

/** An element that is to be focused, once. */
export interface Focus {
  id: string;
  /** The one to focus where that is not there any more. */
  or?: string;
}

export interface Open {
  view: 'open';
  basket: Basket;
  /** How far the Worker's clock is ahead of this one, in milliseconds. */
  skew: number;
  /** What the buyer chose; the Worker may not have it yet. */
  selection: Selection;
  /** The basket's catalogue, read. */
  prices: PriceList;
  /** What the selection costs, priced here. */
  quote: Quote;
  /** Why items can't be chosen at all, by key. */
  barred: ReadonlyMap<string, QuoteProblem>;
  /** Keys of what was in the basket at the beginning. */
  first: readonly string[];
  /** Keys of what the buyer has changed the quantity of since the Worker last objected. */
  touched: ReadonlySet<string>;
  sync: 'saved' | 'waiting' | 'failed';
  /** The order of an earlier basket of this page, if there was one. */
  earlier: string | undefined;
  code: { isBusy: boolean; note: CodeNote | undefined };
  purchase: {
    isBusy: boolean;
    /** Why it did not go through, as a sentence. */
    refusal: string | undefined;
    fields: FieldProblem[];
    /** Minor units; set when it costs something else than the buyer was shown. */
    changed: { before: number; now: number } | undefined;
  };
  focus: Focus | undefined;
  /** What a screen reader is told next. */
  announcement: string;
}

export type State = Loading | Failed | Closed | Open;

/** Ids of elements that focus moves to. */
export const IDS = {
  heading: 'heading',
  notice: 'notice',
  choice: 'choice',
  code: 'code',
  changed: 'price-changed',
  refusal: 'refusal',
  hold: 'hold',
  donation: 'donation',
  summary: 'summary',
} as const;

/** The fields of a completion that the page has, and where. */
export const FIELDS: ReadonlyMap<string, string> = new Map([
  ['buyer.first_name', 'first-name'],
  ['buyer.last_name', 'last-name'],
  ['buyer.email', 'email'],
  ['buyer.phone', 'phone'],
  ['payment_method', 'payment'],
]);

/** Where the quantity of an item is typed. */
export const quantityId = (key: string): string => `quantity-${key}`;

/** The Worker's time, unix milliseconds. */
export const serverNow = (open: Pick<Open, 'skew'>): number => Date.now() + open.skew;
