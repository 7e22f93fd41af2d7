import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS, ROBOTS } from '../support/agents.ts';
import { bodyOf, clickOn, derived, figuresOf, ledgerSize, newVisitor } from '../support/clicks.ts';
import type { Message } from '../support/clicks.ts';
import { eventually } from '../support/eventually.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const agent = BROWSERS[0];

const newLink = async (): Promise<number> => (await demo.venue.made({ via: 2 })).id;
const figures = (link: number) => figuresOf(hb, demo.manager.token, link);
const deliver = (messages: object[]) => hb.deliver(messages.map(bodyOf));

/** Clicks of three visitors on each link: views, a HEAD, a prefetch, a robot. */
function mixed(links: number[]): Message[] {
  const visitors = [newVisitor(), newVisitor(), newVisitor()];
  return links.flatMap((link) => [
    ...visitors.map((visitor) => clickOn(link, { agent, visitor })),
    clickOn(link, { agent, visitor: visitors[0]! }),
    clickOn(link, { agent, visitor: visitors[1]!, fetch: 'head' }),
    clickOn(link, { agent, fetch: 'prefetch' }),
    clickOn(link, { agent: ROBOTS[0] }),
  ]);
}
const MIXED = { raw: 7, robots: 1, views: 4, visitors: 3 };

/** Makes every write to `table` fail until the returned function is called. */
async function breakTable(table: string, verb: 'INSERT' | 'UPDATE', when = 'TRUE'): Promise<() => Promise<void>> {
  await hb.execute(`CREATE TRIGGER broken BEFORE ${verb} ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END`);
  return () => hb.execute('DROP TRIGGER broken');
}

test('RD-08 the same batch delivered three times counts once', async () => {
  const links = [await newLink(), await newLink()];
  const batch = mixed(links);
  const once = await deliver(batch);
  assert.deepEqual([once.outcome, once.again], ['ok', 0]);
  const after = await derived(hb);
  const size = await ledgerSize(hb);
  for (let time = 0; time < 2; time += 1) {
    const again = await deliver(batch);
    assert.ok(batch.every((_, index) => again.isAcknowledged(index)));
  }
  assert.deepEqual(await derived(hb), after);
  assert.equal(await ledgerSize(hb), size);
  for (const link of links) assert.deepEqual(await figures(link), MIXED);
});

test('RD-08 a message twice in one batch counts once', async () => {
  const link = await newLink();
  const batch = mixed([link]);
  await deliver([...batch, ...batch, batch[0]!]);
  assert.deepEqual(await figures(link), MIXED);
});

test('RD-08 batches that overlap, at the same time and in any order, count each click once', async () => {
  const links = [await newLink(), await newLink(), await newLink()];
  const all = mixed(links);
  const parts = [all, all.slice(0, 10), all.slice(5, 15), all.slice(12), [...all].reverse(), all];
  for (const { outcome, again } of await Promise.all(parts.map(deliver))) assert.deepEqual([outcome, again], ['ok', 0]);
  for (const link of links) assert.deepEqual(await figures(link), MIXED);
});

test('RD-08 a visitor who comes back in a later batch is not counted again', async () => {
  const link = await newLink();
  const visitor = newVisitor();
  for (let n = 0; n < 5; n += 1) await deliver([clickOn(link, { agent, visitor })]);
  assert.deepEqual(await figures(link), { raw: 5, robots: 0, views: 5, visitors: 1 });
});

test('RD-08 a visitor counts as one only when a view is among the clicks', async () => {
  const link = await newLink();
  const visitor = newVisitor();
  await deliver([clickOn(link, { agent, visitor, fetch: 'head' }), clickOn(link, { agent, visitor, fetch: 'prefetch' })]);
  assert.deepEqual(await figures(link), { raw: 2, robots: 0, views: 0, visitors: 0 });
  await deliver([clickOn(link, { agent, visitor })]);
  assert.deepEqual(await figures(link), { raw: 3, robots: 0, views: 1, visitors: 1 });
});

