import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, Checkout, NO_BASKET, assertRefused, completionOf, eventOf, fieldsOf, problemsOf, typeOf } from '../support/checkout.ts';
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
const seat = await typeOf(manager, event, { quantity: 1_000 });
const good = { ticket_type: seat, quantity: 1 };

/** What no selection may hold, each with the field that is refused. */
const SELECTIONS: [object, string][] = [
  ...['x', {}, 1, true, [null], [1], ['x'], [[]], [{}], [{ quantity: 1 }], [{ ticket_type: seat }], [{ ticket_type: seat, product_attribute: 1, quantity: 1 }], Array(101).fill(good)].map((items): [object, string] => [{ items }, 'items']),
  ...[0, -1, 1.5, '1', null, 1_001, 2 ** 53, 1e300, true, [], {}].map((quantity): [object, string] => [{ items: [{ ticket_type: seat, quantity }] }, 'items']),
  ...[0, -1, 1.5, '1', 2 ** 53, true, [], {}].map((id): [object, string] => [{ items: [{ ticket_type: id, quantity: 1 }] }, 'items']),
  ...[-1, 1.5, '1', 2 ** 53, true, [], {}].map((donation): [object, string] => [{ items: [good], donation }, 'donation']),
  ...['', ' ', 'x'.repeat(65), 1, true, [], {}, 'a\u0000b'].map((discount): [object, string] => [{ items: [good], discount }, 'discount']),
  ...['vouchers', 'access_codes'].flatMap((field) => ['x', {}, 1, [1], [''], [null], ['x'.repeat(65)], ['a\nb'], Array.from({ length: 11 }, (_, n) => `c${n}`)].map((codes): [object, string] => [{ items: [good], [field]: codes }, field])),
  [{ items: [good], nonsense: 1 }, 'nonsense'], [{ items: [good], currency: 'EUR' }, 'currency'], [{ items: [good], total: 1 }, 'total'],
];

const shown = (body: unknown): string => JSON.stringify(body).slice(0, 100);

test('BK-06 a basket is opened with nothing but what a basket has', async () => {
  for (const [body, field] of [...SELECTIONS, ...(['x', 0, -1, 1.5, [], {}, true].map((id) => [{ event: id }, 'event']) as [object, string][]), ...([1, [], {}, true].map((link) => [{ link }, 'link']) as [object, string][])]) {
    const answer = await changesNothing(hb, () => checkout.open({ event, ...body }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], shown(body));
  }
});

test('BK-06 a basket is opened somewhere', async () => {
  for (const body of [{}, { items: [good] }, { event: NOBODY }, { link: 'zzzzzzz9' }, { link: '' }, { link: '%00' }, { organizer: 'nobody' }, { organizer: '' }]) {
    const answer = await changesNothing(hb, () => checkout.open(body));
    assert.ok([404, 422].includes(answer.status), `${shown(body)}: ${answer.status} ${answer.text}`);
  }
  const draft = await eventOf(manager, { published: false });
  const answer = await changesNothing(hb, () => checkout.open({ event: draft }));
  assert.equal(answer.status, 404, answer.text);
  // A link that is not there is no obstacle where the place is known.
  for (const link of ['zzzzzzz9', '', "'--"]) assert.equal((await checkout.open({ event, link, items: [good] })).status, 201, link);
});

test('BK-06 a choice is a whole selection and nothing else', async () => {
  const { key } = await checkout.opened({ event, items: [good] });
  for (const [body, field] of [...SELECTIONS, [{ items: [good], link: 'x' }, 'link'], [{ items: [good], event }, 'event'], [{}, 'items'], [{ items: null }, 'items'], [{ donation: 1 }, 'items']] as [object, string][]) {
    const answer = await changesNothing(hb, () => checkout.choose(key, body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], shown(body));
  }
});

