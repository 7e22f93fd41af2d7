import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DB_TELLS } from '../support/faults.ts';
import { Feed, cursorOf, storeTickets } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import type { Ran } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill({ faults: DB_TELLS });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const host = await organizerNamed(hb, operator, 'host');
const feed = new Feed(hb, demo.id, demo.manager.token);
const DEEP = 20_000;
// A thousand of each in turns: two streams to merge.
for (let n = 0; n < DEEP / 1_000; n += 1) {
  for (const [by, prefix] of [[demo, 'D'], [host, 'H']] as const) await storeTickets(hb, { organizer: by.id, event: by.event.id, type: by.types.floor, tickets: 1_000, prefix: `${prefix}${n}` });
}
await host.manager.put(`events/${host.event.id}/cohosts/${demo.id}`);

const KINDS: Record<string, string> = { 'an organizer': '', 'one event': `&event_id=${demo.event.id}`, 'a co-hosted event': `&event_id=${host.event.id}&include_cohosted_events=1`, 'all, co-hosted ones too': '&include_cohosted_events=1' };

/** The statements that read the feed while it is asked, and its page. */
async function read(query: string): Promise<{ ran: Ran[]; page: Told[] }> {
  let page: Told[] = [];
  const ran = await ranDuring(hb, async () => void (page = await feed.page(query)));
  return { ran: ran.filter(({ sql }) => sql.includes('ticket_by_')), page };
}

/** Where a reader stands that has seen so many rows. */
async function cursorAt(query: string, rows: number): Promise<string> {
  const [of, event] = query.includes('event_id') ? ['event_id', query.includes(`=${host.event.id}`) ? host.event.id : demo.event.id] : ['organizer_id', demo.id];
  const sql = query === KINDS['all, co-hosted ones too'] ? 'SELECT changed_at, id FROM ticket ORDER BY changed_at, id LIMIT 1 OFFSET ?1' : `SELECT changed_at, id FROM ticket WHERE ${of} = ${event} ORDER BY changed_at, id LIMIT 1 OFFSET ?1`;
  const [row] = await hb.rows(sql, rows - 1);
  return cursorOf({ ticket_updated_at: new Date(row!.changed_at).toISOString(), ticket_id: row!.id });
}

test('SG-09 SG-02 an event that one may not read costs nothing, however many tickets it has', async () => {
  const stranger = await organizerNamed(hb, operator, 'stranger');
  const theirs = new Feed(hb, stranger.id, stranger.manager.token);
  for (const event of [demo.event.id, host.event.id]) {
    for (const query of [`&event_id=${event}`, `&event_id=${event}&include_cohosted_events=1`]) {
      let page: Told[] = [];
      const ran = (await ranDuring(hb, async () => void (page = await theirs.page(query)))).filter(({ sql }) => sql.includes('ticket_by_'));
      assert.deepEqual([page, ran.length], [[], 1]);
      assert.ok(ran[0]!.rowsRead <= 5, `${query}: ${ran[0]!.rowsRead} rows`);
    }
  }
});

for (const [what, query] of Object.entries(KINDS)) {
  test(`SG-09 a page of ${what} costs the same wherever it is`, async () => {
    const costs: number[] = [];
    for (const rows of [100, 9_950, DEEP - 200]) {
      const { ran, page } = await read(`${query}&after=${encodeURIComponent(await cursorAt(query, rows))}`);
      assert.equal(page.length, 100);
      assert.equal(ran.length, 1);
      costs.push(ran[0]!.rowsRead);
    }
    // Each ticket is a row of the index, itself, and what it refers to. The one that the reader stands on is passed again, in each stream.
    assert.ok(Math.max(...costs) - Math.min(...costs) <= 3, costs.join());
    assert.ok(Math.max(...costs) <= 2_000, costs.join());
  });

  test(`SG-09 the plan for ${what} has no scan, and no sort of more than a page`, async () => {
    const { ran: [statement] } = await read(query);
    const { sql } = statement!;
    const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table'")).map(({ name }) => String(name));
    const steps = await planOf(hb, sql);
    assert.deepEqual(scansIn(steps, sql, tables), []);
    assert.ok(steps.some((step) => /SEARCH (i|n) USING (COVERING )?INDEX ticket_by_(event_)?change \((organizer_id|event_id)=\? AND changed_at>\?/.test(step)), steps.join('\n'));
    const sorts = steps.filter((step) => /TEMP B-TREE/.test(step));
    // Merging streams sorts the ids of at most a page of each.
    assert.ok(query === KINDS['all, co-hosted ones too'] || sorts.length === 0, steps.join('\n'));
  });
}
