import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');

const NEEDS_BASKET = { extra: 'Quick purchase tracking links requires basket data defined in the extra field.' };
const good = { ticket_type: demo.types.floor, quantity: 1 };

/** Asserts that `extra` is refused, and says so under `extra`; returns what it says. */
async function refusal(extra: unknown): Promise<string> {
  const { status, json, text } = await changesNothing(hb, () => demo.venue.create({ via: 4, extra }));
  const what = `${JSON.stringify(extra).slice(0, 60)} → ${text.slice(0, 200)}`;
  assert.equal(status, 400, what);
  assert.deepEqual(Object.keys(json), ['extra'], what);
  assert.equal(typeof json.extra, 'string', what);
  return json.extra;
}

test('SP-11 a quick purchase link without basket data is refused in the documented words', async () => {
  for (const body of [{ via: 4 }, { via: 4, extra: null }, { via: 4, description: 'x', event: demo.event.id }]) {
    const { status, json } = await changesNothing(hb, () => demo.venue.create(body));
    assert.deepEqual([status, json], [400, NEEDS_BASKET]);
  }
});

test('SP-11 extra that is empty or no array is refused', async () => {
  for (const extra of [[], {}, 'x', '', 1, true, { ticket_type: demo.types.floor, quantity: 1 }, '[{"ticket_type":1,"quantity":1}]']) await refusal(extra);
});

test('SP-11 an item that is wrong is named by its index', async () => {
  const wrong: unknown[] = [
    null, 1, 'x', [], [good], {},
    { quantity: 1 }, // neither
    { ticket_type: demo.types.floor, product_attribute: demo.attribute, quantity: 1 }, // both
    { ticket_type: null, product_attribute: null, quantity: 1 },
    { ticket_type: demo.types.floor },
    ...[null, 0, -1, 1.5, '2', 'x', true, [], {}, 1e300, 2 ** 53, 1_000_000].map((quantity) => ({ ticket_type: demo.types.floor, quantity })),
    ...['x', '', 1.5, 0, -1, true, [], {}, 2 ** 53].map((id) => ({ ticket_type: id, quantity: 1 })),
    ...['x', 1.5, 0, -1, [], {}].map((id) => ({ product_attribute: id, quantity: 1 })),
    { ticket_type: NOBODY, quantity: 1 },
    { product_attribute: NOBODY, quantity: 1 },
  ];
  for (const item of wrong) {
    assert.match(await refusal([item]), /\b0\b/, JSON.stringify(item));
    assert.match(await refusal([good, { ...good, quantity: 2 }, item]), /\b2\b/, JSON.stringify(item));
  }
});

test('SP-11 a null beside the one that is given is the same as leaving it out', async () => {
  const made = await demo.venue.made({ via: 4, extra: [{ ticket_type: demo.types.floor, product_attribute: null, quantity: 2 }] });
  assert.deepEqual(made.extra, [{ ticket_type: demo.types.floor, quantity: 2 }]);
});

test('SP-11 a basket has a bound', async () => {
  await refusal(Array.from({ length: 5_000 }, () => good));
});

test('SP-11 extra is checked on other kinds too, where it is given', async () => {
  const { status, json } = await changesNothing(hb, () => demo.venue.create({ via: 2, extra: [{ quantity: 1 }] }));
  assert.equal(status, 400);
  assert.deepEqual(Object.keys(json), ['extra']);
});

test('SP-12 all items belong to the venue that sells', async () => {
  for (const foreign of [{ ticket_type: other.types.floor, quantity: 1 }, { product_attribute: other.attribute, quantity: 1 }]) {
    await refusal([foreign]);
    await refusal([good, foreign]);
    await refusal([foreign, good]);
  }
});

test('SP-12 in a shared link the items are those of the venue that sells, not of the one that shares', async () => {
  await other.manager.put(`organizers/${other.id}/partners/${demo.id}`);
  const create = (extra: object[]) => demo.venue.create({ via: 4, venue: other.id, extra });
  const mixed = await changesNothing(hb, () => create([{ ticket_type: other.types.floor, quantity: 1 }, good]));
  assert.deepEqual([mixed.status, Object.keys(mixed.json)], [400, ['extra']]);
  const own = await changesNothing(hb, () => create([good]));
  assert.deepEqual([own.status, Object.keys(own.json)], [400, ['extra']]);
  assert.equal((await create([{ ticket_type: other.types.floor, quantity: 1 }, { product_attribute: other.attribute, quantity: 1 }])).status, 201);
});
