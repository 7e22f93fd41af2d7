import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventOf, typeOf } from '../support/checkout.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
const event = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 10_000 });
const ONE = { event, items: [{ ticket_type: seat, quantity: 1 }] };

const linkOf = (more: object = {}): Promise<Followed> => manager.made('links', { kind: 'venue', ...more });

/** The UTM parameters of an order made after these clicks. */
async function utmAfter(...clicks: [Followed, string?][]): Promise<object> {
  const visitor = new Visitor(hb);
  for (const [link, query] of clicks) await visitor.follows(link, query);
  const { utm, receipt, link_id: credited } = await orderOf(manager, await visitor.buys(ONE));
  const won = receipt.considered.find(({ verdict }: { verdict: string }) => verdict === 'won');
  assert.deepEqual([won.link, won.utm], [credited, utm]);
  return utm;
}

const ALL = { utm_source: 'poster', utm_medium: 'print', utm_campaign: 'spring 27 & more', utm_term: 'rock', utm_content: 'the red one' };
const NAMED = { source: 'poster', medium: 'print', campaign: 'spring 27 & more', term: 'rock', content: 'the red one' };
const query = (parameters: object): string => `?${new URLSearchParams(parameters as Record<string, string>)}`;

test('AT-04 what the visitor lands with ends on the order, whoever set it', async () => {
  assert.deepEqual(await utmAfter([await linkOf(ALL)]), NAMED);
  assert.deepEqual(await utmAfter([await linkOf(), query(ALL)]), NAMED);
  assert.deepEqual(await utmAfter([await linkOf({ destination: `https://shop.example/a${query(ALL)}#part` })]), NAMED);
  assert.deepEqual(await utmAfter([await linkOf()]), {});
  assert.deepEqual(await utmAfter([await linkOf(), '?x=1&source=no&UTM_SOURCE=no&utm_=no&utm_source_x=no&utm_id=no']), {});
});

test("AT-04 the destination's own go first, then the link's, then the visitor's, as in the address", async () => {
  const link = await linkOf({ destination: 'https://shop.example/?utm_source=own', utm_source: 'link', utm_medium: 'link' });
  const all = '?utm_source=visitor&utm_medium=visitor&utm_term=visitor';
  assert.deepEqual(await utmAfter([link, all]), { source: 'own', medium: 'link', term: 'visitor' });
  const landed = new URL(await new Visitor(hb).follows(link, all)).searchParams;
  assert.deepEqual(['utm_source', 'utm_medium', 'utm_term'].map((name) => landed.get(name)), ['own', 'link', 'visitor']);
});

test('AT-04 values are read the way a form is', async () => {
  const link = await linkOf();
  const cases: [string, object][] = [
    ['?utm_source=a%20b+c%26', { source: 'a b c&' }], ['?utm%5Fsource=x', { source: 'x' }], ['?utm_source=&utm_medium=m', { medium: 'm' }], ['?utm_source', {}], ['?utm_source=first&utm_source=second', { source: 'first' }],
    ['?utm_source=gr%C3%BC%C3%9Fe', { source: 'grüße' }], ['?utm_source=%0d%0aSet-Cookie:%20a=b&utm_medium=m', { medium: 'm' }], ['?utm_source=%00', {}], ["?utm_source='%3B%20DROP%20TABLE%20sale_order%3B--", { source: "'; DROP TABLE sale_order;--" }],
    ['?utm_source=%3Cscript%3E', { source: '<script>' }], ['?utm_source=%22%5C', { source: '"\\' }], ['?a=%&utm_source=x', { source: 'x' }], ['?utm_source=%ff', { source: '\ufffd' }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(await utmAfter([link, text]), expected, text);
});

test('AT-04 long values are clipped, at whole characters', async () => {
  const link = await linkOf();
  assert.deepEqual(await utmAfter([link, query({ utm_source: 'x'.repeat(500) })]), { source: 'x'.repeat(64) });
  assert.deepEqual(await utmAfter([link, query({ utm_source: 'é'.repeat(100) })]), { source: 'é'.repeat(32) });
  assert.deepEqual(await utmAfter([link, query({ utm_source: `x${'💥'.repeat(60)}` })]), { source: `x${'💥'.repeat(15)}` });
  const full = Object.fromEntries(Object.keys(ALL).map((name) => [name, 'é'.repeat(90)]));
  assert.deepEqual(await utmAfter([link, query(full)]), Object.fromEntries(Object.keys(NAMED).map((name) => [name, 'é'.repeat(32)])));
});

test("AT-04 an order has those of the touch that won, not of another", async () => {
  const [first, second] = [await linkOf(), await linkOf()];
  const elsewhere = await linkOf({ event_id: await eventOf(manager) });
  assert.deepEqual(await utmAfter([first, '?utm_source=one'], [second, '?utm_source=two']), { source: 'two' });
  assert.deepEqual(await utmAfter([first, '?utm_source=one'], [second]), {});
  assert.deepEqual(await utmAfter([first, '?utm_source=one'], [elsewhere, '?utm_source=three']), { source: 'one' });
  assert.deepEqual(await utmAfter([first, '?utm_source=one&utm_medium=m'], [first, '?utm_source=again']), { source: 'again' });
});

test('AT-04 the button of the page that a click led to keeps what the click brought', async () => {
  const link = await linkOf({ event_id: event });
  const visitor = new Visitor(hb);
  await visitor.follows(link, '?utm_source=mail');
  const order = await orderOf(manager, await visitor.buys({ ...ONE, link: link.slug }));
  assert.deepEqual([order.link_id, order.utm], [link.id, { source: 'mail' }]);
  assert.deepEqual(order.receipt.considered.map(({ source, verdict }: any) => [source, verdict]), [['checkout', 'won'], ['journey', 'earlier']]);
});

test('AT-04 the newest touch keeps its parameters when the cookie is full', async () => {
  const visitor = new Visitor(hb);
  for (let n = 0; n < 12; n += 1) await visitor.follows(await linkOf(), query({ ...ALL, utm_content: `number ${n} ${'y'.repeat(50)}` }));
  assert.ok(visitor.cookies.get('hb_journey')!.length <= 1_024);
  const { utm, receipt } = await orderOf(manager, await visitor.buys(ONE));
  assert.deepEqual(utm, { ...NAMED, content: `number 11 ${'y'.repeat(50)}` });
  assert.equal(receipt.considered.length, 12, 'touches stay where their parameters go');
  assert.deepEqual(receipt.considered.at(-1).utm, {});
});
