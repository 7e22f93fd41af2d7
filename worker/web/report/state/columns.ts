// The columns of the table (ST-08), and what is in them.
import type { Both, Figures, LinkLine } from '../wire.ts';

/** A figure in a cell: a number, one with what it was before refunds, or money. */
export type Cell = number | Both | Record<string, Both>;

export type ColumnKey = 'link' | 'views' | 'visitors' | FigureKey;
type FigureKey = keyof Figures;

interface Column {
  key: ColumnKey;
  label: string;
}

/** Those that ticket types and the total have, too. */
export const FIGURES: { key: FigureKey; label: string }[] = [
  { key: 'customers', label: 'Customers' },
  { key: 'new_customers', label: 'New customers' },
  { key: 'orders', label: 'Orders' },
  { key: 'tickets', label: 'Tickets' },
  { key: 'scanned', label: 'Scanned' },
  { key: 'unscanned', label: 'Unscanned' },
  { key: 'face_value', label: 'Face value' },
];

export const COLUMNS: Column[] = [{ key: 'link', label: 'Link' }, { key: 'views', label: 'Views' }, { key: 'visitors', label: 'Visitors' }, ...FIGURES];

/** Whether a figure has another one of before refunds and voids. */
export const isBoth = (cell: Exclude<Cell, number>): cell is Both => typeof cell.net === 'number';

/** Whether anything in these figures was taken back (ST-11). */
export function isReduced(figures: Figures): boolean {
  const isLess = ({ gross, net }: Both) => gross !== net;
  const { customers, new_customers, orders, tickets, face_value } = figures;
  return [customers, new_customers, orders, tickets, ...Object.values(face_value)].some(isLess);
}

/** The sum of a count over links. Who followed two links is a visitor of each. */
export const sumOf = (lines: LinkLine[], key: 'views' | 'visitors'): number => lines.reduce((sum, line) => sum + line[key], 0);
