import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { pathOf } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;

const night = await eventOf(manager, { name: 'Night', slug: 'night', published: true });
const brunch = await eventOf(manager, { name: 'Brunch', slug: 'brunch', published: true });
const seat = await typeOf(manager, night, { quantity: 10_000 });
const table = await typeOf(manager, brunch, { quantity: 10_000 });
const shirt = await shirtOf(manager, { quantity: 10_000 });
const foreignEvent = await eventOf(other.manager);
const foreignSeat = await typeOf(other.manager, foreignEvent, { quantity: 10_000 });

const linkOf = (event?: number, more: object = {}): Promise<Followed> => manager.made('links', { kind: 'venue', ...(event !== undefined && { event_id: event }), ...more });
const FOR_NIGHT = { event: night, items: [{ ticket_type: seat, quantity: 1 }] };
const FOR_BRUNCH = { event: brunch, items: [{ ticket_type: table, quantity: 1 }] };

/** The link that is credited for an order, which its receipt agrees with. */
async function creditOf(order: { id: number }): Promise<number | null> {
  const { link_id: credited, receipt } = await orderOf(manager, order);
  assert.equal(receipt.winner, credited);
  return credited;
}

test('ST-01 who follows a link and buys in the same browser buys through the link', async () => {
  const link = await linkOf(night);
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  assert.ok(visitor.cookies.has('hb_journey'));
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), link.id);
});

test('ST-01 the second purchase of the same browser is credited like the first', async () => {
  const link = await linkOf(night);
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  for (let purchase = 0; purchase < 2; purchase += 1) assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), link.id);
});

test('ST-01 another browser, or one that forgot, buys through no link', async () => {
  const link = await linkOf(night);
  await new Visitor(hb).follows(link);
  const stranger = new Visitor(hb);
  assert.equal(await creditOf(await stranger.buys(FOR_NIGHT)), null);
  const forgetful = new Visitor(hb);
  await forgetful.follows(link);
  forgetful.cookies.clear();
  const order = await orderOf(manager, await forgetful.buys(FOR_NIGHT));
  assert.deepEqual([order.link_id, order.receipt.winner, order.receipt.considered, order.utm], [null, null, [], {}]);
});

test('ST-01 who clicks after buying has bought before', async () => {
  const link = await linkOf(night);
  const visitor = new Visitor(hb);
  const order = await visitor.buys(FOR_NIGHT);
  await visitor.follows(link);
  assert.equal(await creditOf(order), null);
});

test('ST-02 of several links only the last one counts, in whatever order they were made', async () => {
  const links = [await linkOf(night), await linkOf(night), await linkOf(night)];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0, 1], [0, 0, 1, 1, 0]]) {
    const visitor = new Visitor(hb);
    for (const at of order) await visitor.follows(links[at]!);
    assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), links[order.at(-1)!]!.id);
  }
});

test('ST-02 who comes back by another link between two purchases has two credited', async () => {
  const [first, second] = [await linkOf(night), await linkOf(night)];
  const visitor = new Visitor(hb);
  await visitor.follows(first);
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), first.id);
  await visitor.follows(second);
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), second.id);
});

test("ST-03 an event's link tracks that event's sales only", async () => {
  const link = await linkOf(night);
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  assert.equal(await creditOf(await visitor.buys(FOR_BRUNCH)), null);
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), link.id);
});

test("ST-03 an account's link tracks every event of the account, and leads to its page", async () => {
  const link = await linkOf();
  const visitor = new Visitor(hb);
  assert.equal(new URL(await visitor.follows(link)).pathname, '/shop/demo/');
  for (const body of [FOR_NIGHT, FOR_BRUNCH]) assert.equal(await creditOf(await visitor.buys(body)), link.id);
});

test("ST-03 an account's link tracks nothing of another account", async () => {
  const visitor = new Visitor(hb);
  await visitor.follows(await linkOf());
  const order = await visitor.buys({ event: foreignEvent, items: [{ ticket_type: foreignSeat, quantity: 1 }] });
  assert.equal((await orderOf(other.manager, order)).link_id, null);
});

test("ST-03 what is no ticket belongs to no event: only the account's link tracks it", async () => {
  const [account, event] = [await linkOf(), await linkOf(night)];
  const visitor = new Visitor(hb);
  await visitor.follows(account);
  await visitor.follows(event);
  const order = await orderOf(manager, await visitor.buys({ event: night, items: [{ product_attribute: shirt, quantity: 1 }] }));
  assert.deepEqual(verdictsOf(order), [[event.id, 'out_of_scope'], [account.id, 'won']]);
  assert.equal(order.link_id, account.id);
});

test('ST-03 tickets of two events are covered by a link of either', async () => {
  const both = { event: night, items: [{ ticket_type: seat, quantity: 1 }, { ticket_type: table, quantity: 1 }] };
  for (const event of [night, brunch]) {
    const link = await linkOf(event);
    const visitor = new Visitor(hb);
    await visitor.follows(link);
    assert.equal(await creditOf(await visitor.buys(both)), link.id);
  }
});

