import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Campaigns } from '../support/campaigns.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);
const later = new Campaigns(hb, demo.slug, demo.laterEvent.slug, demo.manager.token);
const others = new Campaigns(hb, other.slug, other.event.slug, other.manager.token);

const FIELDS = ['id', 'code', 'description', 'external_target', 'order_count', 'click_count'];

test('PX-01 an event without campaigns has an empty list', async () => {
  const { status, json } = await later.list();
  assert.deepEqual([status, json], [200, { count: 0, next: null, previous: null, results: [] }]);
});

test('PX-01 a list has fifty a page, oldest first, and absolute URLs to its neighbours', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 101; n += 1) ids.push((await others.made({ description: `campaign ${n}` })).id);
  const at = (query: string): string => `${hb.url.origin}${others.base}${query}`;
  const first = (await others.list()).json;
  assert.deepEqual([first.count, first.next, first.previous, first.results.length], [101, at('?page=2'), null, 50]);
  const second = (await others.list('?page=2')).json;
  assert.deepEqual([second.count, second.next, second.previous, second.results.length], [101, at('?page=3'), at(''), 50]);
  const third = (await others.list('?page=3')).json;
  assert.deepEqual([third.next, third.previous, third.results.length], [null, at('?page=2'), 1]);
  assert.deepEqual(await others.ids(), ids);
  assert.deepEqual(await others.ids('?page_size=7'), ids);
  for (const size of ['51', '1000', '99999999999999999999']) assert.equal((await others.list(`?page_size=${size}`)).json.results.length, 50, size);
  for (const size of ['0', '-1', 'x', '']) assert.equal((await others.list(`?page_size=${size}`)).json.results.length, 50, size);
  assert.equal((await others.list('?page_size=7&x=%20&page=2')).json.previous, at('?page_size=7&x=%20'));
});

test('PX-10 a page that is not there', async () => {
  for (const page of ['0', '-1', 'x', '', '1.5', '4', '99999999999999999999', '%00']) {
    const { status, json } = await others.list(`?page=${page}`);
    assert.deepEqual([page, status, json], [page, 404, { detail: 'Invalid page.' }]);
  }
});

test('PX-01 a list holds the campaigns of its event and nothing else', async () => {
  const one = await later.made({ description: 'of the later event' });
  await demo.venue.made({ via: 2, event: demo.laterEvent.id });
  await campaigns.made();
  assert.deepEqual(await later.ids(), [one.id]);
});

test('PX-02 a campaign has these fields, and the counts are not to be written', async () => {
  const made = await campaigns.made({ description: 'Facebook', id: 99_999, order_count: 7, click_count: 8, colour: 'red' });
  assert.deepEqual(Object.keys(made), FIELDS);
  assert.deepEqual([made.description, made.external_target, made.order_count, made.click_count], ['Facebook', '', 0, 0]);
  assert.ok(Number.isInteger(made.id) && made.id !== 99_999);
  assert.match(made.code, /^[a-z2-9]{8}$/);
  const changed = await campaigns.change(made.id, { id: 5, order_count: 3, click_count: '4', description: 'Twitter' });
  assert.deepEqual([changed.status, changed.json], [200, { ...made, description: 'Twitter' }]);
  const replaced = await campaigns.replace(made.id, { ...made, description: 'Radio', order_count: 3 });
  assert.deepEqual([replaced.status, replaced.json], [200, { ...made, description: 'Radio' }]);
  assert.deepEqual((await campaigns.read(made.id)).json, replaced.json);
  assert.deepEqual((await campaigns.list()).json.results.at(-1), replaced.json);
});

test('PX-04 PATCH changes what is given, PUT puts the rest back', async () => {
  const made = await campaigns.made({ code: 'POSTER', description: 'posters in town', external_target: 'https://shop.example/night' });
  assert.deepEqual((await campaigns.change(made.id, {})).json, made);
  assert.deepEqual((await campaigns.change(made.id, { external_target: 'https://mywebsite.com' })).json, { ...made, external_target: 'https://mywebsite.com' });
  assert.deepEqual((await campaigns.change(made.id, { description: '' })).json, { ...made, description: '', external_target: 'https://mywebsite.com' });
  assert.deepEqual((await campaigns.replace(made.id, { description: 'flyers' })).json, { ...made, description: 'flyers', external_target: '' });
  assert.deepEqual((await campaigns.replace(made.id, { external_target: 'https://shop.example/' })).json, { ...made, description: '', external_target: 'https://shop.example/' });
  // What is printed is not reset.
  assert.deepEqual((await campaigns.replace(made.id, {})).json, { ...made, description: '', external_target: '' });
});

