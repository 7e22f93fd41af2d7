import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, HOUR, MINUTE, assertRefused, completionOf, eventOf, messageOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager, venue } = demo;
const checkout = new Checkout(hb);
const clock = new Clock(hb);

const event = await eventOf(manager);
const floor = await typeOf(manager, event, { name: 'Floor', quantity: 10_000 });
const balcony = await typeOf(manager, event, { name: 'Balcony', quantity: 10_000 });
const backstage = await typeOf(manager, event, { name: 'Backstage', hidden: true, quantity: 10_000 });
const shirt = await shirtOf(manager, { quantity: 10_000 });
const { secret } = await manager.made('payment-keys', { label: 'till' });

const slugOf = ({ short_url: url }: { short_url: string }): string => new URL(url).pathname.slice('/l/'.length);
const one = (id: number, quantity = 1): object => ({ ticket_type: id, quantity });
const RESTRICTED = { ticket_types: [backstage], hide_public_ticket_types: true };

/** Asserts that a basket that was fine can't be completed now, and says why by line. */
async function refusedNow(basket: any, problems: [number | null, string][]): Promise<void> {
  const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket)));
  assertRefused(answer, 409, 'not_sellable');
  assert.deepEqual(problemsOf(answer.json.basket), problems);
}

test('SP-20 what a link restricts is not sold, whoever asks for it', async () => {
  const link = await venue.made({ via: 2, event, ...RESTRICTED });
  const basket = await checkout.opened({ link: slugOf(link), event, items: [one(floor), one(backstage)] });
  assert.deepEqual(problemsOf(basket), [[0, 'locked']]);
  await refusedNow(basket, [[0, 'locked']]);
  const chosen = await checkout.chosen(basket.key, { items: [one(backstage), one(balcony)] });
  assert.deepEqual(problemsOf(chosen), [[1, 'locked']]);
  const { order } = await checkout.completed(await checkout.chosen(basket.key, { items: [one(backstage)] }));
  assert.equal((await manager.get(`orders/${order.id}`)).json.link_id, link.id);
});

test('SP-20 the catalogue of a restricted checkout shows nothing else', async () => {
  const link = await venue.made({ via: 2, event, ...RESTRICTED });
  const { catalogue } = await checkout.opened({ link: slugOf(link), event });
  assert.deepEqual(catalogue.items.filter(({ locked }: { locked: boolean }) => !locked).map(({ ticket_type: id }: { ticket_type: number }) => id), [backstage]);
});

test('SP-20 a link that is restricted after the basket was made restricts the order', async () => {
  const extra = [one(floor, 2)];
  const link = await venue.made({ via: 4, event, extra });
  const basket = await checkout.opened({ link: slugOf(link) });
  assert.deepEqual(problemsOf(basket), []);
  assert.equal((await venue.update(link.id, { via: 4, event, extra, ...RESTRICTED })).status, 200);
  await refusedNow(basket, [[0, 'locked']]);
  assert.equal((await venue.update(link.id, { via: 4, event, extra })).status, 200);
  await checkout.completed(basket);
});

test('SP-20 a type that a link no longer unlocks, or that is hidden meanwhile, is not sold', async () => {
  const link = await manager.made('links', { kind: 'venue', event_id: event, ticket_types: [backstage] });
  const unlocked = await checkout.opened({ link: link.slug, event, items: [one(backstage)] });
  assert.deepEqual(problemsOf(unlocked), []);
  await manager.patch(`links/${link.id}`, { ticket_types: null });
  await refusedNow(unlocked, [[0, 'locked']]);
  const type = await typeOf(manager, event);
  const basket = await checkout.opened({ event, items: [one(type)] });
  await manager.patch(`ticket-types/${type}`, { hidden: true });
  await refusedNow(basket, [[0, 'locked']]);
});

test('SP-20 a deleted link unlocks nothing any more', async () => {
  const link = await venue.made({ via: 2, event, ticket_types: [backstage] });
  const basket = await checkout.opened({ link: slugOf(link), event, items: [one(backstage)] });
  assert.equal((await venue.remove(link.id)).status, 204);
  await refusedNow(basket, [[0, 'locked']]);
});

test("SP-20 a link of another organizer, or of another event, unlocks nothing", async () => {
  const elsewhere = await eventOf(manager);
  const links = [await venue.made({ via: 2, event: elsewhere, ticket_types: [backstage] }), await other.venue.made({ via: 1 })];
  for (const link of links) {
    const answer = await checkout.open({ link: slugOf(link), event, items: [one(backstage)] });
    if (answer.status === 201) assert.deepEqual(problemsOf(answer.json), [[0, 'locked']]);
    else assert.ok([404, 422].includes(answer.status), answer.text);
  }
});

