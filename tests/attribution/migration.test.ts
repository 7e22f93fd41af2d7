import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHash } from 'node:crypto';
import { Manager } from '../support/api.ts';
import { BUYER, DAY } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { figures, reportOf, rowOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf } from '../support/seed.ts';
import { Visitor, orderOf } from '../support/visitor.ts';

/** A database as it was before orders were credited, with orders of all kinds in it. */
const hb = await startHandbill({ migrateTo: '0005' });
after(() => hb.stop());

const NOW = Date.now();
const TOKEN = `hb_${'A'.repeat(43)}`;
const run = (sql: string, ...values: unknown[]): Promise<void> => hb.execute(sql, ...values);

await run("INSERT INTO organizer (id, name, slug, time_zone, currency, created_at, updated_at) VALUES (7, 'Old', 'old', 'Europe/Berlin', 'EUR', ?1, ?1), (8, 'Mate', 'mate', 'UTC', 'EUR', ?1, ?1)", NOW);
await run("INSERT INTO api_token (organizer_id, label, access, hash, created_at) VALUES (7, 'till', 'write', ?2, ?1)", NOW, createHash('sha256').update(TOKEN).digest('hex'));
await run("INSERT INTO event (id, organizer_id, name, slug, description, starts_at, ends_at, time_zone, currency, place, published, created_at, updated_at) VALUES (5, 7, 'Fair', 'fair', '', ?2, ?3, 'UTC', 'EUR', '', 1, ?1, ?1)", NOW, NOW + 300 * DAY, NOW + 301 * DAY);
await run("INSERT INTO ticket_type (id, organizer_id, event_id, name, description, price, quantity, min_per_order, hidden, sort, created_at, updated_at) VALUES (11, 7, 5, 'Seat', '', 1000, 90, 1, 0, 0, ?1, ?1), (12, 7, 5, 'Box', '', 3001, 90, 1, 0, 0, ?1, ?1)", NOW);
for (const [id, seller] of [[31, 7], [32, 7], [33, 8]]) {
  await run("INSERT INTO link (id, slug, slug_key, kind, owner_id, organizer_id, description, hide_public_ticket_types, destination, utm, created_at, updated_at) VALUES (?2, ?3, ?3, 2, ?4, ?4, '', 0, '/shop/', '{}', ?1, ?1)", NOW, id, `link-${id}`, seller);
}

interface Old {
  id: number;
  email: string;
  link?: number;
  seller?: number;
  total: number;
  tickets: Record<number, number>;
  completed?: number;
  status?: string;
  refunded?: number;
}

/** An order as the checkout of then wrote it. */
async function wrote({ id, email, link, seller = 7, total, tickets, completed, status = 'completed', refunded = 0 }: Old): Promise<void> {
  const made = NOW - 100 * DAY + id;
  const written = status === 'cancelled' ? 'completed' : status;
  const held = status === 'pending' ? made + DAY : null;
  await run("INSERT INTO basket (id, key, organizer_id, link_id, currency, selection, state, hold_until, created_at, updated_at) VALUES (?2, ?3, ?6, ?4, 'EUR', '{}', ?5, ?7, ?1, ?1)", made, id, `basket-${id}`.padEnd(22, 'x'), link ?? null, written, seller, held);
  await run(
    `INSERT INTO sale_order (id, organizer_id, basket_id, link_id, status, payment_method, currency, subtotal, tax, total, first_name, last_name, email, fingerprint, is_whole, created_at, completed_at, updated_at)
     VALUES (?2, ?10, ?2, ?3, ?4, ?5, 'EUR', ?6, 0, ?6, 'A', 'B', ?7, ?8, 0, ?1, ?9, ?1)`,
    made, id, link ?? null, written, total === 0 ? 'no_cost' : 'offline', total, email, 'f'.repeat(64), completed ?? null, seller,
  );
  const lines = Object.entries(tickets);
  for (const [at, [type, quantity]] of lines.entries()) {
    const price = type === '11' ? 1_000 : 3_001;
    await run("INSERT INTO order_line (organizer_id, order_id, position, kind, line, ticket_type_id, name, quantity, unit_price, price, value, tax, total) VALUES (?1, ?2, ?3, 'ticket', ?3, ?4, 'x', ?5, ?6, ?7, ?7, 0, ?7)", seller, id, at, Number(type), quantity, price, price * quantity);
    if (status === 'pending') await run('INSERT INTO basket_line (basket_id, position, ticket_type_id, quantity, held) VALUES (?1, ?2, ?3, ?4, ?4)', id, at, Number(type), quantity);
    for (let n = 0; completed !== undefined && n < quantity; n += 1) {
      await run('INSERT INTO ticket (organizer_id, event_id, ticket_type_id, order_id, barcode, created_at, updated_at) VALUES (?1, 5, ?2, ?3, ?4, ?5, ?5)', seller, Number(type), id, `code-${id}-${type}-${n}`, made);
    }
  }
  const face = lines.reduce((sum, [type, quantity]) => sum + quantity * (type === '11' ? 1_000 : 3_001), 0);
  if (lines.length === 0) await run("INSERT INTO order_line (organizer_id, order_id, position, kind, name, quantity, unit_price, price, value, tax, total) VALUES (?1, ?2, 0, 'donation', 'Donation', 1, ?3, ?3, ?3, 0, ?3)", seller, id, total);
  else if (face !== total) await run("INSERT INTO order_line (organizer_id, order_id, position, kind, name, quantity, unit_price, price, value, tax, total) VALUES (?1, ?2, 9, 'transaction_charge', 'Charge', 1, ?3, ?3, ?3, 0, ?3)", seller, id, total - face);
  await run('UPDATE order_line SET position = ?2 WHERE order_id = ?1 AND position = 9', id, lines.length);
  await run('UPDATE sale_order SET is_whole = 1 WHERE id = ?1', id);
  if (refunded > 0) await run("INSERT INTO refund (organizer_id, order_id, amount, reason, fingerprint, created_at) VALUES (?1, ?2, ?3, '', '', ?4)", seller, id, refunded, NOW);
  if (status === 'cancelled') await run("UPDATE sale_order SET status = 'cancelled', cancelled_at = ?2 WHERE id = ?1", id, NOW);
}

