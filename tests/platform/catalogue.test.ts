import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;

const MAX_MONEY = 9_007_199_254_740_991; // 2^53 - 1: the last whole number JSON can be trusted with

interface Collection {
  path: string;
  /** Everything that can be said, as it comes back. */
  full: Record<string, unknown>;
  /** What a body with the required fields alone leaves, and what it becomes. */
  defaults: Record<string, unknown>;
  /** Values each field takes besides. */
  takes: Record<string, unknown[]>;
  /** Values each field refuses. */
  refuses: Record<string, unknown[]>;
}

const NAMES = { takes: ['x', 'ä 🎸 \' " <b>', 'x'.repeat(200)], refuses: ['', 'x'.repeat(201), 1, true, [], {}, null, 'a\u0000b'] };
const TEXTS = { takes: ['', 'two\nlines', 'ä 🎸'], refuses: [1, true, [], {}, 'a\u0000b', 'x'.repeat(500_000)] };
const CURRENCIES = { takes: ['JPY', 'KWD', 'USD'], refuses: ['', 'XYZ', 'eur', 'EURO', 'E', 978, null, [], true] };
const ZONES = { takes: ['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'], refuses: ['', 'Mars/Olympus', 'Europe/berlin2', '../etc/passwd', 'CEST', 1, null, [], 'x'.repeat(1_000)] };
const SLUGS = (refuses: unknown[]): { takes: unknown[]; refuses: unknown[] } => ({ takes: ['a-1', 'x'.repeat(50)], refuses: ['', 'x', 'x'.repeat(51), 'Upper', 'a b', 'ä-ö', 'a_b', 'a/b', 1, null, [], ...refuses] });
const COUNTS = (min: number, max: number): { takes: unknown[]; refuses: unknown[] } => ({ takes: [min, max], refuses: [min - 1, max + 1, 1.5, '1', true, [], {}, 1e300] });
const REFERENCES = (...takes: unknown[]): { takes: unknown[]; refuses: unknown[] } => ({ takes, refuses: [NOBODY, 0, -1, 1.5, 'x', true, [], {}] });
const INSTANTS = { takes: [], refuses: ['', 'x', '2027-03-06', '2027-03-06T19:00:00', '2027-13-06T19:00:00Z', '2027-02-30T19:00:00Z', 1_803_000_000_000, true, [], {}] };

function collection(path: string, full: Record<string, unknown>, defaults: Record<string, unknown>, fields: Record<string, { takes: unknown[]; refuses: unknown[] }>): Collection {
  return {
    path, full, defaults,
    takes: Object.fromEntries(Object.entries(fields).map(([field, { takes }]) => [field, takes])),
    refuses: Object.fromEntries(Object.entries(fields).map(([field, { refuses }]) => [field, refuses])),
  };
}

const COLLECTIONS: Collection[] = [
  collection('users', { name: 'Ann', username: 'ann', email: 'ann@example.org' }, { email: null }, { name: NAMES, username: { takes: ['u1', 'x'.repeat(150)], refuses: ['', 'x'.repeat(151), 1, null, demo.users[0].username] } }),
  collection('series', { name: 'Winter', description: 'cold' }, { description: '' }, { name: NAMES, description: TEXTS }),
  collection(
    'events',
    { series_id: demo.series, name: 'Gala', slug: 'gala', description: 'black tie', starts_at: '2027-01-01T20:00:00.000Z', ends_at: '2027-01-02T02:00:00.000Z', time_zone: 'Europe/Berlin', currency: 'EUR', place: 'Hall', published: false },
    { series_id: null, description: '', place: '', published: true },
    { series_id: REFERENCES(null), name: NAMES, slug: SLUGS(['rock-night']), description: TEXTS, starts_at: INSTANTS, ends_at: INSTANTS, time_zone: ZONES, currency: CURRENCIES, place: TEXTS, published: { takes: [true, false], refuses: ['yes', 1, 0, [], {}] } },
  ),
  collection('ticket-groups', { event_id: demo.event.id, name: 'Front', max_per_order: 4, sort: 2 }, { max_per_order: null, sort: 0 }, { event_id: REFERENCES(), name: NAMES, max_per_order: { takes: [1, null], refuses: [0, -1, 1.5, '1', true, []] } }),
  collection(
    'ticket-types',
    { event_id: demo.event.id, group_id: demo.group, name: 'VIP', description: 'front', price: 12_345, quantity: 10, min_per_order: 2, max_per_order: 6, on_sale_from: '2026-12-01T00:00:00.000Z', on_sale_until: '2027-03-01T00:00:00.000Z', hidden: true, sort: 3 },
    { group_id: null, description: '', min_per_order: 1, max_per_order: null, on_sale_from: null, on_sale_until: null, hidden: false, sort: 0 },
    {
      event_id: REFERENCES(), group_id: REFERENCES(null), name: NAMES, description: TEXTS, price: COUNTS(0, MAX_MONEY), quantity: COUNTS(0, 1_000_000_000), min_per_order: { takes: [1, 3], refuses: [0, -1, 1.5, '1', [], {}] }, max_per_order: { takes: [2, null], refuses: [1, 0, -1, 1.5, '1', []] },
      on_sale_from: INSTANTS, on_sale_until: { takes: [null], refuses: [...INSTANTS.refuses, '2026-11-30T00:00:00Z', '2026-12-01T00:00:00Z'] }, hidden: { takes: [true, false], refuses: ['yes', 1, [], {}] },
    },
  ),
  collection('products', { name: 'Poster', description: 'A2', currency: 'EUR' }, { description: '' }, { name: NAMES, description: TEXTS, currency: CURRENCIES }),
  collection(
    'product-attributes',
    { product_id: demo.product, name: 'Red', price: 100, quantity: 5, max_per_order: 2, sort: 1 },
    { max_per_order: null, sort: 0 },
    { product_id: REFERENCES(), name: NAMES, price: COUNTS(0, MAX_MONEY), quantity: COUNTS(0, 1_000_000_000), max_per_order: { takes: [1, null], refuses: [0, -1, 1.5, '1', true, []] } },
  ),
];

