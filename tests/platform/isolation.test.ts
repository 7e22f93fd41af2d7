import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const intruder = await organizerNamed(hb, operator, 'intruder');
// Every name and text of the victim's holds this word.
const VICTIM = 'victim';
const victim = await organizerNamed(hb, operator, VICTIM);
const link = await victim.venue.made({ via: 4, event: victim.event.id, referred_by: victim.users[0].id, description: `a ${VICTIM}'s`, extra: [{ ticket_type: victim.types.floor, quantity: 1 }] });
const token = await victim.manager.made('tokens', { label: `till of the ${VICTIM}`, access: 'write' });

/** What a token of the intruder tries: a path and, for writes, a body. */
interface Attempt {
  path: string;
  body?: unknown;
}
type Guard =
  /** Refused, and nothing changes. */
  | { refuses: Attempt[] }
  /** Answered, with nothing of the victim's in it. */
  | { hides: string[] }
  /** Only the operator may. */
  | { operatorOnly: Attempt }
  /** For everyone, with or without a token: a page of the shop, or the state of the deployment. */
  | { isPublic: true };

/** The five routes of one collection. */
function collection(path: string, victimsId: number, fields: object, filters: string[] = [], bodies: object[] = []): Record<string, Guard> {
  const one = `/manage/${path}/${victimsId}`;
  return {
    [`GET /manage/${path}`]: { hides: [`/manage/${path}?limit=100`, `/manage/${path}?limit=100&archived=true&after=1`, ...filters.map((filter) => `/manage/${path}?${filter}`)] },
    [`POST /manage/${path}`]: { refuses: [{ path: `/manage/${path}`, body: { ...fields, organizer_id: victim.id } }, ...bodies.map((body) => ({ path: `/manage/${path}`, body: { ...fields, ...body } }))] },
    [`GET /manage/${path}/{id}`]: { refuses: [{ path: one }] },
    [`PATCH /manage/${path}/{id}`]: { refuses: [{ path: one, body: { name: 'taken over' } }, { path: one, body: {} }] },
    [`DELETE /manage/${path}/{id}`]: { refuses: [{ path: one }] },
  };
}

const times = { starts_at: '2027-01-01T10:00:00Z', ends_at: '2027-01-01T12:00:00Z' };
const eventFields = { name: 'x', slug: 'x-y', time_zone: 'UTC', currency: 'EUR', ...times };

