import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, HOUR, MINUTE, assertRefused, completionOf, eventOf, fieldsOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
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
const clock = new Clock(hb);

const event = await eventOf(manager);
const seat = await typeOf(manager, event, { price: 1_000, booking_fee: 200, quantity: 10_000 });
const box = await typeOf(manager, event, { price: 5_000, booking_fee: 300, quantity: 10_000 });
const shirt = await shirtOf(manager, { price: 2_000, quantity: 10_000 });

let codes = 0;
/** Makes a discount of 10 % unless it says otherwise; as the API shows it. */
function discountOf(more: object): Promise<any> {
  codes += 1;
  const kind = 'price' in more ? { kind: 'fixed_amount' } : { kind: 'percentage', price_percent: 10 };
  return manager.made('discounts', { code: `CODE-${codes}`, name: 'Friends', ...kind, ...more });
}

const lines = (...wanted: [number, number][]): { event: number; items: object[] } => ({ event, items: wanted.map(([id, quantity]) => ({ ticket_type: id, quantity })) });

/** What the discount takes off a basket, line by line. */
async function takenOff(discount: { code: string }, body: object): Promise<number[]> {
  const basket = await checkout.opened({ ...body, discount: discount.code });
  assert.deepEqual(problemsOf(basket), []);
  return basket.quote.lines.filter(({ kind }: { kind: string }) => kind === 'discount').map(({ price }: { price: number }) => price);
}

/** The problems of a basket with a code, none of which may be bought. */
async function refusal(code: string, body: object = lines([seat, 1])): Promise<string[]> {
  const basket = await checkout.opened({ ...body, discount: code });
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  assert.ok(!basket.quote.lines.some(({ kind }: { kind: string }) => kind === 'discount'));
  return problemsOf(basket).map(([, each]) => each);
}

test('TT-41 a fixed amount and a part of the price, half up', async () => {
  assert.deepEqual(await takenOff(await discountOf({ price: 250 }), lines([seat, 2])), [-250]);
  assert.deepEqual(await takenOff(await discountOf({ price_percent: 10 }), lines([seat, 2], [box, 1])), [-700]);
  const odd = await typeOf(manager, event, { price: 105 });
  assert.deepEqual(await takenOff(await discountOf({ price_percent: 10 }), lines([odd, 1])), [-11]);
  assert.deepEqual(await takenOff(await discountOf({ price_percent: 33 }), lines([odd, 3])), [-104]);
});

test('TT-41 without types it is for all tickets, with types for those alone; never for products', async () => {
  const body = { event, items: [{ ticket_type: seat, quantity: 1 }, { ticket_type: box, quantity: 1 }, { product_attribute: shirt, quantity: 1 }] };
  assert.deepEqual(await takenOff(await discountOf({ price_percent: 100 }), body), [-6_000]);
  assert.deepEqual(await takenOff(await discountOf({ price_percent: 100, ticket_types: [box] }), body), [-5_000]);
  assert.deepEqual(await takenOff(await discountOf({ price: 9_000, ticket_types: [seat] }), body), [-1_000]);
});

test('TT-41 a basket without a ticket that it is for is told so', async () => {
  const { code } = await discountOf({ ticket_types: [box] });
  assert.deepEqual(await refusal(code), ['discount_not_applicable']);
  assert.deepEqual(await refusal((await discountOf({})).code, { organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 1 }] }), ['discount_not_applicable']);
});

test('TT-41 fees are discounted by an amount, by a part, by both', async () => {
  // 2 × 200 + 300 of fees.
  const body = lines([seat, 2], [box, 1]);
  assert.deepEqual(await takenOff(await discountOf({ price: 0, booking_fee: 150 }), body), [-150]);
  assert.deepEqual(await takenOff(await discountOf({ price: 0, booking_fee_percent: 50 }), body), [-350]);
  assert.deepEqual(await takenOff(await discountOf({ price: 0, booking_fee: 100, booking_fee_percent: 10 }), body), [-170]);
  assert.deepEqual(await takenOff(await discountOf({ price: 500, booking_fee_percent: 100, ticket_types: [box] }), body), [-500, -300]);
});

test('TT-41 never below zero', async () => {
  assert.deepEqual(await takenOff(await discountOf({ price: Number.MAX_SAFE_INTEGER, booking_fee: Number.MAX_SAFE_INTEGER, booking_fee_percent: 100 }), lines([seat, 1])), [-1_000, -200]);
  const { code } = await discountOf({ price_percent: 100, booking_fee_percent: 100 });
  const basket = await checkout.opened({ ...lines([seat, 1]), discount: code });
  assert.equal(basket.quote.total, 0);
  const { order } = await checkout.completed(basket);
  assert.deepEqual([order.status, order.total, order.payment_method, order.tickets.length], ['completed', 0, 'no_cost', 1]);
});

