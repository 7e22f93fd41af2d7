import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
import { startHandbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { floor, balcony, backstage } = demo.types;
const { venue } = demo;

/** Where a link leads, as a path on this host; `part` is a file beside it. */
function destination(link: { long_url: string }, part = ''): string {
  const { pathname, search } = new URL(link.long_url);
  return pathname + part + search;
}

/** The ids of the ticket types that the page behind a link offers. */
async function offered(link: { long_url: string }): Promise<number[]> {
  const { status, json, text } = await hb.send(destination(link, 'offer.json'));
  assert.equal(status, 200, text);
  return json.ticket_types.map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b);
}

const sorted = (...ids: number[]): number[] => ids.sort((a, b) => a - b);

test('SP-20 a link without restrictions offers what is public', async () => {
  const link = await venue.made({ via: 2, event: demo.event.id });
  assert.deepEqual(await offered(link), sorted(floor, balcony));
});

test('SP-20 ticket types of a link are offered on top, hidden ones too', async () => {
  const link = await venue.made({ via: 2, event: demo.event.id, ticket_types: [backstage] });
  assert.deepEqual(await offered(link), sorted(floor, balcony, backstage));
});

test('SP-20 with public types hidden a link offers its own and nothing else', async () => {
  for (const types of [[backstage], [floor], [floor, backstage]]) {
    const link = await venue.made({ via: 3, event: demo.event.id, ticket_types: types, hide_public_ticket_types: true });
    assert.deepEqual(await offered(link), sorted(...types));
    const page = await hb.send(destination(link));
    assert.equal(page.status, 200);
    for (const [name, id] of [['Floor of demo', floor], ['Balcony of demo', balcony], ['Backstage of demo', backstage]] as const) {
      assert.equal(page.text.includes(name), types.includes(id), name);
    }
  }
});

test('SP-20 a link of the whole account restricts every event of it', async () => {
  const link = await venue.made({ via: 1, ticket_types: [backstage], hide_public_ticket_types: true });
  const slug = new URL(link.short_url).pathname.slice('/l/'.length);
  const offer = async (event: string): Promise<number[]> => (await hb.send(`/shop/demo/${event}/offer.json?hb=${slug}`)).json.ticket_types.map(({ id }: { id: number }) => id);
  assert.deepEqual(await offer('rock-night'), [backstage]);
  assert.deepEqual(await offer('jazz-brunch'), []);
});

test('SP-20 the restriction follows an update', async () => {
  const extra = [{ ticket_type: floor, quantity: 1 }];
  const link = await venue.made({ via: 4, event: demo.event.id, extra, ticket_types: [backstage] });
  const slug = new URL(link.short_url).pathname.slice('/l/'.length);
  const offer = async (): Promise<number[]> => (await hb.send(`/shop/demo/rock-night/offer.json?hb=${slug}`)).json.ticket_types.map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b);
  assert.deepEqual(await offer(), sorted(floor, balcony, backstage));
  assert.equal((await venue.update(link.id, { via: 4, event: demo.event.id, extra, ticket_types: [backstage], hide_public_ticket_types: true })).status, 200);
  assert.deepEqual(await offer(), [backstage]);
});

test('SP-20 a checkout opened by a link that hides public types sells none of them', async () => {
  const event = await eventOf(demo.manager);
  const [seat, secret] = [await typeOf(demo.manager, event), await typeOf(demo.manager, event, { hidden: true })];
  const extra = [{ ticket_type: seat, quantity: 1 }, { ticket_type: secret, quantity: 2 }];
  const basket = async (restriction: object): Promise<{ sold: number[]; problems: unknown }> => {
    const link = await venue.made({ via: 4, extra, ...restriction });
    const { json } = await hb.send(destination(link, 'offer.json'));
    return { sold: json.quote.lines.map(({ ticket_type: id }: { ticket_type: number }) => id), problems: problemsOf(json) };
  };
  // What a link names it unlocks, unless it says itself what it sells.
  assert.deepEqual(await basket({}), { sold: [seat, secret], problems: [] });
  assert.deepEqual(await basket({ ticket_types: [secret], hide_public_ticket_types: true }), { sold: [secret], problems: [[0, 'locked']] });
});

test('SP-20 a foreign, deleted or unknown link unlocks nothing', async () => {
  const plain = sorted(floor, balcony);
  const deleted = await venue.made({ via: 2, event: demo.event.id, ticket_types: [backstage] });
  await venue.remove(deleted.id);
  const foreign = await other.venue.made({ via: 2, ticket_types: [other.types.backstage] });
  const ofLater = await venue.made({ via: 2, event: demo.laterEvent.id, ticket_types: [backstage] });
  for (const link of [deleted, foreign, ofLater]) {
    const slug = new URL(link.short_url).pathname.slice('/l/'.length);
    const { status, json } = await hb.send(`/shop/demo/rock-night/offer.json?hb=${slug}`);
    assert.equal(status, 200);
    assert.deepEqual(json.ticket_types.map(({ id }: { id: number }) => id).sort((a: number, b: number) => a - b), plain);
  }
  for (const query of ['', '?hb=', '?hb=zzzzzzz9', '?hb=%00', '?hb=%FF', "?hb='--", `?hb=${'x'.repeat(3_000)}`]) {
    const { status, json } = await hb.send(`/shop/demo/rock-night/offer.json${query}`);
    assert.deepEqual([status, json.ticket_types.length], [200, plain.length], query);
  }
});

