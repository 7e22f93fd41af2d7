import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, Checkout, eventOf, typeOf } from '../support/checkout.ts';
import { DB_TELLS } from '../support/faults.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import type { Ran } from '../support/plans.ts';
import { reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

// A report costs what it is about, not what others sold, nor what was sold at
// other times; and an order that changes costs what it is itself.
const hb = await startHandbill({ faults: DB_TELLS, isConsuming: false });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');

interface Shop {
  manager: typeof demo.manager;
  event: number;
  seat: number;
  link: Followed;
}
async function shopOf({ manager }: typeof demo): Promise<Shop> {
  const event = await eventOf(manager);
  return { manager, event, seat: await typeOf(manager, event, { quantity: 100_000 }), link: await manager.made('links', { kind: 'venue', event_id: event }) };
}
const [mine, theirs] = [await shopOf(demo), await shopOf(other)];
const elsewhere: Shop = { ...mine, ...(await shopOf(demo)) };

/** So many orders of two tickets, each of a buyer of its own. */
async function sells({ event, seat, link }: Shop, orders: number): Promise<void> {
  for (let n = 0; n < orders; n += 20) {
    await Promise.all(Array.from({ length: 20 }, async (_, at) => {
      const visitor = new Visitor(hb);
      await visitor.follows(link);
      await visitor.buys({ event, items: [{ ticket_type: seat, quantity: 2 }] }, { buyer: { ...BUYER, email: `${event}-${n + at}-${orders}@example.org` } });
    }));
  }
}

const ALL = { from: '2020-01-01', until: '2100-01-01' };
const QUERIES: Record<string, Record<string, string | number>> = {
  'for all of time': {}, 'for an event': { event_id: mine.event }, 'for a range': ALL, 'for an event in a range': { event_id: mine.event, ...ALL },
};
const rows = (ran: Ran[]): number => ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);

/** The statements behind each report. */
async function reports(): Promise<Map<string, Ran[]>> {
  const ran = new Map<string, Ran[]>();
  for (const [what, query] of Object.entries(QUERIES)) ran.set(what, await ranDuring(hb, () => reportOf(mine.manager, query)));
  return ran;
}

/** What one order goes through, by step; each writes its lines of the report anew. */
async function changes(): Promise<Map<string, Ran[]>> {
  const ran = new Map<string, Ran[]>();
  const { manager, event, seat } = mine;
  const order = await new Checkout(hb).bought({ event, items: [{ ticket_type: seat, quantity: 3 }] });
  const [first, second] = order.tickets;
  const steps: [string, () => Promise<unknown>][] = [
    ['a scan', () => manager.made('check-ins', { event_id: event, barcode: first.barcode })], ['undoing it', () => manager.remove(`tickets/${first.id}/check-in`)], ['a void', () => manager.post(`tickets/${second.id}/void`, {})],
    ['a refund', () => manager.made(`orders/${order.id}/refunds`, { amount: 1 })], ['a cancellation', () => manager.post(`orders/${order.id}/cancel`, {})],
  ];
  for (const [what, step] of steps) ran.set(what, await ranDuring(hb, step));
  return ran;
}

await sells(mine, 20);
await reports(); // The token's last use is written now, not in the middle of a comparison.
await changes();
const [before, changedBefore] = [await reports(), await changes()];
await sells(theirs, 300);
const afterOthers = await reports();
await sells(elsewhere, 300);
const [afterAll, changedAfter] = [await reports(), await changes()];

for (const what of Object.keys(QUERIES)) {
  test(`ST-10 a report ${what} reads no more rows because others sold more`, () => {
    const [few, many] = [rows(before.get(what)!), rows(afterOthers.get(what)!)];
    assert.ok(few > 0 && many <= few * 1.2 + 20, `${few} rows, then ${many}`);
  });
}

for (const what of ['for an event', 'for an event in a range']) {
  test(`ST-10 a report ${what} reads no more rows because another event sold more`, () => {
    const [few, many] = [rows(before.get(what)!), rows(afterAll.get(what)!)];
    assert.ok(many <= few * 1.2 + 20, `${few} rows, then ${many}`);
  });
}

test('ST-10 a range in which nothing was sold reads next to nothing', async () => {
  for (const more of [{}, { event_id: mine.event }] as Record<string, number>[]) {
    const ran = await ranDuring(hb, () => reportOf(mine.manager, { from: '2001-01-01', until: '2001-12-31', ...more }));
    assert.ok(rows(ran) < 100, `${rows(ran)} rows`);
  }
});

test('ST-10 a range reads the clicks of its own hours, not those of later ones', async () => {
  // 1 January 2005, and the year after it.
  await hb.execute('INSERT INTO link_hour (link_id, hour, raw, robot, views, visitors) WITH RECURSIVE h (h) AS (SELECT 306816 UNION ALL SELECT h + 1 FROM h WHERE h < 315576) SELECT ?1, h, 1, 0, 1, 1 FROM h', mine.link.id);
  const range = { from: '2005-01-01', until: '2005-01-01' };
  for (const path of ['links', 'history']) {
    const ran = await ranDuring(hb, () => mine.manager.get(`report/${path}?${new URLSearchParams(range)}`));
    assert.ok(rows(ran) < 200, `${path}: ${rows(ran)} rows`);
  }
  const { links } = await reportOf(mine.manager, range);
  assert.equal(links.find(({ link: { id } }) => id === mine.link.id)!.views, 24);
});

test('ST-11 a change of an order reads and writes no more because more was sold', () => {
  for (const [what, ran] of changedBefore) {
    const [few, many] = [rows(ran), rows(changedAfter.get(what)!)];
    assert.ok(few > 0 && many <= few * 1.2 + 10, `${what}: ${few} rows, then ${many}`);
  }
});

const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));

test('ST-10 no statement behind a report scans a table', async () => {
  const statements = new Set([...afterAll].flatMap(([, ran]) => ran.map(({ sql }) => sql)));
  assert.ok([...statements].filter((sql) => sql.includes('report_line')).length >= 8, 'those with an event, and those without');
  for (const sql of statements) assert.deepEqual(scansIn(await planOf(hb, sql), sql, tables), [], sql);
});

test('ST-11 the figures of one order are found without a scan', async () => {
  const sql = 'SELECT * FROM order_figures WHERE order_id = ?1';
  const steps = await planOf(hb, sql);
  assert.ok(steps.some((step) => step.startsWith('SEARCH')), steps.join('\n'));
  assert.deepEqual(steps.filter((step) => step.startsWith('SCAN')), []);
});
