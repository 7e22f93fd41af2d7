import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Campaigns } from '../support/campaigns.ts';
import { assertConsistent } from '../support/consistency.ts';
import { KV_REFUSES } from '../support/faults.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor, orderOf } from '../support/visitor.ts';

const hb = await startHandbill({ elsewhere: true });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);
const others = new Campaigns(hb, other.slug, other.event.slug, other.manager.token);

const AWAY = 'https://shop.example/night';
/** Where a path leads to, or its status. */
const leadsTo = async (path: string): Promise<string | number> => {
  const { status, leadsTo: to } = await hb.send(path);
  return status === 302 ? String(to) : status;
};

test('PX-03 a code may be whatever can stand in a path segment', async () => {
  for (const code of ['BAR', 'a', '7', 'wZnL11fjq', 'summer.2027', 'a-b_c.d~e', '-', '~x~', '_', 'tickets', 'api', 'x'.repeat(64)]) {
    const made = await campaigns.made({ code, external_target: AWAY });
    assert.equal(made.code, code);
    for (const path of [campaigns.path(code), campaigns.path(code.toUpperCase()), `/l/${code}`]) assert.equal(await leadsTo(path), AWAY, path);
    assert.equal((await hb.send(`/l/${code}/qr.svg`)).status, 200, code);
    const { tiny_url: tiny } = (await demo.manager.get(`links/${made.id}`)).json;
    assert.equal(await leadsTo(new URL(tiny).pathname), AWAY, tiny);
  }
});

test('PX-03 no other character, nor any number of them', async () => {
  for (const code of ['', ' ', 'a b', ' a', 'a/b', '/', 'a?b', 'a#b', 'a%20b', 'a+b', 'ä', '🎸', 'a\u0000b', 'a\nb', 'a\\b', '"', "'", '<b>', '.', '..', '.a', 'a.', 'x'.repeat(65), 'x'.repeat(10_000)]) {
    const { status, json } = await changesNothing(hb, () => campaigns.create({ code, external_target: AWAY }));
    assert.deepEqual([code, status, Object.keys(json), json.code?.length], [code, 400, ['code'], 1]);
  }
});

test('PX-03 a code in use is taken, in any case, by whatever kind of link and whoever owns it', async () => {
  await campaigns.made({ code: 'TAKEN' });
  await other.manager.made('links', { kind: 'venue', slug: 'short-one' });
  const gone = await demo.venue.made({ via: 2 });
  const goneSlug = new URL(gone.short_url).pathname.slice('/l/'.length);
  assert.equal((await demo.venue.remove(gone.id)).status, 204);
  const purged = await others.made({ code: 'purged' });
  assert.equal((await others.remove(purged.id)).status, 204);
  const { id } = await others.made({ code: 'own' });
  for (const code of ['TAKEN', 'taken', 'Short-One', goneSlug, 'PURGED']) {
    for (const answer of [await changesNothing(hb, () => others.create({ code })), await changesNothing(hb, () => others.change(id, { code }))]) {
      assert.deepEqual([answer.status, answer.json], [400, { code: [`\`${code}\` is taken`] }]);
    }
  }
  assert.equal((await demo.manager.post('links', { kind: 'venue', slug: 'own' })).status, 422);
});

test('PX-03 a hundred campaigns without a code have a hundred codes', async () => {
  const made = await Promise.all(Array.from({ length: 100 }, () => campaigns.made()));
  assert.equal(new Set(made.map(({ code }) => code.toLowerCase())).size, 100);
});

test('PX-03 of two who want a code at once one has it', async () => {
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all([campaigns, others, campaigns, others].map((one) => one.create({ code: `race-${round}` })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 400, 400, 400]);
  }
});

test('PX-04 a renamed campaign is reached by each name it had, here and elsewhere', async () => {
  const { id } = await campaigns.made({ code: 'First', external_target: AWAY });
  const answer = await campaigns.change(id, { code: 'second.name' });
  assert.deepEqual([answer.status, answer.json.code], [200, 'second.name']);
  assert.equal((await campaigns.replace(id, { code: 'Third', external_target: AWAY })).json.code, 'Third');
  for (const code of ['first', 'second.name', 'THIRD']) {
    for (const path of [campaigns.path(code), `/l/${code}`]) {
      assert.equal(await leadsTo(path), AWAY, path);
      assert.equal((await hb.sendElsewhere(path)).status, 302, path);
    }
    for (const { status, json } of [await others.create({ code }), await campaigns.create({ code })]) assert.deepEqual([status, Object.keys(json)], [400, ['code']]);
  }
  // Its own may come back, and other capitals are another way to write the same.
  assert.equal((await campaigns.change(id, { code: 'first' })).json.code, 'first');
  assert.equal((await campaigns.change(id, { code: 'FIRST' })).json.code, 'FIRST');
  await campaigns.change(id, { external_target: '' });
  assert.equal(await leadsTo(campaigns.path('third')), `${hb.url.origin}/shop/${demo.slug}/${demo.event.slug}/?hb=FIRST`);
  await assertConsistent(hb);
});

test('PX-04 what was printed under a former code is as good as under the present one', async () => {
  const { id } = await campaigns.made({ code: 'Printed' });
  await campaigns.change(id, { code: 'Present' });
  for (const path of ['/printed', '/l/printed', campaigns.path('PRINTED')]) assert.equal(await leadsTo(path), `${hb.url.origin}/shop/${demo.slug}/${demo.event.slug}/?hb=Present`);
  for (const path of ['/l/printed+', '/l/printed/qr.svg', '/l/printed/qr.png', '/checkout/offer.json?hb=printed']) assert.equal((await hb.send(path)).status, 200, path);
  const bought = { event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] };
  const visitor = new Visitor(hb);
  await visitor.send(campaigns.path('Printed'));
  // By the journey, and by the address of a page that was kept from before.
  for (const order of [await visitor.buys(bought), await new Visitor(hb).buys({ ...bought, link: 'Printed' })]) assert.equal((await orderOf(demo.manager, order)).link_id, id);
  assert.equal((await campaigns.shown(id)).order_count, 2);
  assert.deepEqual((await campaigns.ids()).filter((one) => one === id), [id], 'it is listed once, however many names it has');
});

