import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { Checkout, DAY, HOUR, completionOf, eventOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { JOURNEY, Visitor, orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;
const event = await eventOf(manager);
const elsewhere = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 10_000 });
const { secret } = await manager.made('payment-keys', { label: 'till' });
const ONE = { event, items: [{ ticket_type: seat, quantity: 1 }] };

const linkOf = (more: object = { event_id: event }, by = manager): Promise<Followed> => by.made('links', { kind: 'venue', ...more });

beforeEach(() => hb.setClockAhead(0));

test('AT-03 the receipt says of each touch why it won or lost, newest first', async () => {
  const [old, earlier, copied, won, wrong, future] = [await linkOf({}), await linkOf(), await linkOf(), await linkOf({ event_id: event, utm_source: 'mail' }), await linkOf({ event_id: elsewhere }), await linkOf()];
  const visitor = new Visitor(hb);
  await visitor.follows(old);
  await hb.setClockAhead(31 * DAY);
  await visitor.follows(earlier);
  const basket = await visitor.checkout.opened({ ...ONE, link: copied.slug });
  await visitor.follows(won);
  await visitor.follows(wrong);
  await hb.setClockAhead(31 * DAY + HOUR);
  await visitor.follows(future);
  await hb.setClockAhead(31 * DAY);
  const { receipt, link_id: credited } = await orderOf(manager, (await visitor.checkout.completed(basket)).order);
  const { rule, version, window_days: window, at, winner, considered } = receipt;
  assert.deepEqual({ rule, version, window, winner, credited }, { rule: 'last_click', version: 1, window: 30, winner: won.id, credited: won.id });
  assert.deepEqual(considered.map(({ at: _, ...touch }: any) => touch), [
    { link: future.id, scope: `e${event}`, sequence: 4, source: 'journey', utm: {}, verdict: 'in_future' },
    { link: wrong.id, scope: `e${elsewhere}`, sequence: 3, source: 'journey', utm: {}, verdict: 'out_of_scope' },
    { link: won.id, scope: `e${event}`, sequence: 2, source: 'journey', utm: { source: 'mail' }, verdict: 'won' },
    { link: copied.id, scope: `e${event}`, sequence: 0, source: 'checkout', utm: {}, verdict: 'earlier' },
    { link: earlier.id, scope: `e${event}`, sequence: 1, source: 'journey', utm: {}, verdict: 'earlier' },
    { link: old.id, scope: `a${demo.id}`, sequence: 0, source: 'journey', utm: {}, verdict: 'too_old' },
  ]);
  const times = considered.map((touch: { at: number }) => touch.at);
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
  assert.deepEqual([...new Set(considered.map((touch: { verdict: string }) => touch.verdict))].sort(), ['earlier', 'in_future', 'out_of_scope', 'too_old', 'won']);
  assert.ok(times[0] > at && times[1] <= at && at - times.at(-1) > 30 * DAY);
});

test('AT-03 whoever reads orders reads receipts, one or many, and nobody else does', async () => {
  const link = await linkOf();
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const order = await visitor.buys(ONE);
  const shown = await orderOf(manager, order);
  const headers = { authorization: `Bearer ${demo.reader}` };
  assert.deepEqual((await hb.send(`/manage/orders/${order.id}`, { headers })).json.receipt, shown.receipt);
  assert.deepEqual((await manager.get(`orders?link_id=${link.id}`)).json.data.map(({ id, receipt }: any) => [id, receipt]), [[order.id, shown.receipt]]);
  assert.equal((await other.manager.get(`orders/${order.id}`)).status, 404);
  const confirmation = await visitor.checkout.confirmation(order.key);
  for (const word of ['receipt', 'considered', 'last_click']) assert.ok(!confirmation.text.includes(word), 'the buyer is told of tickets only');
});

test('AT-03 a receipt stays as it was, whatever becomes of link, window and order', async () => {
  const link = await linkOf();
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const order = await visitor.buys(ONE);
  const { receipt } = await orderOf(manager, order);
  await manager.patch(`organizers/${demo.id}`, { attribution_window_days: 3 });
  await manager.patch(`links/${link.id}`, { event_id: elsewhere });
  await manager.post(`orders/${order.id}/refunds`, { amount: 1 });
  await manager.post(`orders/${order.id}/cancel`, {});
  const after = await orderOf(manager, order);
  assert.deepEqual([after.status, after.link_id, after.receipt], ['cancelled', link.id, receipt]);
  await manager.patch(`organizers/${demo.id}`, { attribution_window_days: 30 });
});

test('AT-03 a completion that is sent again has one receipt, of the first time', async () => {
  const [link, next] = [await linkOf(), await linkOf()];
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const basket = await visitor.checkout.opened(ONE);
  const first = await visitor.checkout.complete(basket.key, completionOf(basket), 'key');
  await visitor.follows(next);
  const second = await visitor.checkout.complete(basket.key, completionOf(basket), 'key');
  assert.deepEqual([second.status, second.text], [201, first.text]);
  assert.equal((await orderOf(manager, first.json.order)).link_id, link.id);
});

test('AT-01 a deleted link earns nothing more; the one before it does', async () => {
  const [before, gone] = [await linkOf(), await linkOf()];
  const visitor = new Visitor(hb);
  await visitor.follows(before);
  await visitor.follows(gone);
  const basket = await visitor.checkout.opened({ ...ONE, link: gone.slug });
  assert.equal((await manager.remove(`links/${gone.id}`)).status, 204);
  assert.deepEqual(verdictsOf(await orderOf(manager, (await visitor.checkout.completed(basket)).order)), [[before.id, 'won']]);
});

test("AT-03 another organizer's touches are on nobody else's receipt", async () => {
  const theirs = [await linkOf({}, other.manager), await linkOf({ event_id: other.event.id }, other.manager)];
  const visitor = new Visitor(hb);
  for (const link of theirs) await visitor.follows(link);
  const none = await orderOf(manager, await visitor.buys(ONE));
  assert.deepEqual([none.link_id, none.receipt.considered], [null, []]);
  const mine = await linkOf();
  await visitor.follows(mine);
  await visitor.follows(theirs[0]!);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[mine.id, 'won']]);
  assert.ok(visitor.cookies.has(JOURNEY));
});

test('AT-03 a partner who owns a link sells for the organizer whose link it is', async () => {
  assert.ok((await operator.put(`organizers/${demo.id}/partners/${other.id}`)).status < 300);
  const link: Followed = await other.manager.made('links', { kind: 'affiliate', organizer_id: demo.id, event_id: event });
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[link.id, 'won']]);
});

test('AT-05 an order that waits for its payment keeps the credit of when it was made', async () => {
  const [link, later] = [await linkOf(), await linkOf()];
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const basket = await visitor.checkout.opened(ONE);
  const { order } = await visitor.checkout.completed(basket, { payment_method: 'external' });
  const waiting = await orderOf(manager, order);
  assert.deepEqual([waiting.status, waiting.link_id], ['pending', link.id]);
  await visitor.follows(later);
  const paid = await new Checkout(hb).pay({ basket: basket.key, txn_id: `txn-${order.id}`, amount: order.total, currency: 'EUR' }, secret);
  assert.equal(paid.status, 200, paid.text);
  const completed = await orderOf(manager, order);
  assert.deepEqual([completed.status, completed.link_id, completed.receipt], ['completed', link.id, waiting.receipt]);
});

test('AT-03 everything stored agrees', () => assertConsistent(hb));