/** The fields a body may not leave out. */
const required = ({ full, defaults }: Collection): string[] => Object.keys(full).filter((field) => !(field in defaults));

/** A body whose unique fields no other body has. */
let serial = 0;
function fresh(body: Record<string, unknown>): Record<string, unknown> {
  serial += 1;
  return { ...body, ...('slug' in body && { slug: `s-${serial}` }), ...('username' in body && { username: `user-${serial}` }) };
}

/** The fields of `shown` that `body` has. */
const only = (shown: Record<string, unknown>, body: object): object => Object.fromEntries(Object.keys(body).map((field) => [field, shown[field]]));

const fieldsOf = (json: { error: { code: string; fields: { field: string }[] } }): string[] => json.error.fields.map(({ field }) => field).sort();

for (const each of COLLECTIONS) {
  const { path, full, defaults, takes, refuses } = each;

  test(`BK-01 ${path}: create, read, list, update, archive`, async () => {
    const body = fresh(full);
    const made = await manager.made(path, body);
    assert.deepEqual(only(made, body), body);
    for (const time of ['created_at', 'updated_at']) assert.match(made[time], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.equal(made.archived_at, null);
    assert.deepEqual((await manager.get(`${path}/${made.id}`)).json, made);
    assert.ok((await manager.get(`${path}?limit=100`)).json.data.some(({ id }: { id: number }) => id === made.id));

    const changed = await manager.patch(`${path}/${made.id}`, { name: 'another name' });
    assert.equal(changed.status, 200);
    assert.deepEqual({ ...changed.json, updated_at: '' }, { ...made, name: 'another name', updated_at: '' });
    assert.deepEqual((await manager.get(`${path}/${made.id}`)).json, changed.json);

    assert.equal((await manager.remove(`${path}/${made.id}`)).status, 204);
    assert.equal((await manager.remove(`${path}/${made.id}`)).status, 404);
    assert.equal((await manager.patch(`${path}/${made.id}`, { name: 'too late' })).status, 404);
    const listed = async (query: string): Promise<boolean> => (await manager.get(`${path}?limit=100${query}`)).json.data.some(({ id }: { id: number }) => id === made.id);
    assert.equal(await listed(''), false);
    assert.equal(await listed('&archived=true'), true);
    assert.ok(Number.isFinite(Date.parse((await manager.get(`${path}/${made.id}`)).json.archived_at)));
  });

  test(`BK-01 ${path}: what is left out has its default, what is required is asked for`, async () => {
    const least = fresh(Object.fromEntries(required(each).map((field) => [field, full[field]])));
    const made = await manager.made(path, least);
    assert.deepEqual(only(made, full), { ...full, ...defaults, ...least });
    for (const field of required(each)) {
      const { [field]: _, ...rest } = fresh(least);
      const { status, json, text } = await changesNothing(hb, () => manager.post(path, rest));
      assert.equal(status, 422, text);
      assert.deepEqual([json.error.code, fieldsOf(json)], ['invalid', [field]]);
    }
    const { status, json } = await changesNothing(hb, () => manager.post(path, {}));
    assert.equal(status, 422);
    assert.deepEqual(fieldsOf(json), required(each).sort());
  });

  test(`BK-01 ${path}: each field takes what it should`, async () => {
    for (const [field, values] of Object.entries(takes)) {
      for (const value of values) {
        const made = await manager.made(path, { ...fresh(full), [field]: value });
        assert.deepEqual(made[field], value, field);
        await manager.remove(`${path}/${made.id}`);
      }
    }
  });

  test(`BK-01 ${path}: each field refuses what it should, in a new one and in a change`, async () => {
    const { id } = await manager.made(path, fresh(full));
    for (const [field, values] of Object.entries(refuses)) {
      for (const value of values) {
        for (const attempt of [() => manager.post(path, { ...fresh(full), [field]: value }), () => manager.patch(`${path}/${id}`, { [field]: value })]) {
          const { status, json, text } = await changesNothing(hb, attempt);
          const what = `${field}: ${JSON.stringify(value)?.slice(0, 60)} → ${status} ${text.slice(0, 200)}`;
          assert.equal(status, 422, what);
          assert.deepEqual([json.error.code, fieldsOf(json)], ['invalid', [field]], what);
        }
      }
    }
    for (const [field, value] of [['nonsense', 1], ['id', 7], ['version', 7], ['archived_at', null], ['created_at', '2020-01-01T00:00:00Z'], ['__proto__x', {}]] as const) {
      const { status, json, text } = await changesNothing(hb, () => manager.post(path, { ...fresh(full), [field]: value }));
      assert.equal(status, 422, `${field}: ${text}`);
      assert.deepEqual(fieldsOf(json), [field]);
    }
  });

  test(`BK-01 ${path}: pages lead through all of it, in one order, without gaps`, async () => {
    for (let n = 0; n < 5; n += 1) await manager.made(path, fresh(full));
    const { data: all } = (await manager.get(`${path}?limit=100`)).json;
    const seen: number[] = [];
    for (let next: string | null = `/manage/${path}?limit=2`; next !== null; ) {
      const page = await manager.get(next);
      assert.equal(page.status, 200);
      assert.ok(page.json.data.length <= 2);
      seen.push(...page.json.data.map(({ id }: { id: number }) => id));
      next = page.json.next;
    }
    assert.deepEqual(seen, all.map(({ id }: { id: number }) => id));
    assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));
  });

  test(`BK-01 ${path}: of changes at the same time none is half, and who lost is told`, async () => {
    const { id } = await manager.made(path, fresh(full));
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => manager.patch(`${path}/${id}`, { name: `writer ${n}` })));
    for (const { status, json, text } of answers) assert.ok(status === 200 || (status === 409 && json.error.code === 'conflict'), text);
    const winners = answers.filter(({ status }) => status === 200).map(({ json }) => json.name);
    assert.ok(winners.includes((await manager.get(`${path}/${id}`)).json.name));
  });
}

