// Which items the page shows, and what it says of each. Whether something can be
// sold is asked of the rules, never decided here.
import type { CatalogueItem, PriceList, QuoteProblem, Selection } from 'handbill/basket';
import { shortProblemText } from '../text.ts';
import type { Basket, ItemText, Show } from '../wire.ts';
import { keyOf, quantityOf, targetOf } from './selection.ts';
import type { Target } from './selection.ts';

/** Problems that no other quantity cures. */
const UNSELLABLE: ReadonlySet<string> = new Set(['unknown_item', 'foreign_venue', 'currency_mismatch', 'locked', 'not_on_sale', 'sold_out']);

/** Problems of items that are none of this page's business unless they are in the basket. */
const UNSEEN: ReadonlySet<string> = new Set(['unknown_item', 'foreign_venue', 'currency_mismatch', 'locked']);

export interface Row {
  key: string;
  target: Target;
  name: string;
  /** Undefined for what is not there any more, or not for this basket. */
  item: CatalogueItem | undefined;
  text: ItemText | undefined;
  quantity: number;
  /** What speaks against the chosen quantity. */
  problems: QuoteProblem[];
  /** Whether no other quantity would do. */
  isUnsellable: boolean;
  /** Why it can't be chosen, for people. */
  barred: string | undefined;
}

export interface Section {
  title: string;
  /** Whose items these are; undefined for products. */
  show: Show | undefined;
  rows: Row[];
}

/** What speaks against each item of the catalogue, by key, when just the fewest of it are asked for. */
export function barredItems(prices: PriceList, { catalogue, now }: Basket): ReadonlyMap<string, QuoteProblem> {
  const items = (catalogue.items ?? []).map((item) => ({ ...targetOf(item), quantity: Math.max(1, item.min_per_order) }));
  const { problems } = prices.price({ items }, now);
  const found = new Map<string, QuoteProblem>();
  for (const problem of problems) {
    const item = problem.line === null ? undefined : items[problem.line];
    if (item && problem.code !== 'above_group_maximum' && !found.has(keyOf(item))) found.set(keyOf(item), problem);
  }
  return found;
}

/** The problems of one item's line. */
export function problemsOf(problems: QuoteProblem[], selection: Selection, key: string): QuoteProblem[] {
  const line = selection.items.findIndex((item) => keyOf(item) === key);
  return line === -1 ? [] : problems.filter((problem) => problem.line === line);
}

/** Whether one of the problems stays whatever the quantity. */
export const isUnsellable = (problems: QuoteProblem[]): boolean => problems.some(({ code }) => UNSELLABLE.has(code));

/**
 * The rows of the page, by event, products last. `first` are the keys of what
 * was in the basket when the page opened: they lead, and no row moves while
 * somebody types in it.
 */
export function sections(basket: Basket, selection: Selection, problems: QuoteProblem[], barred: ReadonlyMap<string, QuoteProblem>, first: readonly string[]): Section[] {
  const { events } = basket;
  const { items = [], events: priced = [] } = basket.catalogue;
  const row = (target: Target, found: CatalogueItem | undefined): Row => {
    // Of what this basket may not have, the Worker tells no name and no price.
    const item = found?.name === '' ? undefined : found;
    const key = keyOf(target);
    const text = basket.items.find((one) => keyOf(one) === key);
    const own = problemsOf(problems, selection, key);
    const bar = barred.get(key);
    return {
      key,
      target: targetOf(target),
      name: item?.name ?? text?.of ?? 'One item',
      item,
      text,
      quantity: quantityOf(selection, key),
      problems: own,
      isUnsellable: isUnsellable(own),
      barred: bar && shortProblemText(bar, item?.name ?? ''),
    };
  };
  const place = (key: string) => (first.includes(key) ? first.indexOf(key) : first.length);
  const rows = items
    .map((item) => row(item, item))
    .filter(({ key, quantity }) => quantity > 0 || !UNSEEN.has(barred.get(key)?.code ?? ''))
    .sort((a, b) => place(a.key) - place(b.key));
  const known = new Set(items.map(keyOf));
  const gone = selection.items.filter((item) => !known.has(keyOf(item))).map((item) => row(item, undefined));
  const ofEvent = (id: number | null) => rows.filter(({ item }) => item?.event_id === id);
  return [
    { title: 'Not available', show: undefined, rows: [...gone, ...rows.filter(({ item }) => !item)] },
    ...priced.map(({ id, name }) => ({ title: events.length > 1 ? name : 'Tickets', show: events.find((show) => show.id === id), rows: ofEvent(id) })),
    { title: 'Extras', show: undefined, rows: ofEvent(null) },
  ].filter((section) => section.rows.length > 0);
}
