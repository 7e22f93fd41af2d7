import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, assertRefused, completionOf, eventOf, fieldsOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;
const checkout = new Checkout(hb);

const event = await eventOf(manager);
const seat = await typeOf(manager, event, { price: 2_500, quantity: 10_000 });
const { secret } = await manager.made('payment-keys', { label: 'till' });

const tickets = (quantity: number, type = seat): object => ({ event, items: [{ ticket_type: type, quantity }] });
const refund = (order: number, body: unknown, key?: string): Promise<Answer> => manager.send('POST', `orders/${order}/refunds`, body, key === undefined ? {} : { 'idempotency-key': key });

async function shown(id: number): Promise<any> {
  const { status, json, text } = await manager.get(`orders/${id}`);
  assert.equal(status, 200, text);
  return json;
}

test('BK-09 part of it, another part, and the rest', async () => {
  const { id } = await checkout.bought(tickets(2));
  const first = await refund(id, { amount: 1_200, reason: 'rain' });
  assert.deepEqual([first.status, first.json.amount, first.json.reason], [201, 1_200, 'rain'], first.text);
  assert.ok(Number.isFinite(Date.parse(first.json.created_at)));
  const second = await refund(id, { amount: 800 });
  assert.deepEqual([second.status, second.json.reason], [201, '']);
  const rest = await refund(id, {});
  assert.deepEqual([rest.status, rest.json.amount], [201, 3_000]);
  const { refunded, refunds, status, total } = await shown(id);
  assert.deepEqual([refunded, total, status], [5_000, 5_000, 'completed']);
  assert.deepEqual(refunds, [first.json, second.json, rest.json]);
  assertRefused(await changesNothing(hb, () => refund(id, {})), 409);
  assertRefused(await changesNothing(hb, () => refund(id, { amount: 1 })), 409);
});

test('BK-09 a refund takes no ticket and no stock back', async () => {
  const type = await typeOf(manager, event, { quantity: 5 });
  const { id } = await checkout.bought(tickets(2, type));
  await refund(id, {});
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 2, available: 3 });
  assert.deepEqual((await shown(id)).tickets.map(({ status }: { status: string }) => status), ['valid', 'valid']);
});

test('BK-09 no more than is left', async () => {
  const { id } = await checkout.bought(tickets(1));
  for (const amount of [2_501, Number.MAX_SAFE_INTEGER]) {
    const answer = await changesNothing(hb, () => refund(id, { amount }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), ['amount']);
  }
  await refund(id, { amount: 2_000 });
  assert.deepEqual(fieldsOf(await changesNothing(hb, () => refund(id, { amount: 501 }))), ['amount']);
  assert.equal((await refund(id, { amount: 500 })).status, 201);
});

test('BK-09 what was not paid is not refunded', async () => {
  const basket = await checkout.opened(tickets(1));
  const { order } = await checkout.completed(basket, { payment_method: 'external' });
  assertRefused(await changesNothing(hb, () => refund(order.id, {})), 409);
  const nothing = await checkout.bought(tickets(1, await typeOf(manager, event, { price: 0 })));
  assertRefused(await changesNothing(hb, () => refund(nothing.id, {})), 409);
});

test('BK-09 the same refund again is one, the same key for another is refused', async () => {
  const { id } = await checkout.bought(tickets(2));
  const first = await refund(id, { amount: 500 }, 'r-1');
  const again = await changesNothing(hb, () => refund(id, { amount: 500 }, 'r-1'));
  assert.deepEqual([first.status, again.status, again.text], [201, 201, first.text]);
  for (const body of [{ amount: 501 }, {}, { amount: 500, reason: 'x' }]) assertRefused(await changesNothing(hb, () => refund(id, body, 'r-1')), 422, 'idempotency_mismatch');
  const answers = await Promise.all(Array.from({ length: 20 }, () => refund(id, { amount: 700 }, 'r-2')));
  assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1, answers.map(({ text }) => text).join('\n'));
  assert.equal((await shown(id)).refunded, 1_200);
  // The key is the order's own.
  const second = await checkout.bought(tickets(1));
  assert.equal((await refund(second.id, { amount: 500 }, 'r-1')).status, 201);
});