test('SP-20 an access code opens its type behind a link that restricts, too', async () => {
  const coded = await typeOf(manager, event, { name: 'Crew', access_code: 'CREW' });
  const link = await venue.made({ via: 2, event, ...RESTRICTED });
  const basket = await checkout.opened({ link: slugOf(link), event, items: [one(coded)], access_codes: ['crew'] });
  assert.deepEqual(problemsOf(basket), []);
  await checkout.completed(basket);
});

test('SP-21 a quick purchase is a basket at once, with the items of the link', async () => {
  const link = await venue.made({ via: 4, extra: [one(floor, 2), { product_attribute: shirt, quantity: 1 }, one(floor)] });
  const basket = await checkout.opened({ link: slugOf(link) });
  assert.deepEqual(basket.selection.items, [{ ticket_type: floor, quantity: 3 }, { product_attribute: shirt, quantity: 1 }]);
  assert.deepEqual([problemsOf(basket), basket.link, basket.state], [[], slugOf(link), 'open']);
  assert.deepEqual(basket.items.filter(({ ticket_type: id, product_attribute: attribute }: any) => id === floor || attribute === shirt).map(({ of }: { of: string }) => typeof of), ['string', 'string']);
  const { order } = await checkout.completed(basket);
  assert.deepEqual([order.tickets.length, order.total], [3, 10_500]);
});

test('SP-21 the buyer may choose otherwise', async () => {
  const link = await venue.made({ via: 4, extra: [one(floor, 2)] });
  const basket = await checkout.opened({ link: slugOf(link), items: [one(floor, 1)] });
  assert.deepEqual(basket.selection.items, [one(floor, 1)]);
  // Who only adds a code keeps what the link put in.
  const coded = await checkout.opened({ link: slugOf(link), discount: 'X', access_codes: ['y'] });
  assert.deepEqual([coded.selection.items, coded.selection.discount], [[one(floor, 2)], 'X']);
});

test("SP-21 what can't be sold is named with its reason, the rest is kept and can be bought", async () => {
  const ahead = (milliseconds: number): string => new Date(clock.now() + milliseconds).toISOString();
  const early = await typeOf(manager, event, { name: 'Early' });
  const gone = await typeOf(manager, event, { name: 'Gone' });
  const limited = await typeOf(manager, event, { name: 'Limited' });
  const link = await venue.made({ via: 4, extra: [one(early), one(floor, 2), one(gone), one(limited, 3)] });
  await manager.patch(`ticket-types/${early}`, { on_sale_from: ahead(HOUR) });
  await manager.patch(`ticket-types/${gone}`, { quantity: 0 });
  await manager.patch(`ticket-types/${limited}`, { max_per_order: 2 });
  const expected: [number, string][] = [[0, 'not_on_sale'], [2, 'sold_out'], [3, 'above_maximum']];
  const offer = await checkout.offer(slugOf(link));
  assert.deepEqual([offer.status, problemsOf(offer.json)], [200, expected]);
  const basket = await checkout.opened({ link: slugOf(link) });
  assert.deepEqual(problemsOf(basket), expected);
  for (const [code, name] of [['not_on_sale', 'Early'], ['sold_out', 'Gone'], ['above_maximum', 'Limited']] as const) assert.ok(messageOf(basket, code).includes(`\`${name}\``), messageOf(basket, code));
  assert.deepEqual(basket.quote.lines.map(({ line }: { line: number }) => line), [1]);
  const rest = await checkout.chosen(basket.key, { items: [one(floor, 2)] });
  assert.equal((await checkout.completed(rest)).order.total, 5_000);
});

test('SP-21 the page of a quick purchase and its offer are there, whatever can be sold', async () => {
  const type = await typeOf(manager, event, { quantity: 0 });
  const link = await venue.made({ via: 4, extra: [one(type)] });
  const page = await hb.send(`/checkout/?hb=${slugOf(link)}`);
  assert.equal(page.status, 200);
  assert.match(String(page.headers['content-type']), /^text\/html/);
});

/** The figures of a link, as the tracking-links dialect shows them. */
const statsOf = async (id: number): Promise<any> => (await venue.read(id)).json.stats;

