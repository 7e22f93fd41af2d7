// What a deployment holds, put into a database as it was some migrations ago: so
// that an upgrade meets what the product itself has written, and not what a test
// thinks it would have.
import type { Handbill } from './runtime.ts';

/** The tables of the product, but the search index, which is made from the links. */
const TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*' AND name NOT GLOB 'sqlite*' AND name NOT GLOB 'link_search*' AND name <> 'd1_migrations' ORDER BY name";

/** The columns of a table that can be written; those of bytes travel in hexadecimal. */
async function columnsOf(hb: Handbill, table: string): Promise<{ name: string; isBytes: boolean }[]> {
  const rows = await hb.rows('SELECT name, type FROM pragma_table_xinfo(?1) WHERE hidden = 0', table);
  return rows.map(({ name, type }) => ({ name, isBytes: type === 'BLOB' }));
}

/** Tables, each with its rows in their old columns. */
export async function rowsOf(hb: Handbill, old: Handbill = hb): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const { name: table } of await old.rows(TABLES)) {
    const columns = (await columnsOf(old, table)).map(({ name, isBytes }) => (isBytes ? `hex("${name}") AS "${name}"` : `"${name}"`));
    all[table] = await hb.rows(`SELECT ${columns.join(', ')} FROM "${table}" ORDER BY ${columns.length === 1 ? '1' : '1, 2'}`);
  }
  return all;
}

/** Fills `old`, which has fewer migrations, with all that `hb` holds and it has columns for. */
export const fillAsIn = async (hb: Handbill, old: Handbill): Promise<void> => fill(old, await rowsOf(hb, old));

/** Fills a database with rows, each table's in its own columns; those of bytes in hexadecimal. */
export async function fill(old: Handbill, rows: Record<string, unknown[]>): Promise<void> {
  // Triggers would count again what comes counted.
  const triggers = await old.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  const statements = [old.db.prepare('PRAGMA defer_foreign_keys = on').bind()];
  for (const { name } of triggers) statements.push(old.db.prepare(`DROP TRIGGER "${name}"`).bind());
  for (const [table, those] of Object.entries(rows)) {
    statements.push(old.db.prepare(`DELETE FROM "${table}"`).bind());
    const columns = await columnsOf(old, table);
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const values = columns.map(({ name, isBytes }) => (isBytes ? `unhex(value ->> '$.${name}')` : `value ->> '$.${name}'`)).join(', ');
    if (those.length > 0) statements.push(old.db.prepare(`INSERT INTO "${table}" (${names}) SELECT ${values} FROM json_each(?1)`).bind(JSON.stringify(those)));
  }
  statements.push(
    old.db.prepare(
      `INSERT INTO link_search (rowid, venues, description, username, slug)
       SELECT id, '<' || organizer_id || '><' || owner_id || '>', description, ifnull((SELECT username FROM app_user WHERE id = referred_by), ''), slug
       FROM link WHERE kind <= 5 AND deleted_at IS NULL`,
    ).bind(),
  );
  for (const { sql } of triggers) statements.push(old.db.prepare(sql).bind());
  await old.db.batch(statements);
}
