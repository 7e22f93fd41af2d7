// The database that the version before campaigns and the feed of tickets (d0d82ac) made:
// the demo, and sales of every kind, through its own APIs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import { Campaigns } from '../support/campaigns.ts';
import { assertConsistent } from '../support/consistency.ts';
import { fill, rowsOf } from '../support/downgrade.ts';
import { Feed, assertInOrder, behind } from '../support/feed.ts';
import { reportOf, rowOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf } from '../support/seed.ts';
import { Visitor, orderOf } from '../support/visitor.ts';

type Rows = Record<string, Record<string, unknown>[]>;
const OLD: Rows = JSON.parse(readFileSync(new URL('upgrade/0007.json', import.meta.url), 'utf8'));
/** When it was made: the demo's events are to come then. */
const MADE = Math.max(...OLD.ticket!.map(({ updated_at: at }) => Number(at)));

const hb = await startHandbill({ migrateTo: '0007' });
after(() => hb.stop());
await fill(hb, OLD);
await hb.setClockAhead(MADE - Date.now());

/** Rows without the columns that hold nothing. */
const filled = (tables: Record<string, unknown[]>): Rows => Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, (rows as object[]).map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)))]));
const before = await rowsOf(hb);
await hb.migrate();
const upgraded = await rowsOf(hb);

test('AU-08 a database of the version before keeps every row of every table', async () => {
  assert.deepEqual(filled(before), OLD, 'it was as it had been');
  for (const [table, rows] of Object.entries(before)) {
    const columns = Object.keys(rows[0] ?? {});
    assert.deepEqual(upgraded[table]!.map((row) => Object.fromEntries(Object.entries(row as object).filter(([name]) => columns.includes(name)))), rows, table);
  }
  await assertConsistent(hb);
});

const operator = await operatorOf(hb);
const { token } = await operator.made('tokens', { label: 'new', access: 'write', organizer_id: 1 });
const manager = new Manager(hb, token);
const feed = new Feed(hb, 1, token);

test('SG-06 SG-07 SG-08 AU-08 the feed tells what was sold before there was one', async () => {
  const all = await feed.all();
  assertInOrder(all);
  // No two have one time, so whoever knows the time alone goes on where they stood; and none is earlier than it was.
  for (const [at, ticket] of all.entries()) {
    assert.deepEqual(await feed.page(`&after=${encodeURIComponent(ticket.ticket_updated_at)}`), all.slice(at + 1));
    const { updated_at: updated } = OLD.ticket!.find(({ id }) => id === ticket.ticket_id)!;
    assert.ok(Date.parse(`${ticket.ticket_updated_at}Z`) >= Number(updated));
  }
  const told = [...all].sort((a, b) => a.ticket_id - b.ticket_id);
  const brief = told.map(({ ticket_id: id, ticket_status: status, deal_price: price, deal_user_service_fee: fee, deal_vat_rate: vat, deal_visibilities: shown, payment_method: paid, utm_source: source, utm_medium: medium, contact_email: email, ticket_scanned_at: scanned, ticket_canceled_at: gone }) => [id, status, price, fee, vat, shown.join(), paid, source, medium, email, scanned !== null, gone !== null]);
  const sold = (id: number, status: string, price: number, paid: string, source: string, email: string | null, more: { fee?: number; vat?: number; shown?: string; scanned?: boolean; gone?: boolean } = {}): unknown[] => [id, status, price, more.fee ?? 0, more.vat ?? 0.19, more.shown ?? 'public', paid, source, 'website', email, more.scanned ?? false, more.gone ?? false];
  assert.deepEqual(brief, [
    sold(1, 'canceled', 3_500, 'cash', 'poster', 'ada@example.org', { fee: 150, gone: true }), sold(2, 'valid', 3_500, 'cash', 'poster', 'ada@example.org', { fee: 150, scanned: true }),
    // Its scan was undone; the price of the others was another when they were sold.
    sold(3, 'valid', 3_500, 'cash', 'bar', 'bob@example.org', { fee: 150 }), sold(4, 'valid', 2_800, 'cash', 'bar', 'bob@example.org', { fee: 150 }), sold(5, 'valid', 2_800, 'cash', 'bar', 'bob@example.org', { fee: 150 }),
    sold(6, 'valid', 3_500, 'cash', 'direct', null, { fee: 150, scanned: true }), sold(7, 'valid', 3_500, 'cash', 'direct', null, { fee: 150 }), sold(8, 'valid', 3_500, 'cash', 'direct', null, { fee: 150 }),
    sold(9, 'refunded', 6_400, 'cash', 'radio', 'ada@example.org'),
    sold(10, 'refunded', 8_900, 'cash', 'direct', 'dan@example.org', { vat: 0.05, gone: true }), sold(11, 'refunded', 8_900, 'cash', 'direct', 'dan@example.org', { vat: 0.05, gone: true }),
    sold(12, 'valid', 1_500, 'cash', 'direct', 'eve@example.org', { shown: 'promoters,private' }),
    sold(13, 'valid', 3_500, 'cash', String(OLD.link![1]!.slug), 'fay@example.org', { fee: 150 }), sold(14, 'valid', 3_500, 'cash', String(OLD.link![1]!.slug), 'fay@example.org', { fee: 150 }),
    sold(15, 'valid', 3_500, 'card', 'poster', 'gil@example.org', { fee: 150 }),
  ]);
  for (const ticket of told) {
    const { created_at: made } = OLD.event!.find(({ id }) => id === ticket.event_id)!;
    const published = new Date(Number(made)).toISOString().replace('T', ' ').replace('Z', '000');
    assert.deepEqual([ticket.event_published_at, ticket.event_launched_at, ticket.event_canceled_at, ticket.deal_channel], [published, published, null, 'online']);
  }
});

