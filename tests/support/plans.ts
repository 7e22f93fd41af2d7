// What the database did to answer, as DB_TELLS (faults.ts) logs it.
import type { Handbill } from './runtime.ts';

export interface Ran {
  sql: string;
  /** Rows of tables and indexes that were looked at. */
  rowsRead: number;
  /** The same for those that were written. */
  rowsWritten: number;
}

/** Every statement that ran while `action` did. */
export async function ranDuring(hb: Handbill, action: () => Promise<unknown>): Promise<Ran[]> {
  const from = (await hb.log()).length;
  await action();
  return (await hb.log()).slice(from).filter((line) => line.startsWith('sql ')).map((line) => JSON.parse(line.slice('sql '.length)));
}

/** The steps SQLite would take for a statement. */
export async function planOf(hb: Handbill, sql: string): Promise<string[]> {
  const parameters = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
  const rows = await hb.rows(`EXPLAIN QUERY PLAN ${sql}`, ...Array<null>(parameters).fill(null));
  return rows.map(({ detail }) => String(detail));
}

/**
 * The steps that read the whole of a table or an index, given the names of all
 * tables and the aliases the statement gives them. Inner queries, arguments
 * given as JSON and full-text look-ups are no tables.
 */
export function scansIn(steps: string[], sql: string, tables: string[]): string[] {
  const aliases = tables.flatMap((table) => [table, ...[...sql.matchAll(new RegExp(`\\b${table}(?:\\s+AS)?\\s+(\\w+)`, 'gi'))].map(([, alias]) => alias!)]);
  return steps.filter((step) => {
    const [, name] = /^SCAN (\w+)/.exec(step) ?? [];
    return name !== undefined && aliases.includes(name) && !step.includes('VIRTUAL TABLE');
  });
}