/** The routes of the tracking-links dialect, with and without the last slash. */
function trackingLinks(slash: '/' | ''): Record<string, Guard> {
  const pattern = '/api/venue/{venue}/analytics/tracking/links';
  const of = (venue: number): string => `/api/venue/${venue}/analytics/tracking/links`;
  const own = of(intruder.id);
  const foreign = of(victim.id);
  const purchase = { via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }] };
  const one = [`${foreign}/${link.id}${slash}`, `${own}/${link.id}${slash}`];
  return {
    [`GET ${pattern}${slash}`]: { refuses: [{ path: `${foreign}${slash}` }, { path: `${foreign}${slash}?search=${VICTIM}` }] },
    [`POST ${pattern}${slash}`]: {
      refuses: [
        { path: `${foreign}${slash}`, body: { via: 1 } },
        { path: `${own}${slash}`, body: { via: 1, venue: victim.id } },
        { path: `${own}${slash}`, body: { via: 1, event: victim.event.id } },
        { path: `${own}${slash}`, body: { via: 1, referred_by: victim.users[0].id } },
        { path: `${own}${slash}`, body: { via: 1, ticket_types: [victim.types.floor] } },
        { path: `${own}${slash}`, body: { via: 4, extra: [{ ticket_type: victim.types.floor, quantity: 1 }] } },
        { path: `${own}${slash}`, body: { via: 4, extra: [{ product_attribute: victim.attribute, quantity: 1 }] } },
      ],
    },
    [`GET ${pattern}/me${slash}`]: { refuses: [{ path: `${foreign}/me${slash}` }] },
    [`GET ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path })) },
    [`PUT ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path, body: purchase })) },
    [`DELETE ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path })) },
  };
}

const GUARDS: Record<string, Guard> = {
  'GET /': { isPublic: true },
  'GET /shop/{organizer}/': { isPublic: true },
  'GET /shop/{organizer}/offer.json': { isPublic: true },
  'GET /shop/{organizer}/{event}/': { isPublic: true },
  'GET /shop/{organizer}/{event}/offer.json': { isPublic: true },
  'GET /checkout/': { isPublic: true },
  'GET /checkout/offer.json': { isPublic: true },
  'GET /healthz': { isPublic: true },
  'GET /metrics': { operatorOnly: { path: '/metrics' } },
  'GET /manage/routes': { operatorOnly: { path: '/manage/routes' } },
  'POST /manage/clicks/rebuild': { operatorOnly: { path: '/manage/clicks/rebuild', body: {} } },
  'GET /manage/organizers': { hides: ['/manage/organizers', '/manage/organizers?limit=100&archived=true'] },
  'POST /manage/organizers': { operatorOnly: { path: '/manage/organizers', body: { name: 'x', slug: 'xx', time_zone: 'UTC', currency: 'EUR' } } },
  'GET /manage/organizers/{id}': { refuses: [{ path: `/manage/organizers/${victim.id}` }] },
  'PATCH /manage/organizers/{id}': { refuses: [{ path: `/manage/organizers/${victim.id}`, body: { name: 'taken over' } }] },
  'DELETE /manage/organizers/{id}': { operatorOnly: { path: `/manage/organizers/${victim.id}` } },
  'GET /manage/organizers/{id}/partners': { refuses: [{ path: `/manage/organizers/${victim.id}/partners` }] },
  'PUT /manage/organizers/{id}/partners/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/partners/${intruder.id}` }] },
  'DELETE /manage/organizers/{id}/partners/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/partners/${intruder.id}` }] },
  'GET /manage/tokens': { hides: ['/manage/tokens?limit=100'] },
  'POST /manage/tokens': {
    refuses: [
      { path: '/manage/tokens', body: { label: 'x', access: 'write', organizer_id: victim.id } },
      { path: '/manage/tokens', body: { label: 'x', access: 'write', user_id: victim.users[0].id } },
    ],
  },
  'GET /manage/tokens/{id}': { refuses: [{ path: `/manage/tokens/${token.id}` }] },
  'DELETE /manage/tokens/{id}': { refuses: [{ path: `/manage/tokens/${token.id}` }] },
  ...collection('users', victim.users[0].id, { name: 'x', username: 'x' }),
  ...collection('series', victim.series, { name: 'x' }),
  ...collection('events', victim.event.id, eventFields, [], [{ series_id: victim.series }]),
  ...collection('ticket-groups', victim.group, { event_id: intruder.event.id, name: 'x' }, [`event_id=${victim.event.id}`], [{ event_id: victim.event.id }]),
  ...collection('ticket-types', victim.types.floor, { event_id: intruder.event.id, name: 'x', price: 1, quantity: 1 }, [`event_id=${victim.event.id}`], [{ event_id: victim.event.id }, { group_id: victim.group }]),
  ...collection('products', victim.product, { name: 'x', currency: 'EUR' }),
  ...collection('product-attributes', victim.attribute, { product_id: intruder.product, name: 'x', price: 1, quantity: 1 }, [`product_id=${victim.product}`], [{ product_id: victim.product }]),
  ...collection('links', link.id, { kind: 'venue' }, [], [
    { event_id: victim.event.id }, { referred_by: victim.users[0].id }, { ticket_types: [victim.types.floor] },
    { kind: 'quick_purchase', items: [{ ticket_type: victim.types.floor, quantity: 1 }] }, { kind: 'quick_purchase', items: [{ product_attribute: victim.attribute, quantity: 1 }] },
  ]),
  ...trackingLinks('/'),
  ...trackingLinks(''),
};

/** The scheme each API wants its tokens under. */
const scheme = (path: string): string => (path.startsWith('/api/') ? 'Token' : 'Bearer');

const attack = (route: string, { path, body }: Attempt, secret: string): Promise<Answer> =>
  hb.send(path, { method: route.split(' ')[0]!, body, headers: { authorization: `${scheme(path)} ${secret}` } });

