import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const [john, mary] = demo.users;
const { venue } = demo;

const DESCRIPTIONS = {
  percent: '100% off',
  underscore: 'a_b',
  letters: 'axb 100x off',
  quotes: `say "hello" to 'em`,
  operators: 'this AND that OR NOT those NEAR(x) * ^ - : ( ) { } +',
  umlaut: 'Größe Ärmel',
  emoji: 'guitar 🎸 night',
  backslash: 'C:\\tickets\\%',
  plain: 'Summer Poster',
};
const made: Record<keyof typeof DESCRIPTIONS, number> = {} as never;
for (const [name, description] of Object.entries(DESCRIPTIONS)) {
  made[name as keyof typeof DESCRIPTIONS] = (await venue.made({ via: 2, description })).id;
}
await other.venue.made({ via: 2, description: Object.values(DESCRIPTIONS).join(' ').slice(0, 500) });

const search = (text: string, more = ''): Promise<number[]> => venue.ids(`?search=${encodeURIComponent(text)}${more}`);

test('SP-16 a search finds a part of the description, in any case', async () => {
  for (const text of ['Summer Poster', 'summer', 'SUMMER POST', 'mmer Po', 'oster', 'er P']) {
    assert.deepEqual(await search(text), [made.plain], text);
  }
  assert.deepEqual(await search('winter'), []);
  assert.deepEqual(await search('Poster Summer'), []);
});

test('SP-16 a search of one or two characters works like any other', async () => {
  const containing = (text: string): number[] =>
    Object.entries(DESCRIPTIONS).filter(([, description]) => description.toLowerCase().includes(text)).map(([name]) => made[name as keyof typeof DESCRIPTIONS]).reverse();
  // Slugs and usernames take part in a search as well, so letters may find more.
  for (const text of ['%', '_', '"', "'", '\\', '🎸', '(', '*', 'x)', '" ', '0%']) assert.deepEqual(await search(text), containing(text), text);
  const found = await search('um');
  for (const id of containing('um')) assert.ok(found.includes(id));
});

