import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, Checkout, assertRefused, completionOf, eventOf, fieldsOf, shirtOf, typeOf } from '../support/checkout.ts';
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
const event = await eventOf(manager);
const type = await typeOf(manager, event, { quantity: 100_000 });

const newBasket = (): Promise<any> => checkout.opened({ event, items: [{ ticket_type: type, quantity: 2 }] });
const orders = (): Promise<number> => hb.value('SELECT count(*) FROM sale_order');

test('BK-07 the same request twice: the same bytes, one order', async () => {
  const basket = await newBasket();
  const before = await orders();
  const first = await checkout.complete(basket.key, completionOf(basket), 'key-1');
  assert.equal(first.status, 201, first.text);
  const second = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket), 'key-1'));
  assert.deepEqual([second.status, second.text], [201, first.text]);
  assert.equal(await orders(), before + 1);
});

test('BK-07 the same request twenty times at once: equal answers, one order', async () => {
  for (let round = 0; round < 5; round += 1) {
    const basket = await newBasket();
    const before = await orders();
    const answers = await Promise.all(Array.from({ length: 20 }, () => checkout.complete(basket.key, completionOf(basket), `round-${round}`)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201], answers.find(({ status }) => status !== 201)?.text);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(await orders(), before + 1);
    assert.equal(answers[0]?.json.order.tickets.length, 2);
  }
});

test('BK-07 twenty keys at once: one order, the others are told', async () => {
  for (let round = 0; round < 5; round += 1) {
    const basket = await newBasket();
    const before = await orders();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => checkout.complete(basket.key, completionOf(basket), `key-${round}-${n}`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)]);
    for (const answer of answers) if (answer.status === 409) assertRefused(answer, 409, 'basket_closed');
    assert.equal(await orders(), before + 1);
  }
});

test('BK-07 without a key a basket is still completed once', async () => {
  const basket = await newBasket();
  const answers = await Promise.all(Array.from({ length: 10 }, () => checkout.complete(basket.key, completionOf(basket))));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)]);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'basket_closed');
});

test('BK-07 the answer stays the same, whatever becomes of the order and of what was sold', async () => {
  const seller = await organizerNamed(hb, operator, 'restless');
  const its = seller.manager;
  await its.patch(`organizers/${seller.id}`, { offline_instructions: 'at the door' });
  const show = await eventOf(its);
  const seat = await typeOf(its, show);
  const basket = await checkout.opened({ event: show, items: [{ ticket_type: seat, quantity: 2 }] });
  const first = await checkout.complete(basket.key, completionOf(basket), 'kept');
  assert.equal(first.status, 201, first.text);
  const { id, tickets } = first.json.order;
  const changes: (() => Promise<Answer>)[] = [
    () => its.post(`tickets/${tickets[0].id}/void`, {}), () => its.post(`orders/${id}/refunds`, { amount: 100 }), () => its.post(`orders/${id}/cancel`, {}), () => its.patch(`ticket-types/${seat}`, { name: 'Renamed', price: 1 }),
    () => its.patch(`events/${show}`, { name: 'Renamed', place: 'elsewhere' }), () => its.patch(`organizers/${seller.id}`, { offline_instructions: 'by mail' }),
  ];
  for (const [index, change] of changes.entries()) {
    const changed = await change();
    assert.ok(changed.status < 300, changed.text);
    const again = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket), 'kept'));
    assert.deepEqual([index, again.status, again.text], [index, 201, first.text]);
  }
});

test('BK-07 the same key with another body is refused', async () => {
  const basket = await newBasket();
  const completion = completionOf(basket);
  assert.equal((await checkout.complete(basket.key, completion, 'mine')).status, 201);
  for (const other of [{ ...completion, buyer: { ...BUYER, first_name: 'Eve' } }, { ...completion, total: basket.quote.total + 1 }, { ...completion, currency: 'JPY' }, { ...completion, buyer: { ...BUYER, phone: '1' } }]) {
    assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, other, 'mine')), 422, 'idempotency_mismatch');
  }
});

