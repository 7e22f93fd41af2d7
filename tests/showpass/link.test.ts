import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, eventOf, typeOf } from '../support/checkout.ts';
import { pathOf } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');

const checkout = new Checkout(hb);
const coming = await eventOf(demo.manager);
const seat = await typeOf(demo.manager, coming);

/** What opens the checkout behind a link, with so many seats in the basket. */
const seatsBy = ({ short_url: url }: { short_url: string }, quantity: number): object => ({ link: pathOf(url).slice('/l/'.length), event: coming, items: [{ ticket_type: seat, quantity }] });
const quickPurchase = (quantity = 1): { via: 4; extra: { ticket_type: number; quantity: number }[] } => ({ via: 4, extra: [{ ticket_type: demo.types.floor, quantity }] });
const NOT_FOUND = { detail: 'Not found.' };

test('SP-04 one link is read by its id', async () => {
  const made = await demo.venue.made({ via: 3, description: 'one' });
  const { status, json } = await demo.venue.read(made.id);
  assert.deepEqual([status, json], [200, made]);
});

test("SP-04 another venue's, a deleted and an unknown link are not found", async () => {
  const foreign = await other.venue.made({ via: 1 });
  const deleted = await demo.venue.made({ via: 1 });
  await demo.venue.remove(deleted.id);
  for (const id of [foreign.id, deleted.id, NOBODY, 0, -1, 'x', '1.5', '1e3', '%00', '9223372036854775808', '99999999999999999999999', '1%20or%201=1', `${foreign.id}%2F`]) {
    for (const answer of [await demo.venue.read(id), await demo.venue.update(id, quickPurchase()), await demo.venue.remove(id)]) {
      assert.deepEqual([id, answer.status, answer.json], [id, 404, NOT_FOUND]);
    }
  }
  assert.equal((await other.venue.read(foreign.id)).status, 200);
});

test('SP-05 only quick purchase links can be updated', async () => {
  for (const via of [1, 2, 3]) {
    const made = await demo.venue.made({ via, description: 'as made' });
    for (const body of [{ via, description: 'changed' }, quickPurchase(), {}, '{"via":']) {
      const { status, json } = await changesNothing(hb, () => demo.venue.update(made.id, body));
      assert.deepEqual([status, json], [405, { detail: 'Method "PUT" not allowed.' }]);
    }
    assert.deepEqual((await demo.venue.read(made.id)).json, made);
  }
});

test('SP-05 an update replaces what is given and keeps id, slug and counts', async () => {
  const made = await demo.venue.made({ ...quickPurchase(), description: 'before', event: demo.event.id });
  const body = {
    venue: demo.id, via: 4, description: 'after', event: demo.laterEvent.id, referred_by: demo.users[1].id, ticket_types: [demo.types.backstage],
    hide_public_ticket_types: true, extra: [{ product_attribute: demo.attribute, quantity: 3 }, { ticket_type: demo.types.backstage, quantity: 2 }],
  };
  const { status, json } = await demo.venue.update(made.id, body);
  assert.equal(status, 200);
  assert.deepEqual(Object.fromEntries(Object.keys(body).map((field) => [field, json[field]])), body);
  for (const field of ['id', 'owner_venue', 'short_url', 'tiny_url', 'views', 'visitors']) assert.deepEqual(json[field], made[field], field);
  assert.deepEqual((await demo.venue.read(made.id)).json, json);
});

