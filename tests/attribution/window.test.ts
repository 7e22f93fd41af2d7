import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { DAY, HOUR, MINUTE, eventOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { JOURNEY, Visitor, orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const { manager, id: organizer } = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const far = { starts_at: new Date(Date.now() + 1_000 * DAY).toISOString(), ends_at: new Date(Date.now() + 1_001 * DAY).toISOString() };
const event = await eventOf(manager, far);
const seat = await typeOf(manager, event, { quantity: 1_000_000, price: 0 });
const foreignEvent = await eventOf(other.manager, far);
const foreignSeat = await typeOf(other.manager, foreignEvent, { quantity: 1_000_000 });
const ONE = { event, items: [{ ticket_type: seat, quantity: 1 }] };

const linkOf = (): Promise<Followed> => manager.made('links', { kind: 'venue', event_id: event });
const setWindow = async (days: number): Promise<void> => assert.equal((await manager.patch(`organizers/${organizer}`, { attribution_window_days: days })).status, 200);

beforeEach(async () => {
  await hb.setClockAhead(0);
  await setWindow(30);
});

/** Somebody who has just followed `link`, and when. */
async function cameBy(link: Followed): Promise<Visitor> {
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  return visitor;
}

test('AT-01 a click counts for 30 days, and no longer', async () => {
  const link = await linkOf();
  const visitor = await cameBy(link);
  await hb.setClockAhead(30 * DAY - MINUTE);
  const inTime = await orderOf(manager, await visitor.buys(ONE));
  assert.deepEqual([inTime.link_id, inTime.receipt.window_days], [link.id, 30]);
  await hb.setClockAhead(30 * DAY + MINUTE);
  const late = await orderOf(manager, await visitor.buys(ONE));
  assert.deepEqual([late.link_id, verdictsOf(late)], [null, [[link.id, 'too_old']]]);
});

test('AT-01 each organizer has a window of its own, from 1 to 365 days', async () => {
  for (const days of [1, 7, 365]) {
    await hb.setClockAhead(0);
    await setWindow(days);
    const link = await linkOf();
    const foreign: Followed = await other.manager.made('links', { kind: 'venue' });
    const visitor = await cameBy(link);
    await visitor.follows(foreign);
    await hb.setClockAhead(days * DAY - HOUR);
    const order = await orderOf(manager, await visitor.buys(ONE));
    assert.deepEqual([order.link_id, order.receipt.window_days], [link.id, days]);
    await hb.setClockAhead(days * DAY + HOUR);
    assert.equal((await orderOf(manager, await visitor.buys(ONE))).link_id, null, `${days} days`);
    const elsewhere = await visitor.buys({ event: foreignEvent, items: [{ ticket_type: foreignSeat, quantity: 1 }] });
    assert.equal((await orderOf(other.manager, elsewhere)).link_id, days < 30 ? foreign.id : null);
  }
});

test('AT-01 the window is the one that is set when the order is made, and the order keeps its receipt', async () => {
  const link = await linkOf();
  const visitor = await cameBy(link);
  await hb.setClockAhead(3 * DAY);
  await setWindow(2);
  const refused = await visitor.buys(ONE);
  await setWindow(4);
  const credited = await visitor.buys(ONE);
  await setWindow(1);
  assert.deepEqual([(await orderOf(manager, refused)).link_id, (await orderOf(manager, credited)).link_id], [null, link.id]);
  assert.deepEqual([(await orderOf(manager, refused)).receipt.window_days, (await orderOf(manager, credited)).receipt.window_days], [2, 4]);
});

test('AT-01 a click of long ago does not hide one that counts', async () => {
  const [fresh, old] = [await linkOf(), await linkOf()];
  const visitor = await cameBy(old);
  await hb.setClockAhead(29 * DAY);
  await visitor.follows(fresh);
  await hb.setClockAhead(31 * DAY);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[fresh.id, 'won'], [old.id, 'too_old']]);
});

test('AT-02 a touch of more than a year ago is not even carried', async () => {
  const [link, next] = [await linkOf(), await linkOf()];
  const visitor = await cameBy(link);
  await hb.setClockAhead(365 * DAY + MINUTE);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), []);
  await visitor.follows(next);
  await hb.setClockAhead(0);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[next.id, 'in_future']]);
});

/** What becomes of one touch that is `distance` old when its visitor buys, and a millisecond less and more. */
async function aroundTheEdge(distance: number): Promise<string[]> {
  const touched = Date.now();
  await hb.stopClockAt(touched);
  const visitor = await cameBy(await linkOf());
  const seen: string[] = [];
  for (const off of [-1, 0, 1]) {
    await hb.stopClockAt(touched + distance + off);
    const { receipt } = await orderOf(manager, await visitor.buys(ONE));
    const [touch] = receipt.considered;
    assert.deepEqual([touch.at, receipt.at], [touched, touched + distance + off]);
    seen.push(touch.verdict);
  }
  await hb.setClockAhead(0);
  return seen;
}

test('AT-01 the window ends to the millisecond', async () => {
  await setWindow(2);
  assert.deepEqual(await aroundTheEdge(2 * DAY), ['won', 'won', 'too_old']);
});

test('AT-05 a touch of the very moment wins, one of a millisecond later does not', async () => {
  assert.deepEqual(await aroundTheEdge(0), ['in_future', 'won', 'won']);
});

test('AT-05 a touch from the future never wins, be it a minute or a year away', async () => {
  for (const ahead of [MINUTE, 4 * MINUTE, 6 * MINUTE, DAY, 300 * DAY]) {
    const [now, later] = [await linkOf(), await linkOf()];
    await hb.setClockAhead(0);
    const visitor = await cameBy(now);
    await hb.setClockAhead(ahead);
    await visitor.follows(later);
    await hb.setClockAhead(0);
    const order = await orderOf(manager, await visitor.buys(ONE));
    assert.deepEqual([order.link_id, verdictsOf(order)], [now.id, [[later.id, 'in_future'], [now.id, 'won']]], `${ahead} ms`);
    await hb.setClockAhead(ahead);
    assert.equal((await orderOf(manager, await visitor.buys(ONE))).link_id, later.id);
  }
});

test('AT-05 a browser that brings a cookie from the future takes further clicks', async () => {
  const [future, now] = [await linkOf(), await linkOf()];
  await hb.setClockAhead(DAY);
  const visitor = await cameBy(future);
  await hb.setClockAhead(0);
  await visitor.follows(now);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[future.id, 'in_future'], [now.id, 'won']]);
  await visitor.follows(future);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[future.id, 'won'], [now.id, 'earlier']]);
});

test('AT-05 the times on a receipt are those of the clicks and of the purchase', async () => {
  const link = await linkOf();
  const before = Date.now();
  const visitor = await cameBy(link);
  const between = Date.now();
  const basket = await visitor.checkout.opened({ ...ONE, link: link.slug });
  const opened = Date.now();
  const { receipt } = await orderOf(manager, (await visitor.checkout.completed(basket)).order);
  const [checkout, journey] = receipt.considered;
  assert.ok(before <= journey.at && journey.at <= between, `${before} ${journey.at} ${between}`);
  assert.ok(between <= checkout.at && checkout.at <= opened, `${between} ${checkout.at} ${opened}`);
  assert.ok(opened <= receipt.at && receipt.at <= Date.now());
  assert.ok(visitor.cookies.has(JOURNEY));
});

test('AT-05 everything stored agrees', () => assertConsistent(hb));
