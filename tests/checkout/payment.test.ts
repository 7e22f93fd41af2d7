import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, HOUR, MINUTE, assertRefused, completionOf, eventOf, fieldsOf, problemsOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const checkout = new Checkout(hb);
const clock = new Clock(hb);

const event = await eventOf(manager);
const seat = await typeOf(manager, event, { price: 2_500, quantity: 10_000 });
const free = await typeOf(manager, event, { name: 'Guest', price: 0, quantity: 10_000 });
const shirt = await shirtOf(manager, { price: 2_000, quantity: 10_000 });
const { secret } = await manager.made('payment-keys', { label: 'till' });

const items = (type: number, quantity = 1): { event: number; items: object[] } => ({ event, items: [{ ticket_type: type, quantity }] });

/** Asserts that a way to pay is refused under its name. */
async function refusedMethod(basket: any, method: string): Promise<void> {
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket, { payment_method: method })));
  assertRefused(answer, 422, 'invalid');
  assert.deepEqual(fieldsOf(answer), ['payment_method'], method);
}

/** A pending order of `quantity` tickets of a type of its own. */
async function pending(quantity = 2, stock = 10): Promise<{ basket: any; order: any; type: number }> {
  const type = await typeOf(manager, event, { quantity: stock });
  const basket = await checkout.opened({ event, items: [{ ticket_type: type, quantity }, { product_attribute: shirt, quantity: 1 }] });
  const { order } = await checkout.completed(basket, { payment_method: 'external' });
  return { basket, order, type };
}

const reportOf = ({ basket, order }: { basket: any; order: any }, txn: string): object => ({ basket: basket.key, txn_id: txn, amount: order.total, currency: order.currency });

/** The order as the organizer sees it. */
async function shown(id: number): Promise<any> {
  const { status, json, text } = await manager.get(`orders/${id}`);
  assert.equal(status, 200, text);
  return json;
}

test('BK-09 offline: tickets at once, the money later', async () => {
  const basket = await checkout.opened(items(seat, 3));
  assert.ok(basket.payment_methods.includes('offline'));
  const { order, pay_url: url } = await checkout.completed(basket, { payment_method: 'offline' });
  assert.deepEqual([order.status, order.payment_method, order.total, order.tickets.length, url], ['completed', 'offline', 7_500, 3, null]);
  const { payment_method: method, txn_id: txn, status, completed_at: at } = await shown(order.id);
  assert.deepEqual([method, txn, status, Number.isFinite(Date.parse(at))], ['offline', null, 'completed', true]);
});

test('BK-09 offline only where the organizer allows it, with its instructions', async () => {
  const seller = await organizerNamed(hb, operator, 'cashless');
  const type = await typeOf(seller.manager, await eventOf(seller.manager));
  const body = { organizer: seller.slug, items: [{ ticket_type: type, quantity: 1 }] };
  await seller.manager.patch(`organizers/${seller.id}`, { offline_instructions: 'Pay at the <door>.' });
  const allowed = await checkout.opened(body);
  assert.deepEqual([allowed.payment_methods, allowed.offline_instructions], [['offline'], 'Pay at the <door>.']);
  assert.equal((await checkout.completed(allowed)).instructions, 'Pay at the <door>.');
  const basket = await checkout.opened(body);
  assert.equal((await seller.manager.patch(`organizers/${seller.id}`, { offline_payment: false })).status, 200);
  await refusedMethod(basket, 'offline');
  assert.deepEqual((await checkout.basket(basket.key)).payment_methods, []);
  // Without a payment system there is nothing to report the payment.
  await refusedMethod(basket, 'external');
});

test('BK-09 what costs nothing is paid by no_cost, and nothing else is', async () => {
  const nothing = await checkout.opened(items(free, 2));
  assert.deepEqual([nothing.quote.total, nothing.payment_methods, nothing.organizer.payment_methods], [0, ['no_cost'], ['external', 'offline']]);
  for (const method of ['offline', 'external']) await refusedMethod(nothing, method);
  const { order } = await checkout.completed(nothing);
  assert.deepEqual([order.payment_method, order.status, order.tickets.length], ['no_cost', 'completed', 2]);
  const something = await checkout.opened(items(seat));
  assert.ok(!something.payment_methods.includes('no_cost'));
  await refusedMethod(something, 'no_cost');
});