test('SP-05 an update that breaks a rule is refused under its field and changes nothing', async () => {
  const made = await demo.venue.made({ ...quickPurchase(), description: 'as made' });
  const refusals: [object, string][] = [
    [{ via: 4 }, 'extra'],
    [{ via: 4, extra: null }, 'extra'],
    [{ via: 4, extra: [] }, 'extra'],
    [{ via: 4, extra: [{ ticket_type: NOBODY, quantity: 1 }] }, 'extra'],
    [{ via: 4, extra: [{ ticket_type: other.types.floor, quantity: 1 }] }, 'extra'],
    [{ ...quickPurchase(), via: 'x' }, 'via'],
    [{ extra: quickPurchase().extra }, 'via'],
    [{ ...quickPurchase(), via: 9 }, 'via'],
    [{ ...quickPurchase(), description: 'x'.repeat(513) }, 'description'],
    [{ ...quickPurchase(), event: other.event.id }, 'event'],
    [{ ...quickPurchase(), referred_by: other.users[0].id }, 'referred_by'],
    [{ ...quickPurchase(), ticket_types: [NOBODY] }, 'ticket_types'],
    [{ ...quickPurchase(), hide_public_ticket_types: true }, 'hide_public_ticket_types'],
    [{ ...quickPurchase(), venue: other.id }, 'venue'],
  ];
  for (const [body, field] of refusals) {
    const { status, json, text } = await changesNothing(hb, () => demo.venue.update(made.id, body));
    assert.equal(status, 400, `${JSON.stringify(body)}: ${text}`);
    assert.deepEqual(Object.keys(json), [field], text);
  }
  for (const body of ['{"via":', '[]', 'null', '']) {
    assert.equal((await changesNothing(hb, () => demo.venue.update(made.id, body))).status, 400, body);
  }
});

test('SP-05 of updates at the same time each is whole: no mixture of two is left', async () => {
  const made = await demo.venue.made({ ...quickPurchase(), description: '0' });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => demo.venue.update(made.id, { ...quickPurchase(n + 1), description: String(n + 1) })));
  // A writer that lost the race may be told so; it must not be told it won.
  for (const { status, text } of answers) assert.ok(status === 200 || status === 409, text);
  assert.ok(answers.some(({ status }) => status === 200));
  const { json } = await demo.venue.read(made.id);
  assert.equal(json.extra[0].quantity, Number(json.description));
  assert.equal(answers[Number(json.description) - 1]?.status, 200);
  assert.deepEqual(await demo.venue.ids(`?search=${json.description}&via=4`).then((ids) => ids.includes(made.id)), true);
});

test('SP-06 a deleted link is gone, at the API and at the redirect', async () => {
  const made = await demo.venue.made({ via: 2 });
  const urls = [pathOf(made.short_url), pathOf(made.tiny_url)];
  for (const url of urls) assert.equal((await hb.send(url)).status, 302);
  const { status, text } = await demo.venue.remove(made.id);
  assert.deepEqual([status, text], [204, '']);
  for (const url of urls) assert.equal((await hb.send(url)).status, 404);
  assert.deepEqual((await demo.venue.remove(made.id)).json, NOT_FOUND);
  assert.ok(!(await demo.venue.ids()).includes(made.id));
});

test('SP-06 a link whose basket was completed stays', async () => {
  const made = await demo.venue.made({ via: 1 });
  await checkout.bought(seatsBy(made, 1));
  const { status, json } = await changesNothing(hb, () => demo.venue.remove(made.id));
  assert.deepEqual([status, json], [405, { detail: 'Method "DELETE" not allowed.' }]);
  assert.equal((await hb.send(pathOf(made.short_url))).status, 302);
});

test('SP-06 a basket that was left is no purchase: the link can go', async () => {
  const made = await demo.venue.made({ via: 1 });
  await checkout.opened(seatsBy(made, 1));
  assert.equal((await demo.venue.remove(made.id)).status, 204);
});

test('SP-06 a deleted slug is never given away again', async () => {
  const made = await demo.manager.made('links', { kind: 'venue', slug: 'Autumn-Poster' });
  assert.equal((await demo.venue.remove(made.id)).status, 204);
  for (const slug of ['Autumn-Poster', 'autumn-poster', 'AUTUMN-POSTER']) {
    for (const { manager } of [demo, other]) {
      const { status, text } = await changesNothing(hb, () => manager.post('links', { kind: 'venue', slug }));
      assert.ok(status === 409 || status === 422, text);
    }
  }
  assert.equal((await hb.send('/l/autumn-poster')).status, 404);
});

