import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, MINUTE, completionOf, eventOf, problemsOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { DB_DAWDLES } from '../support/faults.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

// Two Workers on one database: what one remembers, the other does not know.
const hb = await startHandbill({ elsewhere: true });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const checkout = new Checkout(hb);
const places = [checkout, new Checkout(hb, true)];
const clock = new Clock(hb);
const event = await eventOf(manager);

const tickets = (type: number, quantity = 1): { event: number; items: object[] } => ({ event, items: [{ ticket_type: type, quantity }] });

/** Lets every hold expire, so that those who complete now race for the stock itself. */
async function expired(): Promise<void> {
  await clock.advance(20 * MINUTE);
  await hb.runCron();
}

/** Completes all of them at once, here and elsewhere in turn. */
const completions = (baskets: any[]): Promise<Answer[]> => Promise.all(baskets.map((basket, n) => places[n % 2]!.complete(basket.key, completionOf(basket), `race-${n}`)));

/** Asserts that `sold` of the answers are orders and all others refusals that say what is missing. */
function assertWinners(answers: Answer[], sold: number, code: string | string[]): Answer[] {
  const won = answers.filter(({ status }) => status === 201);
  assert.equal(won.length, sold, answers.map(({ status, text }) => `${status} ${text.slice(0, 120)}`).join('\n'));
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    assert.deepEqual([answer.status, answer.json.error.code], [409, 'not_sellable'], answer.text);
    const codes = answer.json.basket.quote.problems.map((problem: { code: string }) => problem.code);
    assert.ok(codes.length > 0 && codes.every((each: string) => [code].flat().includes(each)), answer.text);
  }
  return won;
}

test('BK-08 fifty completions for the last ten tickets sell exactly ten', async () => {
  const type = await typeOf(manager, event, { quantity: 50 });
  const baskets = await Promise.all(Array.from({ length: 50 }, () => checkout.opened(tickets(type))));
  await expired();
  assert.equal((await manager.patch(`ticket-types/${type}`, { quantity: 10 })).status, 200);
  const won = assertWinners(await completions(baskets), 10, 'sold_out');
  assert.equal(new Set(won.flatMap(({ json }) => json.order.tickets.map(({ barcode }: { barcode: string }) => barcode))).size, 10);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 10, available: 0 });
  await assertConsistent(hb);
});

test('BK-08 orders of three for the last ten sell nine', async () => {
  const type = await typeOf(manager, event, { quantity: 60 });
  const baskets = await Promise.all(Array.from({ length: 20 }, () => checkout.opened(tickets(type, 3))));
  await expired();
  await manager.patch(`ticket-types/${type}`, { quantity: 10 });
  assertWinners(await completions(baskets), 3, ['not_enough_stock', 'sold_out']);
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 9, available: 1 });
});

test('BK-08 who holds is not overtaken by those who do not', async () => {
  const type = await typeOf(manager, event, { quantity: 20 });
  const late = await Promise.all(Array.from({ length: 20 }, () => checkout.opened(tickets(type))));
  await expired();
  const holding = await Promise.all(Array.from({ length: 5 }, () => checkout.opened(tickets(type, 2))));
  await manager.patch(`ticket-types/${type}`, { quantity: 12 });
  const answers = await completions([...late, ...holding]);
  for (const { status, text } of answers.slice(late.length)) assert.equal(status, 201, text);
  assertWinners(answers.slice(0, late.length), 2, 'sold_out');
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 12, available: 0 });
});

test('BK-08 the last of two things, wanted in either order: whole orders or none', async () => {
  for (let round = 0; round < 5; round += 1) {
    const [left, right, shirt] = [await typeOf(manager, event, { quantity: 16 }), await typeOf(manager, event, { quantity: 16 }), await shirtOf(manager, { quantity: 16 })];
    const wanted = [{ ticket_type: left, quantity: 1 }, { ticket_type: right, quantity: 1 }, { product_attribute: shirt, quantity: 1 }];
    const baskets = await Promise.all(Array.from({ length: 12 }, (_, n) => checkout.opened({ event, items: n % 2 ? wanted : wanted.toReversed() })));
    await expired();
    for (const path of [`ticket-types/${left}`, `ticket-types/${right}`, `product-attributes/${shirt}`]) await manager.patch(path, { quantity: 3 });
    assertWinners(await completions(baskets), 3, 'sold_out');
    for (const stock of [await stockOf(manager, left), await stockOf(manager, right), await stockOf(manager, shirt, 'product-attributes')]) assert.deepEqual(stock, { held: 0, issued: 3, available: 0 });
  }
});

