import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { DAY, eventOf, fieldsOf, completionOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor, orderOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
const foreign = await startHandbill();
after(() => Promise.all([hb.stop(), foreign.stop()]));
const operator = await operatorOf(hb);
const { manager } = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const event = await eventOf(manager);
const elsewhere = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 100_000 });
const ONE = { event, items: [{ ticket_type: seat, quantity: 1 }] };

const SHOP = 'https://shop.example/night';
const linkOf = (more: object = {}): Promise<Followed> => manager.made('links', { kind: 'venue', destination: SHOP, ...more });
const link = await linkOf({ event_id: event });

/** Follows a link that leads away; the token that goes along. */
async function tokenOf(via: Followed, visitor = new Visitor(hb), query = ''): Promise<string> {
  const given = new URL(await visitor.follows(via, query)).searchParams.getAll('hb_click');
  assert.equal(given.length, 1);
  return given[0]!;
}

/** What was bought, in a browser that knows nothing, with these tokens. */
const boughtWith = async (tokens: unknown, visitor = new Visitor(hb)): Promise<any> => orderOf(manager, await visitor.buys(ONE, { click_tokens: tokens }));
const sourcesOf = ({ receipt }: any): unknown[] => receipt.considered.map(({ link: id, source, verdict }: any) => [id, source, verdict]);

test('RD-03 a click that leads to another domain takes a token along, one to ours does not', async () => {
  const token = await tokenOf(link);
  assert.match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  assert.notEqual(await tokenOf(link), token, 'each click has its own');
  const ours = [await manager.made('links', { kind: 'venue' }), await manager.made('links', { kind: 'venue', event_id: event }), await manager.made('links', { kind: 'quick_purchase', items: [{ ticket_type: seat, quantity: 1 }] })];
  for (const one of ours) assert.ok(!(await new Visitor(hb).follows(one)).includes('hb_click'));
});

test('RD-03 the address stays as it was but for the token', async () => {
  const cases: [string, object, string, RegExp][] = [
    ['https://shop.example/a', {}, '', /^https:\/\/shop\.example\/a\?hb_click=[\w.-]+$/],
    ['https://shop.example/a?x=1#part', {}, '', /^https:\/\/shop\.example\/a\?x=1&hb_click=[\w.-]+#part$/],
    ['https://shop.example/a', { utm_source: 's' }, '?y=2', /^https:\/\/shop\.example\/a\?utm_source=s&hb_click=[\w.-]+&y=2$/],
    ['http://shop.example:8080/a', {}, '?y=2', /^http:\/\/shop\.example:8080\/a\?hb_click=[\w.-]+&y=2$/],
  ];
  for (const [destination, more, query, expected] of cases) assert.match(await new Visitor(hb).follows(await linkOf({ destination, ...more }), query), expected);
});

test("RD-03 neither a visitor's nor a destination's own token passes through", async () => {
  const planted = await tokenOf(await linkOf({ event_id: event }));
  const names = ['hb_click', 'hb%5Fclick', 'HB_CLICK', 'hb_click%5B%5D', 'hb.click', '%68b_click'];
  for (const name of names) {
    for (const [one, query] of [[link, `?${name}=${planted}&x=1`], [await linkOf({ destination: `${SHOP}?${name}=${planted}&x=1`, event_id: event }), ''], [link, `?x=1&${name}=${planted}&${name}=${planted}`]] as const) {
      const landed = await new Visitor(hb).follows(one, query);
      assert.ok(!landed.includes(planted), `${name}: ${landed}`);
      const { searchParams } = new URL(landed);
      assert.equal(searchParams.get('x'), '1', landed);
      assert.equal((await boughtWith(searchParams.getAll('hb_click'))).link_id, one.id);
    }
    const own: Followed = await manager.made('links', { kind: 'venue' });
    for (const [one, query] of [[own, `?${name}=${planted}`], [link, `?${name}=${planted}`]] as const) {
      for (const habits of [{ dnt: '1' }, {}] as Record<string, string>[]) assert.ok(!(await new Visitor(hb, habits).follows(one, query)).includes(planted));
    }
  }
});

test('RD-03 whoever opts out or only looks ahead gets no token', async () => {
  const quiet: [Record<string, string>, object][] = [[{ 'sec-gpc': '1' }, {}], [{ dnt: '1' }, {}], [{}, { method: 'HEAD' }], [{}, { headers: { 'sec-purpose': 'prefetch' } }], [{}, { headers: { purpose: 'prefetch' } }]];
  for (const [habits, sent] of quiet) assert.equal(await new Visitor(hb, habits).follows(link, '', sent), SHOP);
});

test('RD-03 a shop that hands the token in has its sale credited', async () => {
  const order = await boughtWith([await tokenOf(link, new Visitor(hb), '?utm_source=poster')]);
  assert.deepEqual([order.link_id, sourcesOf(order), order.utm], [link.id, [[link.id, 'click_token', 'won']], { source: 'poster' }]);
  assert.deepEqual(Object.keys(order.receipt), ['rule', 'version', 'window_days', 'at', 'winner', 'considered']);
});

test('RD-03 a token counts for as long and for as much as the click it stands for', async () => {
  const [wrong, theirs] = [await linkOf({ event_id: elsewhere }), await other.manager.made('links', { kind: 'venue', destination: SHOP })];
  const token = await tokenOf(link);
  assert.deepEqual(sourcesOf(await boughtWith([await tokenOf(wrong)])), [[wrong.id, 'click_token', 'out_of_scope']]);
  assert.deepEqual(sourcesOf(await boughtWith([await tokenOf(theirs)])), []);
  await hb.setClockAhead(31 * DAY);
  assert.deepEqual(sourcesOf(await boughtWith([token])), [[link.id, 'click_token', 'too_old']]);
  const future = await tokenOf(link);
  await hb.setClockAhead(0);
  assert.deepEqual(sourcesOf(await boughtWith([future])), [[link.id, 'click_token', 'in_future']]);
});

test('RD-03 of tokens and journey the latest click counts', async () => {
  const [first, second, third] = [await linkOf({ event_id: event }), await linkOf({ event_id: event }), await linkOf({ event_id: event })];
  const here = new Visitor(hb);
  const tokens = [await tokenOf(first), await tokenOf(second)];
  await here.follows(third);
  assert.deepEqual(sourcesOf(await boughtWith(tokens, here)), [[third.id, 'journey', 'won'], [second.id, 'click_token', 'earlier'], [first.id, 'click_token', 'earlier']]);
  const later = await tokenOf(first);
  assert.deepEqual(sourcesOf(await boughtWith([...tokens, later], here)), [[first.id, 'click_token', 'won'], [third.id, 'journey', 'earlier'], [second.id, 'click_token', 'earlier'], [first.id, 'click_token', 'earlier']]);
  assert.equal((await boughtWith([...tokens].reverse())).link_id, second.id);
});

test('RD-03 the same click in the cookie and as a token is listed with both sources', async () => {
  const visitor = new Visitor(hb);
  const token = await tokenOf(link, visitor);
  const order = await boughtWith([token, token], visitor);
  assert.equal(order.link_id, link.id);
  assert.deepEqual(sourcesOf(order).map((touch: any) => touch[1]).sort(), ['click_token', 'journey']);
});

test('RD-03 a token of other keys, of a deleted link, or of a link nobody made earns nothing', async () => {
  const seller = await organizerNamed(foreign, await operatorOf(foreign), 'demo');
  const forged: Followed = await seller.manager.made('links', { kind: 'venue', destination: SHOP });
  const token = new URL(await new Visitor(foreign).follows(forged)).searchParams.get('hb_click');
  assert.deepEqual(sourcesOf(await boughtWith([token])), []);
  const gone = await linkOf({ event_id: event });
  const kept = await tokenOf(gone);
  assert.equal((await manager.remove(`links/${gone.id}`)).status, 204);
  assert.deepEqual(sourcesOf(await boughtWith([kept, await tokenOf(link)])), [[link.id, 'click_token', 'won']]);
});

/** A token with something done to it. */
function mangled(token: string, round: number): string {
  const at = randomBytes(2).readUInt16BE() % token.length;
  const noise = randomBytes(1 + (round % 120)).toString('base64url');
  const [payload, key, mac] = token.split('.') as [string, string, string];
  const ways = [
    () => token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1), () => token.slice(0, at) || '.', () => token + noise, () => `${noise}.${key}.${mac}`, () => `${payload}.${noise.slice(0, 16)}.${mac}`, () => `${payload}.${key}.${noise}`,
    () => noise, () => [...token].reverse().join(''), () => `${payload}..${mac}`, () => '💥'.repeat(1 + (round % 20)), () => randomBytes(1 + (round % 200)).toString('latin1').replaceAll(/[\0-\x1f\x7f-\x9f]/g, 'x'), () => 'A'.repeat(1_024), () => token.toUpperCase(), () => ` ${token.slice(1)}`, () => "'; DROP TABLE link; --",
  ];
  return ways[round % ways.length]!();
}