test('RD-08 a click that comes late is counted in the hour it was made', async () => {
  const link = await newLink();
  const hour = 3_600_000;
  const noon = Math.floor(Date.now() / hour) * hour;
  await deliver([clickOn(link, { agent, at: noon + 1 })]);
  await deliver([clickOn(link, { agent, at: noon - 1 }), clickOn(link, { agent, at: noon - 3 * hour })]);
  const hours = await hb.rows('SELECT hour, views, visitors FROM link_hour WHERE link_id = ?1 ORDER BY hour', link);
  assert.deepEqual(hours, [-3, -1, 0].map((ago) => ({ hour: noon / hour + ago, views: 1, visitors: 1 })));
});

for (const [table, verb] of [['agent', 'INSERT'], ['click', 'INSERT'], ['link_visitor', 'INSERT'], ['link_hour', 'INSERT'], ['link_count', 'INSERT'], ['metric', 'UPDATE'], ['ledger_mark', 'UPDATE']] as const) {
  test(`RD-08 a batch that fails at ${table} leaves nothing behind and comes again whole`, async () => {
    const links = [await newLink(), await newLink()];
    const batch = [...mixed(links), clickOn(links[0]!, { agent: `a browser of its own, Mozilla/5.0 ${table}` })];
    const before = [await derived(hb), await ledgerSize(hb)];
    const mend = await breakTable(table, verb);
    try {
      const failed = await deliver(batch);
      assert.equal(failed.again, batch.length);
      assert.ok(!batch.some((_, index) => failed.isAcknowledged(index)));
      assert.deepEqual([await derived(hb), await ledgerSize(hb)], before);
    } finally {
      await mend();
    }
    assert.equal((await deliver(batch)).again, 0);
    assert.equal((await deliver(batch)).again, 0);
    assert.deepEqual(await figures(links[0]!), { raw: 8, robots: 1, views: 5, visitors: 4 });
    assert.deepEqual(await figures(links[1]!), MIXED);
  });
}

test('RD-08 a batch that fails in its middle, at the second of three links, leaves nothing behind', async () => {
  const links = [await newLink(), await newLink(), await newLink()];
  const batch = mixed(links);
  const before = [await derived(hb), await ledgerSize(hb)];
  const mend = await breakTable('link_hour', 'INSERT', `NEW.link_id = ${links[1]}`);
  try {
    assert.equal((await deliver(batch)).again, batch.length);
    assert.deepEqual([await derived(hb), await ledgerSize(hb)], before);
  } finally {
    await mend();
  }
  await deliver(batch);
  for (const link of links) assert.deepEqual(await figures(link), MIXED);
});

test('RD-08 real clicks outlive a consumer that fails: nothing lost, nothing twice', async () => {
  const made = await demo.venue.made({ via: 2 });
  const { pathname } = new URL(made.short_url);
  const size = await ledgerSize(hb);
  const mend = await breakTable('link_count', 'INSERT');
  const failures = async (): Promise<number> => (await hb.log()).filter((line) => line.includes('broken on purpose')).length;
  const known = await failures();
  try {
    for (let n = 0; n < 40; n += 1) assert.equal((await hb.send(pathname, { headers: { 'user-agent': agent } })).status, 302);
    await eventually('the consumer to have failed twice', async () => (await failures()) >= known + 2);
    assert.equal(await ledgerSize(hb), size);
  } finally {
    await mend();
  }
  await hb.drain(size + 40);
  assert.deepEqual(await figures(made.id), { raw: 40, robots: 0, views: 40, visitors: 40 });
});

