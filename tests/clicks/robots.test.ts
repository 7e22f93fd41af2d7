import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS, PREFETCHES, ROBOTS } from '../support/agents.ts';
import { derived, figuresOf, ledgerSize } from '../support/clicks.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');

/** A link of its own for a test. */
async function fresh(): Promise<{ id: number; path: string; expected: string }> {
  const made = await demo.venue.made({ via: 2, event: demo.event.id });
  return { id: made.id, path: new URL(made.short_url).pathname, expected: made.long_url };
}

const figures = (link: number) => figuresOf(hb, demo.manager.token, link);

test('RD-09 robots are led on and are not views', async () => {
  const { id, path, expected } = await fresh();
  const size = await ledgerSize(hb);
  for (const agent of ROBOTS) {
    const { status, leadsTo } = await hb.send(path, agent === '' ? {} : { headers: { 'user-agent': agent } });
    assert.deepEqual([agent, status, leadsTo], [agent, 302, expected]);
  }
  await hb.drain(size + ROBOTS.length);
  assert.deepEqual(await figures(id), { raw: ROBOTS.length, robots: ROBOTS.length, views: 0, visitors: 0 });
});

test('RD-09 browsers are views, however old or odd', async () => {
  const { id, path } = await fresh();
  const size = await ledgerSize(hb);
  for (const agent of BROWSERS) await hb.send(path, { headers: { 'user-agent': agent } });
  await hb.drain(size + BROWSERS.length);
  assert.deepEqual(await figures(id), { raw: BROWSERS.length, robots: 0, views: BROWSERS.length, visitors: BROWSERS.length });
});

test('RD-09 a HEAD with a browser for an agent is no view', async () => {
  const { id, path, expected } = await fresh();
  const size = await ledgerSize(hb);
  for (let n = 0; n < 3; n += 1) {
    const { status, leadsTo, text } = await hb.send(path, { method: 'HEAD', headers: { 'user-agent': BROWSERS[n]! } });
    assert.deepEqual([status, leadsTo, text], [302, expected, '']);
  }
  await hb.send(path, { headers: { 'user-agent': BROWSERS[0] } });
  await hb.drain(size + 4);
  assert.deepEqual(await figures(id), { raw: 4, robots: 0, views: 1, visitors: 1 });
});

test('RD-09 a prefetch is no view; the visit that follows it is', async () => {
  const { id, path, expected } = await fresh();
  const size = await ledgerSize(hb);
  for (const prefetch of PREFETCHES) {
    const { status, leadsTo } = await hb.send(path, { headers: { 'user-agent': BROWSERS[0], ...prefetch } });
    assert.deepEqual([status, leadsTo], [302, expected]);
  }
  await hb.send(path, { headers: { 'user-agent': BROWSERS[0], 'sec-fetch-mode': 'navigate', purpose: '', 'x-purpose': 'preview-not' } });
  await hb.drain(size + PREFETCHES.length + 1);
  assert.deepEqual(await figures(id), { raw: PREFETCHES.length + 1, robots: 0, views: 1, visitors: 1 });
});

test('RD-09 a better list judges the past again', async () => {
  const { id, path } = await fresh();
  const size = await ledgerSize(hb);
  await hb.send(path, { headers: { 'user-agent': BROWSERS[2] } });
  await hb.send(path, { headers: { 'user-agent': ROBOTS[3] } });
  await hb.drain(size + 2);
  const right = { raw: 2, robots: 1, views: 1, visitors: 1 };
  assert.deepEqual(await figures(id), right);
  const before = await derived(hb);

  // As an older list might have had it: the browser taken for a robot and the other way round.
  await hb.execute("UPDATE agent SET robot = 1 - robot, list_version = 'of last year' WHERE text IN (?1, ?2)", BROWSERS[2], ROBOTS[3]);
  await operator.post('clicks/rebuild', {});
  assert.deepEqual(await figures(id), right);
  assert.deepEqual(await derived(hb), before);
  assert.equal(await hb.value("SELECT count(*) FROM agent WHERE list_version = 'of last year'"), 0);
});

test('RD-09 an agent of any length and content leads on and is counted', async () => {
  const { id, path } = await fresh();
  const size = await ledgerSize(hb);
  const agents = ['x', 'Mozilla/5.0 '.repeat(600), "Mozilla/5.0 '; DROP TABLE click; --", 'Mozilla/5.0 \t tab', 'Mozilla/5.0 \u00e4\u00ff', 'Mozilla/5.0 {"json":"\\"}', '0'];
  for (const agent of agents) assert.equal((await hb.send(path, { headers: { 'user-agent': agent } })).status, 302);
  await hb.drain(size + agents.length);
  assert.equal((await figures(id)).raw, agents.length);
});