test('BK-01 children are listed by their parent', async () => {
  for (const [path, filter, own, others] of [['ticket-types', 'event_id', demo.laterEvent.id, demo.event.id], ['ticket-groups', 'event_id', demo.laterEvent.id, demo.event.id], ['product-attributes', 'product_id', demo.product, NOBODY]] as const) {
    const { data } = (await manager.get(`${path}?${filter}=${own}&limit=100`)).json;
    assert.ok(data.every((each: Record<string, unknown>) => each[filter] === own));
    const rest = (await manager.get(`${path}?${filter}=${others}&limit=100`)).json.data;
    assert.ok(rest.every((each: Record<string, unknown>) => each[filter] === others));
    assert.equal((await manager.get(`${path}?${filter}=x`)).status, 422);
  }
});

test('BK-01 a ticket type is in a group of its own event', async () => {
  const body = { event_id: demo.laterEvent.id, group_id: demo.group, name: 'x', price: 1, quantity: 1 };
  const { status, json } = await changesNothing(hb, () => manager.post('ticket-types', body));
  assert.equal(status, 422);
  assert.deepEqual(fieldsOf(json), ['group_id']);
});

test('BK-01 an event ends after it starts', async () => {
  const body = { name: 'x', time_zone: 'UTC', currency: 'EUR', starts_at: '2027-01-01T10:00:00Z' };
  for (const endsAt of ['2027-01-01T10:00:00Z', '2027-01-01T11:00:00+02:00', '1970-01-01T00:00:00Z']) {
    const { status, json } = await changesNothing(hb, () => manager.post('events', { ...body, slug: 'backwards', ends_at: endsAt }));
    assert.deepEqual([status, fieldsOf(json)], [422, ['ends_at']]);
  }
  const made = await manager.made('events', { ...body, slug: 'offset', starts_at: '2027-01-01T12:00:00+02:00', ends_at: '2027-01-01T05:00:01-05:00' });
  assert.deepEqual([made.starts_at, made.ends_at], ['2027-01-01T10:00:00.000Z', '2027-01-01T10:00:01.000Z']);
});

