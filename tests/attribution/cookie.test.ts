import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { PREFETCHES } from '../support/agents.ts';
import { Checkout, completionOf, eventOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { JOURNEY, Visitor, orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
// The same rows under the same ids, and other keys.
const foreign = await startHandbill();
after(() => Promise.all([hb.stop(), foreign.stop()]));

async function seeded(of: typeof hb): Promise<{ manager: any; event: number; seat: number; link: Followed }> {
  const { manager } = await organizerNamed(of, await operatorOf(of), 'demo');
  const event = await eventOf(manager);
  const seat = await typeOf(manager, event, { quantity: 10_000 });
  return { manager, event, seat, link: await manager.made('links', { kind: 'venue', event_id: event }) };
}
const { manager, event, seat, link } = await seeded(hb);
const theirs = await seeded(foreign);
assert.deepEqual([theirs.link.id, theirs.event, theirs.seat], [link.id, event, seat]);

const ONE = { event, items: [{ ticket_type: seat, quantity: 1 }] };

/** A journey with one touch, of `link`. */
async function journeyOf(of = hb, via: Followed = link): Promise<string> {
  const visitor = new Visitor(of);
  await visitor.follows(via);
  return visitor.cookies.get(JOURNEY)!;
}
const good = await journeyOf();

/** Buys with a `Cookie` header as it stands; the order as its organizer sees it. */
async function boughtWith(cookie: string | string[]): Promise<any> {
  const checkout = new Checkout(hb);
  const basket = await checkout.opened(ONE);
  const answer = await hb.send(`/checkout/baskets/${basket.key}/complete`, { method: 'POST', body: completionOf(basket), headers: { cookie } });
  assert.equal(answer.status, 201, `${cookie}: ${answer.text}`);
  return orderOf(manager, answer.json.order);
}

test('AT-02 the cookie as it was set earns the credit, whatever stands around it', async () => {
  for (const cookie of [`${JOURNEY}=${good}`, `a=b; ${JOURNEY}=${good}; c=d`, `${JOURNEY}=${good};`, ` ${JOURNEY} = ${good} `, `hb_journey2=x; x${JOURNEY}=y; ${JOURNEY}=${good}`]) {
    assert.equal((await boughtWith(cookie)).link_id, link.id, cookie);
  }
});

const [payload, key, mac] = good.split('.') as [string, string, string];
const swapped = (text: string, at: number): string => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);

const BROKEN: Record<string, string> = {
  ...Object.fromEntries(Array.from({ length: payload.length }, (_, at) => [`another letter at ${at}`, `${swapped(payload, at)}.${key}.${mac}`])),
  'another key name': `${payload}.${swapped(key, 0)}.${mac}`,
  'another signature': `${payload}.${key}.${swapped(mac, 3)}`,
  'no signature': `${payload}.${key}.`,
  'two parts': `${payload}.${key}`,
  'one part': payload,
  'four parts': `${good}.${mac}`,
  'nothing': '',
  'dots': '..',
  'cut by one': good.slice(0, -1),
  'cut in half': good.slice(0, good.length / 2),
  'longer by one': `${good}A`,
  'padded': `${payload}=.${key}.${mac}=`,
  'in quotes': `"${good}"`,
  'percent-encoded': good.replaceAll('.', '%2E'),
  'another case': good.toLowerCase(),
  'the longest that is read': 'A'.repeat(1_024),
  'huge': 'A'.repeat(6_000),
  'huge and signed by nobody': `${'A'.repeat(3_000)}.${key}.${mac}`,
  'no ASCII': 'jöurney.ä.ö',
};

test('AT-02 a cookie that was tampered with earns nothing and breaks nothing', async () => {
  for (const [what, cookie] of Object.entries(BROKEN)) {
    const order = await boughtWith(`${JOURNEY}=${cookie}`);
    assert.deepEqual([order.link_id, order.receipt.considered], [null, []], what);
  }
});

test('AT-02 a cookie signed with another key earns nothing', async () => {
  const cookie = await journeyOf(foreign, theirs.link);
  assert.equal(cookie.split('.')[1], key);
  const order = await boughtWith(`${JOURNEY}=${cookie}`);
  assert.deepEqual([order.link_id, order.receipt.considered], [null, []]);
});

test('AT-02 random cookies earn nothing', async () => {
  const random = (round: number): string => {
    const bytes = randomBytes(1 + (round * 7) % 300);
    return [bytes.toString('base64url'), `${bytes.toString('base64url')}.${key}.${randomBytes(32).toString('base64url')}`, bytes.toString('latin1').replaceAll(/[\0-\x1f\x7f]/g, 'x'), `${payload}.${key}.${randomBytes(32).toString('base64url')}`][round % 4]!;
  };
  for (let round = 0; round < 100; round += 1) {
    const cookie = random(round);
    const order = await boughtWith(`${JOURNEY}=${cookie}`);
    assert.deepEqual([order.link_id, order.receipt.considered], [null, []], JSON.stringify(cookie));
  }
});

test('AT-02 a click with a broken cookie begins a journey that counts', async () => {
  for (const cookie of [BROKEN['another signature']!, BROKEN['huge']!, await journeyOf(foreign, theirs.link)]) {
    const visitor = new Visitor(hb);
    visitor.cookies.set(JOURNEY, cookie);
    await visitor.follows(link);
    assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[link.id, 'won']]);
  }
});

