import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { samples } from '../support/metrics.ts';
import { send } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { linkTo } from '../support/shop.ts';
import { keyValues } from '../support/snapshot.ts';

const hb = await startHandbill({ elsewhere: true });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const elsewhere = hb.elsewhere!;

interface Lookups {
  memory: number;
  kv: number;
  d1: number;
  refused: number;
}

/** How many look-ups each source answered at the second place while `action` ran. */
async function lookupsElsewhere(action: () => Promise<unknown>): Promise<Lookups> {
  const read = async (): Promise<Lookups> => {
    const figures = samples(await send(elsewhere, '/metrics', { headers: { authorization: `Bearer ${operator.token}` } }));
    const of = (source: string): number => figures[`handbill_link_lookups_total{source="${source}"}`] ?? Number.NaN;
    return { memory: of('memory'), kv: of('kv'), d1: of('d1'), refused: of('refused') };
  };
  const before = await read();
  await action();
  const now = await read();
  return { memory: now.memory - before.memory, kv: now.kv - before.kv, d1: now.d1 - before.d1, refused: now.refused - before.refused };
}

/** Follows `path` at the second place; each must answer `status`. */
async function follow(path: string, status: number, times = 1): Promise<void> {
  for (let n = 0; n < times; n += 1) assert.equal((await hb.sendElsewhere(path)).status, status, path);
}

const randomSlug = (): string => `q${randomBytes(6).toString('hex')}`;

test('RD-05 KV answers first, then the memory of the isolate, then KV again', async () => {
  const now = Date.now();
  await hb.stopClockAt(now);
  const path = await linkTo(demo.manager, 'https://shop.example/');
  assert.deepEqual(await lookupsElsewhere(() => follow(path, 302)), { memory: 0, kv: 1, d1: 0, refused: 0 });
  assert.deepEqual(await lookupsElsewhere(() => follow(path, 302, 5)), { memory: 5, kv: 0, d1: 0, refused: 0 });
  await hb.stopClockAt(now + 10_000);
  assert.deepEqual(await lookupsElsewhere(() => follow(path, 302, 2)), { memory: 1, kv: 1, d1: 0, refused: 0 });
  await hb.setClockAhead(0);
});

test('RD-05 what KV has lost D1 answers, and KV has it again', async () => {
  const path = await linkTo(demo.manager, 'https://shop.example/', { slug: 'lost-in-kv' });
  const before = await keyValues(hb);
  const key = Object.keys(before).find((name) => name.includes('lost-in-kv'));
  assert.ok(key);
  await hb.kv.delete(key);
  assert.deepEqual(await lookupsElsewhere(() => follow(path, 302)), { memory: 0, kv: 0, d1: 1, refused: 0 });
  assert.deepEqual(await keyValues(hb), before);
});

test('RD-05 what KV holds that is no link is as good as nothing', async () => {
  for (const [slug, nonsense] of [['broken-json', '{"id":'], ['broken-type', '[]'], ['broken-text', 'x'], ['broken-empty', '']] as const) {
    const path = await linkTo(demo.manager, 'https://shop.example/', { slug });
    const key = Object.keys(await keyValues(hb)).find((name) => name.includes(slug));
    await hb.kv.put(key!, nonsense);
    await follow(path, 302);
  }
});

test('RD-05 an unknown slug costs at most one read of D1 a minute', async () => {
  const path = `/l/${randomSlug()}`;
  const { d1, refused } = await lookupsElsewhere(async () => {
    await follow(path, 404, 10);
    await hb.setClockAhead(30_000);
    await follow(path, 404, 10);
    await hb.setClockAhead(0);
  });
  assert.deepEqual([d1, refused], [1, 0]);
});

test('RD-05 many who ask for one unknown slug together cost few reads', async () => {
  const path = `/l/${randomSlug()}`;
  await follow(path, 404);
  const { d1 } = await lookupsElsewhere(() => Promise.all(Array.from({ length: 100 }, () => follow(path, 404))));
  assert.equal(d1, 0);
});

test('RD-05 a slug that can be none costs nothing at all', async () => {
  const nothing = { memory: 0, kv: 0, d1: 0, refused: 0 };
  for (const path of ['/l/', '/l/.a', '/l/%00%00%00', '/l/%ZZabc', '/l/a%20b', '/l/a/b/c', `/l/${'x'.repeat(65)}`, `/l/${'x'.repeat(6_000)}`, '/l/%F0%9F%8E%B8%F0%9F%8E%B8%F0%9F%8E%B8', "/l/abc'--"]) {
    assert.deepEqual(await lookupsElsewhere(() => follow(path, 404, 3)), nothing, path);
  }
});

test('RD-05 a flood of random slugs ends before D1, and known links go on', async () => {
  const known = await linkTo(demo.manager, 'https://shop.example/');
  const FLOOD = 2_000;
  const statuses = new Set<number>();
  const figures = await lookupsElsewhere(async () => {
    for (let sent = 0; sent < FLOOD; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => hb.sendElsewhere(`/l/${randomSlug()}`)));
      for (const { status } of answers) statuses.add(status);
      await follow(known, 302);
    }
  });
  assert.equal(figures.d1 + figures.refused, FLOOD);
  assert.ok(figures.d1 < FLOOD / 2, `${figures.d1} reads of D1`);
  assert.ok(figures.refused > 0);
  for (const status of statuses) assert.ok([404, 429, 503].includes(status), String(status));
});