const day = (before: number): number => NOW - before * DAY;
await wrote({ id: 1, email: 'Ada@Example.org', link: 31, total: 5_101, tickets: { 11: 2, 12: 1 }, completed: day(90) });
await wrote({ id: 2, email: 'ada@example.org', link: 31, total: 1_000, tickets: { 11: 1 }, completed: day(80) });
// Made first, paid second: what comes later is not new.
await wrote({ id: 3, email: 'bob@example.org', total: 1_000, tickets: { 11: 1 }, completed: day(70) });
await wrote({ id: 4, email: 'BOB@example.org', link: 32, total: 3_001, tickets: { 12: 1 }, completed: day(75) });
await wrote({ id: 5, email: 'cleo@example.org', link: 32, total: 2_000, tickets: { 11: 2 }, completed: day(60), refunded: 500 });
await wrote({ id: 6, email: 'dan@example.org', link: 32, total: 1_000, tickets: { 11: 1 }, completed: day(50), refunded: 1_000 });
await wrote({ id: 7, email: 'eve@example.org', link: 32, total: 1_000, tickets: { 11: 1 }, completed: day(40), status: 'cancelled' });
await wrote({ id: 8, email: 'finn@example.org', link: 32, total: 1_000, tickets: { 11: 1 }, status: 'pending' });
await wrote({ id: 9, email: 'gus@example.org', link: 32, total: 700, tickets: {}, completed: day(30) });
await wrote({ id: 10, email: 'ada@example.org', link: 33, seller: 8, total: 900, tickets: {}, completed: day(20) });
await run("INSERT INTO check_in (organizer_id, ticket_id, at) SELECT 7, id, ?1 FROM ticket WHERE barcode = 'code-1-11-0'", NOW);
await run('UPDATE ticket SET voided_at = ?1 WHERE barcode = ?2', NOW, 'code-1-12-0');

const columns = (await hb.rows("SELECT name FROM pragma_table_info('sale_order')")).map(({ name }) => `"${name}"`).join(', ');
const orders = (): Promise<unknown> => hb.rows(`SELECT ${columns} FROM sale_order ORDER BY id`);
const before = await orders();
await hb.migrate();
const manager = new Manager(hb, TOKEN);

test('ST-12 the orders of before stay as they were', async () => {
  assert.deepEqual(await orders(), before);
  const { link_id: link, receipt, utm } = await orderOf(manager, { id: 1 });
  assert.deepEqual([link, receipt, utm], [31, null, null]);
});

test('ST-08 each mail address of an account is a customer, whose first order is the one that was paid first', async () => {
  const rows = await hb.rows('SELECT organizer_id AS seller, email_key AS email, first_order_id AS first FROM customer ORDER BY organizer_id, email_key');
  assert.deepEqual(rows.map(({ seller, email, first }) => [seller, email, first]), [
    [7, 'ada@example.org', 1], [7, 'bob@example.org', 4], [7, 'cleo@example.org', 5], [7, 'dan@example.org', 6], [7, 'eve@example.org', 7], [7, 'finn@example.org', null], [7, 'gus@example.org', 9], [8, 'ada@example.org', 10],
  ]);
});

test('ST-08 the report has what was sold before, credited to the link that opened the basket', async () => {
  const report = await reportOf(manager);
  assert.deepEqual(rowOf(report, { id: 31 }).figures, figures({ customers: 1, new_customers: 1, orders: 2, tickets: [4, 3], scanned: 1, face_value: { EUR: [6_001, 3_000] } }));
  assert.deepEqual(rowOf(report, { id: 32 }).figures, figures({ customers: [5, 3], new_customers: [5, 3], orders: [5, 3], tickets: [5, 4], face_value: { EUR: [7_001, 4_501] } }));
  assert.deepEqual(report.all_orders.orders, { gross: 8, net: 6 });
  const rebuilt = await (await operatorOf(hb)).post('report/rebuild', {});
  assert.equal(rebuilt.status, 200, rebuilt.text);
  assert.deepEqual(await reportOf(manager), report);
});

test('ST-08 who bought before is not new, and an order that still waited is', async () => {
  const visitor = new Visitor(hb);
  const buy = (email: string): Promise<any> => visitor.buys({ event: 5, items: [{ ticket_type: 11, quantity: 1 }] }, { buyer: { ...BUYER, email } });
  await buy('ADA@EXAMPLE.ORG');
  await buy('finn@example.org');
  const { new_customers: fresh, customers } = (await reportOf(manager)).all_orders;
  assert.deepEqual([customers.gross, fresh.gross], [7, 7]);
});

test('ST-12 everything stored agrees', () => assertConsistent(hb));