test('BK-07 the same completion here and elsewhere at once is one order, with one answer', async () => {
  const type = await typeOf(manager, event);
  for (let round = 0; round < 5; round += 1) {
    const basket = await checkout.opened(tickets(type, 2));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => places[n % 2]!.complete(basket.key, completionOf(basket), 'same')));
    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))].length, 1, answers.map(({ text }) => text).join('\n'));
    assert.equal(answers[0]?.status, 201);
  }
  assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 10, available: 90 });
});

test('TT-33 two requests for the last ticket: exactly one wins', async () => {
  for (let round = 0; round < 15; round += 1) {
    const type = await typeOf(manager, event, { quantity: 2 });
    const baskets = await Promise.all([checkout.opened(tickets(type)), checkout.opened(tickets(type))]);
    await expired();
    await manager.patch(`ticket-types/${type}`, { quantity: 1 });
    assertWinners(await completions(baskets), 1, 'sold_out');
    assert.deepEqual(await stockOf(manager, type), { held: 0, issued: 1, available: 0 });
  }
});

test('TT-33 the last ticket goes to one, though a basket, a payment to come and the management API want it too', async () => {
  await manager.made('payment-keys', { label: 'till' });
  for (let round = 0; round < 5; round += 1) {
    const type = await typeOf(manager, event, { quantity: 3 });
    const baskets = await Promise.all([checkout.opened(tickets(type)), checkout.opened(tickets(type)), checkout.opened(tickets(type))]);
    await expired();
    await manager.patch(`ticket-types/${type}`, { quantity: 1 });
    const [cash, card, open, change] = await Promise.all([
      checkout.complete(baskets[0].key, completionOf(baskets[0])), checkout.complete(baskets[1].key, completionOf(baskets[1], { payment_method: 'external' })),
      checkout.choose(baskets[2].key, baskets[2].selection), manager.patch(`ticket-types/${type}`, { quantity: 0 }),
    ]);
    const winners = [cash.status === 201, card.status === 201, open.status === 200 && problemsOf(open.json).length === 0, change.status === 200].filter(Boolean).length;
    const { held, issued, available } = await stockOf(manager, type);
    assert.equal(held + issued + available, change.status === 200 ? 0 : 1, [cash, card, open, change].map(({ text }) => text).join('\n'));
    assert.equal(winners, 1, [cash, card, open, change].map(({ status, text }) => `${status} ${text}`).join('\n'));
    for (const { status, text } of [cash, card, open, change]) assert.ok(status < 500, text);
  }
});

test('TT-41 a discount with one redemption left: of twenty orders one gets it', async () => {
  const type = await typeOf(manager, event, { quantity: 100 });
  for (const left of [1, 3]) {
    const { id } = await manager.made('discounts', { code: `LAST-${left}`, name: 'Last', kind: 'fixed_amount', price: 500, max_redemptions: left });
    const baskets = await Promise.all(Array.from({ length: 20 }, () => checkout.opened({ ...tickets(type), discount: `last-${left}` })));
    for (const basket of baskets) assert.deepEqual(problemsOf(basket), []);
    assertWinners(await completions(baskets), left, 'discount_used_up');
    assert.equal((await manager.get(`discounts/${id}`)).json.times_redeemed, left);
    await assertConsistent(hb);
  }
});

