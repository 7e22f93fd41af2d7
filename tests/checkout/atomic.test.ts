import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, assertRefused, completionOf, eventOf, fieldsOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const checkout = new Checkout(hb);

const event = await eventOf(manager, { transaction_charge: 100, tax_rate_ppm: 190_000 });
const seat = await typeOf(manager, event, { quantity: 1_000, booking_fee: 100 });
const shirt = await shirtOf(manager, { quantity: 1_000 });
const link = await manager.made('links', { kind: 'venue' });
const { secret } = await manager.made('payment-keys', { label: 'till' });
await manager.made('discounts', { code: 'OFF', name: 'x', kind: 'percentage', price_percent: 10 });
const { id: voucher } = await manager.made('vouchers', { name: 'x', value: 500 });

let gifts = 0;
/** A basket that touches every table there is. */
async function newBasket(): Promise<any> {
  gifts += 1;
  await manager.made(`vouchers/${voucher}/codes`, { codes: [`GIFT-${gifts}`] });
  const items = [{ ticket_type: seat, quantity: 2 }, { product_attribute: shirt, quantity: 1 }];
  return checkout.opened({ event, link: link.slug, items, discount: 'off', vouchers: [`GIFT-${gifts}`] });
}

/** Lets the database refuse a write to a table, as a full disk would, and mends it afterwards. */
async function failing<T>(write: string, action: () => Promise<T>): Promise<T> {
  await hb.execute(`CREATE TRIGGER test_failing BEFORE ${write} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
  try {
    return await action();
  } finally {
    await hb.execute('DROP TRIGGER test_failing');
  }
}

/** Asserts that whatever write fails, the request fails as a whole and can be sent again. */
async function wholeOrNothing(writes: string[], request: () => Promise<Answer>, status: number): Promise<Answer> {
  for (const write of writes) {
    const answer = await changesNothing(hb, () => failing(write, request));
    assert.equal(answer.status, 500, `${write}: ${answer.status} ${answer.text}`);
    assert.doesNotMatch(answer.text, /disk/);
  }
  const answer = await request();
  assert.equal(answer.status, status, answer.text);
  await assertConsistent(hb);
  return answer;
}

const ISSUES = ['UPDATE OF held ON basket_line', 'UPDATE OF held ON ticket_type', 'INSERT ON ticket', 'UPDATE OF issued ON ticket_type', 'UPDATE OF issued ON product_attribute', 'UPDATE OF fulfilled ON order_line', 'UPDATE OF state ON basket', 'UPDATE OF is_whole ON sale_order', 'UPDATE ON link_sales'];
const SELLS = ['INSERT ON sale_order', 'INSERT ON order_line', 'INSERT ON voucher_use', 'UPDATE OF times_redeemed ON discount'];

test('BK-07 a completion that fails at any step leaves nothing behind', async () => {
  const basket = await newBasket();
  const { json } = await wholeOrNothing([...SELLS, ...ISSUES], () => checkout.complete(basket.key, completionOf(basket), 'again'), 201);
  assert.equal(json.order.tickets.length, 2);
});

test('BK-09 so does one that waits for its payment, and the payment itself', async () => {
  const basket = await newBasket();
  const { json } = await wholeOrNothing([...SELLS, 'UPDATE OF state ON basket', 'UPDATE OF is_whole ON sale_order'], () => checkout.complete(basket.key, completionOf(basket, { payment_method: 'external' }), 'again'), 201);
  const report = { basket: basket.key, txn_id: 'txn', amount: json.order.total, currency: 'EUR' };
  await wholeOrNothing([...ISSUES, 'UPDATE OF txn_id ON sale_order'], () => checkout.pay(report, secret), 200);
});

test('BK-09 so do refund, void and cancellation', async () => {
  const basket = await newBasket();
  const { order } = await checkout.completed(basket);
  const [ticket] = order.tickets;
  await wholeOrNothing(['INSERT ON refund', 'UPDATE OF refunded ON sale_order', 'UPDATE OF refunded ON link_sales'], () => manager.post(`orders/${order.id}/refunds`, { amount: 100 }), 201);
  await wholeOrNothing(['UPDATE OF voided_at ON ticket', 'UPDATE OF issued ON ticket_type', 'UPDATE OF tickets ON link_sales'], () => manager.post(`tickets/${ticket.id}/void`, {}), 200);
  await wholeOrNothing(
    ['INSERT ON refund', 'UPDATE OF status ON sale_order', 'UPDATE OF times_redeemed ON discount', 'DELETE ON voucher_use', 'UPDATE OF fulfilled ON order_line', 'UPDATE OF voided_at ON ticket', 'UPDATE OF state ON basket'],
    () => manager.post(`orders/${order.id}/cancel`, {}), 200,
  );
});

test('BK-06 so does a choice', async () => {
  const basket = await newBasket();
  await wholeOrNothing(['UPDATE OF selection ON basket', 'DELETE ON basket_line', 'INSERT ON basket_line', 'UPDATE OF held ON ticket_type'], () => checkout.choose(basket.key, { items: [{ ticket_type: seat, quantity: 5 }] }), 200);
});

test('BK-10 so do a check-in and its undoing', async () => {
  const { tickets: [ticket] } = await checkout.bought({ event, items: [{ ticket_type: seat, quantity: 1 }] });
  await wholeOrNothing(['INSERT ON check_in'], () => manager.post('check-ins', { event_id: event, barcode: ticket.barcode }), 201);
  await wholeOrNothing(['UPDATE OF undone_at ON check_in'], () => manager.remove(`tickets/${ticket.id}/check-in`), 204);
});

test('BK-07 the largest basket there can be is sold whole', async () => {
  const hall = await eventOf(manager, { transaction_charge: 1, tax_rate_ppm: 70_000 });
  const types: number[] = [];
  for (let n = 0; n < 100; n += 1) types.push(await typeOf(manager, hall, { price: 100 + n, booking_fee: 1 + n, quantity: 10 }));
  const { tickets, lines } = await checkout.bought({ event: hall, items: types.map((type) => ({ ticket_type: type, quantity: 10 })) });
  assert.deepEqual([tickets.length, lines.length], [1_000, 202]);
  await assertConsistent(hb);
});

test('BK-07 an order of a thousand tickets is one like any other', async () => {
  const type = await typeOf(manager, event, { quantity: 1_000 });
  const { id, tickets } = await checkout.bought({ event, items: [{ ticket_type: type, quantity: 1_000 }] });
  assert.equal(new Set(tickets.map(({ barcode }: { barcode: string }) => barcode)).size, 1_000);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 1_000, available: 0 });
  assert.equal((await manager.post(`orders/${id}/cancel`, {})).status, 200);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 0, available: 1_000 });
});

test('BK-06 more than a thousand things are no basket, however they are told', async () => {
  const type = await typeOf(manager, event, { quantity: 5_000 });
  const of = (...quantities: number[]): object => ({ event, items: quantities.map((quantity) => ({ ticket_type: type, quantity })) });
  for (const body of [of(1_000, 1), of(500, 501), of(...Array(100).fill(11)), { event, items: [{ ticket_type: type, quantity: 1_000 }, { product_attribute: shirt, quantity: 1 }] }]) {
    const answer = await changesNothing(hb, () => checkout.open(body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), ['items']);
  }
  const basket = await checkout.opened(of(500, 300, 200));
  assert.equal((await checkout.completed(basket)).order.tickets.length, 1_000);
});

test('BK-04 a basket that was opened empty takes the currency of what is chosen', async () => {
  const yen = await typeOf(manager, await eventOf(manager, { currency: 'JPY' }), { price: 9_000 });
  const basket = await checkout.opened({ organizer: demo.slug });
  const chosen = await checkout.chosen(basket.key, { items: [{ ticket_type: yen, quantity: 1 }] });
  assert.deepEqual([chosen.quote.problems, chosen.quote.currency, chosen.quote.total], [[], 'JPY', 9_000]);
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