test('PX-04 what this API does not show survives its changes', async () => {
  const made = await demo.manager.made('links', { kind: 'campaign', event_id: demo.event.id, utm_source: 'press', utm_campaign: 'spring', ticket_types: [demo.types.backstage], referred_by: demo.users[0].id });
  for (const answer of [await campaigns.change(made.id, { description: 'one' }), await campaigns.replace(made.id, { description: 'two' })]) assert.equal(answer.status, 200, answer.text);
  const { json } = await demo.manager.get(`links/${made.id}`);
  assert.deepEqual([json.kind, json.description, json.utm_source, json.utm_campaign, json.ticket_types, json.referred_by], ['campaign', 'two', 'press', 'spring', [demo.types.backstage], demo.users[0].id]);
});

test('PX-04 what a campaign refers to may be archived since: that stands in the way of no change', async () => {
  const user = await demo.manager.made('users', { name: 'Gone', username: 'gone-soon' });
  const type = await demo.manager.made('ticket-types', { event_id: demo.event.id, name: 'Gone', price: 100, quantity: 5 });
  const made = await demo.manager.made('links', { kind: 'campaign', event_id: demo.event.id, ticket_types: [type.id], referred_by: user.id });
  for (const path of [`users/${user.id}`, `ticket-types/${type.id}`]) assert.equal((await demo.manager.remove(path)).status, 204);
  const changed = await campaigns.change(made.id, { description: 'one' });
  assert.deepEqual([changed.status, changed.json.description], [200, 'one'], changed.text);
  assert.equal((await campaigns.replace(made.id, { description: 'two' })).status, 200);
  const patched = await demo.manager.patch(`links/${made.id}`, { description: 'three' });
  assert.deepEqual([patched.status, patched.json.referred_by, patched.json.ticket_types], [200, user.id, [type.id]], patched.text);
  // What is new must be there.
  const other = await demo.manager.made('links', { kind: 'campaign', event_id: demo.event.id });
  for (const [fields, field] of [[{ referred_by: user.id }, 'referred_by'], [{ ticket_types: [type.id] }, 'ticket_types']] as const) {
    const { status, json } = await changesNothing(hb, () => demo.manager.patch(`links/${other.id}`, fields));
    assert.deepEqual([status, json.error.fields.map((problem: any) => problem.field)], [422, [field]]);
  }
});

test('PX-04 a destination that an older version changed alone is what counts', async () => {
  const made = await campaigns.made({ external_target: 'https://Old.example' });
  await hb.execute("UPDATE link SET destination = 'https://new.example/', version = version + 1 WHERE id = ?1", made.id);
  assert.equal((await campaigns.shown(made.id)).external_target, 'https://new.example/');
  assert.equal((await campaigns.change(made.id, { description: 'x' })).json.external_target, 'https://new.example/');
});

test('PX-06 an organizer whose slug became the beginning of our own pages stays as it is, without campaign URLs', async () => {
  const old = await organizerNamed(hb, operator, 'older');
  await hb.execute("UPDATE organizer SET slug = 'shop' WHERE id = ?1", old.id);
  const own = new Campaigns(hb, 'shop', old.event.slug, old.manager.token);
  const campaign = await own.made({ description: 'x' });
  assert.equal((await old.manager.get(`links/${campaign.id}`)).json.campaign_url, null);
  assert.equal((await hb.send(`/l/${campaign.code}`)).status, 302);
  const { status, json, text } = await old.manager.patch(`organizers/${old.id}`, { name: 'Renamed', hold_minutes: 20 });
  assert.deepEqual([status, json.name, json.slug], [200, 'Renamed', 'shop'], text);
  const refused = await changesNothing(hb, () => operator.post('organizers', { name: 'x', slug: 'stats', time_zone: 'UTC', currency: 'EUR' }));
  assert.deepEqual([refused.status, refused.json.error.fields.map(({ field, code }: any) => [field, code])], [422, [['slug', 'reserved']]]);
});