test('TT-51 a voucher code: of two orders, and of ten, one gets it', async () => {
  const type = await typeOf(manager, event, { quantity: 200 });
  const { id } = await manager.made('vouchers', { name: 'Gift', value: 1_000 });
  let codes = 0;
  for (const buyers of [2, 2, 2, 2, 2, 10]) {
    codes += 1;
    await manager.made(`vouchers/${id}/codes`, { codes: [`ONCE-${codes}`] });
    const baskets = await Promise.all(Array.from({ length: buyers }, () => checkout.opened({ ...tickets(type), vouchers: [`ONCE-${codes}`] })));
    for (const basket of baskets) assert.deepEqual(problemsOf(basket), []);
    assertWinners(await completions(baskets), 1, 'voucher_used');
    assert.equal((await manager.get(`vouchers/${id}`)).json.available_codes, 0);
  }
});

test('TT-51 two codes wanted by everyone in either order go to whole orders', async () => {
  const type = await typeOf(manager, event, { quantity: 100 });
  const { id } = await manager.made('vouchers', { name: 'Pair', value: 500 });
  for (let round = 0; round < 5; round += 1) {
    const pair = [`A-${round}`, `B-${round}`];
    await manager.made(`vouchers/${id}/codes`, { codes: pair });
    const baskets = await Promise.all(Array.from({ length: 6 }, (_, n) => checkout.opened({ ...tickets(type), vouchers: n % 2 ? pair : pair.toReversed() })));
    assertWinners(await completions(baskets), 1, 'voucher_used');
  }
});

test('TT-51 a code that is voided while it is used is either void or used', async () => {
  const type = await typeOf(manager, event, { quantity: 100 });
  const { id } = await manager.made('vouchers', { name: 'Recalled', value: 500 });
  const outcomes = new Set<string>();
  for (let round = 0; round < 8; round += 1) {
    const code = `RECALL-${round}`;
    const [{ id: codeId }] = (await manager.made(`vouchers/${id}/codes`, { codes: [code] })).data;
    const basket = await checkout.opened({ ...tickets(type), vouchers: [code] });
    const [voided, completed] = await Promise.all([manager.post(`vouchers/${id}/codes/${codeId}/void`, {}), checkout.complete(basket.key, completionOf(basket))]);
    const { data } = (await manager.get(`vouchers/${id}/codes?limit=100`)).json;
    const { status } = data.find((each: { code: string }) => each.code === code);
    outcomes.add(status);
    assert.deepEqual([voided.status === 200, completed.status === 201], [status === 'void', status === 'used'], `${voided.text}\n${completed.text}`);
  }
  assert.ok(!outcomes.has('available'));
});

test('BK-07 on a slow database, too, a completion sent twice is one order with one answer', async () => {
  const slow = await startHandbill({ faults: DB_DAWDLES });
  try {
    const seller = await organizerNamed(slow, await operatorOf(slow), 'slow');
    const buyer = new Checkout(slow);
    const show = await eventOf(seller.manager);
    for (const sent of [2, 2, 2, 2, 2, 8]) {
      const type = await typeOf(seller.manager, show, { quantity: 1 });
      const basket = await buyer.opened({ event: show, items: [{ ticket_type: type, quantity: 1 }] });
      const answers = await Promise.all(Array.from({ length: sent }, () => buyer.complete(basket.key, completionOf(basket), 'twice')));
      assert.equal(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1, answers.map(({ text }) => text).join('\n'));
      assert.equal(answers[0]?.status, 201);
      assert.deepEqual(await stockOf(seller.manager, type), { held: 0, issued: 1, available: 0 });
    }
    const type = await typeOf(seller.manager, show, { quantity: 20 });
    const baskets = await Promise.all(Array.from({ length: 20 }, () => buyer.opened({ event: show, items: [{ ticket_type: type, quantity: 1 }] })));
    await slow.setClockAhead(20 * MINUTE);
    assert.equal((await seller.manager.patch(`ticket-types/${type}`, { quantity: 3 })).status, 200);
    assertWinners(await Promise.all(baskets.map((basket) => buyer.complete(basket.key, completionOf(basket)))), 3, 'sold_out');
    await assertConsistent(slow);
  } finally {
    await slow.stop();
  }
});

test('BK-08 in the end everything stored agrees', () => assertConsistent(hb));
