// The lines of the table in the order, and of the links, that the reader wants.
import { nameOf } from '../text.ts';
import type { LinkLine, Show } from '../wire.ts';
import type { Sort } from './choice.ts';

/** Whether every word of a search is in what a line says of its link. */
function isFound(line: LinkLine, words: string[], events: Show[]): boolean {
  const { description, slug, promoter, referred_by: user, event_id: event } = line.link;
  const text = [description, slug, promoter, user, events.find(({ id }) => id === event)?.name].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

export function found(lines: LinkLine[], search: string, events: Show[]): LinkLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? lines : lines.filter((line) => isFound(line, words, events));
}

/** Compares links by name as people sort them: `Poster 9` before `Poster 10`. */
const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Amounts of two currencies don't compare: by the first one, and by the next where those are the same. */
function compareMoney(a: LinkLine, b: LinkLine): number {
  for (const code of Object.keys({ ...a.figures.face_value, ...b.figures.face_value }).sort()) {
    const [one, two] = [a, b].map(({ figures }) => figures.face_value[code]?.net ?? 0) as [number, number];
    if (one !== two) return one - two;
  }
  return 0;
}

function compare(a: LinkLine, b: LinkLine, { column }: Sort): number {
  switch (column) {
    case 'link':
      return names.compare(nameOf(a.link), nameOf(b.link));
    case 'views':
    case 'visitors':
      return a[column] - b[column];
    case 'scanned':
    case 'unscanned':
      return a.figures[column] - b.figures[column];
    case 'face_value':
      return compareMoney(a, b);
    default:
      return a.figures[column].net - b.figures[column].net;
  }
}

/** Sorted; of two that are the same the one with more views is first, then the newer. */
export function sorted(lines: LinkLine[], sort: Sort): LinkLine[] {
  const direction = sort.isAscending ? 1 : -1;
  return [...lines].sort((a, b) => direction * compare(a, b, sort) || b.views - a.views || b.link.id - a.link.id);
}