test('BK-07 a completion says who buys, how and for how much', async () => {
  const basket = await checkout.opened({ event, items: [good] });
  const bad: [object, string][] = [
    ...[null, '', 'cash', 'OFFLINE', 1, [], {}].map((method): [object, string] => [{ payment_method: method }, 'payment_method']),
    ...[null, -1, 1.5, '2500', 2 ** 53, true, []].map((total): [object, string] => [{ total }, 'total']),
    ...[null, '', 'eur', 'XYZ', 'EURO', 978, []].map((currency): [object, string] => [{ currency }, 'currency']),
    ...[null, 'Ada', 1, []].map((buyer): [object, string] => [{ buyer }, 'buyer']),
    ...['first_name', 'last_name'].flatMap((field) => [null, '', 'x'.repeat(101), 1, [], 'a\u0000b'].map((name): [object, string] => [{ buyer: { ...BUYER, [field]: name } }, `buyer.${field}`])),
    ...[null, '', 'ada', '@', 'ada@', '@example.org', 'a b@example.org', `${'x'.repeat(400)}@example.org`, 1, [], 'ada@example.org\r\nBcc: x'].map((email): [object, string] => [{ buyer: { ...BUYER, email } }, 'buyer.email']),
    ...['x'.repeat(51), 1, []].map((phone): [object, string] => [{ buyer: { ...BUYER, phone } }, 'buyer.phone']),
    ...['x'.repeat(501), 1, []].map((address): [object, string] => [{ buyer: { ...BUYER, address } }, 'buyer.address']),
    [{ buyer: { ...BUYER, nonsense: 1 } }, 'buyer.nonsense'], [{ nonsense: 1 }, 'nonsense'], [{ txn_id: 'x' }, 'txn_id'], [{ lines: [] }, 'lines'],
  ];
  for (const [change, field] of bad) {
    const answer = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket, change)));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], shown(change));
  }
  const empty = await changesNothing(hb, () => checkout.complete(basket.key, {}));
  assert.deepEqual(fieldsOf(empty), ['buyer', 'currency', 'payment_method', 'total']);
  const several = await changesNothing(hb, () => checkout.complete(basket.key, completionOf(basket, { total: -1, buyer: {} })));
  assert.deepEqual(fieldsOf(several), ['buyer.email', 'buyer.first_name', 'buyer.last_name', 'total']);
  assert.equal((await checkout.complete(basket.key, completionOf(basket))).status, 201);
});

test('BK-06 a key that no basket has finds none, whatever it looks like', async () => {
  const keys = [NO_BASKET, 'x', 'A'.repeat(21), 'A'.repeat(23), 'A'.repeat(4_000), '1', '0', '-1', '%00', '%FF', "'%20OR%201=1--", 'Ä'.repeat(22), '%41'.repeat(21)].map((key) => encodeURI(key).replaceAll('%25', '%'));
  for (const key of keys) {
    const answers = [
      await checkout.read(key), await changesNothing(hb, () => checkout.choose(key, { items: [good] })), await changesNothing(hb, () => checkout.complete(key, completionOf({ quote: { total: 2_500, currency: 'EUR' } }), 'k')),
      await checkout.confirmation(key), await hb.send(`/checkout/orders/${key}/`),
    ];
    for (const { status, text } of answers) assert.equal(status, 404, `${key.slice(0, 40)}: ${status} ${text}`);
  }
});

test('BK-06 a key is compared letter by letter, and an id is no key', async () => {
  const { key } = await checkout.opened({ event, items: [good] });
  const swapped = key.replace(/[a-z]/i, (letter: string) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));
  for (const wrong of [swapped, `${key.slice(0, -1)}~`, `${key} `.replace(' ', '%20'), `${key}%00`]) assert.equal((await checkout.read(wrong)).status, 404, wrong);
  assert.equal((await checkout.read(String(await hb.value('SELECT id FROM basket WHERE key = ?1', key)))).status, 404);
});

test('BK-06 keys are long, random and each its own', async () => {
  const keys = await Promise.all(Array.from({ length: 60 }, async () => (await checkout.opened({ event })).key));
  assert.equal(new Set(keys).size, 60);
  for (const key of keys) assert.match(key, /^[A-Za-z0-9_-]{22}$/);
  for (let place = 0; place < 21; place += 1) assert.ok(new Set(keys.map((key) => key[place])).size > 16, `place ${place}`);
});

test('BK-06 a basket tells nothing but to who has its key', async () => {
  const { key } = await checkout.opened({ event, items: [good] });
  const { order } = await checkout.completed(await checkout.opened({ event, items: [good] }), { buyer: { ...BUYER, email: 'secret@example.org' } });
  for (const answer of [await checkout.read(key), await checkout.open({ event }), await hb.send('/checkout/offer.json?event=1'), await hb.send(`/checkout/?event=${event}`)]) {
    assert.ok(!answer.text.includes('secret@example.org') && !answer.text.includes(order.key), answer.text.slice(0, 200));
  }
  assert.equal((await hb.send('/checkout/baskets')).status, 405);
  // A basket that is read again does not show who bought.
  assert.ok(!(await checkout.read(order.key)).text.includes('secret@example.org'));
});