test('ST-04 a later click on a link of another event does not take the credit', async () => {
  const [mine, others] = [await linkOf(night), await linkOf(brunch)];
  const visitor = new Visitor(hb);
  await visitor.follows(mine);
  await visitor.follows(others);
  const order = await orderOf(manager, await visitor.buys(FOR_NIGHT));
  assert.deepEqual(verdictsOf(order), [[others.id, 'out_of_scope'], [mine.id, 'won']]);
  assert.equal(order.link_id, mine.id);
  assert.equal(await creditOf(await visitor.buys(FOR_BRUNCH)), others.id);
});

test("ST-04 a later click on the account's link does, and so does one on the event's", async () => {
  const [event, account] = [await linkOf(night), await linkOf()];
  for (const [first, last] of [[event, account], [account, event]] as const) {
    const visitor = new Visitor(hb);
    await visitor.follows(first);
    await visitor.follows(last);
    assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), last.id);
  }
});

test("ST-04 nor does a click on a link of another account", async () => {
  const link = await linkOf();
  const foreign: Followed = await other.manager.made('links', { kind: 'venue' });
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  await visitor.follows(foreign);
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), link.id);
});

/** The first link in a page whose address begins like this. */
function hrefIn(html: string, start: string): string {
  const found = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&')).find((href) => href.startsWith(start));
  assert.ok(found !== undefined, `no link to ${start} in ${html}`);
  return found;
}

/** Goes from a page of the shop to the checkout, and buys there; what the address of the checkout says is bought through. */
async function buysFrom(path: string): Promise<{ id: number }> {
  const visitor = new Visitor(hb);
  const page = await visitor.send(path);
  assert.equal(page.status, 200, page.text);
  const { searchParams } = new URL(hrefIn(page.text, '/checkout/'), hb.url);
  const link = searchParams.get('hb');
  assert.deepEqual(searchParams.get('event'), String(night));
  return visitor.buys({ ...FOR_NIGHT, ...(link !== null && { link }) });
}

test('ST-05 the full link with its parameter tracks without the short one, by hand from page to page', async () => {
  const link = await linkOf(night);
  const path = pathOf(link.long_url);
  assert.equal(path, `/shop/demo/night/?hb=${link.slug}`);
  assert.equal(await creditOf(await buysFrom(path)), link.id);
});

test("ST-05 so does an account's, from its page over the event's", async () => {
  const link = await linkOf();
  const page = await hb.send(pathOf(link.long_url));
  assert.equal(await creditOf(await buysFrom(hrefIn(page.text, '/shop/demo/night/'))), link.id);
});

test('ST-05 the bare address does not', async () => {
  const link = await linkOf(night);
  const bare = pathOf(link.long_url).split('?')[0]!;
  assert.equal(await creditOf(await buysFrom(bare)), null);
  for (const wrong of ['hb=', 'hb=nobodys-link', `HB=${link.slug}`, `x=${link.slug}`]) assert.equal(await creditOf(await buysFrom(`${bare}?${wrong}`)), null, wrong);
});

test('ST-05 the full link counts from when the checkout was opened', async () => {
  const [copied, clicked] = [await linkOf(night), await linkOf(night)];
  const visitor = new Visitor(hb);
  await visitor.follows(clicked);
  const basket = await visitor.checkout.opened({ ...FOR_NIGHT, link: copied.slug });
  const { order } = await visitor.checkout.completed(basket);
  assert.equal(await creditOf(order), copied.id);
  const again = await visitor.checkout.opened({ ...FOR_NIGHT, link: copied.slug });
  await visitor.follows(clicked);
  assert.equal(await creditOf((await visitor.checkout.completed(again)).order), clicked.id);
});

test('ST-05 the full link of another event, or of another account, tracks nothing', async () => {
  const elsewhere = await linkOf(brunch);
  assert.equal(await creditOf(await new Visitor(hb).buys({ ...FOR_NIGHT, link: elsewhere.slug })), null);
  const foreign: Followed = await other.manager.made('links', { kind: 'venue' });
  const { status, json, text } = await new Visitor(hb).checkout.open({ ...FOR_NIGHT, link: foreign.slug });
  assert.ok(status === 422 || status === 404 || (status === 201 && json.link === null), text);
});

test('ST-06 the button that was clicked after the mail is credited, not the mail', async () => {
  const mail = await linkOf(night, { utm_medium: 'email' });
  const button = await linkOf(night, { kind: 'quick_purchase', items: [{ ticket_type: seat, quantity: 2 }] });
  const visitor = new Visitor(hb);
  await visitor.follows(mail);
  const checkout = new URL(await visitor.follows(button));
  assert.equal(checkout.pathname, '/checkout/');
  const order = await orderOf(manager, await visitor.buys({ link: checkout.searchParams.get('hb') }));
  assert.equal(order.link_id, button.id);
  assert.deepEqual(order.receipt.considered.map(({ link, source, verdict }: any) => [link, source, verdict]), [[button.id, 'checkout', 'won'], [button.id, 'journey', 'earlier'], [mail.id, 'journey', 'earlier']]);
});

test('ST-06 the mail that was clicked after the button is', async () => {
  const mail = await linkOf();
  const button = await linkOf(night);
  const visitor = new Visitor(hb);
  await visitor.follows(button);
  await visitor.follows(mail);
  assert.equal(await creditOf(await visitor.buys(FOR_NIGHT)), mail.id);
});

test('ST-01 everything stored agrees', () => assertConsistent(hb));