test('SP-20 what is archived or not published is not offered', async () => {
  const event = await demo.manager.made('events', { name: 'Draft', slug: 'draft', time_zone: 'UTC', currency: 'EUR', starts_at: `${SEASON}-05-01T10:00:00Z`, ends_at: `${SEASON}-05-01T12:00:00Z`, published: false });
  assert.equal((await hb.send('/shop/demo/draft/')).status, 404);
  assert.equal((await hb.send('/shop/demo/draft/offer.json')).status, 404);
  await demo.manager.patch(`events/${event.id}`, { published: true });
  const type = (await demo.manager.made('ticket-types', { event_id: event.id, name: 'Early', price: 100, quantity: 5 })).id;
  const link = await venue.made({ via: 2, event: event.id, ticket_types: [type] });
  assert.deepEqual(await offered(link), [type]);
  await demo.manager.remove(`ticket-types/${type}`);
  assert.deepEqual(await offered(link), []);
});

test('SP-20 texts of the organizer stand on the page as texts', async () => {
  const name = `<script>alert("x")</script> & 'co'`;
  await demo.manager.made('ticket-types', { event_id: demo.laterEvent.id, name, description: name, price: 100, quantity: 5 });
  const { text, headers } = await hb.send('/shop/demo/jazz-brunch/');
  assert.ok(!text.includes('<script>'));
  assert.ok(text.includes('&lt;script&gt;'));
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
});

test('BK-04 the basket of a quick purchase link is in minor units, of one currency', async () => {
  const [seat, shirt] = [await typeOf(demo.manager, await eventOf(demo.manager)), await shirtOf(demo.manager)];
  const link = await venue.made({ via: 4, extra: [{ ticket_type: seat, quantity: 3 }, { product_attribute: shirt, quantity: 2 }] });
  const { status, json } = await hb.send(destination(link, 'offer.json'));
  assert.equal(status, 200);
  const lines = json.quote.lines.map(({ unit_price, quantity, price }: Record<string, unknown>) => [unit_price, quantity, price]);
  assert.deepEqual(lines, [[2_500, 3, 7_500], [3_000, 2, 6_000]]);
  assert.deepEqual([json.quote.total, json.quote.currency, json.organizer.id], [13_500, 'EUR', demo.id]);
});

test('BK-04 currencies without decimals and with three are shown right', async () => {
  for (const [currency, shown] of [['JPY', '2500 JPY'], ['KWD', '2.500 KWD'], ['EUR', '25.00 EUR']] as const) {
    const seller = await organizerNamed(hb, operator, `shop-${currency.toLowerCase()}`, currency);
    const seat = await typeOf(seller.manager, await eventOf(seller.manager, { currency }));
    const link = await seller.venue.made({ via: 4, extra: [{ ticket_type: seat, quantity: 1 }] });
    const page = await hb.send(destination(link));
    assert.ok(page.text.includes(shown), `${shown} in ${page.text}`);
    assert.equal((await hb.send(destination(link, 'offer.json'))).json.quote.total, 2_500);
  }
});

test('BK-04 a total beyond what can be counted is no number, not a wrong one', async () => {
  const type = await typeOf(demo.manager, await eventOf(demo.manager), { name: 'Moon', price: 9_007_199_254_740_991 });
  const link = await venue.made({ via: 4, extra: [{ ticket_type: type, quantity: 2 }] });
  const { status, json } = await hb.send(destination(link, 'offer.json'));
  assert.deepEqual([status, problemsOf(json), json.quote.lines, json.quote.total], [200, [[0, 'overflow']], [], 0]);
  assert.equal((await hb.send(destination(link))).status, 200);
});

test('BK-04 items of two currencies make no basket', async () => {
  const yen = await demo.manager.made('events', { name: 'Tokyo', slug: 'tokyo', time_zone: 'Asia/Tokyo', currency: 'JPY', starts_at: `${SEASON}-05-01T10:00:00Z`, ends_at: `${SEASON}-05-01T12:00:00Z` });
  const type = (await demo.manager.made('ticket-types', { event_id: yen.id, name: 'Arena', price: 9_000, quantity: 5 })).id;
  const { status, json } = await venue.create({ via: 4, extra: [{ ticket_type: floor, quantity: 1 }, { ticket_type: type, quantity: 1 }] });
  assert.deepEqual([status, Object.keys(json)], [400, ['extra']]);
  assert.equal((await venue.create({ via: 4, extra: [{ ticket_type: type, quantity: 1 }] })).status, 201);
});