test('TT-41 a code is read as people type it', async () => {
  await discountOf({ code: 'Summer-27' });
  for (const code of ['Summer-27', 'SUMMER-27', 'summer-27', '  summer-27 ']) assert.deepEqual(await takenOff({ code }, lines([seat, 1])), [-100]);
  assert.deepEqual(await refusal('Summer27'), ['discount_unknown']);
});

test("TT-41 another organizer's code, one that was archived and one that was never made are unknown", async () => {
  await other.manager.made('discounts', { code: 'FOREIGN', name: 'x', kind: 'percentage', price_percent: 50 });
  const { id, code } = await discountOf({});
  const basket = await checkout.opened({ ...lines([seat, 1]), discount: code });
  assert.equal((await manager.remove(`discounts/${id}`)).status, 204);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  for (const each of ['FOREIGN', code, 'never']) assert.deepEqual(await refusal(each), ['discount_unknown']);
  // The code is free again.
  assert.equal((await discountOf({ code })).times_redeemed, 0);
});

test('TT-41 not after it expires, also when it expires while the basket is open', async () => {
  const past = await discountOf({ expires_at: new Date(clock.now() - HOUR).toISOString() });
  assert.deepEqual(await refusal(past.code), ['discount_expired']);
  const soon = await discountOf({ expires_at: new Date(clock.now() + 10 * MINUTE).toISOString() });
  const basket = await checkout.opened({ ...lines([seat, 1]), discount: soon.code });
  assert.deepEqual(problemsOf(basket), []);
  await clock.advance(11 * MINUTE);
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(problemsOf(answer.json.basket), [[null, 'discount_expired']]);
  assert.deepEqual(await refusal(soon.code), ['discount_expired']);
  // Without the code the buyer gets the tickets.
  const plain = await checkout.chosen(basket.key, { ...basket.selection, discount: null });
  assert.equal((await checkout.completed(plain)).order.total, 1_200);
});

test('TT-41 as often as it allows, and a cancelled order gives its redemption back', async () => {
  const { id, code } = await discountOf({ max_redemptions: 2 });
  const redeemed = async (): Promise<number> => (await manager.get(`discounts/${id}`)).json.times_redeemed;
  const first = await checkout.bought({ ...lines([seat, 3]), discount: code });
  assert.equal(await redeemed(), 1, 'an order is one redemption, however many tickets');
  await checkout.bought({ ...lines([seat, 1]), discount: code });
  assert.equal(await redeemed(), 2);
  assert.deepEqual(await refusal(code), ['discount_used_up']);
  assert.equal((await manager.post(`orders/${first.id}/cancel`, {})).status, 200);
  assert.equal(await redeemed(), 1);
  await checkout.bought({ ...lines([seat, 1]), discount: code });
  assert.deepEqual(await refusal(code), ['discount_used_up']);
  assert.equal((await manager.patch(`discounts/${id}`, { max_redemptions: 3 })).status, 200);
  await checkout.bought({ ...lines([seat, 1]), discount: code });
  assert.equal(await redeemed(), 3);
  const fewer = await changesNothing(hb, () => manager.patch(`discounts/${id}`, { max_redemptions: 2 }));
  assertRefused(fewer, 422);
  assert.deepEqual(fieldsOf(fewer), ['max_redemptions']);
});

test('TT-41 a basket that was left redeems nothing', async () => {
  const { id, code } = await discountOf({ max_redemptions: 1 });
  await checkout.opened({ ...lines([seat, 1]), discount: code });
  assert.equal((await manager.get(`discounts/${id}`)).json.times_redeemed, 0);
  await checkout.bought({ ...lines([seat, 1]), discount: code });
});

test('TT-41 an amount of another currency is not taken off', async () => {
  const yen = await eventOf(manager, { currency: 'JPY' });
  const type = await typeOf(manager, yen, { price: 5_000 });
  const body = { event: yen, items: [{ ticket_type: type, quantity: 1 }] };
  assert.deepEqual(await refusal((await discountOf({ price: 500 })).code, body), ['discount_not_applicable']);
  assert.deepEqual(await takenOff(await discountOf({ price: 500, currency: 'JPY' }), body), [-500]);
});

test('TT-41 the order says which code it had, and the discount is a line of its own', async () => {
  const { code } = await discountOf({ price: 300 });
  const { id, lines: sold } = await checkout.bought({ ...lines([seat, 1]), discount: code.toLowerCase() });
  const { json } = await manager.get(`orders/${id}`);
  assert.equal(json.discount_code, code);
  assert.deepEqual(json.lines, sold);
  assert.deepEqual(sold.filter(({ kind }: { kind: string }) => kind === 'discount').map(({ name, price }: { name: string; price: number }) => [name, price]), [[`Discount ${code}`, -300]]);
});

