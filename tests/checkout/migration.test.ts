import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHash } from 'node:crypto';
import { Manager } from '../support/api.ts';
import { Checkout, DAY } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';

/** A database as it was before there was a checkout, with rows in every table. */
const hb = await startHandbill({ migrateTo: '0004' });
after(() => hb.stop());

const NOW = Date.now();
const TOKEN = `hb_${'A'.repeat(43)}`;
const VISITOR = 'A'.repeat(22);

const ROWS: [string, unknown[]][] = [
  ["INSERT INTO organizer (id, name, slug, time_zone, currency, attribution_window_days, created_at, updated_at) VALUES (7, 'Old', 'old', 'Europe/Berlin', 'JPY', 12, ?1, ?1), (8, 'Mate', 'mate', 'UTC', 'EUR', 30, ?1, ?1)", [NOW]],
  ['INSERT INTO partner (organizer_id, partner_id, created_at) VALUES (7, 8, ?1)', [NOW]],
  ["INSERT INTO app_user (id, organizer_id, name, username, created_at, updated_at) VALUES (3, 7, 'Ann', 'ann', ?1, ?1)", [NOW]],
  ["INSERT INTO api_token (organizer_id, user_id, label, access, hash, created_at) VALUES (7, 3, 'till', 'write', ?2, ?1)", [NOW, createHash('sha256').update(TOKEN).digest('hex')]],
  ["INSERT INTO series (id, organizer_id, name, description, created_at, updated_at) VALUES (2, 7, 'Summer', '', ?1, ?1)", [NOW]],
  ["INSERT INTO event (id, organizer_id, series_id, name, slug, description, starts_at, ends_at, time_zone, currency, place, published, created_at, updated_at) VALUES (5, 7, 2, 'Fair', 'fair', '', ?2, ?3, 'Asia/Tokyo', 'JPY', 'Hall', 1, ?1, ?1)", [NOW, NOW + 300 * DAY, NOW + 301 * DAY]],
  ["INSERT INTO ticket_group (id, organizer_id, event_id, name, max_per_order, sort, created_at, updated_at) VALUES (4, 7, 5, 'Floor', 6, 1, ?1, ?1)", [NOW]],
  ["INSERT INTO ticket_type (id, organizer_id, event_id, group_id, name, description, price, quantity, min_per_order, max_per_order, hidden, sort, created_at, updated_at, version) VALUES (11, 7, 5, 4, 'Seat', 'd', 1200, 40, 1, 5, 0, 2, ?1, ?1, 9), (12, 7, 5, NULL, 'Gone', '', 1, 1, 1, NULL, 1, 0, ?1, ?1, 1)", [NOW]],
  ["INSERT INTO product (id, organizer_id, name, description, currency, created_at, updated_at) VALUES (6, 7, 'Shirt', '', 'JPY', ?1, ?1)", [NOW]],
  ["INSERT INTO product_attribute (id, organizer_id, product_id, name, price, quantity, sort, created_at, updated_at) VALUES (21, 7, 6, 'Large', 3000, 5, 0, ?1, ?1)", [NOW]],
  ["INSERT INTO link (id, slug, slug_key, kind, owner_id, organizer_id, event_id, referred_by, description, hide_public_ticket_types, items, destination, utm, created_at, updated_at) VALUES (31, 'Old-Poster', 'old-poster', 4, 8, 7, 5, 3, 'at the station', 0, ?2, '/checkout/?hb=Old-Poster', '{}', ?1, ?1), (32, 'other', 'other', 2, 7, 7, NULL, NULL, '', 0, NULL, '/shop/old/?hb=other', '{}', ?1, ?1)", [NOW, '[{"ticket_type":11,"quantity":2}]']],
  ["INSERT INTO basket (organizer_id, link_id, currency, created_at) VALUES (7, 31, 'JPY', ?1)", [NOW]],
  ["INSERT INTO agent (id, text, robot, list_version) VALUES (1, 'curl/8', 0, 'x')", []],
  ["INSERT INTO click (id, link_id, at, visitor, agent_id, fetch) VALUES (?2, 31, ?1, ?3, 1, 0)", [NOW, new Uint8Array(16).fill(1), VISITOR]],
  ['UPDATE ledger_mark SET seq = 1', []],
  ['INSERT INTO link_visitor (link_id, visitor, first_seq) VALUES (31, ?1, 1)', [VISITOR]],
  ['INSERT INTO link_hour (link_id, hour, raw, robot, views, visitors) VALUES (31, 1, 1, 0, 1, 1)', []],
  ['INSERT INTO link_count (link_id, raw, robot, views, visitors) VALUES (31, 1, 0, 1, 1)', []],
];