test('BK-09 the answer to a key is the same after everything was refunded', async () => {
  const { id } = await checkout.bought(tickets(1));
  const first = await refund(id, {}, 'whole');
  const again = await changesNothing(hb, () => refund(id, {}, 'whole'));
  assert.deepEqual([again.status, again.text], [201, first.text]);
});

test('BK-09 twenty refunds at once never exceed the total', async () => {
  for (const [amount, wins] of [[200, 12], [2_500, 1], [1_300, 1], [125, 20]] as const) {
    const { id } = await checkout.bought(tickets(1));
    const answers = await Promise.all(Array.from({ length: 20 }, () => refund(id, { amount })));
    assert.equal(answers.filter(({ status }) => status === 201).length, wins, answers.map(({ status, text }) => `${status} ${text}`).join('\n'));
    for (const { status, text } of answers) assert.ok([201, 409, 422].includes(status), text);
    const { refunded, refunds } = await shown(id);
    assert.deepEqual([refunded, refunds.length], [wins * amount, wins]);
  }
  const { id } = await checkout.bought(tickets(1));
  const answers = await Promise.all(Array.from({ length: 20 }, () => refund(id, {})));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)]);
});

test('BK-09 cancelling voids the tickets, gives stock back and refunds what is left', async () => {
  const [type, shirt] = [await typeOf(manager, event, { quantity: 5 }), await shirtOf(manager, { quantity: 5 })];
  const { id, key } = await checkout.bought({ event, items: [{ ticket_type: type, quantity: 2 }, { product_attribute: shirt, quantity: 3 }] });
  await refund(id, { amount: 1_000 });
  const answer = await manager.post(`orders/${id}/cancel`, {});
  assert.equal(answer.status, 200, answer.text);
  const { status, refunded, total, refunds, tickets: all, cancelled_at: at } = answer.json;
  assert.deepEqual([status, refunded, refunds.map(({ amount }: { amount: number }) => amount)], ['cancelled', total, [1_000, total - 1_000]]);
  assert.ok(Number.isFinite(Date.parse(at)));
  assert.deepEqual(all.map((ticket: { status: string }) => ticket.status), ['void', 'void']);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 0, available: 5 });
  assert.deepEqual(await stockOf(manager, shirt, 'product-attributes'), { held: 0, issued: 0, available: 5 });
  assert.deepEqual((await shown(id)), answer.json);
  assert.equal((await checkout.basket(key)).state, 'cancelled');
  assertRefused(await changesNothing(hb, () => manager.post(`orders/${id}/cancel`, {})), 409);
  assertRefused(await changesNothing(hb, () => refund(id, {})), 409);
});

test('BK-09 a cancellation and a refund need no body', async () => {
  const { id } = await checkout.bought(tickets(1));
  const whole = await manager.post(`orders/${id}/refunds`, undefined);
  assert.deepEqual([whole.status, whole.json.amount], [201, 2_500], whole.text);
  const cancelled = await manager.post(`orders/${id}/cancel`, undefined);
  assert.deepEqual([cancelled.status, cancelled.json.status], [200, 'cancelled'], cancelled.text);
});

test('BK-09 a token that may only read learns no key that would let it write', async () => {
  const { id, key } = await checkout.bought(tickets(1));
  const basket = await manager.made('baskets', { event });
  const reader = { authorization: `Bearer ${demo.reader}` };
  for (const path of [`orders/${id}`, 'orders?limit=100', `baskets/${basket.id}`, 'baskets?limit=100']) {
    const { status, text } = await manager.send('GET', path, undefined, reader);
    assert.equal(status, 200, text);
    assert.ok(!text.includes(key) && !text.includes(basket.key), `${path}: ${text.slice(0, 300)}`);
  }
  assert.ok((await manager.get(`orders/${id}`)).text.includes(key));
  for (const path of [`orders/${id}/cancel`, `orders/${id}/refunds`]) assertRefused(await changesNothing(hb, () => manager.send('POST', path, {}, reader)), 403, 'forbidden');
});