test('BK-07 a completed basket takes no other key, none at all, and no other choice', async () => {
  const basket = await newBasket();
  assert.equal((await checkout.complete(basket.key, completionOf(basket), 'first')).status, 201);
  for (const key of ['second', 'First', 'first ', undefined]) {
    const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket), key));
    // Blanks around a header's value are no part of it (RFC 9110, 5.5).
    if (key?.trim() === 'first') assert.equal(answer.status, 201, answer.text);
    else assertRefused(answer, 409, 'basket_closed');
  }
  assertRefused(await changesNothing(hb, () => checkout.choose(basket.key, { items: [{ ticket_type: type, quantity: 1 }] })), 409, 'basket_closed');
  const { json } = await checkout.read(basket.key);
  assert.deepEqual([json.state, json.hold_until], ['completed', null]);
});

test('BK-07 the same key is free for another basket', async () => {
  const baskets = await Promise.all([newBasket(), newBasket()]);
  const answers = await Promise.all(baskets.map((basket) => checkout.complete(basket.key, completionOf(basket), 'shared')));
  assert.deepEqual(answers.map(({ status }) => status), [201, 201]);
  assert.notEqual(answers[0]?.json.order.id, answers[1]?.json.order.id);
});

test('BK-07 a refused completion leaves its key free', async () => {
  const basket = await newBasket();
  const completion = completionOf(basket);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, { ...completion, total: 1 }, 'retry')), 409, 'price_changed');
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, { ...completion, buyer: {} }, 'retry')), 422, 'invalid');
  assert.equal((await checkout.complete(basket.key, completion, 'retry')).status, 201);
});

test('BK-07 a key is 1 to 255 printable characters', async () => {
  const basket = await newBasket();
  for (const key of ['', 'x'.repeat(256), 'tab\there', 'a b', 'ünïcode']) {
    const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket), Buffer.from(key, 'utf8').toString('latin1')));
    assert.ok(answer.status === 400 || answer.status === 422, `${key}: ${answer.status} ${answer.text}`);
  }
  assert.equal((await checkout.complete(basket.key, completionOf(basket), `~!"#${'x'.repeat(251)}`)).status, 201);
});

test('BK-07 the confirmation can be read again, and says the same', async () => {
  const basket = await newBasket();
  const { text, json } = await checkout.complete(basket.key, completionOf(basket), 'again');
  assert.equal(json.url, `/checkout/orders/${basket.key}/`);
  assert.equal(json.order.key, basket.key);
  assert.equal((await checkout.confirmation(basket.key)).text, text);
});

test('BK-07 choices and a completion at once: what is bought is what was agreed to', async () => {
  for (let round = 0; round < 20; round += 1) {
    const basket = await newBasket();
    const [completed, ...choices] = await Promise.all([
      checkout.complete(basket.key, completionOf(basket)), ...[5, 4, 3, 6, 7].map((quantity) => checkout.choose(basket.key, { items: [{ ticket_type: type, quantity }] })),
    ]);
    if (completed.status === 201) {
      // Had a choice come first, the basket would have cost something else.
      assert.equal(completed.json.order.tickets.length, 2);
      for (const choice of choices) assertRefused(choice, 409, 'basket_closed');
    } else {
      assertRefused(completed, 409, 'price_changed');
      assert.ok(choices.some(({ status }) => status === 200));
    }
    assert.equal((await checkout.basket(basket.key)).state, completed.status === 201 ? 'completed' : 'open');
  }
});

/** Asserts that a completion is refused because the price changed, shows both prices and writes nothing; returns the answer. */
async function refusedAt(basket: any, completion = completionOf(basket)): Promise<Answer> {
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completion, 'late'));
  assertRefused(answer, 409, 'price_changed');
  assert.deepEqual(answer.json.expected, { total: completion['total'], currency: completion['currency'] });
  assert.equal(answer.json.basket.key, basket.key);
  return answer;
}

