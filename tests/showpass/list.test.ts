import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Venue } from '../support/api.ts';
import { pathOf } from '../support/http.ts';
import { Campaigns } from '../support/campaigns.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed, storedLink } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const quiet = await organizerNamed(hb, operator, 'quiet');

const LINKS = 45;
const newestFirst: number[] = [];
for (let n = 0; n < LINKS; n += 1) {
  newestFirst.unshift((await demo.venue.made({ via: n % 2 ? 2 : 3, description: `poster ${n}` })).id);
}

test('SP-01 the list is newest first, 20 a page, and its next leads through all of it', async () => {
  const first = await demo.venue.list();
  assert.equal(first.status, 200);
  assert.deepEqual(Object.keys(first.json).sort(), ['count', 'next', 'previous', 'results']);
  assert.equal(first.json.count, LINKS);
  assert.equal(first.json.previous, null);
  assert.equal(first.json.next, `${hb.url.origin}${demo.venue.base}?page=2`);

  const seen: number[] = [];
  const sizes: number[] = [];
  for (let path: string | null = demo.venue.base; path !== null; ) {
    const page = await demo.venue.send(path);
    assert.equal(page.json.count, LINKS);
    seen.push(...page.json.results.map(({ id }: { id: number }) => id));
    sizes.push(page.json.results.length);
    path = page.json.next && pathOf(page.json.next);
  }
  assert.deepEqual(sizes, [20, 20, 5]);
  assert.deepEqual(seen, newestFirst);
});

test('SP-01 previous leads back; the first page is named without a page', async () => {
  const third = await demo.venue.list('?page=3');
  assert.equal(third.json.next, null);
  assert.equal(third.json.previous, `${hb.url.origin}${demo.venue.base}?page=2`);
  const second = await demo.venue.send(pathOf(third.json.previous));
  assert.equal(second.json.previous, `${hb.url.origin}${demo.venue.base}`);
});

test('SP-01 next and previous keep every other parameter as it was written', async () => {
  const kept = 'search=poster%20&utm_x=a%2Bb+c&via=2';
  const first = await demo.venue.list(`?${kept}&page_size=5`);
  assert.equal(first.status, 200, first.text);
  const expected = new URL(`${hb.url.origin}${demo.venue.base}?${kept}&page_size=5&page=2`);
  const next = new URL(first.json.next);
  assert.equal(next.origin + next.pathname, expected.origin + expected.pathname);
  for (const pair of [...kept.split('&'), 'page_size=5', 'page=2']) assert.ok(next.search.slice(1).split('&').includes(pair), `${pair} in ${next.search}`);
  const second = await demo.venue.send(pathOf(first.json.next));
  assert.deepEqual(new URL(second.json.previous).search.slice(1).split('&').sort(), [...kept.split('&'), 'page_size=5'].sort());
});

test('SP-01 a venue without links has one empty page', async () => {
  const page = await quiet.venue.list();
  assert.deepEqual(page.json, { count: 0, next: null, previous: null, results: [] });
  assert.equal(page.status, 200);
});

test('SP-01 a deleted link leaves the list and its count', async () => {
  const made = await other.venue.made({ via: 1 });
  const kept = await other.venue.made({ via: 1 });
  assert.equal((await other.venue.remove(made.id)).status, 204);
  const page = await other.venue.list();
  assert.equal(page.json.count, 1);
  assert.deepEqual(page.json.results.map(({ id }: { id: number }) => id), [kept.id]);
});

test('SP-02 a page that is not there is answered 404', async () => {
  for (const page of ['0', '4', '-1', 'x', '1.5', '1e1', '0x1', '٣', '99999999999999999999', '9223372036854775807', '2%00', "1'--"]) {
    const answer = await demo.venue.list(`?page=${encodeURIComponent(page).replaceAll('%25', '%')}`);
    assert.deepEqual([page, answer.status, answer.json], [page, 404, { detail: 'Invalid page.' }]);
  }
  for (const query of ['page=9223372036854775807&page_size=1', 'page=9007199254740993&page_size=1', 'page=999999999999']) {
    assert.equal((await demo.venue.list(`?${query}`)).status, 404, query);
  }
  assert.equal((await quiet.venue.list('?page=2')).status, 404);
  assert.equal((await quiet.venue.list('?page=1')).status, 200);
});

