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

const HOLD = 15 * MINUTE;
/** More than the real time that passes between two requests of a test. */
const SLACK = 2 * MINUTE;

const newType = (quantity: number, more: object = {}): Promise<number> => typeOf(manager, event, { quantity, ...more });
const items = (type: number, quantity: number): { event: number; items: object[] } => ({ event, items: [{ ticket_type: type, quantity }] });

/** Asserts where the stock of a type is. */
async function assertStock(type: number, held: number, issued: number, available: number): Promise<void> {
  assert.deepEqual(await stockOf(manager, type), { held, issued, available });
}

test('BK-06 a basket holds what it wants and gives back what it no longer wants', async () => {
  const type = await newType(10);
  await assertStock(type, 0, 0, 10);
  const basket = await checkout.opened(items(type, 2));
  await assertStock(type, 2, 0, 8);
  await checkout.chosen(basket.key, { items: [{ ticket_type: type, quantity: 5 }] });
  await assertStock(type, 5, 0, 5);
  await checkout.chosen(basket.key, { items: [{ ticket_type: type, quantity: 1 }] });
  await assertStock(type, 1, 0, 9);
  const empty = await checkout.chosen(basket.key, { items: [] });
  assert.equal(empty.hold_until, null);
  await assertStock(type, 0, 0, 10);
  await checkout.chosen(basket.key, { items: [{ ticket_type: type, quantity: 10 }] });
  await assertStock(type, 10, 0, 0);
  // What it holds itself does not stand in its way.
  assert.deepEqual(problemsOf(await checkout.basket(basket.key)), []);
  const again = await checkout.chosen(basket.key, { items: [{ ticket_type: type, quantity: 10 }] });
  assert.deepEqual(problemsOf(again), []);
  await checkout.completed(again);
  await assertStock(type, 0, 10, 0);
});

test('BK-06 products are held as tickets are', async () => {
  const shirt = await shirtOf(manager, { quantity: 4 });
  const stock = (): Promise<object> => stockOf(manager, shirt, 'product-attributes');
  const basket = await checkout.opened({ organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 3 }] });
  assert.deepEqual(await stock(), { held: 3, issued: 0, available: 1 });
  const second = await checkout.opened({ organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 2 }] });
  assert.deepEqual(problemsOf(second), [[0, 'not_enough_stock']]);
  await checkout.completed(basket);
  assert.deepEqual(await stock(), { held: 0, issued: 3, available: 1 });
  await clock.advance(HOLD + SLACK);
  await hb.runCron();
  assert.deepEqual(await stock(), { held: 0, issued: 3, available: 1 });
});

test('BK-06 while one buyer holds the last, another sees them sold out', async () => {
  const type = await newType(3);
  const first = await checkout.opened(items(type, 2));
  const second = await checkout.opened(items(type, 2));
  assert.deepEqual(problemsOf(second), [[0, 'not_enough_stock']]);
  assert.equal(second.catalogue.items.find(({ ticket_type: id }: { ticket_type: number }) => id === type).available, 1);
  await checkout.chosen(first.key, { items: [{ ticket_type: type, quantity: 3 }] });
  const third = await checkout.opened(items(type, 1));
  assert.deepEqual(problemsOf(third), [[0, 'sold_out']]);
  assertRefused(await changesNothing(hb, () => checkout.complete(third.key, completionOf(third))), 409, 'not_sellable');
  await checkout.chosen(first.key, { items: [{ ticket_type: type, quantity: 2 }] });
  assert.deepEqual(problemsOf(await checkout.chosen(third.key, third.selection)), []);
  await assertStock(type, 3, 0, 0);
});

test('BK-06 a line is held whole or not at all, and does not keep others from being held', async () => {
  const [few, many] = [await newType(2), await newType(50)];
  const basket = await checkout.opened({ event, items: [{ ticket_type: few, quantity: 3 }, { ticket_type: many, quantity: 4 }] });
  assert.deepEqual(problemsOf(basket), [[0, 'not_enough_stock']]);
  await assertStock(few, 0, 0, 2);
  await assertStock(many, 4, 0, 46);
});

test('BK-06 reading a basket or an offer holds nothing', async () => {
  const type = await newType(5);
  const link = await manager.made('links', { kind: 'quick_purchase', items: [{ ticket_type: type, quantity: 2 }] });
  const offer = await changesNothing(hb, () => checkout.offer(link.slug));
  assert.equal(offer.status, 200, offer.text);
  await assertStock(type, 0, 0, 5);
  const basket = await checkout.opened({ link: link.slug });
  await clock.advance(HOLD + SLACK);
  await hb.runCron();
  await assertStock(type, 0, 0, 5);
  const later = await changesNothing(hb, () => checkout.basket(basket.key));
  assert.deepEqual([later.hold_until, later.state, problemsOf(later)], [null, 'open', []]);
  await assertStock(type, 0, 0, 5);
});