test('AT-02 the token of a click is no journey, nor the other way round', async () => {
  const away: Followed = await manager.made('links', { kind: 'venue', destination: 'https://shop.example/' });
  const token = new URL(await new Visitor(hb).follows(away)).searchParams.get('hb_click')!;
  assert.equal((await boughtWith(`${JOURNEY}=${token}`)).link_id, null);
  assert.equal((await orderOf(manager, await new Visitor(hb).buys(ONE, { click_tokens: [good] }))).link_id, null);
});

test('AT-02 who asks not to be tracked carries nothing, and buys through no link', async () => {
  for (const habits of [{ 'sec-gpc': '1' }, { dnt: '1' }, { 'sec-gpc': '1', dnt: '1' }, { 'Sec-GPC': ' 1 ' }] as Record<string, string>[]) {
    const visitor = new Visitor(hb, habits);
    await visitor.follows(link);
    assert.deepEqual([...visitor.cookies], [], JSON.stringify(habits));
    const order = await orderOf(manager, await visitor.buys(ONE));
    assert.deepEqual([order.link_id, order.receipt.considered, order.utm], [null, [], {}]);
  }
  for (const habits of [{ 'sec-gpc': '0' }, { dnt: '0' }] as Record<string, string>[]) {
    const visitor = new Visitor(hb, habits);
    await visitor.follows(link);
    assert.equal((await orderOf(manager, await visitor.buys(ONE))).link_id, link.id, JSON.stringify(habits));
  }
});

test('AT-02 who only looks ahead earns no credit', async () => {
  for (const sent of [{ method: 'HEAD' }, ...PREFETCHES.map((headers) => ({ headers }))]) {
    const visitor = new Visitor(hb);
    await visitor.follows(link, '', sent);
    assert.ok(!visitor.cookies.has(JOURNEY), JSON.stringify(sent));
    assert.equal((await orderOf(manager, await visitor.buys(ONE))).link_id, null);
    await visitor.follows(link);
    await visitor.follows(await manager.made('links', { kind: 'venue' }), '', sent);
    assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[link.id, 'won']], JSON.stringify(sent));
  }
});

test('AT-02 the cookie stays within 1 KB through 200 links, the oldest dropped first', async () => {
  const links: Followed[] = [];
  for (let n = 0; n < 200; n += 1) links.push(await manager.made('links', { kind: 'venue', event_id: event, ...(n % 3 === 0 && { utm_campaign: `spring ${n} ${'x'.repeat(n % 60)}` }) }));
  const visitor = new Visitor(hb);
  for (const [at, one] of links.entries()) {
    await visitor.follows(one);
    assert.ok(visitor.cookies.get(JOURNEY)!.length <= 1_024, `${visitor.cookies.get(JOURNEY)!.length} characters after ${at + 1} links`);
  }
  const { link_id: credited, receipt } = await orderOf(manager, await visitor.buys(ONE));
  assert.equal(credited, links.at(-1)!.id);
  const kept = receipt.considered.map(({ link: id }: { link: number }) => id);
  assert.ok(kept.length >= 30, `${kept.length} touches are kept`);
  assert.deepEqual(kept, links.map(({ id }) => id).slice(-kept.length).reverse());
});

test('AT-02 a touch that is followed again is kept once, as the newest', async () => {
  const more: Followed = await manager.made('links', { kind: 'venue', event_id: event });
  const visitor = new Visitor(hb);
  for (let round = 0; round < 30; round += 1) for (const one of [link, more]) await visitor.follows(one);
  assert.deepEqual(verdictsOf(await orderOf(manager, await visitor.buys(ONE))), [[more.id, 'won'], [link.id, 'earlier']]);
});

test('AT-02 everything stored agrees', () => assertConsistent(hb));