test('SP-02 page_size goes up to 100 and nonsense in it is the default', async () => {
  const length = async (size: string): Promise<number> => {
    const page = await demo.venue.list(`?page_size=${size}`);
    assert.equal(page.status, 200, `page_size=${size}: ${page.text}`);
    return page.json.results.length;
  };
  assert.equal(await length('7'), 7);
  assert.equal(await length('45'), LINKS);
  assert.equal(await length('100'), LINKS);
  for (const nonsense of ['0', '-5', 'x', '', '1.5']) assert.equal(await length(nonsense), 20, `page_size=${nonsense}`);
  await Promise.all(Array.from({ length: 60 }, (_, n) => demo.venue.made({ via: 1, description: `flyer ${n}` })));
  assert.equal(await length('1000'), 100);
  assert.equal(await length('99999999999999999999'), 100);
});

test('SP-08 each kind a user makes is shown, a system kind never', async () => {
  const campaigns = new Campaigns(hb, quiet.slug, quiet.event.slug, quiet.manager.token);
  const shown = [await quiet.venue.made({ via: 1 }), await quiet.venue.made({ via: 2 }), await quiet.venue.made({ via: 3 }),
    await quiet.venue.made({ via: 4, extra: [{ ticket_type: quiet.types.floor, quantity: 1 }] }), await campaigns.made()];
  const hidden: number[] = [];
  for (const kind of [20, 21, 22]) hidden.push(await storedLink(hb, quiet.id, kind, `system-${kind}`, 'a system link'));

  assert.deepEqual(await quiet.venue.ids(), shown.map(({ id }) => id).reverse());
  assert.equal((await quiet.venue.list()).json.count, shown.length);
  for (const query of ['?search=system', '?search=a%20system', '?search=system-20', '?via=4&search=system']) {
    assert.deepEqual((await quiet.venue.list(query)).json, { count: 0, next: null, previous: null, results: [] }, query);
  }
  for (const id of hidden) {
    assert.equal((await quiet.venue.read(id)).status, 404);
    assert.equal((await quiet.venue.update(id, { via: 4, extra: [{ ticket_type: quiet.types.floor, quantity: 1 }] })).status, 404);
    assert.equal((await quiet.venue.remove(id)).status, 404);
  }
  assert.deepEqual(await quiet.venue.ids('?via=5'), [shown[4]!.id]);
  for (const via of [0, 6, 20, 21, 22]) {
    const filtered = await quiet.venue.list(`?via=${via}`);
    assert.ok(filtered.status === 400 || filtered.json.count === 0, `via=${via}: ${filtered.text}`);
  }
});

test('SP-18 a link shows for who sells and for who owns it, and for no other', async () => {
  const seller = await organizerNamed(hb, operator, 'seller');
  const agency = await organizerNamed(hb, operator, 'agency');
  const refused = await agency.venue.create({ via: 3, venue: seller.id });
  assert.equal(refused.status, 400);
  assert.deepEqual(Object.keys(refused.json), ['venue']);

  assert.equal((await seller.manager.put(`organizers/${seller.id}/partners/${agency.id}`)).status, 204);
  const shared = await agency.venue.made({ via: 3, venue: seller.id, event: seller.event.id, ticket_types: [seller.types.floor], description: 'shared' });
  assert.deepEqual([shared.owner_venue, shared.venue], [agency.id, seller.id]);

  for (const { venue } of [seller, agency]) {
    assert.deepEqual(await venue.ids(), [shared.id]);
    assert.deepEqual(await venue.ids('?search=shared'), [shared.id]);
    assert.equal((await venue.list()).json.count, 1);
    const { status, json } = await venue.read(shared.id);
    assert.deepEqual([status, json], [200, shared]);
  }
  for (const { venue } of [other, demo]) {
    assert.equal((await venue.read(shared.id)).status, 404);
    assert.ok(!(await venue.ids('?search=shared')).includes(shared.id));
  }
  // The partner's own catalogue is not what it sells here.
  assert.equal((await agency.venue.create({ via: 3, venue: seller.id, event: agency.event.id })).status, 400);
  assert.deepEqual((await agency.venue.create({ via: 3, venue: seller.id, ticket_types: [agency.types.floor] })).json, { ticket_types: `${agency.types.floor} does not exist` });
});

test('SP-18 only the owner of a shared link changes or deletes it', async () => {
  const seller = await organizerNamed(hb, operator, 'seller-two');
  const agency = await organizerNamed(hb, operator, 'agency-two');
  await seller.manager.put(`organizers/${seller.id}/partners/${agency.id}`);
  const body = { via: 4, venue: seller.id, extra: [{ ticket_type: seller.types.floor, quantity: 2 }] };
  const shared = await agency.venue.made(body);

  assert.equal((await seller.venue.remove(shared.id)).status, 403);
  assert.equal((await seller.venue.update(shared.id, { ...body, description: 'mine now' })).status, 403);
  assert.deepEqual((await agency.venue.read(shared.id)).json, shared);
  assert.equal((await agency.venue.update(shared.id, { ...body, description: 'changed' })).status, 200);
  assert.equal((await seller.venue.read(shared.id)).json.description, 'changed');
  assert.equal((await agency.venue.remove(shared.id)).status, 204);
  assert.equal((await seller.venue.read(shared.id)).status, 404);
});