test('SP-16 what looks like a pattern or an operator is a literal', async () => {
  const cases: [string, number[]][] = [
    ['100%', [made.percent]], ['100% off', [made.percent]], ['%off', []], ['1%0', []], ['a_b', [made.underscore]], ['axb 1', [made.letters]], ['___', []], ['%%%', []],
    ['"hello"', [made.quotes]], ["'em", [made.quotes]], ['""', []], ["'; --", []], ["' OR 1=1", []], ['this AND that', [made.operators]], ['this that', []],
    ['AND that', [made.operators]], ['summer OR axb', []], ['NOT summer', []], ['NEAR(x)', [made.operators]], ['summer*', []], ['^summer', []], ['description:summer', []],
    ['(summer)', []], ['-summer', []], ['* ^ -', [made.operators]], ['C:\\tickets\\%', [made.backslash]], ['\\%', [made.backslash]], ['guitar 🎸', [made.emoji]], ['[a-z]xb', []], ['???', []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(await search(text), expected, text);
});

test('SP-16 case is folded beyond ASCII', async () => {
  for (const text of ['GRÖßE', 'ärmel', 'ÄRM', 'är', 'ÄR', 'Öß', 'Ö', 'ä']) assert.deepEqual(await search(text), [made.umlaut], text);
});

test('SP-16 odd searches are answered or refused under their name, not broken', async () => {
  for (const query of ['?search=%00', '?search=a%00b', `?search=${'x'.repeat(5_000)}`, `?search=${encodeURIComponent('"'.repeat(1_000))}`, '?search=%FF%FE', '?search=%ZZ', '?search=%E2%82']) {
    const { status, json, text } = await venue.list(query);
    if (status === 400) assert.deepEqual(Object.keys(json), ['search'], text);
    else assert.deepEqual([status, json.count], [200, json.results.length], `${query.slice(0, 40)}: ${text}`);
  }
  assert.deepEqual(await search('x'.repeat(512)), []);
  const all = await venue.ids();
  assert.deepEqual(await venue.ids('?search='), all);
});

test("SP-16 a search finds the referrer's username and the slug", async () => {
  const referred = await venue.made({ via: 1, referred_by: john.id, description: 'nothing to see' });
  assert.deepEqual(await search(john.username), [referred.id]);
  assert.deepEqual(await search(john.username.toUpperCase()), [referred.id]);
  assert.deepEqual(await search(john.username.slice(2, -1)), [referred.id]);
  assert.deepEqual(await search(mary.username), []);

  const slug: string = new URL(referred.short_url).pathname.slice('/l/'.length);
  for (const part of [slug, slug.toUpperCase(), slug.slice(2)]) assert.ok((await search(part)).includes(referred.id), part);
  await demo.manager.made('links', { kind: 'venue', slug: 'Zebra-Crossing' });
  assert.equal((await search('bra-cro')).length, 1);
});

test('SP-16 what has changed is found as it is now', async () => {
  const items = [{ ticket_type: demo.types.floor, quantity: 1 }];
  const link = await venue.made({ via: 4, extra: items, description: 'originally walrus', referred_by: mary.id });
  assert.deepEqual(await search('walrus'), [link.id]);
  await venue.update(link.id, { via: 4, extra: items, description: 'now a narwhal', referred_by: mary.id });
  assert.deepEqual(await search('walrus'), []);
  assert.deepEqual(await search('narwhal'), [link.id]);

  assert.equal((await demo.manager.patch(`users/${mary.id}`, { username: 'marigold' })).status, 200);
  assert.deepEqual(await search('marigold'), [link.id]);
  assert.deepEqual(await search(mary.username), []);

  await venue.remove(link.id);
  assert.deepEqual(await search('narwhal'), []);
  assert.deepEqual(await search('marigold'), []);
});

test('SP-16 a search counts and pages as a list does', async () => {
  const ids: number[] = [];
  for (let n = 0; n < 23; n += 1) ids.unshift((await venue.made({ via: n % 2 ? 1 : 2, description: `leaflet no ${n}` })).id);
  const first = await venue.list('?search=LEAFLET');
  assert.deepEqual([first.json.count, first.json.results.length], [23, 20]);
  assert.deepEqual(await search('leaflet'), ids);
  assert.equal((await venue.list('?search=leaflet&page=3')).status, 404);
  assert.equal((await venue.list('?search=le')).json.count, (await search('le')).length);
});

const scoped = await organizerNamed(hb, operator, 'scoped');
const { event, laterEvent } = scoped;
const links = {
  accountEmployee: (await scoped.venue.made({ via: 1, description: 'for all' })).id,
  rockVenue: (await scoped.venue.made({ via: 2, event: event.id, description: 'rock poster' })).id,
  rockAffiliate: (await scoped.venue.made({ via: 3, event: event.id, description: 'rock blog' })).id,
  jazzVenue: (await scoped.venue.made({ via: 2, event: laterEvent.id, description: 'jazz poster' })).id,
  jazzPurchase: (await scoped.venue.made({ via: 4, event: laterEvent.id, extra: [{ ticket_type: scoped.laterType, quantity: 1 }], description: 'jazz table' })).id,
};
type Link = keyof typeof links;

test('SP-17 filters and the search narrow a list together', async () => {
  // event ends 6 March, 23:30 in New York (04:30 the next day in UTC), laterEvent 20 June, 15:00 in Berlin (13:00 UTC);
  // the venue itself is in New York.
  const cases: [string, Link[]][] = [
    ['via=1', ['accountEmployee']],
    ['via=2', ['rockVenue', 'jazzVenue']],
    ['via=4', ['jazzPurchase']],
    [`event=${event.id}`, ['rockVenue', 'rockAffiliate']],
    [`event=${event.id}&via=3`, ['rockAffiliate']],
    [`event=${event.id}&via=4`, []],
    [`event__in=${event.id}`, ['rockVenue', 'rockAffiliate']],
    [`event__in=${event.id},${laterEvent.id}`, ['rockVenue', 'rockAffiliate', 'jazzVenue', 'jazzPurchase']],
    [`event__in=${laterEvent.id},999999,${laterEvent.id}`, ['jazzVenue', 'jazzPurchase']],
    [`event__in=${event.id},${laterEvent.id}&event=${laterEvent.id}&via=2`, ['jazzVenue']],
    [`event__in=${event.id}&event=${laterEvent.id}`, []],
    ['search=poster', ['rockVenue', 'jazzVenue']],
    [`search=poster&event=${event.id}`, ['rockVenue']],
    ['search=poster&via=4', []],
    [`event__ends_on__gte=${SEASON}-03-06`, ['rockVenue', 'rockAffiliate', 'jazzVenue', 'jazzPurchase']],
    [`event__ends_on__gte=${SEASON}-03-07`, ['jazzVenue', 'jazzPurchase']],
    [`event__ends_on__lte=${SEASON}-03-06`, ['rockVenue', 'rockAffiliate']],
    [`event__ends_on__lte=${SEASON}-03-05`, []],
    [`event__ends_on__gte=${SEASON}-06-20&event__ends_on__lte=${SEASON}-06-20`, ['jazzVenue', 'jazzPurchase']],
    [`event__ends_on__gte=${SEASON}-06-20T13:00:00Z`, ['jazzVenue', 'jazzPurchase']],
    [`event__ends_on__gte=${SEASON}-06-20T13:00:01Z`, []],
    [`event__ends_on__lte=${SEASON}-03-07T04:30:00Z`, ['rockVenue', 'rockAffiliate']],
    [`event__ends_on__lte=${SEASON}-03-07T04:29:59Z`, []],
    [`event__ends_on__gte=${SEASON}-06-20T15:00:00%2B02:00`, ['jazzVenue', 'jazzPurchase']],
    [`event__ends_on__lte=${SEASON}-03-06T23:30:00`, ['rockVenue', 'rockAffiliate']], // no zone: the venue's
    [`event__ends_on__lte=${SEASON}-03-06T23:29:59`, []],
    [`event__ends_on__gte=${SEASON}-03-01&event__ends_on__lte=${SEASON}-03-31&via=2&search=rock`, ['rockVenue']],
  ];
  for (const [query, expected] of cases) {
    const ids = await scoped.venue.ids(`?${query}`);
    assert.deepEqual(ids, expected.map((name) => links[name]).sort((a, b) => b - a), query);
    assert.equal((await scoped.venue.list(`?${query}`)).json.count, expected.length, query);
  }
});

test('SP-17 a filter reads the event as it is now', async () => {
  const moved = await organizerNamed(hb, operator, 'moved');
  const link = await moved.venue.made({ via: 1, event: moved.event.id });
  assert.deepEqual(await moved.venue.ids(`?event__ends_on__lte=${SEASON}-04-01`), [link.id]);
  const { status } = await moved.manager.patch(`events/${moved.event.id}`, { starts_at: `${SEASON}-09-01T19:00:00Z`, ends_at: `${SEASON}-09-01T23:00:00Z` });
  assert.equal(status, 200);
  assert.deepEqual(await moved.venue.ids(`?event__ends_on__lte=${SEASON}-04-01`), []);
  assert.deepEqual(await moved.venue.ids(`?event__ends_on__gte=${SEASON}-09-01`), [link.id]);
});

test('SP-17 a bad value is refused under the name of its parameter', async () => {
  const bad: Record<string, string[]> = {
    via: ['x', '1.5', '-1', '1,2', '%00', '99999999999999999999', "1'"],
    event: ['x', '1.5', '-1', '1,2', '99999999999999999999', "1' or 1=1"],
    event__in: ['x', '1,x', '1,,2', '1;2', '1.5', '99999999999999999999', '1,%00'],
    event__ends_on__gte: ['x', 'yesterday', '2027', '2027-13-01', '2027-02-30', '2027-06-20T25:00:00Z', '20-06-2027', '1750000000', '2027-06-20T13:00:00+99:00', "2027-01-01'"],
    event__ends_on__lte: ['x', '2027-00-10', '2027-06-20Tx'],
  };
  for (const [parameter, values] of Object.entries(bad)) {
    for (const value of values) {
      const { status, json, text } = await scoped.venue.list(`?${parameter}=${encodeURIComponent(value).replaceAll('%25', '%')}`);
      assert.equal(status, 400, `${parameter}=${value}: ${text}`);
      assert.deepEqual(Object.keys(json), [parameter]);
    }
  }
});