test('BK-09 cancelling without a refund keeps the money, which can be given back later', async () => {
  const { id } = await checkout.bought(tickets(1));
  const answer = await manager.post(`orders/${id}/cancel`, { refund: false });
  assert.deepEqual([answer.status, answer.json.status, answer.json.refunded, answer.json.refunds], [200, 'cancelled', 0, []], answer.text);
  const later = await refund(id, { amount: 2_500 });
  assert.equal(later.status, 201, later.text);
  assert.equal((await shown(id)).refunded, 2_500);
});

test('BK-09 cancelling an order that was not paid refunds nothing', async () => {
  const type = await typeOf(manager, event, { quantity: 5 });
  const basket = await checkout.opened(tickets(2, type));
  const { order } = await checkout.completed(basket, { payment_method: 'external' });
  const answer = await manager.post(`orders/${order.id}/cancel`, {});
  assert.deepEqual([answer.status, answer.json.status, answer.json.refunds, answer.json.completed_at], [200, 'cancelled', [], null], answer.text);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 0, available: 5 });
  assertRefused(await changesNothing(hb, () => checkout.pay({ basket: basket.key, txn_id: 'late', amount: order.total, currency: 'EUR' }, secret)), 409, 'order_closed');
  assertRefused(await changesNothing(hb, () => refund(order.id, {})), 409);
});

test('BK-09 of cancellations and refunds at once none pays twice', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { id } = await checkout.bought(tickets(2));
    const answers = await Promise.all([...Array.from({ length: 5 }, () => manager.post(`orders/${id}/cancel`, {})), ...Array.from({ length: 10 }, () => refund(id, { amount: 700 }))]);
    for (const { status, text } of answers) assert.ok(status < 500, text);
    assert.equal(answers.slice(0, 5).filter(({ status }) => status === 200).length, 1, answers.slice(0, 5).map(({ text }) => text).join('\n'));
    const { refunded, total, status } = await shown(id);
    assert.deepEqual([refunded, status], [total, 'cancelled']);
  }
});

test('BK-09 voiding a ticket gives its place back, once, and refunds nothing', async () => {
  const type = await typeOf(manager, event, { quantity: 5 });
  const { id } = await checkout.bought(tickets(2, type));
  const [ticket] = (await shown(id)).tickets;
  const answers = await Promise.all(Array.from({ length: 10 }, () => manager.post(`tickets/${ticket.id}/void`, {})));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(9).fill(409)]);
  const { json } = await manager.get(`tickets/${ticket.id}`);
  assert.deepEqual([json.status, Number.isFinite(Date.parse(json.voided_at))], ['void', true]);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 1, available: 4 });
  const order = await shown(id);
  assert.deepEqual([order.refunded, order.status, order.tickets.map(({ status }: { status: string }) => status).sort()], [0, 'completed', ['valid', 'void']]);
  // The place is sold again, and a cancellation gives back only what is still issued.
  await checkout.bought(tickets(4, type));
  assert.equal((await manager.post(`orders/${id}/cancel`, {})).status, 200);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 4, available: 1 });
});

