import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DB_TELLS } from '../support/faults.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';

// A list costs what it shows, not what there is: the same page is asked for
// with a hundred links in the table and with thousands, and the rows that SQLite
// looks at are compared. The links a filter is after are the oldest, so that a
// walk from the newest would have to pass all the others.
const hb = await startHandbill({ faults: DB_TELLS });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const [john, mary] = demo.users;

const WANTED = 45;
const OTHERS = 60;
const MORE = 3_000;

for (let n = 0; n < WANTED; n += 1) await demo.venue.made({ via: 3, event: demo.laterEvent.id, referred_by: john.id, description: `walrus ${n}` });

/** Stores links that no filter below is after. */
async function store(links: number, from: number): Promise<void> {
  await hb.execute(
    `INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, event_id, referred_by, description, hide_public_ticket_types, destination, utm, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1 + ?2 - 1)
     SELECT 'bulk-' || n, 'bulk-' || n, 1 + n % 2, ?3, ?3, ?4, ?5, 'poster no ' || n, 0, 'https://shop.example/', '{}', ?6, ?6 FROM n`,
    from, links, demo.id, demo.event.id, mary.id, Date.now(),
  );
}

const ends = `event__ends_on__gte=${SEASON}-06-01`;
const QUERIES: Record<string, string> = {
  'the list': '',
  'its second page': '?page=2',
  'a large page': '?page_size=40',
  'the list by kind': '?via=3',
  'the list by event': `?event=${demo.laterEvent.id}`,
  'the list by events': `?event__in=${demo.laterEvent.id},987654321`,
  'the list by the end of the event': `?${ends}`,
  'the list by kind and event': `?via=3&event=${demo.laterEvent.id}`,
  'a search': '?search=walrus',
  'a search by kind': '?search=walrus&via=3',
  'a search by event': `?search=walrus&event=${demo.laterEvent.id}`,
  'a search by the end of the event': `?search=walrus&${ends}`,
  'my links': 'me/',
  'my links by kind': 'me/?via=3',
  'my links by event': `me/?event=${demo.laterEvent.id}`,
  'my links by the end of the event': `me/?${ends}`,
  'a search in my links': 'me/?search=walrus',
};

const ask = (query: string) => demo.venue.send(demo.venue.base + query, { headers: { authorization: `Token ${john.token}` } });

/** The rows read for each query. */
async function rowsRead(): Promise<Record<string, number>> {
  const read: Record<string, number> = {};
  for (const [what, query] of Object.entries(QUERIES)) {
    const ran = await ranDuring(hb, async () => assert.equal((await ask(query)).status, 200));
    assert.ok(ran.length > 0);
    read[what] = ran.reduce((sum, each) => sum + each.rowsRead, 0);
  }
  return read;
}

await ask(''); // The token's last use is written now, not in the middle of a comparison.
await store(OTHERS, 0);
const small = await rowsRead();
await store(MORE, OTHERS);
const large = await rowsRead();

// What a full-text index reads beside the matches does not depend on this alone.
const SLACK = 1.2;

for (const what of Object.keys(QUERIES)) {
  test(`SP-17 ${what} reads no more rows because there are more links`, () => {
    const [before = 0, now = 0] = [small[what], large[what]];
    assert.ok(before > 0);
    assert.ok(now <= before * SLACK, `${before} rows with ${WANTED + OTHERS} links, ${now} with ${WANTED + OTHERS + MORE}`);
  });
}

test('SP-17 no statement behind a list scans a table', async () => {
  const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));
  const ran = await ranDuring(hb, async () => {
    for (const query of Object.values(QUERIES)) await ask(query);
    await demo.manager.get('links');
    await demo.manager.get('events');
    await demo.manager.get(`ticket-types?event_id=${demo.event.id}`);
    await demo.manager.get('tokens');
  });
  const statements = [...new Set(ran.map(({ sql }) => sql))];
  assert.ok(statements.length > 10);
  for (const sql of statements) assert.deepEqual(scansIn(await planOf(hb, sql), sql, tables), [], sql);
});
