// Everything that is stored, for proving that a refusal changed nothing.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Handbill } from './runtime.ts';

/** Every row of each table, as a text of JSON arrays. */
export type Tables = Record<string, string>;

/** Moved by refusals too, so not a change: when a token was last used. */
const RESTLESS = 'last_used_at';

// The tables of an instance are the same from its start to its end.
const known = new WeakMap<Handbill, Promise<string>>();

/** The query that gives every table as one text, in one row. */
function dumpQuery(hb: Handbill): Promise<string> {
  const found = known.get(hb) ?? composed(hb);
  known.set(hb, found);
  return found;
}

/** The runtime's own tables and the search index are left out. */
async function composed(hb: Handbill): Promise<string> {
  const rows = await hb.rows(
    `SELECT t.name AS "table", group_concat(CASE c.type WHEN 'BLOB' THEN 'hex("' || c.name || '")' ELSE '"' || c.name || '"' END) AS columns, count(*) AS width
     FROM sqlite_master t JOIN pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT GLOB '_cf*' AND t.name NOT GLOB 'sqlite*' AND t.name NOT GLOB 'link_search*' AND c.name <> ?1
     GROUP BY t.name ORDER BY t.name`,
    RESTLESS,
  );
  const texts = rows.map(({ table, columns, width }) => `(SELECT json_group_array(json_array(${columns})) FROM (SELECT * FROM "${table}" ORDER BY ${width === 1 ? '1' : '1, 2'})) AS "${table}"`);
  return `SELECT ${texts.join(', ')}`;
}

/** All rows of all tables. */
export async function stored(hb: Handbill): Promise<Tables> {
  const [row] = await hb.rows(await dumpQuery(hb));
  return { ...row };
}

const KEYS_A_CALL = 100;

/** All KV entries but the test's own. */
export async function keyValues(hb: Handbill): Promise<Record<string, string | null>> {
  const entries: Record<string, string | null> = {};
  let cursor: string | undefined;
  do {
    const page = await hb.kv.list(cursor === undefined ? {} : { cursor });
    const names = page.keys.map(({ name }) => name).filter((name) => !name.startsWith('test:'));
    for (let at = 0; at < names.length; at += KEYS_A_CALL) Object.assign(entries, Object.fromEntries(await hb.kv.get(names.slice(at, at + KEYS_A_CALL))));
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  return entries;
}

/** Every byte that the runtime keeps on disk. */
export function onDisk(hb: Handbill): Buffer {
  const paths = readdirSync(hb.state, { recursive: true, encoding: 'utf8' }).map((name) => join(hb.state, name));
  return Buffer.concat(paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile()).map((path) => readFileSync(path)));
}

/** Filled by the queue whenever it likes, with clicks that were made before. */
const CLICK_TABLES = ['agent', 'click', 'ledger_mark', 'link_count', 'link_hour', 'link_visitor', 'metric'];

async function settled(hb: Handbill): Promise<unknown> {
  const dump = await stored(hb);
  for (const table of CLICK_TABLES) delete dump[table];
  return [dump, await keyValues(hb)];
}

/** Fails when `action` leaves anything stored other than it was; clicks on their way apart. */
export async function changesNothing<T>(hb: Handbill, action: () => Promise<T>): Promise<T> {
  const before = await settled(hb);
  const result = await action();
  assert.deepEqual(await settled(hb), before);
  return result;
}