test('RD-08 poison among good messages: the good are counted, the poison neither counted nor fatal', async () => {
  const link = await newLink();
  const good = mixed([link]);
  const sample = clickOn(link, { agent });
  const poison: unknown[] = [
    '', 'x', '{', 'null', '[]', '1', '"x"', '{}', bodyOf({}), '\u0000', 'x'.repeat(100_000),
    JSON.stringify({ ...sample, v: 2 }), JSON.stringify(sample),
    ...[{ id: 'x' }, { id: '' }, { id: 1 }, { id: '00000000-0000-4000-8000-000000000000' }, { id: "'; DROP TABLE click; --" }, { link: 0 }, { link: -1 }, { link: 1.5 }, { link: '1' }, { link: 2 ** 53 }, { at: 0 }, { at: -1 }, { at: 1e18 }, { at: 'now' },
      { visitor: '' }, { visitor: 'x' }, { visitor: 'x'.repeat(23) }, { visitor: null }, { agent: 'x'.repeat(513) }, { agent: 1 }, { fetch: 'post' }, { fetch: 0 }].map((wrong) => bodyOf({ ...clickOn(link, { agent }), ...wrong })),
    ...Object.keys(sample).map((missing) => bodyOf(Object.fromEntries(Object.entries(clickOn(link, { agent })).filter(([name]) => name !== missing)))),
    null, 7, true, [], {}, sample, new Date(), new Uint8Array([1, 2, 3]),
  ];
  const size = await ledgerSize(hb);
  const half = Math.floor(poison.length / 2);
  const bodies = [...poison.slice(0, half), ...good.map(bodyOf), ...poison.slice(half)];
  const delivery = await hb.deliver(bodies);
  assert.equal(delivery.outcome, 'ok');
  for (let index = half; index < half + good.length; index += 1) assert.ok(delivery.isAcknowledged(index));
  assert.equal(await ledgerSize(hb), size + good.length);
  assert.deepEqual(await figures(link), MIXED);
  // Alone, and again: still nothing.
  for (const body of poison) assert.equal((await hb.deliver([body])).outcome, 'ok');
  assert.equal(await ledgerSize(hb), size + good.length);
  assert.equal((await hb.send('/healthz')).status, 200);
});

test('RD-08 a click of a link that never was is dropped, one of a deleted link stays counted', async () => {
  const link = await newLink();
  const size = await ledgerSize(hb);
  const late = clickOn(link, { agent });
  await demo.venue.remove(link);
  const delivery = await deliver([clickOn(NOBODY, { agent }), late]);
  assert.equal(delivery.again, 0);
  assert.equal(await ledgerSize(hb), size + 1);
  assert.equal(await hb.value('SELECT views FROM link_count WHERE link_id = ?1', link), 1);
});

test('RD-08 a full batch of long agents in every script is stored as it came', async () => {
  const link = await newLink();
  const batch = Array.from({ length: 100 }, (_, n) => clickOn(link, { agent: `Mozilla/5.0 ${n} ${'🎸ä"\'\\'.repeat(80)}`.slice(0, 500) }));
  assert.equal((await deliver(batch)).again, 0);
  assert.deepEqual(await figures(link), { raw: 100, robots: 0, views: 100, visitors: 100 });
  for (const { agent: text } of batch) assert.equal(await hb.value('SELECT count(*) FROM agent WHERE text = ?1', text), 1);
});

test('RD-08 the rebuild mends whatever happened to the counters', async () => {
  const links = [await newLink(), await newLink()];
  await deliver(mixed(links));
  const right = await derived(hb);
  for (const damage of [
    'UPDATE link_count SET raw = raw + 7, views = views - 1, visitors = 0', 'DELETE FROM link_count', 'DELETE FROM link_hour WHERE hour % 2 = 0', 'UPDATE link_hour SET views = 99', 'DELETE FROM link_visitor',
    "INSERT INTO link_visitor (link_id, visitor, first_seq) VALUES (1, 'AAAAAAAAAAAAAAAAAAAAAA', 1)", 'UPDATE ledger_mark SET seq = 0', "UPDATE metric SET value = 1 WHERE name = 'clicks'",
  ]) {
    await hb.execute(damage);
    assert.notDeepEqual(await derived(hb), right, damage);
    const { status, json } = await operator.post('clicks/rebuild', {});
    assert.deepEqual([status, json.clicks], [200, await ledgerSize(hb)]);
    assert.deepEqual(await derived(hb), right, damage);
  }
});

test('RD-08 a rebuild while clicks come in loses and repeats none', async () => {
  const link = await newLink();
  const size = await ledgerSize(hb);
  await Promise.all([
    ...Array.from({ length: 10 }, () => deliver(Array.from({ length: 20 }, () => clickOn(link, { agent })))),
    ...Array.from({ length: 5 }, () => operator.post('clicks/rebuild', {})),
  ]);
  await hb.drain(size + 200);
  assert.deepEqual(await figures(link), { raw: 200, robots: 0, views: 200, visitors: 200 });
  const before = await derived(hb);
  await operator.post('clicks/rebuild', {});
  assert.deepEqual(await derived(hb), before);
});