test('SP-18 when a partnership ends, links made under it stay and new ones are refused', async () => {
  const seller = await organizerNamed(hb, operator, 'seller-three');
  const agency = await organizerNamed(hb, operator, 'agency-three');
  const partnership = `organizers/${seller.id}/partners/${agency.id}`;
  // Nobody makes himself somebody's partner.
  assert.ok([403, 404].includes((await agency.manager.put(partnership)).status));
  await seller.manager.put(partnership);
  const shared = await agency.venue.made({ via: 3, venue: seller.id });
  assert.equal((await seller.manager.remove(partnership)).status, 204);
  assert.equal((await agency.venue.create({ via: 3, venue: seller.id })).status, 400);
  assert.equal((await seller.venue.read(shared.id)).status, 200);
  assert.equal((await agency.manager.patch(`links/${shared.id}`, { description: 'after the end' })).status, 403);
  assert.equal((await seller.venue.read(shared.id)).json.description, shared.description);
});

test('SP-18 a shared link is referred by a user of its owner, not of the seller', async () => {
  const seller = await organizerNamed(hb, operator, 'seller-four');
  const agency = await organizerNamed(hb, operator, 'agency-four');
  await seller.manager.put(`organizers/${seller.id}/partners/${agency.id}`);
  const refused = await agency.venue.create({ via: 3, venue: seller.id, referred_by: seller.users[0].id });
  assert.deepEqual([refused.status, Object.keys(refused.json)], [400, ['referred_by']]);
  assert.equal((await agency.venue.create({ via: 3, venue: seller.id, referred_by: agency.users[0].id })).status, 201);
});

test('SP-19 without a good token the answer is 401 and says how to authenticate', async () => {
  const revoked = await demo.manager.made('tokens', { label: 'to be revoked', access: 'write' });
  assert.equal((await demo.manager.remove(`tokens/${revoked.id}`)).status, 204);
  const bad = [undefined, '', 'Token', 'Token ', 'Token x', `Token hb_${'A'.repeat(43)}`, `Token ${revoked.token}`, `Basic ${btoa('a:b')}`, 'Token \u00e9', `Token ${'a'.repeat(7_000)}`];
  const anonymous = new Venue(hb, demo.id, undefined);
  for (const authorization of bad) {
    for (const method of ['GET', 'POST']) {
      const answer = await anonymous.send(anonymous.base, { method, headers: authorization === undefined ? {} : { authorization }, ...(method === 'POST' && { body: { via: 1 } }) });
      assert.equal(answer.status, 401, `${method} ${authorization}: ${answer.text}`);
      assert.match(answer.headers['www-authenticate'] ?? '', /^Token\b/);
      assert.deepEqual(Object.keys(answer.json), ['detail']);
      assert.equal(typeof answer.json.detail, 'string');
    }
  }
});

test('SP-19 a token of another venue is answered 403', async () => {
  const link = await demo.venue.made({ via: 1 });
  const intruder = (await other.manager.made('tokens', { label: 'intruder', access: 'write' })).token;
  for (const venue of [new Venue(hb, demo.id, intruder), new Venue(hb, 999_999, intruder)]) {
    for (const answer of [await venue.list(), await venue.mine(), await venue.create({ via: 1 }), await venue.read(link.id), await venue.update(link.id, { via: 1 }), await venue.remove(link.id)]) {
      assert.equal(answer.status, 403, answer.text);
      assert.deepEqual(Object.keys(answer.json), ['detail']);
    }
  }
  assert.equal((await demo.venue.read(link.id)).status, 200);
});

test('SP-19 a token that may only read does not write', async () => {
  const link = await demo.venue.made({ via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] });
  const reader = new Venue(hb, demo.id, demo.reader);
  assert.equal((await reader.list()).status, 200);
  assert.equal((await reader.read(link.id)).status, 200);
  for (const answer of [await reader.create({ via: 1 }), await reader.update(link.id, { via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 2 }] }), await reader.remove(link.id)]) {
    assert.equal(answer.status, 403, answer.text);
  }
  assert.deepEqual((await demo.venue.read(link.id)).json, link);
});
