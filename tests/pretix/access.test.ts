import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import { Campaigns } from '../support/campaigns.ts';
import type { Answer } from '../support/http.ts';
import { sessionOf } from '../support/dashboard.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { token } = demo.manager;
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, token);
const campaign = await campaigns.made({ description: 'mine' });
const short = await demo.venue.made({ via: 2, event: demo.event.id });

/** Each thing that can be asked of campaigns, of the organizer and event that `ask` names. */
const ASKED: Record<string, (ask: Campaigns, id?: number) => Promise<Answer>> = {
  list: (ask) => ask.list(),
  create: (ask) => ask.create({ description: 'x' }),
  read: (ask, id = campaign.id) => ask.read(id),
  change: (ask, id = campaign.id) => ask.change(id, { description: 'x' }),
  replace: (ask, id = campaign.id) => ask.replace(id, { description: 'x' }),
  remove: (ask, id = campaign.id) => ask.remove(id),
};
const OF_ONE = ['read', 'change', 'replace', 'remove'];
const MISSING = { detail: 'Authentication credentials were not provided.' };
const INVALID = { detail: 'Invalid token.' };
const FORBIDDEN = { detail: 'You do not have permission to perform this action.' };
const NOT_FOUND = { detail: 'Not found.' };

const assertHeaders = ({ headers, status, text }: Answer, what: string): void => {
  assert.equal(headers.vary, 'Accept', what);
  if (status === 204 || status === 301) assert.equal(text, '', what);
  else assert.equal(headers['content-type'], 'application/json', what);
};

test('PX-07 without a token, or with a bad one, 401', async () => {
  const revoked = await demo.manager.made('tokens', { label: 'x', access: 'write' });
  await demo.manager.remove(`tokens/${revoked.id}`);
  const cases: [string, string | undefined, object][] = [
    ['none', undefined, MISSING], ['another scheme', `Basic ${token}`, MISSING], ['Bearer', `Bearer ${token}`, MISSING], ['unknown', `Token hb_${'x'.repeat(43)}`, INVALID],
    ['no token at all', 'Token', INVALID], ['garbage', 'Token \u00ff', INVALID], ['revoked', `Token ${revoked.token}`, INVALID], ['two', `Token ${token} ${token}`, INVALID],
  ];
  for (const [what, authorization, body] of cases) {
    for (const [name, ask] of Object.entries(ASKED)) {
      for (const event of [demo.event.slug, 'nothing']) {
        const bare = new Campaigns(hb, demo.slug, event, undefined);
        const send = bare.send.bind(bare);
        bare.send = (path, sent = {}) => send(path, { ...sent, headers: { ...sent.headers, ...(authorization !== undefined && { authorization }) } });
        const answer = await changesNothing(hb, () => ask(bare));
        assert.deepEqual([what, name, answer.status, answer.json, answer.headers['www-authenticate']], [what, name, 401, body, 'Token']);
        assertHeaders(answer, what);
      }
    }
  }
});

test('PX-07 a token that is revoked opens nothing from then on', async () => {
  const { id, token: own } = await demo.manager.made('tokens', { label: 'x', access: 'write' });
  const with_ = new Campaigns(hb, demo.slug, demo.event.slug, own);
  assert.equal((await with_.list()).status, 200);
  await demo.manager.remove(`tokens/${id}`);
  for (const ask of Object.values(ASKED)) assert.equal((await ask(with_)).status, 401);
});

