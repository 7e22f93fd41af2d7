import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, HOUR, MINUTE, assertRefused, completionOf, eventOf, fieldsOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
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
const { manager, series } = demo;
const checkout = new Checkout(hb);
const clock = new Clock(hb);

const event = await eventOf(manager, { series_id: series });
const alone = await eventOf(manager);
const seat = await typeOf(manager, event, { price: 2_500, quantity: 10_000 });
const single = await typeOf(manager, alone, { price: 2_500, quantity: 10_000 });
const shirt = await shirtOf(manager, { price: 2_000, quantity: 10_000 });

let made = 0;
/** Makes a voucher of 1000 with one code. */
async function voucherOf(more: object = {}): Promise<{ id: number; code: string }> {
  made += 1;
  const code = `GIFT-${made}`;
  const { id } = await manager.made('vouchers', { name: 'Gift', value: 1_000, ...more });
  await manager.made(`vouchers/${id}/codes`, { codes: [code] });
  return { id, code };
}

const bodyOf = (...vouchers: string[]): Record<string, unknown> => ({ event, items: [{ ticket_type: seat, quantity: 1 }], vouchers });

/** The voucher lines of a quote: name and price. */
const paid = ({ lines }: { lines: { kind: string; name: string; price: number; tax: number; value: number }[] }): [string, number][] =>
  lines.filter(({ kind }) => kind === 'voucher').map(({ name, price, value, tax }) => {
    assert.deepEqual([value, tax], [price, 0]);
    return [name, price];
  });

/** The problems of a basket that can't be bought. */
async function refusal(body: object): Promise<string[]> {
  const basket = await checkout.opened(body);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  return problemsOf(basket).map(([, code]) => code);
}

/** One code as the management API shows it. */
async function codeOf(id: number, code: string): Promise<any> {
  const { status, json, text } = await manager.get(`vouchers/${id}/codes?limit=100`);
  assert.equal(status, 200, text);
  return json.data.find((each: { code: string }) => each.code === code);
}

test('TT-51 a code pays up to its value, on a line of its own', async () => {
  const { id, code } = await voucherOf();
  assert.equal((await codeOf(id, code)).status, 'available');
  const order = await checkout.bought(bodyOf(code));
  assert.deepEqual([paid(order), order.total], [[[`Voucher ${code}`, -1_000]], 1_500]);
  const used = await codeOf(id, code);
  assert.deepEqual([used.status, used.order_id, used.voided_at], ['used', order.id, null]);
});

test('TT-51 no more than what is left to pay, which then costs nothing', async () => {
  const { code } = await voucherOf({ value: 9_000 });
  const order = await checkout.bought(bodyOf(code));
  assert.deepEqual([paid(order), order.total, order.payment_method], [[[`Voucher ${code}`, -2_500]], 0, 'no_cost']);
  assert.equal(await hb.value('SELECT amount FROM voucher_use WHERE order_id = ?1', order.id), 2_500);
});

test('TT-51 several codes pay in the order they were given; one that is not needed stays', async () => {
  const [a, b, c] = [await voucherOf(), await voucherOf({ value: 2_000 }), await voucherOf()];
  const order = await checkout.bought(bodyOf(b.code, a.code, c.code));
  assert.deepEqual([paid(order), order.total], [[[`Voucher ${b.code}`, -2_000], [`Voucher ${a.code}`, -500]], 0]);
  assert.equal((await codeOf(c.id, c.code)).status, 'available');
});

test('TT-51 once: a second order is refused, also in other letters', async () => {
  const { code } = await voucherOf();
  await checkout.bought(bodyOf(code));
  for (const again of [code, code.toLowerCase(), ` ${code} `]) assert.deepEqual(await refusal(bodyOf(again)), ['voucher_used']);
  assert.deepEqual(await refusal(bodyOf((await voucherOf()).code, code)), ['voucher_used']);
});

test('TT-51 a code that was used while the basket was open', async () => {
  const { code } = await voucherOf();
  const basket = await checkout.opened(bodyOf(code));
  await checkout.bought(bodyOf(code));
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(problemsOf(answer.json.basket), [[null, 'voucher_used']]);
});

test('TT-51 the same code twice in one basket pays once', async () => {
  const { code } = await voucherOf();
  assert.deepEqual(await refusal(bodyOf(code, code.toLowerCase())), ['voucher_twice']);
});

test('TT-51 for its series alone; without series for any basket', async () => {
  const bound = await voucherOf({ series_ids: [series] });
  assert.deepEqual(await refusal({ event: alone, items: [{ ticket_type: single, quantity: 1 }], vouchers: [bound.code] }), ['voucher_not_applicable']);
  assert.deepEqual(await refusal({ organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 1 }], vouchers: [bound.code] }), ['voucher_not_applicable']);
  // One ticket of the series is enough for the whole basket.
  const mixed = await checkout.bought({ organizer: demo.slug, items: [{ ticket_type: single, quantity: 1 }, { ticket_type: seat, quantity: 1 }], vouchers: [bound.code] });
  assert.deepEqual(paid(mixed), [[`Voucher ${bound.code}`, -1_000]]);
  const free = await voucherOf();
  assert.equal((await checkout.bought({ organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 1 }], vouchers: [free.code] })).total, 1_000);
});