test('TT-41 discounts: create, read, list, update, archive', async () => {
  const body = { code: 'Whole', name: 'All of it', kind: 'fixed_amount', price: 100, booking_fee: 5, booking_fee_percent: 6, currency: 'EUR', ticket_types: [seat, box], max_redemptions: 7, expires_at: '2099-01-01T00:00:00.000Z' };
  const made = await manager.made('discounts', body);
  for (const [field, value] of Object.entries(body)) assert.deepEqual(made[field], value, field);
  assert.deepEqual([made.price_percent, made.times_redeemed, made.archived_at], [null, 0, null]);
  assert.deepEqual((await manager.get(`discounts/${made.id}`)).json, made);
  assert.ok((await manager.get('discounts?limit=100')).json.data.some(({ id }: { id: number }) => id === made.id));
  const changed = await manager.patch(`discounts/${made.id}`, { kind: 'percentage', price: null, price_percent: 15, ticket_types: [] });
  assert.deepEqual([changed.status, changed.json.kind, changed.json.price, changed.json.price_percent, changed.json.ticket_types], [200, 'percentage', null, 15, []], changed.text);
  const least = await manager.made('discounts', { code: 'Least', name: 'x', kind: 'percentage', price_percent: 1 });
  assert.deepEqual([least.currency, least.ticket_types, least.max_redemptions, least.expires_at, least.booking_fee, least.booking_fee_percent], ['EUR', [], null, null, null, null]);
  assert.equal((await manager.remove(`discounts/${made.id}`)).status, 204);
  assert.equal((await manager.remove(`discounts/${made.id}`)).status, 404);
});

test('TT-41 what breaks a rule is refused under its field', async () => {
  const body = { code: 'Bad', name: 'x', kind: 'fixed_amount', price: 100 };
  await discountOf({ code: 'Taken' });
  const bad: [object, string][] = [
    ...['', ' ', 'x'.repeat(65), 1, null, [], 'a\u0000b', 'a\nb', 'Taken', 'TAKEN', ' taken '].map((code): [object, string] => [{ code }, 'code']),
    ...['', 'x'.repeat(201), 1, null].map((name): [object, string] => [{ name }, 'name']),
    ...['', 'free', 1, null, 'FIXED_AMOUNT'].map((kind): [object, string] => [{ kind }, 'kind']),
    ...[-1, 1.5, '1', null, 2 ** 53].map((price): [object, string] => [{ price }, 'price']),
    [{ price_percent: 10 }, 'price_percent'],
    ...[-1, 1.5, '1', 2 ** 53].map((fee): [object, string] => [{ booking_fee: fee }, 'booking_fee']),
    ...[0, 101, 1.5, '1'].map((percent): [object, string] => [{ booking_fee_percent: percent }, 'booking_fee_percent']),
    ...['XYZ', 'eur', 1].map((currency): [object, string] => [{ currency }, 'currency']),
    ...[[NOBODY], [other.types.floor], ['x'], [0], 'x', {}, 1, Array.from({ length: 501 }, (_, n) => n + 1)].map((types): [object, string] => [{ ticket_types: types }, 'ticket_types']),
    ...[0, -1, 1.5, '1'].map((most): [object, string] => [{ max_redemptions: most }, 'max_redemptions']),
    ...['x', '2027-01-01', 1].map((expires): [object, string] => [{ expires_at: expires }, 'expires_at']),
    [{ times_redeemed: 0 }, 'times_redeemed'], [{ organizer_id: other.id }, 'organizer_id'], [{ nonsense: 1 }, 'nonsense'],
  ];
  for (const [change, field] of bad) {
    const answer = await changesNothing(hb, () => manager.post('discounts', { ...body, ...change }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], JSON.stringify(change).slice(0, 80));
  }
  for (const [change, field] of [[{ price_percent: null }, 'price_percent'], [{ price_percent: 0 }, 'price_percent'], [{ price_percent: 101 }, 'price_percent'], [{ price: 5 }, 'price']] as const) {
    const answer = await changesNothing(hb, () => manager.post('discounts', { code: 'Bad', name: 'x', kind: 'percentage', price_percent: 10, ...change }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field]);
  }
});

test('TT-41 of ten who want a code at the same time one gets it', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => manager.post('discounts', { code: n % 2 ? 'Wanted' : 'WANTED', name: 'x', kind: 'percentage', price_percent: 5 })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(422)]);
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
