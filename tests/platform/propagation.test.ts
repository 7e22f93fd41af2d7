import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { KV_KEEPS_COPIES, KV_REFUSES } from '../support/faults.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { linkTo } from '../support/shop.ts';

// The second place has its own memory, and the same D1 and KV. The local KV
// keeps no copies as the edge does: KV_KEEPS_COPIES does it in its place.
const hb = await startHandbill({ elsewhere: true });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');

const BOUND_MS = 65_000;

test('RD-06 a link just made redirects at once, everywhere', async () => {
  for (let n = 0; n < 20; n += 1) {
    const path = await linkTo(demo.manager, `https://shop.example/${n}`);
    for (const answer of [await hb.sendElsewhere(path), await hb.send(path)]) {
      assert.deepEqual([answer.status, answer.leadsTo], [302, `https://shop.example/${n}`]);
    }
  }
});

test('RD-06 a link redirects at once where it was asked for before it was there', async () => {
  const path = '/l/printed-too-early';
  assert.equal((await hb.send(path)).status, 404);
  assert.equal((await hb.sendElsewhere(path)).status, 404);
  await linkTo(demo.manager, 'https://shop.example/', { slug: 'printed-too-early' });
  assert.equal((await hb.send(path)).status, 302);
  assert.equal((await hb.sendElsewhere(path)).status, 302);
});

test('RD-06 a change is seen at once where it was made, and everywhere within 65 s', async () => {
  const { id, short_url: url } = await demo.manager.made('links', { kind: 'venue', destination: 'https://old.example/' });
  const { pathname } = new URL(url);
  for (const answer of [await hb.send(pathname), await hb.sendElsewhere(pathname)]) assert.equal(answer.leadsTo, 'https://old.example/');
  assert.equal((await demo.manager.patch(`links/${id}`, { destination: 'https://new.example/' })).status, 200);
  assert.equal((await hb.send(pathname)).leadsTo, 'https://new.example/');
  await hb.setClockAhead(BOUND_MS);
  assert.equal((await hb.sendElsewhere(pathname)).leadsTo, 'https://new.example/');
  await hb.setClockAhead(0);
});

test('RD-06 a deleted link is gone at once where it was deleted, and everywhere within 65 s', async () => {
  const made = await demo.venue.made({ via: 2 });
  const paths = [made.short_url, made.tiny_url].map((url) => new URL(url).pathname);
  for (const path of paths) for (const answer of [await hb.send(path), await hb.sendElsewhere(path)]) assert.equal(answer.status, 302);
  assert.equal((await demo.venue.remove(made.id)).status, 204);
  for (const path of paths) assert.equal((await hb.send(path)).status, 404);
  await hb.setClockAhead(BOUND_MS);
  for (const path of paths) assert.equal((await hb.sendElsewhere(path)).status, 404);
  await hb.setClockAhead(0);
});

test('RD-06 links made and deleted in turn end as the last word was', async () => {
  const { id, short_url: url } = await demo.manager.made('links', { kind: 'venue', destination: 'https://shop.example/0' });
  const { pathname } = new URL(url);
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => demo.manager.patch(`links/${id}`, { destination: `https://shop.example/${n + 1}` })));
  assert.ok(answers.some(({ status }) => status === 200));
  const { destination } = (await demo.manager.get(`links/${id}`)).json;
  await hb.runCron();
  await hb.setClockAhead(BOUND_MS);
  for (const answer of [await hb.send(pathname), await hb.sendElsewhere(pathname)]) assert.equal(answer.leadsTo, destination);
  await hb.setClockAhead(0);
});

test('RD-06 what KV did not take the cron brings it later', async () => {
  const flaky = await startHandbill({ faults: KV_REFUSES });
  try {
    const seller = await organizerNamed(flaky, await operatorOf(flaky), 'demo');
    const { id, short_url: url } = await seller.manager.made('links', { kind: 'venue', destination: 'https://old.example/' });
    const { pathname } = new URL(url);
    assert.equal((await flaky.send(pathname)).leadsTo, 'https://old.example/');

    await flaky.kv.put('test:refuse-puts', 'yes');
    const changed = await seller.manager.patch(`links/${id}`, { destination: 'https://new.example/' });
    assert.equal(changed.status, 200, 'D1 has it, so it is changed');
    const fresh = await linkTo(seller.manager, 'https://fresh.example/');
    assert.equal((await flaky.send(fresh)).leadsTo, 'https://fresh.example/');
    await flaky.runCron();
    assert.equal(await flaky.value('SELECT count(*) FROM kv_dirty'), 2);

    await flaky.kv.delete('test:refuse-puts');
    await flaky.runCron();
    assert.equal(await flaky.value('SELECT count(*) FROM kv_dirty'), 0);
    await flaky.setClockAhead(BOUND_MS);
    assert.equal((await flaky.send(pathname)).leadsTo, 'https://new.example/');
  } finally {
    await flaky.stop();
  }
});

test('RD-05 while KV is away D1 answers', async () => {
  const flaky = await startHandbill({ faults: KV_REFUSES });
  try {
    const seller = await organizerNamed(flaky, await operatorOf(flaky), 'demo');
    const path = await linkTo(seller.manager, 'https://shop.example/');
    await flaky.kv.put('test:refuse-gets', 'yes');
    await flaky.kv.put('test:refuse-puts', 'yes');
    assert.equal((await flaky.send(path)).status, 302);
    assert.equal((await flaky.send('/l/zzzzzzz9')).status, 404);
  } finally {
    await flaky.stop();
  }
});

test('RD-06 with the copies of KV that the edge keeps, a change and a deletion are everywhere within 65 s', async () => {
  const edge = await startHandbill({ faults: KV_KEEPS_COPIES, elsewhere: true });
  try {
    const seller = await organizerNamed(edge, await operatorOf(edge), 'demo');
    const make = async (): Promise<{ id: number; path: string }> => {
      const { id, short_url: url } = await seller.manager.made('links', { kind: 'venue', destination: 'https://old.example/' });
      return { id, path: new URL(url).pathname };
    };
    const changed = await make();
    const deleted = await make();
    for (const { path } of [changed, deleted]) assert.equal((await edge.sendElsewhere(path)).leadsTo, 'https://old.example/');
    // The worst case: memory is filled from a copy that is about to expire.
    await edge.setClockAhead(59_000);
    for (const { path } of [changed, deleted]) assert.equal((await edge.sendElsewhere(path)).leadsTo, 'https://old.example/');
    await seller.manager.patch(`links/${changed.id}`, { destination: 'https://new.example/' });
    await seller.manager.remove(`links/${deleted.id}`);
    for (let ahead = 59_000; ahead < 59_000 + BOUND_MS; ahead += 3_000) {
      await edge.setClockAhead(ahead);
      for (const { path } of [changed, deleted]) await edge.sendElsewhere(path);
    }
    await edge.setClockAhead(59_000 + BOUND_MS);
    assert.equal((await edge.sendElsewhere(changed.path)).leadsTo, 'https://new.example/');
    assert.equal((await edge.sendElsewhere(deleted.path)).status, 404);
  } finally {
    await edge.stop();
  }
});