test('BK-06 the addresses of the checkout keep their keys to themselves', async () => {
  const basket = await checkout.opened({ event, items: [good] });
  await checkout.completed(basket);
  const page = await hb.send(`/checkout/orders/${basket.key}/`);
  assert.equal(page.status, 200);
  assert.match(String(page.headers['referrer-policy']), /no-referrer|same-origin|strict-origin/);
  for (const { headers } of [page, await checkout.read(basket.key), await checkout.confirmation(basket.key)]) assert.match(String(headers['cache-control']), /no-store/);
});

test('BK-06 texts of buyers stand on the confirmation as texts', async () => {
  const nasty = `<script>alert("x")</script> & 'co'`;
  const basket = await checkout.opened({ event, items: [good] });
  await checkout.completed(basket, { buyer: { first_name: nasty, last_name: nasty, email: 'ada@example.org', address: nasty } });
  const { text } = await hb.send(`/checkout/orders/${basket.key}/`);
  assert.ok(!text.includes('<script>alert'), text);
});

test('BK-06 the management API makes and lists baskets of its own organizer', async () => {
  const made = await manager.made('baskets', { event, items: [good] });
  const read = await manager.get(`baskets/${made.id}`);
  assert.deepEqual([read.status, read.json.id, problemsOf(made)], [200, made.id, []], read.text);
  const list = await manager.get('baskets?limit=1');
  assert.deepEqual([list.status, list.json.data.length, typeof list.json.next], [200, 1, 'string'], list.text);
  for (const [change, field] of SELECTIONS.slice(0, 40)) {
    const answer = await changesNothing(hb, () => manager.post('baskets', { event, ...change }));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field], shown(change));
  }
  for (const query of ['limit=0', 'limit=x', 'after=x']) assertRefused(await manager.get(`baskets?${query}`), 422, 'invalid');
  for (const id of [NOBODY, 0, 'x', '%00']) assert.equal((await manager.get(`baskets/${id}`)).status, 404);
  // What another organizer sells is none of its baskets.
  const foreign = await changesNothing(hb, () => manager.post('baskets', { event: other.event.id }));
  assert.ok([404, 422].includes(foreign.status), foreign.text);
  assert.equal((await other.manager.get(`baskets/${made.id}`)).status, 404);
});

/** New settings of the catalogue: what each field takes and refuses. */
const SETTINGS: [string, string, unknown[], unknown[]][] = [
  [`events/${event}`, 'transaction_charge', [0, 100, Number.MAX_SAFE_INTEGER], [-1, 1.5, '1', true, [], 2 ** 53]],
  [`events/${event}`, 'tax_rate_ppm', [0, 88_750, 1_000_000], [-1, 1_000_001, 1.5, '7', true, []]],
  [`events/${event}`, 'tax_inclusive', [true, false], [1, 'yes', []]],
  [`events/${event}`, 'accepts_donations', [true, false], [1, 'yes', []]],
  [`products/${demo.product}`, 'tax_rate_ppm', [0, 190_000, 1_000_000], [-1, 1_000_001, 1.5, '7', true, []]],
  [`products/${demo.product}`, 'tax_inclusive', [true, false], [1, 'yes', []]],
  [`ticket-types/${seat}`, 'booking_fee', [0, 150, Number.MAX_SAFE_INTEGER], [-1, 1.5, '1', true, [], 2 ** 53]],
  [`ticket-types/${seat}`, 'access_code', ['CREW', 'x'.repeat(64), 'ä 🎸', null], ['', 'x'.repeat(65), 1, true, [], 'a\u0000b']],
];

for (const [path, field, takes, refuses] of SETTINGS) {
  test(`BK-01 ${path.split('/')[0]} have ${field}`, async () => {
    const [collection = '', id] = path.split('/');
    const before = (await manager.get(path)).json[field];
    for (const value of takes) {
      const { status, json, text } = await manager.patch(path, { [field]: value });
      assert.deepEqual([status, json[field]], [200, value], text);
      assert.deepEqual((await manager.get(path)).json[field], value);
    }
    for (const value of refuses) {
      const answer = await changesNothing(hb, () => manager.patch(`${collection}/${id}`, { [field]: value }));
      assertRefused(answer, 422, 'invalid');
      assert.deepEqual(fieldsOf(answer), [field], shown(value));
    }
    assert.equal((await manager.patch(path, { [field]: before })).status, 200);
  });
}

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