test('RD-03 500 broken tokens earn nothing, are no error, and leave a good one its credit', async () => {
  const token = await tokenOf(link);
  const good = await tokenOf(link);
  for (let round = 0; round < 500; round += 20) {
    const broken = [...new Set(Array.from({ length: 19 }, (_, n) => mangled(token, round + n)).filter((text) => text.trim() !== '' && text.trim() !== token))];
    const refused = await boughtWith(broken);
    assert.deepEqual([refused.link_id, sourcesOf(refused)], [null, []], JSON.stringify(broken));
    assert.deepEqual(sourcesOf(await boughtWith([...broken, good])), [[link.id, 'click_token', 'won']], JSON.stringify(broken));
  }
});

test('RD-03 a text that can be no token at all is no error either', async () => {
  for (const bad of ['', ' ', '\n', 'a\u0000b', `${await tokenOf(link)}\r\n`, 'x'.repeat(1_025), 'x'.repeat(20_000)]) {
    assert.deepEqual(sourcesOf(await boughtWith([bad, await tokenOf(link)])), [[link.id, 'click_token', 'won']], JSON.stringify(bad.slice(0, 100)));
  }
});

test('RD-03 what is no list of at most 20 tokens is refused, and nothing is sold', async () => {
  const token = await tokenOf(link);
  const basket = await new Visitor(hb).checkout.opened(ONE);
  for (const bad of ['x', 1, {}, true, [1], [null], [[token]], Array.from({ length: 21 }, (_, n) => `token-${n}`)]) {
    const answer = await changesNothing(hb, () => new Visitor(hb).checkout.complete(basket.key, completionOf(basket, { click_tokens: bad })));
    assert.equal(answer.status, 422, `${JSON.stringify(bad)}: ${answer.text}`);
    assert.ok(fieldsOf(answer).every((field) => field.startsWith('click_tokens')), answer.text);
  }
  for (const none of [[], null]) assert.deepEqual(sourcesOf(await boughtWith(none)), []);
});

test('RD-03 everything stored agrees', () => assertConsistent(hb));
