import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { pathOf } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const [john] = demo.users;

const RESPONSE_FIELDS = [
  'id', 'owner_venue', 'venue', 'referred_by', 'description', 'long_url', 'short_url', 'tiny_url', 'event', 'views', 'visitors', 'stats',
  'via', 'ticket_types', 'hide_public_ticket_types', 'extra',
];

test('SP-03 a link is made with no more than its kind; the venue is that of the path', async () => {
  for (const via of [1, 2, 3]) {
    const { status, json } = await demo.venue.create({ via });
    assert.equal(status, 201);
    assert.deepEqual([json.via, json.venue, json.owner_venue], [via, demo.id, demo.id]);
    assert.deepEqual((await demo.venue.read(json.id)).json, json);
  }
});

test('SP-03 every field that is given is kept', async () => {
  const extra = [{ ticket_type: demo.types.floor, quantity: 2 }, { product_attribute: demo.attribute, quantity: 1 }];
  const body = {
    venue: demo.id, event: demo.event.id, referred_by: john.id, description: 'Poster ✓ “Großer Platz” 🎸', via: 4,
    ticket_types: [demo.types.floor, demo.types.backstage], hide_public_ticket_types: true, extra,
  };
  const { status, json } = await demo.venue.create(body);
  assert.equal(status, 201);
  const kept = Object.fromEntries(Object.keys(body).map((field) => [field, json[field]]));
  assert.deepEqual(kept, body);
});

test('SP-03 unknown fields are ignored, response fields in the body too', async () => {
  const { status, json } = await demo.venue.create({ via: 2, id: 77, slug: 'mine', views: 10, owner_venue: other.id, short_url: 'https://evil.example/', nonsense: { deep: [1] } });
  assert.equal(status, 201);
  assert.deepEqual([json.owner_venue, json.views], [demo.id, 0]);
  assert.notEqual(json.id, 77);
  assert.equal(new URL(json.short_url).host, hb.url.host);
  assert.ok(!json.short_url.endsWith('/mine'));
});

test('SP-03 via is required', async () => {
  for (const body of [{}, { description: 'x' }, { via: null }]) {
    const { status, json } = await changesNothing(hb, () => demo.venue.create(body));
    assert.equal(status, 400);
    assert.deepEqual(Object.keys(json), ['via']);
  }
});

test('SP-03 a body that is no JSON object is answered 400 with a detail', async () => {
  const bodies = ['{"via":', '', ' ', '{', '{"via":1,}', "{'via':1}", '{"via":1}{"via":1}', 'via=1', '{"via":NaN}', '{"via":1', '"', '\u0000', '['.repeat(100_000), new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])];
  for (const body of bodies) {
    const { status, json, text } = await changesNothing(hb, () => demo.venue.create(body));
    assert.equal(status, 400, `${String(body).slice(0, 30)}: ${text}`);
    assert.equal(typeof json.detail, 'string', text);
  }
  for (const body of ['[]', 'null', '"via"', '1', 'true', '[{"via":1}]']) {
    const { status, json, text } = await changesNothing(hb, () => demo.venue.create(body));
    assert.equal(status, 400, `${body}: ${text}`);
    assert.equal(typeof json, 'object');
  }
});

test('SP-08 no other kind can be made', async () => {
  for (const via of [0, 5, 6, 9, 20, 21, 22, -1, 4_294_967_297, 2 ** 53]) {
    const { status, json, text } = await changesNothing(hb, () => demo.venue.create({ via, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] }));
    assert.equal(status, 400, `via ${via}: ${text}`);
    assert.deepEqual(Object.keys(json), ['via']);
  }
});

/** Values no id can have, whatever it is the id of. */
const NO_IDS = ['x', '', 1.5, -1, 0, true, [], {}, 2 ** 53, 1e300, NOBODY];

test('SP-09 each wrong type or range is refused under its field, and nothing is made', async () => {
  const wrong: Record<string, unknown[]> = {
    via: ['1; drop table links', 'x', '', 1.5, true, [], [1], {}],
    venue: [...NO_IDS, other.id],
    event: [...NO_IDS, other.event.id],
    referred_by: [...NO_IDS, other.users[0].id],
    description: [1, true, [], {}, 'x'.repeat(513), '🎸'.repeat(513), 'a\u0000b', 'x'.repeat(900_000)],
    ticket_types: ['x', '', 1, true, {}, [1.5], ['x'], [null], [0], [-1], [[]], [2 ** 53], Array.from({ length: 10_000 }, (_, n) => n + 1)],
    hide_public_ticket_types: ['yes', 'true', 1, 0, [], {}, true], // true: hides all and names none
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { status, json, text } = await changesNothing(hb, () => demo.venue.create({ via: 1, [field]: value }));
      const what = `${field}: ${JSON.stringify(value).slice(0, 40)} → ${text.slice(0, 200)}`;
      assert.equal(status, 400, what);
      assert.deepEqual(Object.keys(json), [field], what);
      assert.ok(json[field].length > 0, what);
    }
  }
});