test('PX-07 what is not there and what is not allowed are the same answer', async () => {
  const archived = await demo.manager.made('events', { name: 'x', slug: 'archived', time_zone: 'UTC', currency: 'EUR', starts_at: '2027-01-01T10:00:00Z', ends_at: '2027-01-01T12:00:00Z' });
  await demo.manager.remove(`events/${archived.id}`);
  const texts = new Set<string>();
  for (const [organizer, event] of [[other.slug, other.event.slug], [other.slug, 'nothing'], ['nobody', 'nothing'], [demo.slug, 'nothing'], [demo.slug, 'archived'], [demo.slug, String(demo.event.id)], [demo.slug.toUpperCase(), demo.event.slug], ['%00', '%27'], [demo.slug, 'x'.repeat(5_000)]]) {
    for (const [name, ask] of Object.entries(ASKED)) {
      const answer = await changesNothing(hb, () => ask(new Campaigns(hb, organizer!, event!, token)));
      assert.deepEqual([organizer, event, name, answer.status, answer.json], [organizer, event, name, 403, FORBIDDEN]);
      assertHeaders(answer, name);
      texts.add(answer.text);
    }
  }
  assert.equal(texts.size, 1);
  for (const ask of Object.values(ASKED)) assert.equal((await ask(new Campaigns(hb, demo.slug, demo.event.slug, operator.token))).status, 403);
});

test('PX-07 a token that may only read does only that', async () => {
  const reader = new Campaigns(hb, demo.slug, demo.event.slug, demo.reader);
  for (const [name, ask] of Object.entries(ASKED)) {
    const answer = await changesNothing(hb, () => ask(reader));
    assert.equal(answer.status, ['list', 'read'].includes(name) ? 200 : 403, name);
  }
});

test('PX-07 a partner that makes links has no campaigns of the organizer', async () => {
  await demo.manager.put(`organizers/${demo.id}/partners/${other.id}`);
  await demo.manager.put(`organizers/${demo.id}/ticket-grants/${other.id}`);
  for (const ask of Object.values(ASKED)) assert.equal((await changesNothing(hb, () => ask(new Campaigns(hb, demo.slug, demo.event.slug, other.manager.token)))).status, 403);
});

test('PX-07 PX-09 a campaign that a partner made is seen by the organizer, and changed by the partner alone', async () => {
  assert.equal((await demo.manager.put(`organizers/${demo.id}/partners/${other.id}`)).status, 204);
  const theirs = await other.manager.made('links', { kind: 'campaign', organizer_id: demo.id, event_id: demo.event.id, description: 'theirs' });
  assert.deepEqual([(await campaigns.shown(theirs.id)).description, (await campaigns.ids()).includes(theirs.id)], ['theirs', true]);
  for (const name of ['change', 'replace', 'remove']) {
    const answer = await changesNothing(hb, () => ASKED[name]!(campaigns, theirs.id));
    assert.deepEqual([name, answer.status, answer.json], [name, 403, FORBIDDEN]);
  }
  assert.equal((await other.manager.remove(`links/${theirs.id}`)).status, 204);
  assert.equal((await campaigns.read(theirs.id)).status, 404);
});

test('PX-07 AU-03 a session of the dashboard only reads', async () => {
  const session = await sessionOf(hb, token);
  for (const [name, ask] of Object.entries(ASKED)) {
    const bare = new Campaigns(hb, demo.slug, demo.event.slug, undefined);
    const send = bare.send.bind(bare);
    bare.send = (path, sent = {}) => send(path, { ...sent, headers: { ...sent.headers, ...session } });
    const answer = await changesNothing(hb, () => ask(bare));
    assert.deepEqual([name, answer.status], [name, ['list', 'read'].includes(name) ? 200 : 401]);
  }
});

test('PX-10 an id that no campaign of the event has is 404', async () => {
  const later = await new Campaigns(hb, demo.slug, demo.laterEvent.slug, token).made();
  const foreign = await new Campaigns(hb, other.slug, other.event.slug, other.manager.token).made();
  const gone = await campaigns.made();
  await campaigns.remove(gone.id);
  for (const id of [later.id, foreign.id, gone.id, short.id, NOBODY, 0, -1, '1.5', 'x', '%00', '99999999999999999999', `${campaign.id}%20`]) {
    for (const name of OF_ONE) {
      const answer = await changesNothing(hb, () => ASKED[name]!(campaigns, id as number));
      assert.deepEqual([id, name, answer.status, answer.json], [id, name, 404, NOT_FOUND]);
      assertHeaders(answer, name);
    }
  }
});