test('AU-02 every route that is served is in the table of guards', async () => {
  const { status, json } = await operator.get('routes');
  assert.equal(status, 200);
  const served = json.map(({ method, path }: { method: string; path: string }) => `${method} ${path}`);
  assert.deepEqual(Object.keys(GUARDS).sort(), served.sort());
});

for (const [route, guard] of Object.entries(GUARDS)) {
  test(`AU-02 ${route} gives a token nothing of another organizer`, async () => {
    if ('isPublic' in guard) {
      const path = route.split(' ')[1]!.replace('{organizer}', victim.slug).replace('{event}', victim.event.slug);
      const without = await hb.send(path);
      const withToken = await hb.send(path, { headers: { authorization: `Bearer ${intruder.manager.token}` } });
      assert.deepEqual([withToken.status, withToken.text], [without.status, without.text]);
    } else if ('hides' in guard) {
      for (const path of guard.hides) {
        const answer = await attack(route, { path }, intruder.manager.token);
        assert.ok([200, 403, 404].includes(answer.status), answer.text);
        assert.ok(!answer.text.includes(VICTIM), `${path}: ${answer.text}`);
        assert.equal((await hb.send(path)).status, 401);
      }
    } else {
      const attempts = 'refuses' in guard ? guard.refuses : [guard.operatorOnly];
      for (const attempt of attempts) {
        const answer = await changesNothing(hb, () => attack(route, attempt, intruder.manager.token));
        const expected = 'refuses' in guard ? [400, 403, 404, 405, 422] : [403];
        assert.ok(expected.includes(answer.status), `${JSON.stringify(attempt)} → ${answer.status} ${answer.text}`);
        assert.ok(!answer.text.includes(VICTIM), answer.text);
        const anonymous = await changesNothing(hb, () => hb.send(attempt.path, { method: route.split(' ')[0]!, body: attempt.body }));
        assert.equal(anonymous.status, 401, anonymous.text);
      }
    }
  });
}

test('AU-02 the victim sees and changes what the intruder could not: the table aims at what is there', async () => {
  const { manager } = victim;
  for (const [route, guard] of Object.entries(GUARDS)) {
    if (!route.startsWith('GET ') || !('refuses' in guard)) continue;
    const owns = guard.refuses.filter(({ path }) => !path.includes(`/venue/${intruder.id}/`));
    for (const attempt of owns) assert.equal((await attack(route, attempt, manager.token)).status, 200, attempt.path);
  }
  assert.equal((await manager.patch(`events/${victim.event.id}`, { place: 'here' })).status, 200);
});

test('AU-02 ids of another organizer are refused in changes too', async () => {
  const own = new Manager(hb, intruder.manager.token);
  const mine = await intruder.venue.made({ via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }] });
  const attempts: [string, object][] = [
    [`events/${intruder.event.id}`, { series_id: victim.series }],
    [`events/${intruder.event.id}`, { organizer_id: victim.id }],
    [`ticket-types/${intruder.types.floor}`, { event_id: victim.event.id }],
    [`ticket-types/${intruder.types.floor}`, { group_id: victim.group }],
    [`product-attributes/${intruder.attribute}`, { product_id: victim.product }],
    [`links/${mine.id}`, { event_id: victim.event.id }],
    [`links/${mine.id}`, { referred_by: victim.users[0].id }],
    [`links/${mine.id}`, { ticket_types: [victim.types.floor] }],
    [`links/${mine.id}`, { items: [{ ticket_type: victim.types.floor, quantity: 1 }] }],
    [`links/${mine.id}`, { organizer_id: victim.id }],
    [`links/${mine.id}`, { owner_id: victim.id }],
  ];
  for (const [path, body] of attempts) {
    const { status, text } = await changesNothing(hb, () => own.patch(path, body));
    assert.ok([403, 404, 422].includes(status), `${path} ${JSON.stringify(body)} → ${status} ${text}`);
  }
  for (const body of [{ event: victim.event.id }, { venue: victim.id }, { referred_by: victim.users[0].id }, { ticket_types: [victim.types.floor] }, { extra: [{ ticket_type: victim.types.floor, quantity: 1 }] }]) {
    const { status, text } = await changesNothing(hb, () => intruder.venue.update(mine.id, { via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }], ...body }));
    assert.ok([400, 403].includes(status), `${JSON.stringify(body)} → ${status} ${text}`);
  }
});