test('BK-09 external: the order waits, holds its stock, and has no tickets yet', async () => {
  const { basket, order, type } = await pending();
  assert.deepEqual([order.status, order.payment_method, order.tickets], ['pending', 'external', []]);
  assert.deepEqual(await stockOf(manager, type), { held: 2, issued: 0, available: 8 });
  const waiting = await checkout.basket(basket.key);
  assert.equal(waiting.state, 'pending');
  assert.ok(Math.abs(Date.parse(waiting.hold_until) - clock.now() - HOUR) < MINUTE, waiting.hold_until);
  assertRefused(await changesNothing(hb, () => checkout.choose(basket.key, { items: [] })), 409, 'basket_closed');
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'basket_closed');
  const { status, txn_id: txn, completed_at: at, tickets } = await shown(order.id);
  assert.deepEqual([status, txn, at, tickets], ['pending', null, null, []]);
});

test('BK-09 external: the buyer is sent to where to pay', async () => {
  const seller = await organizerNamed(hb, operator, 'webshop');
  const type = await typeOf(seller.manager, await eventOf(seller.manager));
  const body = { organizer: seller.slug, items: [{ ticket_type: type, quantity: 1 }] };
  assert.ok(!(await checkout.opened(body)).payment_methods.includes('external'));
  const changed = await seller.manager.patch(`organizers/${seller.id}`, { payment_url: 'https://pay.example/start?shop=7' });
  assert.equal(changed.status, 200, changed.text);
  // Without a key nobody could report that it was paid.
  const unpaid = await checkout.opened(body);
  assert.ok(!unpaid.payment_methods.includes('external'));
  await refusedMethod(unpaid, 'external');
  await seller.manager.made('payment-keys', { label: 'shop' });
  const basket = await checkout.opened(body);
  assert.ok(basket.payment_methods.includes('external'));
  const { pay_url: url, order } = await checkout.completed(basket, { payment_method: 'external' });
  const { origin, pathname, searchParams } = new URL(url);
  assert.deepEqual([origin + pathname, searchParams.get('shop')], ['https://pay.example/start', '7']);
  assert.ok([...searchParams.values()].includes(basket.key), url);
  assert.equal(order.status, 'pending');
  // The page's own place in it stays behind the query.
  await seller.manager.patch(`organizers/${seller.id}`, { payment_url: 'https://pay.example/#step-2' });
  const placed = await checkout.completed(await checkout.opened(body), { payment_method: 'external' });
  assert.deepEqual([new URL(placed.pay_url).hash, new URL(placed.pay_url).searchParams.get('currency')], ['#step-2', 'EUR'], placed.pay_url);
});

test('BK-09 a reported payment completes the order', async () => {
  const one = await pending();
  const answer = await checkout.pay(reportOf(one, 'txn-1'), secret, clock.now());
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, { order: { id: one.order.id, status: 'completed', total: one.order.total, currency: 'EUR', txn_id: 'txn-1' } });
  assert.deepEqual(await stockOf(manager, one.type), { held: 0, issued: 2, available: 8 });
  const { status, txn_id: txn, tickets, completed_at: at } = await shown(one.order.id);
  assert.deepEqual([status, txn, tickets.length, Number.isFinite(Date.parse(at))], ['completed', 'txn-1', 2, true]);
  assert.equal((await checkout.basket(one.basket.key)).state, 'completed');
  const page = await hb.send(`/checkout/orders/${one.basket.key}/`);
  assert.equal(page.status, 200);
  for (const { barcode } of tickets) assert.ok(page.text.includes(barcode));
});