/** The tables that were there before, but the basket, which nothing filled. */
const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*' AND name NOT GLOB 'sqlite*' AND name NOT GLOB 'link_search*' AND name NOT IN ('basket', 'd1_migrations')")).map(({ name }) => String(name));
for (const [sql, values] of ROWS) await (values.length === 0 ? hb.db.prepare(sql) : hb.db.prepare(sql).bind(...values)).run();

const columns = new Map<string, string>();
for (const table of tables) columns.set(table, (await hb.rows('SELECT name FROM pragma_table_info(?1)', table)).map(({ name }) => `"${name}"`).join(', '));

/** Every row of the old tables, in their old columns. */
async function rows(): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of tables) all[table] = await hb.rows(`SELECT ${columns.get(table)} FROM "${table}" ORDER BY 1, 2`);
  return all;
}

test('AU-08 a filled database of before the checkout keeps every row', async () => {
  const before = await rows();
  for (const [table, all] of Object.entries(before)) if (!['metric', 'visitor_salt'].includes(table)) assert.ok((all as unknown[]).length > 0, `${table} is filled`);
  await hb.migrate();
  assert.deepEqual(await rows(), before);
  await assertConsistent(hb);
});

test('AU-08 a migration is applied once', async () => {
  const before = await rows();
  await hb.migrate();
  assert.deepEqual(await rows(), before);
});

test('AU-08 what was sold by hand before has the new settings at their defaults', async () => {
  const manager = new Manager(hb, TOKEN);
  const read = async (path: string, ...fields: string[]): Promise<unknown[]> => {
    const { status, json, text } = await manager.get(path);
    assert.equal(status, 200, text);
    return fields.map((field) => json[field]);
  };
  assert.deepEqual(await read('organizers/7', 'currency', 'hold_minutes', 'payment_minutes', 'offline_payment', 'offline_instructions', 'payment_url'), ['JPY', 15, 60, true, '', null]);
  assert.deepEqual(await read('events/5', 'name', 'transaction_charge', 'tax_rate_ppm', 'tax_inclusive', 'accepts_donations'), ['Fair', 0, 0, true, false]);
  assert.deepEqual(await read('ticket-types/11', 'price', 'booking_fee', 'access_code', 'held', 'issued', 'available'), [1_200, 0, null, 0, 0, 40]);
  assert.deepEqual(await read('products/6', 'tax_rate_ppm', 'tax_inclusive'), [0, true]);
  assert.deepEqual(await read('product-attributes/21', 'price', 'held', 'issued', 'available'), [3_000, 0, 0, 5]);
  assert.deepEqual(await read('links/31', 'slug', 'views', 'visitors'), ['Old-Poster', 1, 1]);
});

test('AU-08 an old quick-purchase link sells at once', async () => {
  assert.equal((await hb.send('/l/old-poster')).status, 302);
  const checkout = new Checkout(hb);
  const order = await checkout.bought({ link: 'old-poster' });
  assert.deepEqual([order.total, order.currency, order.tickets.length], [2_400, 'JPY', 2]);
  assert.equal(await hb.value('SELECT completed FROM link_sales WHERE link_id = 31'), 1);
  await assertConsistent(hb);
});