test('BK-01 the operator makes, changes and archives organizers; a slug is unique', async () => {
  const body = { name: 'New', slug: 'brand-new', time_zone: 'Asia/Tokyo', currency: 'JPY' };
  const made = await operator.made('organizers', body);
  assert.deepEqual(only(made, { ...body, attribution_window_days: 0 }), { ...body, attribution_window_days: 30 });
  assert.deepEqual((await operator.patch(`organizers/${made.id}`, { attribution_window_days: 7 })).json.attribution_window_days, 7);
  for (const [field, value] of [['name', ''], ['slug', 'demo'], ['slug', 'X'], ['time_zone', 'Nowhere'], ['currency', 'XYZ'], ['attribution_window_days', 0], ['attribution_window_days', 366], ['attribution_window_days', 1.5], ['nonsense', 1]] as const) {
    const { status, json, text } = await changesNothing(hb, () => operator.post('organizers', { ...body, slug: 'another-one', [field]: value }));
    assert.equal(status, 422, text);
    assert.deepEqual(fieldsOf(json), [field]);
  }
  const answers = await Promise.all(Array.from({ length: 10 }, () => operator.post('organizers', { ...body, slug: 'wanted' })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(422)]);
  assert.equal((await operator.remove(`organizers/${made.id}`)).status, 204);
  assert.equal((await operator.remove(`organizers/${made.id}`)).status, 404);
});

test('BK-01 an organizer reads and changes itself', async () => {
  const own = await manager.get(`organizers/${demo.id}`);
  assert.deepEqual([own.status, own.json.slug], [200, 'demo']);
  assert.equal((await manager.patch(`organizers/${demo.id}`, { name: 'Renamed' })).json.name, 'Renamed');
  assert.deepEqual((await manager.get('organizers')).json.data.map(({ id }: { id: number }) => id), [demo.id]);
});

test('BK-01 links carry what the tracking-links dialect has no word for', async () => {
  const body = { kind: 'affiliate', slug: 'spring-27', destination: 'https://shop.example/', description: 'd', utm_source: 's', utm_medium: 'm', utm_campaign: 'c', utm_term: 't', utm_content: 'x' };
  const made = await manager.made('links', body);
  assert.deepEqual(only(made, body), body);
  for (const counter of ['views', 'visitors', 'robots', 'raw']) assert.equal(made[counter], 0);
  const changed = await manager.patch(`links/${made.id}`, { utm_source: null, destination: 'https://elsewhere.example/' });
  assert.deepEqual([changed.status, changed.json.utm_source, changed.json.destination], [200, null, 'https://elsewhere.example/']);
  assert.equal((await hb.send('/l/spring-27')).leadsTo, 'https://elsewhere.example/?utm_medium=m&utm_campaign=c&utm_term=t&utm_content=x');
  for (const [field, value] of [['kind', 'held_basket'], ['kind', 4], ['kind', 'x'], ['utm_source', 1], ['utm_source', 'x'.repeat(10_000)], ['nonsense', 1], ['views', 5], ['event_id', NOBODY], ['referred_by', NOBODY], ['items', [{}]], ['ticket_types', [NOBODY]]] as const) {
    const { status, json, text } = await changesNothing(hb, () => manager.post('links', { kind: 'venue', [field]: value }));
    assert.equal(status, 422, `${field}: ${text}`);
    assert.deepEqual(fieldsOf(json), [field]);
  }
  assert.equal((await manager.remove(`links/${made.id}`)).status, 204);
  assert.equal((await manager.get(`links/${made.id}`)).status, 404);
});

test('BK-04 a price is a whole number of minor units', async () => {
  for (const price of [0, 1, 100, MAX_MONEY]) {
    const made = await manager.made('ticket-types', { event_id: demo.event.id, name: 'x', price, quantity: 1 });
    assert.deepEqual([made.price, made.currency], [price, 'EUR']);
  }
  for (const price of ['{"event_id":1,"name":"x","quantity":1,"price":1.0}', '{"event_id":1,"name":"x","quantity":1,"price":1e2}', '{"event_id":1,"name":"x","quantity":1,"price":9007199254740992}', '{"event_id":1,"name":"x","quantity":1,"price":99999999999999999999999}', '{"event_id":1,"name":"x","quantity":1,"price":0.1}', '{"event_id":1,"name":"x","quantity":1,"price":-0.0}']) {
    const { status, json, text } = await changesNothing(hb, () => manager.post('ticket-types', price.replace('"event_id":1', `"event_id":${demo.event.id}`)));
    assert.equal(status, 422, `${price}: ${text}`);
    assert.deepEqual(fieldsOf(json), ['price']);
  }
});