test('BK-07 a price that changed is refused, with both prices, and sold when the buyer agrees', async () => {
  const changing = await typeOf(manager, event, { price: 1_000 });
  const basket = await checkout.opened({ event, items: [{ ticket_type: changing, quantity: 3 }] });
  await manager.patch(`ticket-types/${changing}`, { price: 1_100 });
  const answer = await refusedAt(basket);
  assert.equal(answer.json.basket.quote.total, 3_300);
  assert.equal((await checkout.completed(answer.json.basket)).order.total, 3_300);
});

test('BK-07 whatever changes the total is noticed: fee, charge, tax, discount, voucher, product', async () => {
  const seller = await organizerNamed(hb, operator, 'changes');
  const its = seller.manager;
  const own = await eventOf(its, { transaction_charge: 100, tax_rate_ppm: 70_000, tax_inclusive: false });
  const seat = await typeOf(its, own, { price: 1_000, booking_fee: 50 });
  const shirt = await shirtOf(its, { price: 2_000 });
  const { id: discount } = await its.made('discounts', { code: 'TEN', name: 'Ten', kind: 'percentage', price_percent: 10 });
  const { id: voucher } = await its.made('vouchers', { name: 'Gift', value: 300 });
  await its.made(`vouchers/${voucher}/codes`, { codes: ['GIFT'] });
  const changes: [string, object][] = [
    [`ticket-types/${seat}`, { price: 1_001 }], [`ticket-types/${seat}`, { booking_fee: 49 }], [`events/${own}`, { transaction_charge: 101 }], [`events/${own}`, { tax_rate_ppm: 80_000 }], [`events/${own}`, { tax_inclusive: true }],
    [`product-attributes/${shirt}`, { price: 1_999 }], [`discounts/${discount}`, { price_percent: 11 }], [`discounts/${discount}`, { booking_fee_percent: 10 }], [`vouchers/${voucher}`, { value: 299 }],
  ];
  for (const [path, change] of changes) {
    const basket = await checkout.opened({ event: own, items: [{ ticket_type: seat, quantity: 2 }, { product_attribute: shirt, quantity: 1 }], discount: 'TEN', vouchers: ['GIFT'] });
    assert.deepEqual(basket.quote.problems, []);
    const changed = await its.patch(path, change);
    assert.equal(changed.status, 200, changed.text);
    const answer = await refusedAt(basket);
    assert.notEqual(answer.json.basket.quote.total, basket.quote.total, path);
  }
});

test("BK-07 the total and the currency are the buyer's word: any other than the server's is refused", async () => {
  const basket = await newBasket();
  const completion = completionOf(basket);
  for (const wrong of [{ total: 0, payment_method: 'no_cost' }, { total: basket.quote.total - 1 }, { total: basket.quote.total + 1 }, { total: Number.MAX_SAFE_INTEGER }, { currency: 'JPY' }]) {
    await refusedAt(basket, { ...completion, ...wrong });
  }
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, { ...completion, currency: 'XXX' }));
  assert.ok(answer.status === 422 || answer.status === 409, answer.text);
  if (answer.status === 422) assert.deepEqual(fieldsOf(answer), ['currency']);
});

/**
 * Notes with each order what the catalogue said in the very transaction that
 * wrote the order.
 */