test('BK-06 a hold says until when, by the clock the basket shows', async () => {
  const type = await newType(5);
  const from = clock.now();
  const basket = await checkout.opened(items(type, 1));
  assert.ok(basket.now >= from - 1_000 && basket.now <= clock.now() + 1_000, String(basket.now));
  const until = Date.parse(basket.hold_until);
  assert.ok(Math.abs(until - basket.now - HOLD) < 1_000, basket.hold_until);
  await clock.advance(5 * MINUTE);
  const later = await checkout.chosen(basket.key, basket.selection);
  assert.ok(Date.parse(later.hold_until) >= until);
});

test('BK-06 the cron gives back what expired, and nothing before', async () => {
  const type = await newType(10);
  const basket = await checkout.opened(items(type, 4));
  await clock.advance(HOLD - SLACK);
  await hb.runCron();
  await assertStock(type, 4, 0, 6);
  await clock.advance(2 * SLACK);
  await hb.runCron();
  await assertStock(type, 0, 0, 10);
  const expired = await checkout.basket(basket.key);
  assert.deepEqual([expired.state, expired.hold_until], ['open', null]);
  // Giving back twice gives back nothing more.
  await hb.runCron();
  await assertStock(type, 0, 0, 10);
});

test('BK-06 the organizer sees what expired as free, before the cron has come', async () => {
  const [type, shirt] = [await newType(10), await shirtOf(manager, { quantity: 10 })];
  await checkout.opened({ event, items: [{ ticket_type: type, quantity: 4 }, { product_attribute: shirt, quantity: 3 }] });
  await clock.advance(HOLD + SLACK);
  await assertStock(type, 0, 0, 10);
  assert.deepEqual(await stockOf(manager, shirt, 'product-attributes'), { held: 0, issued: 0, available: 10 });
  assert.equal((await manager.patch(`ticket-types/${type}`, { quantity: 0 })).status, 200);
});

test('BK-06 the next buyer gets what expired without waiting for the cron', async () => {
  const type = await newType(10);
  const first = await checkout.opened(items(type, 10));
  assert.deepEqual(problemsOf(await checkout.opened(items(type, 1))), [[0, 'sold_out']]);
  await clock.advance(HOLD + SLACK);
  const second = await checkout.opened(items(type, 10));
  assert.deepEqual(problemsOf(second), []);
  await assertStock(type, 10, 0, 0);
  assertRefused(await changesNothing(hb, () => checkout.complete(first.key, completionOf(first))), 409, 'not_sellable');
  assert.deepEqual(problemsOf(await checkout.basket(first.key)), [[0, 'sold_out']]);
  await checkout.completed(second);
  await assertStock(type, 0, 10, 0);
  assert.deepEqual((await checkout.basket(first.key)).state, 'open');
});

test('BK-06 a basket whose hold expired is held again by the next choice, or sold at once', async () => {
  const type = await newType(2);
  const basket = await checkout.opened(items(type, 2));
  await clock.advance(HOLD + SLACK);
  await hb.runCron();
  const held = await checkout.chosen(basket.key, basket.selection);
  assert.deepEqual(problemsOf(held), []);
  assert.ok(Date.parse(held.hold_until) > clock.now());
  await assertStock(type, 2, 0, 0);
  for (const byCron of [true, false]) {
    const other = await newType(2);
    const late = await checkout.opened(items(other, 2));
    await clock.advance(HOLD + SLACK);
    if (byCron) await hb.runCron();
    assert.equal((await checkout.completed(late)).order.tickets.length, 2);
    await assertStock(other, 0, 2, 0);
  }
});

test('BK-06 a new choice after the hold expired takes nothing that others hold by now', async () => {
  const type = await newType(4);
  const first = await checkout.opened(items(type, 3));
  await clock.advance(HOLD + SLACK);
  await checkout.opened(items(type, 2));
  const again = await checkout.chosen(first.key, first.selection);
  assert.deepEqual(problemsOf(again), [[0, 'not_enough_stock']]);
  await assertStock(type, 2, 0, 2);
});