test('BK-09 the same report again, and twenty times at once, changes nothing more', async () => {
  const one = await pending();
  const report = reportOf(one, 'txn-2');
  const answers = await Promise.all(Array.from({ length: 20 }, () => checkout.pay(report, secret, clock.now())));
  assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1, answers.map(({ text }) => text).join('\n'));
  assert.equal(answers[0]?.status, 200);
  const again = await changesNothing(hb, () => checkout.pay(report, secret, clock.now()));
  assert.deepEqual([again.status, again.text], [200, answers[0]?.text]);
  assert.equal((await shown(one.order.id)).tickets.length, 2);
});

test('BK-09 a paid order takes no second payment, a payment pays no second order', async () => {
  const [one, two] = [await pending(), await pending()];
  assert.equal((await checkout.pay(reportOf(one, 'txn-3'), secret, clock.now())).status, 200);
  for (const [each, txn] of [[one, 'txn-4'], [two, 'txn-3']] as const) {
    assertRefused(await changesNothing(hb, () => checkout.pay(reportOf(each, txn), secret, clock.now())), 409);
  }
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => checkout.pay(reportOf(two, `txn-5-${n}`), secret, clock.now())));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)]);
  const pair = [await pending(), await pending()];
  const both = await Promise.all(pair.map((each) => checkout.pay(reportOf(each, 'txn-6'), secret, clock.now())));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
});

test('BK-09 an amount or a currency that is not the order\'s changes nothing', async () => {
  const one = await pending();
  for (const wrong of [{ amount: one.order.total - 1 }, { amount: one.order.total + 1 }, { amount: 0 }, { currency: 'JPY' }, { currency: 'KWD' }]) {
    assertRefused(await changesNothing(hb, () => checkout.pay({ ...reportOf(one, 'txn-7'), ...wrong }, secret, clock.now())), 422);
  }
  assert.equal((await checkout.pay(reportOf(one, 'txn-7'), secret, clock.now())).status, 200);
});

test('BK-09 an order that was paid otherwise takes no report', async () => {
  const basket = await checkout.opened(items(seat));
  const open = await changesNothing(hb, () => checkout.pay({ basket: basket.key, txn_id: 'txn-8', amount: 2_500, currency: 'EUR' }, secret, clock.now()));
  assert.ok(open.status === 404 || open.status === 409, open.text);
  await checkout.completed(basket);
  const paid = await changesNothing(hb, () => checkout.pay({ basket: basket.key, txn_id: 'txn-8', amount: 2_500, currency: 'EUR' }, secret, clock.now()));
  assertRefused(paid, 409);
});

test('BK-09 an unpaid order ends with its time, by the cron: nothing is held, nothing can be paid', async () => {
  const one = await pending();
  await clock.advance(HOUR - 2 * MINUTE);
  await hb.runCron();
  assert.deepEqual(await stockOf(manager, one.type), { held: 2, issued: 0, available: 8 });
  await clock.advance(4 * MINUTE);
  await hb.runCron();
  assert.deepEqual(await stockOf(manager, one.type), { held: 0, issued: 0, available: 10 });
  assert.equal((await shown(one.order.id)).status, 'cancelled');
  assertRefused(await changesNothing(hb, () => checkout.pay(reportOf(one, 'txn-9'), secret, clock.now())), 409, 'order_closed');
});

test('BK-09 an unpaid order ends with its time, for the next buyer without the cron', async () => {
  const one = await pending(10);
  assert.deepEqual(problemsOf(await checkout.opened(items(one.type))), [[0, 'sold_out']]);
  await clock.advance(HOUR + 2 * MINUTE);
  assert.equal((await checkout.bought(items(one.type, 10))).tickets.length, 10);
  assertRefused(await checkout.pay(reportOf(one, 'txn-10'), secret, clock.now()), 409, 'order_closed');
  assert.equal((await shown(one.order.id)).tickets.length, 0);
  await hb.runCron();
  assert.deepEqual(await stockOf(manager, one.type), { held: 0, issued: 10, available: 0 });
});

test('BK-09 a payment that comes too late, before cron or buyer, is told so too', async () => {
  const one = await pending();
  await clock.advance(HOUR + 2 * MINUTE);
  assertRefused(await checkout.pay(reportOf(one, 'txn-11'), secret, clock.now()), 409, 'order_closed');
});

