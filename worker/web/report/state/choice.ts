// What the reader has chosen. It lives in the address: the back button undoes
// it, and a bookmark keeps it.
import { COLUMNS } from './columns.ts';
import type { ColumnKey } from './columns.ts';
import { isDay, PRESETS } from './days.ts';
import type { Range } from './days.ts';

/** Which sales the chart shows beside views. */
export type Sales = 'orders' | 'tickets';

export interface Sort {
  column: ColumnKey;
  isAscending: boolean;
}

export interface Choice {
  range: Range;
  event: number | null;
  /** Whose days the chart shows; null for all links. */
  link: number | null;
  sort: Sort;
  sales: Sales;
}

export const DEFAULT: Choice = { range: '30d', event: null, link: null, sort: { column: 'orders', isAscending: false }, sales: 'orders' };

/** The choice that a query stands for. What it doesn't say, or says in no way we know, is as it is by default. */
export function choiceOf(search: string): Choice {
  const query = new URLSearchParams(search);
  const id = (name: string) => (/^[1-9]\d{0,15}$/.test(query.get(name) ?? '') ? Number(query.get(name)) : null);
  return { range: rangeOf(query), event: id('event'), link: id('link'), sort: sortOf(query.get('sort') ?? ''), sales: query.get('sales') === 'tickets' ? 'tickets' : 'orders' };
}

function rangeOf(query: URLSearchParams): Range {
  const preset = PRESETS.find((one) => one === query.get('range'));
  if (preset) return preset;
  const [from, until] = ['from', 'until'].map((name) => query.get(name) ?? '').map((text) => (isDay(text) ? text : null)) as [string | null, string | null];
  if (from === null && until === null) return DEFAULT.range;
  return from !== null && until !== null && from > until ? { from: until, until: from } : { from, until };
}

function sortOf(text: string): Sort {
  const key = text.replace(/^-/, '');
  const column = COLUMNS.find((one) => one.key === key)?.key;
  return column ? { column, isAscending: !text.startsWith('-') } : DEFAULT.sort;
}

/** The query of a choice; what is so by default is left out. It starts with `?`, so that as a link's address it replaces any other. */
export function queryOf({ range, event, link, sort, sales }: Choice): string {
  const query = new URLSearchParams();
  if (typeof range === 'object') {
    if (range.from !== null) query.set('from', range.from);
    if (range.until !== null) query.set('until', range.until);
  } else if (range !== DEFAULT.range) query.set('range', range);
  if (event !== null) query.set('event', String(event));
  if (link !== null) query.set('link', String(link));
  if (sort.column !== DEFAULT.sort.column || sort.isAscending !== DEFAULT.sort.isAscending) query.set('sort', `${sort.isAscending ? '' : '-'}${sort.column}`);
  if (sales !== DEFAULT.sales) query.set('sales', sales);
  return `?${query}`;
}