test('SP-15 stats through real purchases: created, completed, tickets, gross and net by currency', async () => {
  const link = await venue.made({ via: 1 });
  const by = { link: slugOf(link) };
  const yen = await eventOf(manager, { currency: 'JPY' });
  const arena = await typeOf(manager, yen, { price: 9_000 });
  const figures = (created: number, completed: number, tickets: number, gross: object, net: object): object => ({ baskets_created: created, baskets_completed: completed, tickets, revenue: { gross, net } });
  assert.deepEqual(await statsOf(link.id), figures(0, 0, 0, {}, {}));

  const left = await checkout.opened({ ...by, event, items: [one(floor, 4)] });
  assert.deepEqual((await statsOf(link.id)).baskets_created, 1);
  const first = await checkout.bought({ ...by, event, items: [one(floor, 2), { product_attribute: shirt, quantity: 1 }] });
  assert.deepEqual(await statsOf(link.id), figures(2, 1, 2, { EUR: 8_000 }, { EUR: 8_000 }));
  const second = await checkout.bought({ ...by, event, items: [one(balcony)] });
  const third = await checkout.bought({ ...by, event: yen, items: [one(arena, 3)] });
  assert.deepEqual(await statsOf(link.id), figures(4, 3, 6, { EUR: 10_500, JPY: 27_000 }, { EUR: 10_500, JPY: 27_000 }));

  await manager.post(`orders/${first.id}/refunds`, { amount: 1_000 });
  assert.deepEqual((await statsOf(link.id)).revenue, { gross: { EUR: 10_500, JPY: 27_000 }, net: { EUR: 9_500, JPY: 27_000 } });
  await manager.post(`orders/${third.id}/refunds`, {});
  assert.deepEqual((await statsOf(link.id)).revenue.net, { EUR: 9_500, JPY: 0 });
  const [ticket] = (await manager.get(`orders/${first.id}`)).json.tickets;
  await manager.post(`tickets/${ticket.id}/void`, {});
  assert.deepEqual((await statsOf(link.id)).tickets, 5);
  await manager.post(`orders/${second.id}/cancel`, {});
  assert.deepEqual(await statsOf(link.id), figures(4, 3, 4, { EUR: 10_500, JPY: 27_000 }, { EUR: 7_000, JPY: 0 }));

  await checkout.completed(left);
  const expected = figures(4, 4, 8, { EUR: 20_500, JPY: 27_000 }, { EUR: 17_000, JPY: 0 });
  assert.deepEqual(await statsOf(link.id), expected);
  const listed = (await venue.list()).json.results.find(({ id }: { id: number }) => id === link.id);
  assert.deepEqual(listed.stats, expected);
});

test('SP-15 an order counts when it is paid, once, and not when it never is', async () => {
  const link = await venue.made({ via: 1 });
  const wait = async (): Promise<any> => {
    const basket = await checkout.opened({ link: slugOf(link), event, items: [one(floor)] });
    return { basket, ...(await checkout.completed(basket, { payment_method: 'external' })) };
  };
  const [paid, unpaid, cancelled] = [await wait(), await wait(), await wait()];
  assert.deepEqual([(await statsOf(link.id)).baskets_created, (await statsOf(link.id)).baskets_completed], [3, 0]);
  const report = { basket: paid.basket.key, txn_id: 'stats', amount: 2_500, currency: 'EUR' };
  for (let time = 0; time < 3; time += 1) assert.equal((await checkout.pay(report, secret, clock.now())).status, 200);
  await manager.post(`orders/${cancelled.order.id}/cancel`, {});
  await clock.advance(HOUR + 5 * MINUTE);
  await hb.runCron();
  assert.equal((await manager.get(`orders/${unpaid.order.id}`)).json.status, 'cancelled');
  assert.deepEqual(await statsOf(link.id), { baskets_created: 3, baskets_completed: 1, tickets: 1, revenue: { gross: { EUR: 2_500 }, net: { EUR: 2_500 } } });
});

test('SP-15 purchases by one link at the same time are all counted', async () => {
  const link = await venue.made({ via: 1 });
  await Promise.all(Array.from({ length: 20 }, () => checkout.bought({ link: slugOf(link), event, items: [one(floor, 2)] })));
  assert.deepEqual(await statsOf(link.id), { baskets_created: 20, baskets_completed: 20, tickets: 40, revenue: { gross: { EUR: 100_000 }, net: { EUR: 100_000 } } });
});

test('SP-15 a sale without a link, or by another, is not this one\'s', async () => {
  const [link, neighbour] = [await venue.made({ via: 1 }), await venue.made({ via: 1 })];
  await checkout.bought({ event, items: [one(floor)] });
  await checkout.bought({ link: slugOf(neighbour), event, items: [one(floor)] });
  assert.equal((await statsOf(link.id)).baskets_created, 0);
  assert.equal((await statsOf(neighbour.id)).baskets_completed, 1);
});

test('SP-06 a link that sold stays, one whose baskets were left or never paid can go', async () => {
  const [sold, left, waiting] = [await venue.made({ via: 1 }), await venue.made({ via: 1 }), await venue.made({ via: 1 })];
  await checkout.bought({ link: slugOf(sold), event, items: [one(floor)] });
  await checkout.opened({ link: slugOf(left), event, items: [one(floor)] });
  const { order } = await checkout.completed(await checkout.opened({ link: slugOf(waiting), event, items: [one(floor)] }), { payment_method: 'external' });
  const refused = await changesNothing(hb, () => venue.remove(sold.id));
  assert.deepEqual([refused.status, refused.json], [405, { detail: 'Method "DELETE" not allowed.' }]);
  assert.equal((await venue.remove(left.id)).status, 204);
  // Its payment may still come.
  assert.equal((await changesNothing(hb, () => venue.remove(waiting.id))).status, 405);
  await manager.post(`orders/${order.id}/cancel`, {});
  assert.equal((await venue.remove(waiting.id)).status, 204);
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