test('PX-10 a path without its last slash is told the one with it', async () => {
  for (const [path, query] of [[campaigns.base, ''], [`${campaigns.base}${campaign.id}/`, ''], [campaigns.base, '?page=2&x=%20'], [`/api/v1/organizers/a%20b/events/c/campaigns/`, '?']] as const) {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await changesNothing(hb, () => campaigns.send(path.slice(0, -1) + query, { method }));
      assert.deepEqual([method, answer.status, answer.headers.location], [method, 301, path + (query === '?' ? '?' : query)]);
      assertHeaders(answer, method);
    }
  }
});

test('PX-10 a method that a path does not know is 405', async () => {
  for (const [path, methods, allow] of [[campaigns.base, ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], ['GET', 'HEAD', 'POST']], [`${campaigns.base}${campaign.id}/`, ['POST', 'OPTIONS'], ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT']]] as const) {
    for (const method of methods) {
      const answer = await changesNothing(hb, () => campaigns.send(path, { method }));
      assert.deepEqual([answer.status, answer.json], [405, { detail: `Method "${method}" not allowed.` }]);
      assert.deepEqual(String(answer.headers.allow).split(/, ?/).sort(), allow);
      assertHeaders(answer, method);
    }
  }
});

test('PX-10 a body that is none', async () => {
  const writes: [string, string][] = [['POST', campaigns.base], ['PATCH', `${campaigns.base}${campaign.id}/`], ['PUT', `${campaigns.base}${campaign.id}/`]];
  const bodies: [string | Uint8Array, string | undefined, number][] = [
    ['', undefined, 400], ['{', undefined, 400], ['[]', undefined, 400], ['"x"', undefined, 400], ['null', undefined, 400], ['{"code": }', undefined, 400], [new Uint8Array([0xff, 0xfe]), undefined, 400],
    ['{}', 'text/plain', 415], ['code=x', 'application/x-www-form-urlencoded', 415], ['{}', 'multipart/form-data; boundary=x', 415],
    [`{"description": "${'x'.repeat(1 << 20)}"}`, undefined, 413],
  ];
  for (const [method, path] of writes) {
    for (const [body, type, status] of bodies) {
      const answer = await changesNothing(hb, () => campaigns.send(path, { method, body, headers: type === undefined ? {} : { 'content-type': type } }));
      assert.deepEqual([method, String(body).slice(0, 20), answer.status, Object.keys(answer.json)], [method, String(body).slice(0, 20), status, ['detail']]);
      assertHeaders(answer, method);
    }
  }
  for (const type of ['application/json; charset=utf-8', 'application/vnd.x+json', 'APPLICATION/JSON']) assert.equal((await campaigns.send(campaigns.base, { method: 'POST', body: '{}', headers: { 'content-type': type } })).status, 201, type);
});

test('PX-08 every answer is JSON that varies with Accept', async () => {
  const made = await campaigns.create({});
  const answers = [made, await campaigns.list(), await campaigns.read(made.json.id), await campaigns.change(made.json.id, {}), await campaigns.replace(made.json.id, {}), await campaigns.create({ code: '/' }), await campaigns.remove(made.json.id), await campaigns.list('?page=9'), await campaigns.send('/api/v1/nothing'), await campaigns.send('/api/v1/organizers/demo/')];
  assert.deepEqual(answers.map(({ status }) => status), [201, 200, 200, 200, 200, 400, 204, 404, 404, 404]);
  for (const answer of answers) assertHeaders(answer, answer.text);
  assert.equal((await campaigns.send(campaigns.base, { headers: { accept: 'text/html' } })).headers['content-type'], 'application/json');
  const head = await campaigns.send(campaigns.base, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  assertHeaders(head, 'HEAD');
});

test('PX-07 an organizer that is archived has no campaigns any more', async () => {
  const gone = await organizerNamed(hb, operator, 'gone');
  const own = new Campaigns(hb, gone.slug, gone.event.slug, gone.manager.token);
  await own.made();
  await new Manager(hb, operator.token).remove(`organizers/${gone.id}`);
  for (const ask of Object.values(ASKED)) assert.equal((await ask(own)).status, 401);
});