test('BK-09 what a refund and a cancellation say', async () => {
  const { id } = await checkout.bought(tickets(1));
  const bad: [object, string][] = [
    ...[0, -1, 1.5, '100', true, [], {}, 2 ** 53].map((amount): [object, string] => [{ amount }, 'amount']),
    ...[1, 'x'.repeat(501), [], 'a\u0000b'].map((reason): [object, string] => [{ reason }, 'reason']),
    [{ currency: 'EUR' }, 'currency'], [{ nonsense: 1 }, 'nonsense'],
  ];
  for (const [body, field] of bad) {
    const answer = await changesNothing(hb, () => refund(id, body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], JSON.stringify(body).slice(0, 60));
  }
  for (const [body, field] of [[{ refund: 'yes' }, 'refund'], [{ refund: 1 }, 'refund'], [{ nonsense: 1 }, 'nonsense']] as const) {
    const answer = await changesNothing(hb, () => manager.post(`orders/${id}/cancel`, body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field]);
  }
  for (const wrong of [NOBODY, 0, -1, 'x', '1.5', '%00', '99999999999999999999']) {
    for (const answer of [await refund(wrong as number, {}), await manager.post(`orders/${wrong}/cancel`, {}), await manager.get(`orders/${wrong}`), await manager.post(`tickets/${wrong}/void`, {}), await manager.get(`tickets/${wrong}`)]) {
      assert.equal(answer.status, 404, `${wrong}: ${answer.text}`);
    }
  }
  const long = await changesNothing(hb, () => refund(id, {}, 'x'.repeat(256)));
  assert.ok([400, 422].includes(long.status), long.text);
});

test('BK-09 orders are listed newest first, narrowed by status, link and event', async () => {
  const seller = await organizerNamed(hb, operator, 'lister');
  const its = seller.manager;
  const [first, second] = [await eventOf(its), await eventOf(its)];
  const types = [await typeOf(its, first), await typeOf(its, second)];
  const link = await its.made('links', { kind: 'venue' });
  const made: any[] = [];
  for (let n = 0; n < 6; n += 1) {
    made.push(await checkout.bought({ organizer: seller.slug, items: [{ ticket_type: types[n % 2], quantity: 1 }], ...(n < 2 && { link: link.slug }) }));
  }
  assert.equal((await its.post(`orders/${made[0].id}/cancel`, {})).status, 200);
  const ids = async (query: string): Promise<number[]> => {
    const found: number[] = [];
    for (let next: string | null = `/manage/orders?limit=2${query}`; next !== null; ) {
      const page = await its.get(next);
      assert.equal(page.status, 200, page.text);
      found.push(...page.json.data.map(({ id }: { id: number }) => id));
      next = page.json.next;
    }
    return found;
  };
  const of = (...indexes: number[]): number[] => indexes.map((index) => made[index].id);
  assert.deepEqual(await ids(''), of(5, 4, 3, 2, 1, 0));
  assert.deepEqual(await ids('&status=cancelled'), of(0));
  assert.deepEqual(await ids('&status=completed'), of(5, 4, 3, 2, 1));
  assert.deepEqual(await ids('&status=pending'), []);
  assert.deepEqual(await ids(`&link_id=${link.id}`), of(1, 0));
  assert.deepEqual(await ids(`&event_id=${second}`), of(5, 3, 1));
  assert.deepEqual(await ids(`&event_id=${first}&link_id=${link.id}&status=cancelled`), of(0));
  for (const query of ['status=open', 'status=', 'link_id=x', 'event_id=-1', 'limit=0', 'after=x']) assertRefused(await its.get(`orders?${query}`), 422, 'invalid');
  assert.deepEqual((await other.manager.get('orders')).json.data, []);
});

test('BK-09 an order as the organizer sees it', async () => {
  const basket = await checkout.opened(tickets(1));
  const buyer = { first_name: 'Zoë', last_name: "O'Neil <b>", email: 'zoe@example.org', phone: '+49 30 1234', address: 'Hauptstraße 1\n10115 Berlin' };
  const { order } = await checkout.completed(basket, { buyer });
  const { json } = await manager.get(`orders/${order.id}`);
  assert.deepEqual(json.buyer, buyer);
  assert.deepEqual([json.id, json.basket_key, json.link_id, json.discount_code, json.cancelled_at, json.refunded], [order.id, basket.key, null, null, null, 0]);
  assert.deepEqual([json.currency, json.subtotal, json.tax, json.total, json.lines], [order.currency, order.subtotal, order.tax, order.total, order.lines]);
  assert.deepEqual(json.tickets.map(({ barcode }: { barcode: string }) => barcode), order.tickets.map(({ barcode }: { barcode: string }) => barcode));
  assert.deepEqual(completionOf(basket)['total'], json.total);
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