test('BK-09 who asks again after the time is over is told the same as before', async () => {
  const basket = await checkout.opened(items(seat));
  const body = completionOf(basket, { payment_method: 'external' });
  const first = await checkout.complete(basket.key, body, 'wait');
  await clock.advance(HOUR + 2 * MINUTE);
  await hb.runCron();
  const again = await changesNothing(hb, () => checkout.complete(basket.key, body, 'wait'));
  assert.deepEqual([again.status, again.text], [201, first.text]);
  assert.equal((await checkout.confirmation(basket.key)).json.order.status, 'cancelled');
});

test('BK-09 what was promised is given, though it is not sold any more', async () => {
  const one = await pending();
  await manager.patch(`ticket-types/${one.type}`, { price: 9_999, hidden: true });
  assert.equal((await manager.remove(`ticket-types/${one.type}`)).status, 204);
  const answer = await checkout.pay(reportOf(one, 'txn-12'), secret, clock.now());
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await shown(one.order.id)).tickets.length, 2);
});

test('BK-09 payment and end of time at once: one of them', async () => {
  for (let round = 0; round < 6; round += 1) {
    const one = await pending(10);
    await clock.advance(HOUR + 2 * MINUTE);
    const [paid, bought] = await Promise.all([
      checkout.pay(reportOf(one, `late-${round}`), secret, clock.now()),
      checkout.opened(items(one.type, 10)).then((basket) => checkout.complete(basket.key, completionOf(basket))),
      hb.runCron(),
    ]);
    assertRefused(paid, 409);
    assert.equal(bought.status, 201, bought.text);
  }
  await assertConsistent(hb);
});

test('BK-09 payment and cancellation at once: one of them, wholly', async () => {
  for (let round = 0; round < 8; round += 1) {
    const one = await pending();
    const [paid, cancelled] = await Promise.all([checkout.pay(reportOf(one, `race-${round}`), secret, clock.now()), manager.post(`orders/${one.order.id}/cancel`, {})]);
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.ok([200, 409].includes(paid.status), paid.text);
    const { status, refunded, total, txn_id: txn } = await shown(one.order.id);
    assert.deepEqual([status, refunded, txn], ['cancelled', paid.status === 200 ? total : 0, paid.status === 200 ? `race-${round}` : null]);
    assert.deepEqual(await stockOf(manager, one.type), { held: 0, issued: 0, available: 10 });
  }
  await assertConsistent(hb);
});

test('BK-09 the organizer says how long an order may wait', async () => {
  for (const value of [0, -1, 10_081, 1.5, '60', true]) {
    const answer = await changesNothing(hb, () => manager.patch(`organizers/${demo.id}`, { payment_minutes: value }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), ['payment_minutes']);
  }
  assert.equal((await manager.patch(`organizers/${demo.id}`, { payment_minutes: 5 })).status, 200);
  const one = await pending();
  await clock.advance(6 * MINUTE);
  await hb.runCron();
  assert.equal((await shown(one.order.id)).status, 'cancelled');
  await manager.patch(`organizers/${demo.id}`, { payment_minutes: 60 });
});

test('BK-09 where to pay is an address of the web', async () => {
  for (const value of ['', 'pay.example', 'http://pay.example/', 'javascript:alert(1)', 'ftp://pay.example/', '/pay', `https://pay.example/${'x'.repeat(2_048)}`, 1, []]) {
    const answer = await changesNothing(hb, () => manager.patch(`organizers/${demo.id}`, { payment_url: value }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), ['payment_url'], String(value).slice(0, 40));
  }
  for (const value of ['http://localhost:3000/pay', 'http://127.0.0.1/pay', 'https://pay.example/', null]) assert.equal((await manager.patch(`organizers/${demo.id}`, { payment_url: value })).status, 200, String(value));
  for (const [field, value] of [['offline_payment', 'yes'], ['offline_payment', 1], ['offline_instructions', 1], ['offline_instructions', 'x'.repeat(2_001)]] as const) {
    const answer = await changesNothing(hb, () => manager.patch(`organizers/${demo.id}`, { [field]: value }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), [field]);
  }
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
