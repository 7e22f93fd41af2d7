import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, DAY, HOUR, NO_BASKET, assertRefused, completionOf, eventOf, messageOf, problemsOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
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

const event = await eventOf(manager);
const good = await typeOf(manager, event, { name: 'Good' });
const shirt = await shirtOf(manager);
const foreign = await typeOf(other.manager, await eventOf(other.manager), { name: 'Foreign' });
const ahead = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();
const one = (id: number, quantity = 1): object => ({ ticket_type: id, quantity });

/**
 * Opens a basket of a good item and what `wrong` says: the good one is priced,
 * the others are not, nothing of them is held, and nothing can be bought.
 */
async function basketWith(wrong: object[], codes: string[][], more: object = {}): Promise<any> {
  const basket = await checkout.opened({ event, items: [one(good), ...wrong], ...more });
  assert.deepEqual(problemsOf(basket), codes.flatMap((each, index) => each.map((code) => [index + 1, code])));
  const kept = basket.quote.lines.filter(({ kind }: { kind: string }) => ['ticket', 'product'].includes(kind));
  assert.deepEqual(kept.map(({ line }: { line: number }) => line), [0, ...codes.flatMap((each, index) => (each.length === 0 ? [index + 1] : []))]);
  for (const { message } of basket.quote.problems) assert.ok(message.length > 0);
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(answer.json.basket.quote.problems, basket.quote.problems);
  return basket;
}

test('BK-03 a basket without problems is sold', async () => {
  const { tickets } = await checkout.bought({ event, items: [one(good, 2), { product_attribute: shirt, quantity: 1 }] });
  assert.equal(tickets.length, 2);
});

test('BK-03 an item that is not there', async () => {
  await basketWith([one(NOBODY), { product_attribute: NOBODY, quantity: 2 }], [['unknown_item'], ['unknown_item']]);
});

test('BK-03 what is archived is not there any more', async () => {
  const archived = await typeOf(manager, event, { name: 'Withdrawn' });
  const gone = await shirtOf(manager, { name: 'Withdrawn' });
  const basket = await checkout.opened({ event, items: [one(good), one(archived), { product_attribute: gone, quantity: 1 }] });
  assert.deepEqual(problemsOf(basket), []);
  await manager.remove(`ticket-types/${archived}`);
  await manager.remove(`product-attributes/${gone}`);
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(problemsOf(answer.json.basket), [[1, 'unknown_item'], [2, 'unknown_item']]);
  await basketWith([one(archived)], [['unknown_item']]);
});

test('BK-03 an event that is archived or not published sells nothing', async () => {
  for (const hide of [(id: number) => manager.remove(`events/${id}`), (id: number) => manager.patch(`events/${id}`, { published: false })]) {
    const closed = await eventOf(manager);
    const type = await typeOf(manager, closed);
    const basket = await checkout.opened({ event, items: [one(good), one(type)] });
    assert.deepEqual(problemsOf(basket), []);
    await hide(closed);
    const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
    assertRefused(answer, 409, 'not_sellable');
    assert.deepEqual(problemsOf(answer.json.basket), [[1, 'unknown_item']]);
  }
});

test("BK-03 another venue's item is not sold, and none of its stock is held", async () => {
  const basket = await basketWith([one(foreign), { product_attribute: other.attribute, quantity: 1 }], [['foreign_venue'], ['foreign_venue']]);
  assert.deepEqual(await stockOf(other.manager, foreign), { held: 0, issued: 0, available: 100 });
  assert.deepEqual(await stockOf(other.manager, other.attribute, 'product-attributes'), { held: 0, issued: 0, available: 50 });
  assert.equal(basket.organizer.id, demo.id);
});

test('BK-03 one currency a basket', async () => {
  const yen = await typeOf(manager, await eventOf(manager, { currency: 'JPY' }), { name: 'Arena' });
  const basket = await basketWith([one(yen)], [['currency_mismatch']]);
  assert.equal(basket.quote.currency, 'EUR');
});