test('PX-04 the same over the management API: a campaign is of one event, and stays so', async () => {
  const without = await demo.manager.post('links', { kind: 'campaign' });
  assert.deepEqual([without.status, without.json.error.fields.map(({ field }: any) => field)], [422, ['event_id']]);
  const made = await demo.manager.made('links', { kind: 'campaign', event_id: demo.event.id, destination: 'https://MyWebsite.com' });
  assert.equal(made.campaign_url, `${hb.url.origin}${campaigns.path(made.slug)}`);
  assert.equal((await campaigns.shown(made.id)).external_target, 'https://MyWebsite.com');
  for (const [fields, field] of [[{ event_id: demo.laterEvent.id }, 'event_id'], [{ event_id: null }, 'event_id'], [{ kind: 'venue' }, 'kind'], [{ slug: 'other-one' }, 'slug']] as const) {
    const { status, json } = await changesNothing(hb, () => demo.manager.patch(`links/${made.id}`, fields));
    assert.deepEqual([status, json.error.fields.map((problem: any) => problem.field)], [422, [field]]);
  }
  assert.equal((await demo.manager.patch(`links/${made.id}`, { description: 'x', kind: 'campaign', event_id: demo.event.id })).status, 200);
  assert.deepEqual(await campaigns.shown(made.id).then(({ description, external_target: target }) => [description, target]), ['x', 'https://MyWebsite.com']);
  const venue = await demo.manager.made('links', { kind: 'venue', event_id: demo.event.id });
  assert.equal(venue.campaign_url, null);
  assert.equal((await demo.manager.patch(`links/${venue.id}`, { kind: 'campaign' })).status, 422);
});

const TOO_LONG = 'x'.repeat(513);
const BAD: [string, object, string[]][] = [
  ...[null, 7, true, [], {}].flatMap((value): [string, object, string[]][] => [
    [`description ${JSON.stringify(value)}`, { description: value }, ['description']],
    [`external_target ${JSON.stringify(value)}`, { external_target: value }, ['external_target']],
    [`code ${JSON.stringify(value)}`, { code: value }, ['code']],
  ]),
  ['a description too long', { description: TOO_LONG }, ['description']],
  ['all three', { code: 'a b', description: TOO_LONG, external_target: 'ftp://x' }, ['code', 'description', 'external_target']],
];

test('PX-03 PX-05 what breaks a rule is a list of sentences by field, and nothing is written', async () => {
  const { id } = await campaigns.made({ description: 'whole' });
  for (const [what, body, fields] of BAD) {
    for (const answer of [await changesNothing(hb, () => campaigns.create(body)), await changesNothing(hb, () => campaigns.change(id, body)), await changesNothing(hb, () => campaigns.replace(id, body))]) {
      assert.equal(answer.status, 400, `${what}: ${answer.text}`);
      assert.deepEqual(Object.keys(answer.json).sort(), fields, what);
      for (const sentences of Object.values<any>(answer.json)) assert.ok(Array.isArray(sentences) && sentences.length === 1 && sentences[0].length > 0, answer.text);
    }
  }
});

test('PX-02 a description is counted in characters, not in bytes', async () => {
  for (const description of ['ä'.repeat(512), '🎸'.repeat(512), ' spaces kept ', '<b>&amp;"\'</b>']) assert.equal((await campaigns.made({ description })).description, description);
});

test('PX-05 an external target is read back as it was written', async () => {
  for (const target of ['https://mywebsite.com', 'https://MyWebsite.com/', 'http://shop.example:8080/a?b=c&d=%20#e', 'https://shop.example/ä?ö=ü', `https://shop.example/${'x'.repeat(2_000)}`, 'https://xn--bcher-kva.example', 'https://[::1]/x']) {
    const made = await campaigns.made({ external_target: target });
    assert.equal(made.external_target, target);
    assert.equal((await campaigns.shown(made.id)).external_target, target);
  }
});

test('PX-05 an external target is an absolute http or https URL', async () => {
  for (const target of ['mywebsite.com', '//mywebsite.com', '/shop', 'ftp://x.example', 'javascript:alert(1)', 'data:text/html,x', 'https://', 'https:///x', 'https://a b.example', 'https://user:pw@x.example', 'https://x.example:99999', 'https://x.example/\u0000', 'https://x.example/\n', 'https://bücher.example', 'https://x.example\\@evil.example', ' https://x.example', `https://x.example/${'x'.repeat(2_040)}`]) {
    const { status, json, text } = await changesNothing(hb, () => campaigns.create({ external_target: target }));
    assert.deepEqual([target, status, Object.keys(json)], [target, 400, ['external_target']], text);
  }
});