test("BK-06 the organizer says for how long: from a minute to a day", async () => {
  for (const [minutes, isHeldAfter] of [[1, HOUR], [1_440, 25 * HOUR]] as const) {
    const seller = await organizerNamed(hb, operator, `holds-${minutes}`);
    const { status, json, text } = await seller.manager.patch(`organizers/${seller.id}`, { hold_minutes: minutes });
    assert.deepEqual([status, json.hold_minutes], [200, minutes], text);
    const type = await typeOf(seller.manager, await eventOf(seller.manager), { quantity: 1 });
    const basket = await checkout.opened({ organizer: seller.slug, items: [{ ticket_type: type, quantity: 1 }] });
    assert.ok(Math.abs(Date.parse(basket.hold_until) - basket.now - minutes * MINUTE) < 1_000, basket.hold_until);
    if (minutes > 60) {
      await clock.advance(HOUR);
      await hb.runCron();
      assert.equal((await stockOf(seller.manager, type)).held, 1);
    }
    await clock.advance(isHeldAfter);
    await hb.runCron();
    assert.equal((await stockOf(seller.manager, type)).held, 0);
  }
});

test('BK-06 hold_minutes has its range', async () => {
  for (const value of [0, -1, 1_441, 1.5, '15', true, []]) {
    const answer = await changesNothing(hb, () => manager.patch(`organizers/${demo.id}`, { hold_minutes: value }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), ['hold_minutes']);
  }
  assert.equal((await manager.get(`organizers/${demo.id}`)).json.hold_minutes, 15);
});

test('BK-06 there can be no fewer than are held and issued', async () => {
  const type = await newType(10);
  await checkout.bought(items(type, 3));
  await checkout.opened(items(type, 2));
  for (const quantity of [4, 0]) {
    const answer = await changesNothing(hb, () => manager.patch(`ticket-types/${type}`, { quantity }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), ['quantity']);
  }
  assert.equal((await manager.patch(`ticket-types/${type}`, { quantity: 5 })).status, 200);
  await assertStock(type, 2, 3, 0);
  const shirt = await shirtOf(manager, { quantity: 5 });
  await checkout.opened({ organizer: demo.slug, items: [{ product_attribute: shirt, quantity: 2 }] });
  assert.deepEqual(fieldsOf(await manager.patch(`product-attributes/${shirt}`, { quantity: 1 })), ['quantity']);
});

test('BK-06 held and issued are counted, not written', async () => {
  const type = await newType(10);
  for (const field of ['held', 'issued', 'available']) {
    const answer = await changesNothing(hb, () => manager.patch(`ticket-types/${type}`, { [field]: 1 }));
    assertRefused(answer, 422);
    assert.deepEqual(fieldsOf(answer), [field]);
  }
});

test('BK-06 of buyers at the same time each hold is whole, and no more are held than there are', async () => {
  const type = await newType(10);
  const baskets = await Promise.all(Array.from({ length: 30 }, () => checkout.opened(items(type, 3))));
  const holding = baskets.filter((basket) => problemsOf(basket).length === 0);
  assert.equal(holding.length, 3);
  await assertStock(type, 9, 0, 1);
  for (const basket of baskets) assert.equal(basket.hold_until !== null, holding.includes(basket));
});

test('BK-06 one basket changed by many at once holds what its last choice says', async () => {
  const type = await newType(100);
  const { key } = await checkout.opened(items(type, 1));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => checkout.choose(key, { items: [{ ticket_type: type, quantity: n + 1 }] })));
  for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
  assert.ok(answers.some(({ status }) => status === 200));
  const basket = await checkout.basket(key);
  await assertStock(type, basket.selection.items[0].quantity, 0, 100 - basket.selection.items[0].quantity);
});

test('BK-06 buyers, the cron and completions at the same time lose and invent no stock', async () => {
  const type = await newType(40);
  const baskets = await Promise.all(Array.from({ length: 20 }, () => checkout.opened(items(type, 2))));
  await clock.advance(HOLD + SLACK);
  await Promise.all([
    ...baskets.map((basket, n) => (n % 2 ? checkout.complete(basket.key, completionOf(basket)) : checkout.choose(basket.key, { items: [{ ticket_type: type, quantity: (n % 3) + 1 }] }))),
    ...Array.from({ length: 5 }, () => hb.runCron()),
    ...Array.from({ length: 10 }, () => checkout.open(items(type, 1))),
  ]);
  const { held, issued } = await stockOf(manager, type);
  assert.equal(issued, 2 * (await hb.value("SELECT count(*) FROM sale_order o JOIN order_line l ON l.order_id = o.id WHERE l.ticket_type_id = ?1 AND l.kind = 'ticket'", type)));
  assert.ok(held + issued <= 40);
  await assertConsistent(hb);
});

test('BK-06 in the end everything is given back, and everything stored agrees', async () => {
  await clock.advance(2 * 24 * HOUR);
  await hb.runCron();
  assert.equal(await hb.value('SELECT ifnull(sum(held), 0) FROM ticket_type'), 0);
  assert.equal(await hb.value('SELECT ifnull(sum(held), 0) FROM product_attribute'), 0);
  await assertConsistent(hb);
});
