import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, completionOf, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { DB_TELLS } from '../support/faults.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import type { Ran } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

// A purchase costs what is bought, not what was sold before: the same steps are
// taken by the tenth buyer and by one of hundreds, and the rows that SQLite looks
// at are compared.
const hb = await startHandbill({ faults: DB_TELLS });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const checkout = new Checkout(hb);

const event = await eventOf(manager, { transaction_charge: 100 });
const seat = await typeOf(manager, event, { quantity: 100_000 });
const shirt = await shirtOf(manager, { quantity: 100_000 });
const link = await manager.made('links', { kind: 'venue' });
const { secret } = await manager.made('payment-keys', { label: 'till' });
await manager.made('discounts', { code: 'OFF', name: 'x', kind: 'percentage', price_percent: 10 });
const { id: voucher } = await manager.made('vouchers', { name: 'x', value: 500 });

const FEW = 10;
const MORE = 400;

let gifts = 0;
async function body(): Promise<object> {
  const code = `GIFT-${(gifts += 1)}`;
  await manager.made(`vouchers/${voucher}/codes`, { codes: [code] });
  return { event, link: link.slug, items: [{ ticket_type: seat, quantity: 2 }, { product_attribute: shirt, quantity: 1 }], discount: 'off', vouchers: [code] };
}

/** What one buyer and the seller do, step by step: the statements behind each. */
async function steps(): Promise<Map<string, Ran[]>> {
  const ran = new Map<string, Ran[]>();
  const step = async <T>(name: string, action: () => Promise<T>): Promise<T> => {
    let result: T | undefined;
    ran.set(name, await ranDuring(hb, async () => void (result = await action())));
    assert.ok(ran.get(name)!.length > 0, name);
    return result as T;
  };
  const wanted = await body();
  const basket = await step('opening a basket', () => checkout.opened(wanted));
  await step('reading it', () => checkout.basket(basket.key));
  await step('choosing', () => checkout.chosen(basket.key, basket.selection));
  const { order } = await step('completing', () => checkout.completed(basket));
  await step('the same again', () => checkout.complete(basket.key, completionOf(basket), 'again'));
  await step('the confirmation', () => checkout.confirmation(basket.key));
  await step('the order', () => manager.get(`orders/${order.id}`));
  await step('scanning a ticket', () => manager.post('check-ins', { event_id: event, barcode: order.tickets[0].barcode }));
  await step('scanning it again', () => manager.post('check-ins', { event_id: event, barcode: order.tickets[0].barcode }));
  await step('undoing that', () => manager.remove(`tickets/${order.tickets[0].id}/check-in`));
  await step('voiding it', () => manager.post(`tickets/${order.tickets[0].id}/void`, {}));
  await step('a refund', () => manager.post(`orders/${order.id}/refunds`, { amount: 100 }));
  await step('a cancellation', () => manager.post(`orders/${order.id}/cancel`, {}));
  const waiting = await checkout.opened({ event, items: [{ ticket_type: seat, quantity: 1 }] });
  const { order: pending } = await step('waiting for a payment', () => checkout.completed(waiting, { payment_method: 'external' }));
  await step('a payment', () => checkout.pay({ basket: waiting.key, txn_id: `txn-${pending.id}`, amount: pending.total, currency: 'EUR' }, secret));
  await step('the orders', () => manager.get('orders?limit=5'));
  await step('the tickets of an order', () => manager.get(`tickets?order_id=${order.id}`));
  await step('the tickets of an event', () => manager.get(`tickets?event_id=${event}&limit=5`));
  await step('the baskets', () => manager.get('baskets?limit=5'));
  await step('a list of links', () => demo.venue.list());
  await step('the cron', () => hb.runCron());
  return ran;
}

/** So many more orders, of which some wait and some were left. */
async function sell(orders: number): Promise<void> {
  for (let n = 0; n < orders; n += 20) {
    const baskets = await Promise.all(Array.from({ length: 20 }, async () => checkout.opened(await body())));
    await Promise.all(baskets.map((basket, at) => (at % 4 === 0 ? undefined : checkout.completed(basket, at % 4 === 1 ? { payment_method: 'external' } : {}))));
  }
}

await sell(FEW);
await steps(); // The token's last use is written now, not in the middle of a comparison.
const small = await steps();
await sell(MORE);
const large = await steps();
const rows = (ran: Ran[] | undefined): number => (ran ?? []).reduce((sum, { rowsRead }) => sum + rowsRead, 0);

for (const [what, ran] of small) {
  test(`BK-07 ${what} reads no more rows because more was sold`, () => {
    const [before, now] = [rows(ran), rows(large.get(what))];
    assert.ok(now <= before * 1.2 + 5, `${before} rows after ${FEW} baskets, ${now} after ${FEW + MORE}`);
  });
}

test('BK-07 no statement behind a purchase scans a table', async () => {
  const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));
  // The cron walks the lists of what there is to do.
  const statements = new Set([...large].flatMap(([what, ran]) => (what === 'the cron' ? [] : ran.map(({ sql }) => sql))));
  assert.ok(statements.size > 30);
  // A table that the statement does not name is behind a foreign key: SQLite looks there only while one is broken.
  for (const sql of statements) assert.deepEqual(scansIn(await planOf(hb, sql), sql, tables.filter((table) => sql.includes(table))), [], sql);
});