test('PX-04 RD-06 a new name leads there at once, also where it was asked for before; a change and a deletion are everywhere within 65 s', async () => {
  const { id } = await campaigns.made({ code: 'early-old', external_target: AWAY });
  const both = ['early-old', 'early-new'].map(campaigns.path);
  for (const answer of [await hb.send(both[1]!), await hb.sendElsewhere(both[1]!)]) assert.equal(answer.status, 404);
  for (const answer of [await hb.send(both[0]!), await hb.sendElsewhere(both[0]!)]) assert.equal(answer.leadsTo, AWAY);
  await campaigns.change(id, { code: 'early-new', external_target: 'https://new.example/' });
  for (const path of both) assert.equal(await leadsTo(path), 'https://new.example/');
  assert.equal((await hb.sendElsewhere(both[1]!)).leadsTo, 'https://new.example/');
  await hb.setClockAhead(65_000);
  assert.equal((await hb.sendElsewhere(both[0]!)).leadsTo, 'https://new.example/');
  assert.equal((await campaigns.remove(id)).status, 204);
  for (const path of both) assert.equal(await leadsTo(path), 404);
  await hb.setClockAhead(130_000);
  for (const path of both) assert.equal((await hb.sendElsewhere(path)).status, 404);
  await hb.setClockAhead(0);
});

test('PX-04 RD-06 what KV did not take of a new name and of a deletion the cron brings it later', async () => {
  const flaky = await startHandbill({ faults: KV_REFUSES });
  try {
    const seller = await organizerNamed(flaky, await operatorOf(flaky), 'demo');
    const own = new Campaigns(flaky, seller.slug, seller.event.slug, seller.manager.token);
    const [kept, gone] = [await own.made({ code: 'kept-old', external_target: AWAY }), await own.made({ code: 'gone-old' })];
    await own.change(gone.id, { code: 'gone-new' });
    await flaky.kv.put('test:refuse-puts', 'yes');
    assert.equal((await own.change(kept.id, { code: 'kept-new' })).status, 200, 'D1 has it, so it is changed');
    assert.equal((await own.remove(gone.id)).status, 204);
    for (const code of ['kept-old', 'kept-new']) assert.equal((await flaky.send(own.path(code))).leadsTo, AWAY, code);
    await flaky.kv.delete('test:refuse-puts');
    await flaky.runCron();
    await flaky.setClockAhead(65_000);
    for (const code of ['kept-old', 'kept-new']) assert.equal((await flaky.send(own.path(code))).leadsTo, AWAY, code);
    for (const code of ['gone-old', 'gone-new']) assert.equal((await flaky.send(own.path(code))).status, 404, code);
    const entries = await Promise.all(['kept-old', 'kept-new', 'gone-old', 'gone-new'].map((name) => flaky.kv.get(`link//${name}`)));
    assert.equal(entries[0], entries[1]);
    assert.deepEqual([entries[0] === null, ...entries.slice(2)], [false, 'gone', 'gone']);
  } finally {
    await flaky.stop();
  }
});

test('PX-04 KV has a campaign under each of its names, also when the cron has to write it', async () => {
  const { id } = await campaigns.made({ code: 'kv-old', external_target: AWAY });
  await campaigns.change(id, { code: 'kv-new' });
  const entries = async (): Promise<(string | null)[]> => [await hb.kv.get('link//kv-old'), await hb.kv.get('link//kv-new')];
  const [old, fresh] = await entries();
  assert.ok(old !== null && old === fresh);
  for (const name of ['kv-old', 'kv-new']) await hb.kv.put(`link//${name}`, 'broken');
  await hb.execute('UPDATE link SET version = version + 1 WHERE id = ?1', id);
  await hb.runCron();
  const after = await entries();
  assert.ok(after[0] === old && after[1] === old, String(after));
  assert.equal((await campaigns.remove(id)).status, 204);
  assert.deepEqual(await entries(), ['gone', 'gone']);
});

test('PX-04 of two names that are given at once one is kept, and both lead to it', async () => {
  const { id } = await campaigns.made({ code: 'name-0', external_target: AWAY });
  const names = ['name-1', 'name-2'];
  const answers = await Promise.all(names.map((code) => campaigns.change(id, { code })));
  const given = names.filter((_, index) => answers[index]!.status === 200);
  assert.ok(given.length >= 1 && answers.every(({ status }) => [200, 409].includes(status)), answers.map(({ text }) => text).join());
  assert.ok(given.includes((await campaigns.shown(id)).code));
  // Who was told that it came too late has taken nothing.
  for (const name of names) assert.equal(await leadsTo(campaigns.path(name)), given.includes(name) ? AWAY : 404, name);
  assert.equal(await leadsTo(campaigns.path('name-0')), AWAY);
  // Two campaigns that want the same name.
  const [one, two] = [await campaigns.made(), await others.made()];
  const wanted = await Promise.all([campaigns.change(one.id, { code: 'wanted' }), others.change(two.id, { code: 'WANTED' })]);
  assert.deepEqual(wanted.map(({ status }) => status).sort(), [200, 400]);
  await assertConsistent(hb);
});