test('BK-03 a hidden type is locked, one with a code opens by it', async () => {
  const hidden = await typeOf(manager, event, { name: 'Backstage', hidden: true });
  const coded = await typeOf(manager, event, { name: 'Crew', access_code: 'Band-27' });
  await basketWith([one(hidden), one(coded)], [['locked'], ['locked']]);
  await basketWith([one(coded)], [['locked']], { access_codes: ['band', 'Band-28', ''].filter(Boolean) });
  for (const code of ['Band-27', 'band-27', ' BAND-27 ']) {
    const basket = await checkout.opened({ event, items: [one(coded)], access_codes: ['x', code] });
    assert.deepEqual(problemsOf(basket), [], code);
  }
  const basket = await checkout.opened({ event, items: [one(coded)], access_codes: ['band-27'] });
  assert.equal((await checkout.completed(basket)).order.tickets.length, 1);
  // The code of one type opens no other.
  await basketWith([one(hidden), one(coded)], [['locked'], []], { access_codes: ['Band-27'] });
});

test('BK-03 a hidden type opens by the link that names it, for as long as it does', async () => {
  const hidden = await typeOf(manager, event, { name: 'Terrace', hidden: true });
  const made = await manager.made('links', { kind: 'venue', event_id: event, ticket_types: [hidden] });
  const basket = await checkout.opened({ event, link: made.slug, items: [one(hidden)] });
  assert.deepEqual(problemsOf(basket), []);
  const unlinked = await checkout.opened({ event, items: [one(hidden)] });
  assert.deepEqual(problemsOf(unlinked), [[0, 'locked']]);
});

test('BK-03 what is locked gives nothing else away', async () => {
  const secret = await typeOf(manager, event, { name: 'Secret set', hidden: true, quantity: 0, on_sale_until: ahead(-HOUR), price: 98_765 });
  const { text, json } = await checkout.open({ event, items: [one(secret)] });
  assert.deepEqual(problemsOf(json), [[0, 'locked']]);
  const listed = await checkout.open({ event });
  assert.ok(!listed.text.includes('98765'), listed.text);
  assert.ok(!text.includes('"access_code"'), text);
});

