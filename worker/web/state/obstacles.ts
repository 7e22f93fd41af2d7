// What keeps a basket from being sold that the buyer did not just type.
import type { QuoteProblem } from 'handbill/basket';
import { keyOf } from './selection.ts';
import { isUnsellable, problemsOf } from './shelf.ts';
import type { Open } from './state.ts';

export interface Obstacle {
  /** Of the item. */
  key: string;
  problems: QuoteProblem[];
}

/** Whether it is about the item itself, not about all of its group. */
const isOwn = ({ code }: QuoteProblem): boolean => code !== 'above_group_maximum';

/**
 * The lines in the way, and why: what can't be sold in any number, and what was
 * too much before the buyer touched it (SP-21). A group that is too large is in
 * the way only when no line is by itself: without that one, the group may do.
 */
export function obstacles({ selection, quote, touched }: Open): Obstacle[] {
  const lines = selection.items.map(keyOf).map((key) => ({ key, problems: problemsOf(quote.problems, selection, key) }));
  const isTyped = (key: string, problems: QuoteProblem[]) => touched.has(key) && !isUnsellable(problems);
  const own = lines
    .map(({ key, problems }) => ({ key, problems: problems.filter(isOwn) }))
    .filter(({ key, problems }) => problems.length > 0 && !isTyped(key, problems));
  if (own.length > 0) return own;
  const inLargeGroups = lines.filter(({ problems }) => problems.length > 0);
  return inLargeGroups.some(({ key }) => touched.has(key)) ? [] : inLargeGroups;
}