test('SP-09 each field that is wrong is named, not only the first', async () => {
  const { status, json } = await demo.venue.create({ via: 9, description: 7, event: 'x', referred_by: -1, hide_public_ticket_types: 'no' });
  assert.equal(status, 400);
  assert.deepEqual(Object.keys(json).sort(), ['description', 'event', 'hide_public_ticket_types', 'referred_by', 'via']);
});

test('SP-09 a description has up to 512 characters, however many bytes they take', async () => {
  for (const description of ['', 'x'.repeat(512), '🎸'.repeat(512), 'ä\n"\'<&>\\'.repeat(50)]) {
    const made = await demo.venue.made({ via: 1, description });
    assert.equal(made.description, description);
    assert.equal((await demo.venue.read(made.id)).json.description, description);
  }
});

test('SP-09 null is the same as leaving an optional field out', async () => {
  const left = await demo.venue.made({ via: 1 });
  const nulls = await demo.venue.made({ via: 1, event: null, referred_by: null, ticket_types: null, extra: null });
  for (const field of ['event', 'referred_by', 'ticket_types', 'hide_public_ticket_types', 'extra', 'description']) {
    assert.deepEqual(nulls[field], left[field], field);
  }
});

test('SP-10 ticket types of the venue only; the first bad one is named', async () => {
  const { floor, balcony } = demo.types;
  const cases: [number[], number][] = [
    [[NOBODY], NOBODY],
    [[floor, NOBODY, NOBODY + 1], NOBODY],
    [[floor, other.types.floor], other.types.floor],
    [[other.types.floor, NOBODY], other.types.floor],
    [[NOBODY, other.types.floor], NOBODY],
  ];
  for (const [ticketTypes, bad] of cases) {
    const { status, json } = await changesNothing(hb, () => demo.venue.create({ via: 1, ticket_types: ticketTypes }));
    assert.deepEqual([status, json], [400, { ticket_types: `${bad} does not exist` }]);
  }
  const made = await demo.venue.made({ via: 1, ticket_types: [balcony, floor] });
  assert.deepEqual(made.ticket_types, [balcony, floor]);
});

test('SP-13 an answer has exactly the documented fields, of the documented types', async () => {
  const made = await demo.venue.made({ via: 1 });
  assert.deepEqual(Object.keys(made).sort(), [...RESPONSE_FIELDS].sort());
  assert.deepEqual([made.referred_by, made.event, made.ticket_types], [null, null, null]);
  assert.deepEqual([made.description, made.views, made.visitors, made.hide_public_ticket_types], ['', 0, 0, false]);
  for (const field of ['id', 'owner_venue', 'venue', 'views', 'visitors', 'via']) assert.ok(Number.isSafeInteger(made[field]), field);
  for (const field of ['long_url', 'short_url', 'tiny_url']) assert.ok(URL.canParse(made[field]), field);
  assert.ok(made.extra === null || Array.isArray(made.extra));

  const full = await demo.venue.made({
    via: 4, event: demo.event.id, referred_by: john.id, ticket_types: [demo.types.floor], extra: [{ ticket_type: demo.types.floor, quantity: 3 }],
  });
  assert.deepEqual(Object.keys(full).sort(), [...RESPONSE_FIELDS].sort());
  assert.deepEqual([full.event, full.referred_by, full.ticket_types, full.extra], [demo.event.id, john.id, [demo.types.floor], [{ ticket_type: demo.types.floor, quantity: 3 }]]);
});

test('SP-13 list, detail and create show a link alike', async () => {
  const made = await demo.venue.made({ via: 3, event: demo.event.id, description: 'alike' });
  assert.deepEqual((await demo.venue.read(made.id)).json, made);
  assert.deepEqual((await demo.venue.list('?page_size=1')).json.results, [made]);
  assert.deepEqual((await demo.venue.list('?search=alike')).json.results, [made]);
});

test('SP-14 the short and the tiny URL are built of the slug and redirect to the long one', async () => {
  for (const body of [{ via: 1 }, { via: 2, event: demo.event.id }, { via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] }]) {
    const made = await demo.venue.made(body);
    // No 0/o, no 1/i/l: nothing to mistake when it is read aloud or typed from a poster.
    const [, slug] = /^\/l\/([abcdefghjkmnpqrstuvwxyz23456789]{8})$/.exec(new URL(made.short_url).pathname) ?? [];
    assert.ok(slug, made.short_url);
    assert.equal(made.short_url, `${hb.url.origin}/l/${slug}`);
    assert.equal(made.tiny_url, `${hb.url.origin}/${slug}`);
    for (const url of [made.short_url, made.tiny_url]) {
      const { status, leadsTo } = await hb.send(pathOf(url));
      assert.deepEqual([status, leadsTo], [302, made.long_url]);
    }
    assert.equal((await hb.send(pathOf(made.long_url))).status, 200);
  }
});

test('SP-14 twenty made at once have twenty slugs', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => demo.venue.made({ via: 2 })));
  assert.equal(new Set(made.map(({ short_url }) => short_url)).size, 20);
  assert.equal(new Set(made.map(({ id }) => id)).size, 20);
});