test('SP-06 of deletions at the same time one succeeds', async () => {
  const made = await demo.venue.made({ via: 1 });
  const statuses = (await Promise.all(Array.from({ length: 10 }, () => demo.venue.remove(made.id)))).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), [204, ...Array(9).fill(404)]);
});

test('SP-07 my links are those referred by the user of the token', async () => {
  const crew = await organizerNamed(hb, operator, 'crew');
  const { venue, event } = crew;
  const [john, mary] = crew.users;
  const as = (token: string) => (query = '') => venue.send(`${venue.base}me/${query}`, { headers: { authorization: `Token ${token}` } });
  const johns: number[] = [];
  for (let n = 0; n < 25; n += 1) johns.unshift((await venue.made({ via: n % 2 ? 1 : 3, referred_by: john.id, event: n % 5 ? null : event.id, description: `shared by hand ${n}` })).id);
  const marys = await venue.made({ via: 1, referred_by: mary.id, description: 'shared by hand too' });
  const mine = as(john.token);

  const first = await mine();
  assert.equal(first.status, 200);
  assert.deepEqual(Object.keys(first.json).sort(), ['count', 'next', 'previous', 'results']);
  assert.deepEqual([first.json.count, first.json.results.length], [25, 20]);
  assert.equal(first.json.next, `${hb.url.origin}${venue.base}me/?page=2`);
  const second = await mine('?page=2');
  assert.deepEqual([...first.json.results, ...second.json.results].map(({ id }) => id), johns);
  assert.equal((await mine('?page=3')).status, 404);
  assert.deepEqual((await as(mary.token)()).json.results.map(({ id }: { id: number }) => id), [marys.id]);

  assert.equal((await mine('?via=1')).json.count, 12);
  assert.equal((await mine(`?event=${event.id}`)).json.count, 5);
  assert.equal((await mine(`?event=${event.id}&via=3`)).json.count, 3);
  assert.equal((await mine('?search=hand%2024')).json.count, 1);
  assert.equal((await mine('?search=too')).json.count, 0);
  assert.equal((await mine('?via=x')).status, 400);
});

test('SP-07 a token without a user has no links of its own', async () => {
  await demo.venue.made({ via: 1 });
  const { status, json } = await demo.venue.mine();
  assert.deepEqual([status, json], [200, { count: 0, next: null, previous: null, results: [] }]);
});

test('SP-15 stats are there from the first day, all zero', async () => {
  const made = await demo.venue.made({ via: 1 });
  assert.deepEqual(made.stats, { baskets_created: 0, baskets_completed: 0, tickets: 0, revenue: { gross: {}, net: {} } });
});

test('SP-15 stats come from the baskets a link has opened, by currency, net of refunds', async () => {
  const made = await demo.venue.made({ via: 1 });
  const yen = await typeOf(demo.manager, await eventOf(demo.manager, { currency: 'JPY' }), { price: 3_000 });
  await checkout.bought(seatsBy(made, 2));
  const second = await checkout.bought(seatsBy(made, 1));
  const third = await checkout.bought({ ...seatsBy(made, 1), event: undefined, items: [{ ticket_type: yen, quantity: 3 }] });
  await checkout.opened(seatsBy(made, 4)); // left: nothing sold
  for (const [order, body] of [[second, {}], [third, { amount: 1_000 }]] as const) assert.equal((await demo.manager.post(`orders/${order.id}/refunds`, body)).status, 201);
  const expected = { baskets_created: 4, baskets_completed: 3, tickets: 6, revenue: { gross: { EUR: 7_500, JPY: 9_000 }, net: { EUR: 5_000, JPY: 8_000 } } };
  assert.deepEqual((await demo.venue.read(made.id)).json.stats, expected);
  const listed = (await demo.venue.list()).json.results.find(({ id }: { id: number }) => id === made.id);
  assert.deepEqual(listed.stats, expected);
});
