import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;

test('RD-12 a slug of ours is 8 characters, and every one of the 31 occurs', async () => {
  const slugs: string[] = await Promise.all(Array.from({ length: 200 }, async () => new URL((await demo.venue.made({ via: 2 })).short_url).pathname.slice('/l/'.length)));
  assert.equal(new Set(slugs).size, slugs.length);
  for (const slug of slugs) assert.equal(slug.length, 8);
  // Of 1,600 draws one of 31 is left out in fewer than one run in 10^21.
  assert.equal(new Set(slugs.join('')).size, 31);
  assert.match(slugs.join(''), /^[abcdefghjkmnpqrstuvwxyz23456789]+$/);
});

test('RD-12 a custom slug has 3 to 64 of the allowed characters', async () => {
  for (const slug of ['abc', 'Rock-Night_2027', '___', '---', '007', 'x'.repeat(64)]) {
    const made = await manager.made('links', { kind: 'venue', slug, destination: 'https://shop.example/' });
    assert.equal(made.slug, slug);
    assert.equal(made.short_url, `${hb.url.origin}/l/${slug}`);
    assert.equal((await hb.send(`/l/${slug}`)).status, 302);
  }
  for (const slug of ['', 'a', 'ab', 'x'.repeat(65), 'x'.repeat(100_000), 'a b', 'a.b', 'a/b', 'a%62c', 'äbc', 'abc\n', ' abc', '🎸🎸🎸', "a'b", 'a\u0000b', 'ａｂｃ', 1, 123, true, [], {}]) {
    const { status, json, text } = await changesNothing(hb, () => manager.post('links', { kind: 'venue', slug }));
    assert.equal(status, 422, `${JSON.stringify(slug).slice(0, 40)}: ${text}`);
    assert.deepEqual(json.error.fields.map(({ field }: { field: string }) => field), ['slug']);
  }
});

test('RD-12 words that are paths of ours are not given away', async () => {
  for (const word of ['api', 'manage', 'shop', 'checkout', 'healthz', 'metrics', 'login', 'logout', 'static', 'assets', 'openapi', 'docs', 'admin', 'dashboard', 'robots', 'favicon']) {
    for (const slug of [word, word.toUpperCase()]) {
      const { status, json, text } = await changesNothing(hb, () => manager.post('links', { kind: 'venue', slug }));
      assert.equal(status, 422, `${slug}: ${text}`);
      assert.deepEqual(json.error.fields.map(({ field }: { field: string }) => field), ['slug']);
    }
  }
});

test('RD-12 a slug that is taken is refused, in any case and by anyone, and the first stays', async () => {
  const first = await manager.made('links', { kind: 'venue', slug: 'Taken-One', destination: 'https://first.example/' });
  for (const slug of ['Taken-One', 'taken-one', 'TAKEN-ONE']) {
    for (const who of [demo, other]) {
      const { status, text } = await changesNothing(hb, () => who.manager.post('links', { kind: 'venue', slug, destination: 'https://second.example/' }));
      assert.ok(status === 409 || status === 422, `${status} ${text}`);
    }
  }
  assert.deepEqual((await manager.get(`links/${first.id}`)).json, first);
  assert.equal((await hb.send('/l/taken-one')).leadsTo, 'https://first.example/');
});

test('RD-12 of twenty who want a slug at the same time one gets it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? demo : other).manager.post('links', { kind: 'venue', slug: n % 3 ? 'wanted-by-all' : 'Wanted-By-All', destination: `https://shop.example/${n}` })),
  );
  const winners = answers.filter(({ status }) => status === 201);
  assert.equal(winners.length, 1);
  for (const { status, text } of answers) assert.ok([201, 409, 422].includes(status), text);
  assert.equal((await hb.rows("SELECT id FROM link WHERE slug_key = 'wanted-by-all'")).length, 1);
  assert.equal((await hb.send('/l/wanted-by-all')).leadsTo, winners[0]?.json.destination);
});

test('RD-12 a slug never changes', async () => {
  const made = await manager.made('links', { kind: 'venue', slug: 'for-ever' });
  const { status } = await changesNothing(hb, () => manager.patch(`links/${made.id}`, { slug: 'not-for-ever' }));
  assert.equal(status, 422);
});