test('TT-51 before its expiry, also when it expires while the basket is open', async () => {
  const past = await voucherOf({ expires_at: new Date(clock.now() - HOUR).toISOString() });
  assert.deepEqual(await refusal(bodyOf(past.code)), ['voucher_expired']);
  const soon = await voucherOf({ expires_at: new Date(clock.now() + 10 * MINUTE).toISOString() });
  const basket = await checkout.opened(bodyOf(soon.code));
  assert.deepEqual(problemsOf(basket), []);
  await clock.advance(11 * MINUTE);
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(problemsOf(answer.json.basket), [[null, 'voucher_expired']]);
  assert.equal((await codeOf(soon.id, soon.code)).status, 'available');
});

/** Voids a code, which may hold any character, by its id. */
const voidCode = (voucher: number, code: number): Promise<Answer> => manager.post(`vouchers/${voucher}/codes/${code}/void`, {});

test('TT-51 a voided code is refused, and voided once', async () => {
  const { id, code } = await voucherOf();
  const { id: codeId } = await codeOf(id, code);
  const basket = await checkout.opened(bodyOf(code));
  const voided = await voidCode(id, codeId);
  assert.deepEqual([voided.status, voided.json.status, voided.json.code], [200, 'void', code], voided.text);
  assert.ok(Number.isFinite(Date.parse(voided.json.voided_at)));
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  const [problem] = await refusal(bodyOf(code));
  assert.ok(['voucher_used', 'voucher_unknown'].includes(problem ?? ''), problem);
  const again = await changesNothing(hb, () => voidCode(id, codeId));
  assert.equal(again.status, 409, again.text);
  const second = await voucherOf();
  for (const [voucher, wrong] of [[id, NOBODY], [second.id, codeId], [NOBODY, codeId]] as const) assert.equal((await changesNothing(hb, () => voidCode(voucher, wrong))).status, 404);
});

test('TT-51 a used code is not voided', async () => {
  const { id, code } = await voucherOf();
  await checkout.bought(bodyOf(code));
  const { id: codeId } = await codeOf(id, code);
  const answer = await changesNothing(hb, () => voidCode(id, codeId));
  assert.equal(answer.status, 409, answer.text);
});

test('TT-51 codes of an archived voucher pay nothing', async () => {
  const { id, code } = await voucherOf();
  const basket = await checkout.opened(bodyOf(code));
  assert.equal((await manager.remove(`vouchers/${id}`)).status, 204);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  assert.deepEqual(await refusal(bodyOf(code)), ['voucher_unknown']);
});

test('TT-51 a cancelled order gives the code back', async () => {
  const { id, code } = await voucherOf();
  const order = await checkout.bought(bodyOf(code));
  assert.equal((await manager.post(`orders/${order.id}/cancel`, {})).status, 200);
  const back = await codeOf(id, code);
  assert.deepEqual([back.status, back.order_id], ['available', null]);
  assert.equal((await checkout.bought(bodyOf(code))).total, 1_500);
});

test("TT-51 another organizer's code is unknown", async () => {
  const { id } = await other.manager.made('vouchers', { name: 'x', value: 500 });
  await other.manager.made(`vouchers/${id}/codes`, { codes: ['FOREIGN'] });
  assert.deepEqual(await refusal(bodyOf('FOREIGN')), ['voucher_unknown']);
  // It may give out the same code itself.
  const own = await manager.made('vouchers', { name: 'x', value: 700 });
  await manager.made(`vouchers/${own.id}/codes`, { codes: ['FOREIGN'] });
  assert.deepEqual(paid(await checkout.bought(bodyOf('foreign'))), [['Voucher FOREIGN', -700]]);
});

test('TT-51 a voucher of another currency is not taken', async () => {
  const { code } = await voucherOf({ currency: 'JPY' });
  assert.deepEqual(await refusal(bodyOf(code)), ['voucher_not_applicable']);
});

test('TT-51 a discount comes first, tax stays, the voucher pays the rest', async () => {
  const taxed = await eventOf(manager, { tax_rate_ppm: 100_000, tax_inclusive: false, transaction_charge: 100 });
  const type = await typeOf(manager, taxed, { price: 1_000, booking_fee: 100 });
  await manager.made('discounts', { code: 'HALF', name: 'Half', kind: 'percentage', price_percent: 50 });
  const { code } = await voucherOf({ value: 500 });
  const order = await checkout.bought({ event: taxed, items: [{ ticket_type: type, quantity: 1 }], discount: 'HALF', vouchers: [code] });
  // 1000 − 500 + 100 + 100 = 700, 10 % on top = 770, 500 paid by the voucher.
  assert.deepEqual([order.total, order.tax, order.subtotal], [270, 70, 200]);
});