test('RD-06 PX-03 AU-08 links lead where they led, and none of their slugs can become a code', async () => {
  const campaigns = new Campaigns(hb, 'demo', 'rock-night', token);
  for (const { slug, destination, deleted_at: gone } of OLD.link!) {
    const { status, leadsTo } = await hb.send(`/l/${slug}`);
    assert.equal(status, gone ? 404 : 302, String(slug));
    if (!gone) assert.equal(String(leadsTo).split('?')[0], new URL(String(destination), hb.url).href.split('?')[0]);
    assert.deepEqual((await campaigns.create({ code: slug })).json, { code: [`\`${slug}\` is taken`] });
  }
});

test('PX-09 AU-08 what was there goes on: a payment that was waited for, a refund, a scan, a campaign beside it', async () => {
  const campaigns = new Campaigns(hb, 'demo', 'rock-night', token);
  const last = (await feed.all()).at(-1)!;
  const [scanned] = OLD.ticket!.filter(({ id }) => id === 7);
  await manager.made('check-ins', { event_id: 1, barcode: scanned!.barcode });
  assert.equal((await manager.post('orders/9/cancel', {})).status, 200);
  await manager.made('orders/8/refunds', {});
  const campaign = await campaigns.made({ code: 'FRESH' });
  const visitor = new Visitor(hb);
  await visitor.send(campaigns.path('FRESH'));
  const order = await visitor.buys({ event: 1, items: [{ ticket_type: 1, quantity: 2 }] });
  assert.equal((await orderOf(manager, order)).link_id, campaign.id);
  const fresh = await feed.all(behind(last));
  assertInOrder(fresh, last);
  assert.deepEqual(fresh.map(({ ticket_id: id, ticket_status: status }) => [id, status]), [[7, 'valid'], [15, 'refunded'], ...order.tickets.map(({ id }: any) => [id, 'valid'])]);
  assert.equal((await campaigns.shown(campaign.id)).order_count, 1);
  assert.equal(rowOf(await reportOf(manager), campaign).figures.orders.net, 1);
  await assertConsistent(hb);
});

// The README lets the version before go on while the tables are new already.
test('SG-06 AU-08 what the version before writes into the new tables is as good as what this one does', async () => {
  const old = 'INSERT INTO ticket (organizer_id, event_id, ticket_type_id, order_id, barcode, created_at, updated_at) VALUES (1, 3, 6, NULL, ?1, ?2, ?2)';
  const last = (await feed.all()).at(-1)!;
  await hb.execute(old, 'OLD-CODE', MADE - 60_000);
  const [ticket, ...others] = await feed.all(behind(last));
  assert.deepEqual([ticket!.ticket_scan_code, ticket!.deal_vat_rate, ticket!.ticket_status, others], ['OLD-CODE', 0.05, 'valid', []]);
  await hb.execute("INSERT INTO customer (organizer_id, email_key, created_at) VALUES (1, 'old@example.org', ?1) ON CONFLICT DO NOTHING", MADE);
  const { json } = await manager.get('customers/export?email=old@example.org');
  assert.deepEqual([json.customer.created_at, json.customer.updated_at], [new Date(MADE).toISOString(), new Date(MADE).toISOString()]);
  await hb.execute("UPDATE event SET published = 0, updated_at = ?1, version = version + 1 WHERE id = 3", MADE);
  assert.ok((await manager.get('events/3')).json.published_at, 'it was published once');
});