test('BK-03 not on sale: not yet, no longer, or the event is over', async () => {
  const early = await typeOf(manager, event, { name: 'Early', on_sale_from: ahead(DAY) });
  const late = await typeOf(manager, event, { name: 'Late', on_sale_until: ahead(-DAY) });
  const past = await typeOf(manager, await eventOf(manager, { starts_at: ahead(-2 * DAY), ends_at: ahead(-DAY) }), { name: 'Past' });
  const basket = await basketWith([one(early), one(late), one(past)], [['not_on_sale'], ['not_on_sale'], ['not_on_sale']]);
  const texts = basket.quote.problems.map(({ message }: { message: string }) => message);
  assert.equal(new Set(texts.map((text: string) => text.replace(/`[^`]*`/, ''))).size, 3, `each says which: ${texts}`);
  for (const [index, name] of ['Early', 'Late', 'Past'].entries()) assert.ok(texts[index].includes(`\`${name}\``), texts[index]);
});

test('BK-03 a sale that ends while the basket is open', async () => {
  const closing = await typeOf(manager, event, { name: 'Closing' });
  const basket = await checkout.opened({ event, items: [one(closing)] });
  await manager.patch(`ticket-types/${closing}`, { on_sale_until: ahead(-1_000) });
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  assert.deepEqual(problemsOf(await checkout.basket(basket.key)), [[0, 'not_on_sale']]);
});

test('BK-03 sold out, and not enough', async () => {
  const none = await typeOf(manager, event, { name: 'None', quantity: 0 });
  const few = await typeOf(manager, event, { name: 'Few', quantity: 3 });
  const cloth = await shirtOf(manager, { quantity: 2 });
  const basket = await basketWith([one(none), one(few, 4), { product_attribute: cloth, quantity: 3 }], [['sold_out'], ['not_enough_stock'], ['not_enough_stock']]);
  assert.match(messageOf(basket, 'not_enough_stock'), /\b3\b/);
  assert.deepEqual(await stockOf(manager, few), { held: 0, issued: 0, available: 3 });
  assert.deepEqual(problemsOf(await checkout.chosen(basket.key, { items: [one(few, 3), { product_attribute: cloth, quantity: 2 }] })), []);
});

test('BK-03 at least, at most, at most of the group', async () => {
  const group = (await manager.made('ticket-groups', { event_id: event, name: 'Stalls', max_per_order: 5 })).id;
  const left = await typeOf(manager, event, { name: 'Left', min_per_order: 2, max_per_order: 4, group_id: group });
  const right = await typeOf(manager, event, { name: 'Right', group_id: group });
  const shirts = await shirtOf(manager, { max_per_order: 2 });
  const low = await basketWith([one(left, 1)], [['below_minimum']]);
  assert.match(messageOf(low, 'below_minimum'), /\b2\b/);
  const high = await basketWith([one(left, 5), { product_attribute: shirts, quantity: 3 }], [['above_maximum'], ['above_maximum']]);
  assert.match(messageOf(high, 'above_maximum'), /\b4\b/);
  const many = await basketWith([one(left, 3), one(right, 3)], [['above_group_maximum'], ['above_group_maximum']]);
  assert.match(messageOf(many, 'above_group_maximum'), /\b5\b/);
  for (const items of [[one(left, 2)], [one(left, 4)], [one(left, 2), one(right, 3)], [one(right, 5)], [{ product_attribute: shirts, quantity: 2 }]]) {
    assert.deepEqual(problemsOf(await checkout.opened({ event, items })), [], JSON.stringify(items));
  }
});

test('BK-03 the same item twice is one, and counts as one', async () => {
  const type = await typeOf(manager, event, { name: 'Twice', max_per_order: 3 });
  const basket = await checkout.opened({ event, items: [one(type, 2), one(good), one(type, 2)] });
  assert.deepEqual(problemsOf(basket), [[0, 'above_maximum']]);
  const fine = await checkout.opened({ event, items: [one(type, 1), one(good), one(type, 2)] });
  assert.deepEqual(problemsOf(fine), []);
  assert.deepEqual(await stockOf(manager, type), { held: 3, issued: 0, available: 97 });
  assert.equal((await checkout.completed(fine)).order.tickets.length, 4);
});

test('BK-03 every broken rule at once, by line', async () => {
  const group = (await manager.made('ticket-groups', { event_id: event, name: 'Rows', max_per_order: 1 })).id;
  const all = await typeOf(manager, event, { name: 'All', quantity: 2, max_per_order: 2, on_sale_until: ahead(-DAY), group_id: group });
  const hidden = await typeOf(manager, event, { name: 'Hidden', hidden: true });
  await basketWith(
    [one(all, 3), one(NOBODY), one(hidden), one(foreign)],
    [['not_on_sale', 'not_enough_stock', 'above_maximum', 'above_group_maximum'], ['unknown_item'], ['locked'], ['foreign_venue']],
  );
});

test('BK-03 a line beyond what can be counted, and a basket beyond it', async () => {
  const moon = await typeOf(manager, event, { name: 'Moon', price: Number.MAX_SAFE_INTEGER });
  await basketWith([one(moon, 2)], [['overflow']]);
  const mars = await typeOf(manager, event, { name: 'Mars', price: Number.MAX_SAFE_INTEGER - 1 });
  const basket = await checkout.opened({ event, items: [one(moon), one(mars)] });
  assert.deepEqual([problemsOf(basket), basket.quote.lines, basket.quote.total], [[[null, 'overflow']], [], 0]);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
});

test('BK-03 an empty basket is no purchase', async () => {
  for (const body of [{ event }, { event, items: [] }, { organizer: demo.slug, items: [] }]) {
    const basket = await checkout.opened(body);
    assert.deepEqual(problemsOf(basket), [[null, 'empty']]);
    assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
  }
});

test('BK-03 donations only where an event accepts them', async () => {
  const basket = await checkout.opened({ event, items: [one(good)], donation: 500 });
  assert.deepEqual(problemsOf(basket), [[null, 'donation_not_accepted']]);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
});

test('BK-03 codes that nobody has given out', async () => {
  const basket = await checkout.opened({ event, items: [one(good)], discount: 'NOPE', vouchers: ['GIFT', 'gift', 'OTHER'] });
  assert.deepEqual(problemsOf(basket).map(([line, code]) => [line, code]).sort(), [[null, 'discount_unknown'], [null, 'voucher_twice'], [null, 'voucher_unknown'], [null, 'voucher_unknown']]);
  assertRefused(await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket))), 409, 'not_sellable');
});

test('BK-03 a basket that is not there is not found', async () => {
  for (const answer of [await checkout.read(NO_BASKET), await checkout.choose(NO_BASKET, { items: [] }), await checkout.complete(NO_BASKET, completionOf({ quote: { total: 0, currency: 'EUR' } })), await checkout.confirmation(NO_BASKET)]) {
    assert.equal(answer.status, 404, answer.text);
  }
});

test('BK-06 in the end everything stored agrees', () => assertConsistent(hb));