test('TT-51 vouchers: create, read, list, update, archive', async () => {
  const body = { name: 'Whole', value: 5_000, currency: 'EUR', series_ids: [series], expires_at: '2099-01-01T00:00:00.000Z' };
  const voucher = await manager.made('vouchers', body);
  for (const [field, value] of Object.entries(body)) assert.deepEqual(voucher[field], value, field);
  assert.deepEqual([voucher.available_codes, voucher.total_codes, voucher.archived_at], [0, 0, null]);
  assert.deepEqual((await manager.get(`vouchers/${voucher.id}`)).json, voucher);
  const changed = await manager.patch(`vouchers/${voucher.id}`, { value: 4_000, series_ids: [] });
  assert.deepEqual([changed.status, changed.json.value, changed.json.series_ids], [200, 4_000, []], changed.text);
  assert.ok((await manager.get('vouchers?limit=100')).json.data.some(({ id }: { id: number }) => id === voucher.id));
  assert.equal((await manager.remove(`vouchers/${voucher.id}`)).status, 204);
  assert.equal((await manager.remove(`vouchers/${voucher.id}`)).status, 404);
});

test('TT-51 codes are given or made up, and counted', async () => {
  const { id } = await manager.made('vouchers', { name: 'Many', value: 100 });
  const given = await manager.post(`vouchers/${id}/codes`, { codes: ['alpha', ' beta '] });
  assert.equal(given.status, 201, given.text);
  const random = await manager.post(`vouchers/${id}/codes`, { count: 50 });
  assert.equal(random.status, 201, random.text);
  const { json: voucher } = await manager.get(`vouchers/${id}`);
  assert.deepEqual([voucher.available_codes, voucher.total_codes], [52, 52]);
  const codes: string[] = [];
  for (let next: string | null = `/manage/vouchers/${id}/codes?limit=20`; next !== null; ) {
    const page = await manager.get(next);
    assert.equal(page.status, 200, page.text);
    assert.ok(page.json.data.length <= 20);
    codes.push(...page.json.data.map(({ code }: { code: string }) => code));
    next = page.json.next;
  }
  assert.equal(new Set(codes.map((code) => code.toUpperCase())).size, 52);
  assert.deepEqual(codes.filter((code) => ['alpha', 'beta'].includes(code)).sort(), ['alpha', 'beta']);
  await checkout.bought(bodyOf(codes.find((code) => !['alpha', 'beta'].includes(code))!));
  await voidCode(id, (await codeOf(id, 'alpha')).id);
  const after = (await manager.get(`vouchers/${id}`)).json;
  assert.deepEqual([after.available_codes, after.total_codes], [50, 52]);
});

test('TT-51 what breaks a rule is refused under its field', async () => {
  const body = { name: 'x', value: 100 };
  const bad: [object, string][] = [
    ...['', 'x'.repeat(201), 1, null].map((name): [object, string] => [{ name }, 'name']),
    ...[0, -1, 1.5, '1', null, 2 ** 53].map((value): [object, string] => [{ value }, 'value']),
    ...['XYZ', 'eur', 1].map((currency): [object, string] => [{ currency }, 'currency']),
    ...[[NOBODY], [other.series], ['x'], [0], 'x', {}, Array.from({ length: 501 }, (_, n) => n + 1)].map((ids): [object, string] => [{ series_ids: ids }, 'series_ids']),
    ...['x', '2027-01-01', 1].map((expires): [object, string] => [{ expires_at: expires }, 'expires_at']),
    [{ available_codes: 1 }, 'available_codes'], [{ organizer_id: other.id }, 'organizer_id'],
  ];
  for (const [change, field] of bad) {
    const answer = await changesNothing(hb, () => manager.post('vouchers', { ...body, ...change }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], JSON.stringify(change).slice(0, 80));
  }
});

test('TT-51 bad codes are refused and none of them is made', async () => {
  const { id, code } = await voucherOf();
  const { id: codeId } = await codeOf(id, code);
  const bad: unknown[] = [
    {}, { codes: [] }, { codes: 'x' }, { codes: [1] }, { codes: [''] }, { codes: [' '] }, { codes: ['x'.repeat(65)] }, { codes: ['a\u0000'] }, { codes: ['same', 'SAME'] }, { codes: ['fresh', code.toLowerCase()] }, { codes: Array.from({ length: 1_001 }, (_, n) => `c${n}`) },
    { count: 0 }, { count: 1_001 }, { count: 1.5 }, { count: '5' }, { count: 1, codes: ['x'] }, { nonsense: 1 }, { count: 1, nonsense: 1 },
  ];
  for (const body of bad) assertRefused(await changesNothing(hb, () => manager.post(`vouchers/${id}/codes`, body)), 422);
  for (const voucher of [NOBODY, (await other.manager.made('vouchers', { name: 'x', value: 1 })).id]) {
    for (const answer of [await changesNothing(hb, () => manager.post(`vouchers/${voucher}/codes`, { count: 1 })), await manager.get(`vouchers/${voucher}/codes`), await changesNothing(hb, () => voidCode(voucher, codeId))]) {
      assert.equal(answer.status, 404, answer.text);
    }
  }
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