async function noting(action: () => Promise<void>): Promise<Record<string, any>[]> {
  await hb.execute('CREATE TABLE test_note (order_id INTEGER, price INTEGER, booking_fee INTEGER, charge INTEGER, rate INTEGER, percent INTEGER)');
  await hb.execute(`CREATE TRIGGER test_noting AFTER UPDATE OF is_whole ON sale_order WHEN NEW.is_whole = 1 BEGIN
    INSERT INTO test_note SELECT NEW.id, t.price, t.booking_fee, e.transaction_charge, e.tax_rate_ppm, (SELECT price_percent FROM discount WHERE id = NEW.discount_id)
    FROM basket_line l JOIN ticket_type t ON t.id = l.ticket_type_id JOIN event e ON e.id = t.event_id WHERE l.basket_id = NEW.basket_id;
  END`);
  try {
    await action();
    return await hb.rows(`SELECT n.*, o.total, o.subtotal,
      (SELECT unit_price FROM order_line WHERE order_id = n.order_id AND kind = 'ticket') AS sold_price, (SELECT unit_price FROM order_line WHERE order_id = n.order_id AND kind = 'booking_fee') AS sold_fee,
      (SELECT unit_price FROM order_line WHERE order_id = n.order_id AND kind = 'transaction_charge') AS sold_charge, (SELECT rate_ppm FROM order_line WHERE order_id = n.order_id AND kind = 'tax') AS sold_rate,
      (SELECT -price FROM order_line WHERE order_id = n.order_id AND kind = 'discount') AS sold_discount
      FROM test_note n JOIN sale_order o ON o.id = n.order_id`);
  } finally {
    await hb.execute('DROP TRIGGER test_noting');
    await hb.execute('DROP TABLE test_note');
  }
}

test('BK-07 while the catalogue changes, no order is written at a price that is not the current one', async () => {
  const racer = await organizerNamed(hb, operator, 'racer');
  const its = racer.manager;
  const track = await eventOf(its, { transaction_charge: 100, tax_rate_ppm: 100_000 });
  const seat = await typeOf(its, track, { price: 1_000, booking_fee: 50, quantity: 100_000 });
  const { id: discount } = await its.made('discounts', { code: 'CUT', name: 'Cut', kind: 'percentage', price_percent: 10 });
  const settings: [string, string, [number, number]][] = [
    [`ticket-types/${seat}`, 'price', [1_000, 1_200]], [`ticket-types/${seat}`, 'booking_fee', [50, 60]], [`events/${track}`, 'transaction_charge', [100, 120]], [`events/${track}`, 'tax_rate_ppm', [100_000, 200_000]], [`discounts/${discount}`, 'price_percent', [10, 20]],
  ];
  const statuses: number[] = [];
  let changes = 0;
  const notes = await noting(async () => {
    for (const [path, field, values] of settings) {
      for (let round = 0; round < 6; round += 1) {
        const baskets = await Promise.all(Array.from({ length: 8 }, () => checkout.opened({ event: track, items: [{ ticket_type: seat, quantity: 2 }], discount: 'CUT' })));
        const change = async (): Promise<void> => {
          const { status, text } = await its.patch(path, { [field]: values[(round + 1) % 2] });
          assert.equal(status, 200, text);
          changes += 1;
        };
        const acts: (() => Promise<Answer | void>)[] = baskets.map((basket) => () => checkout.complete(basket.key, completionOf(basket)));
        // First of all, last of all, and between.
        acts.splice((round * acts.length) / 5, 0, change);
        for (const answer of await Promise.all(acts.map((act) => act()))) {
          if (answer === undefined) continue;
          assert.ok(answer.status === 201 || answer.json.error.code === 'price_changed', answer.text);
          statuses.push(answer.status);
        }
      }
    }
  });
  assert.equal(changes, 30);
  assert.equal(notes.length, statuses.filter((status) => status === 201).length);
  assert.ok(statuses.includes(409), 'some were told of the new price');
  assert.ok(statuses.includes(201), 'some were quicker');
  for (const note of notes) {
    const seen = [note.price, note.booking_fee, note.charge, note.rate];
    assert.deepEqual([note.sold_price, note.sold_fee, note.sold_charge, note.sold_rate], seen, JSON.stringify(note));
    assert.equal(note.sold_discount, (2 * note.price * note.percent) / 100, JSON.stringify(note));
  }
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
