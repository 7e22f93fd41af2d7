import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { NO_BASKET } from '../support/checkout.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const link = await demo.venue.made({ via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] });
const campaigns = `/api/v1/organizers/${demo.slug}/events/${demo.event.slug}/campaigns/`;
const tickets = `/tickets?organizer_id=${demo.id}&token=${demo.manager.token}`;

const slug = new URL(link.short_url).pathname.slice('/l/'.length);

const MIB = 1 << 20;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const served: { method: string; path: string }[] = (await operator.get('routes')).json;

/** A path of the organizer's own for a route's pattern. */
const concrete = (pattern: string): string =>
  pattern
    .replace('{venue}', String(demo.id))
    .replace('{organizer}', demo.slug)
    .replace('{event}', demo.event.slug)
    .replace('{partner}', String(demo.id))
    .replace('{cohost}', String(demo.id))
    .replace('{key}', NO_BASKET)
    .replace('{slug}', slug)
    .replace('{slug+}', `${slug}+`)
    .replace('{code_id}', String(demo.id))
    .replace('{id}', String(pattern.includes('/tracking/') ? link.id : demo.id));

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}, isChunked = false): Promise<Answer> =>
  hb.send(path, { method, body, isChunked, headers: { authorization: `Token ${demo.manager.token}`, ...headers } });

/** Our own API: under /manage, and what the checkout's script and payment systems speak. */
const isOurs = (path: string): boolean => /^\/(manage|tickets\/?(\?|$)|healthz$|metrics$|checkout\/(baskets|payments)|(checkout|stats)\/.*\.json(\?|$))/.test(path);

/** Asserts that a refusal is in the words of the API it came from, and gives nothing of the inside away. */
function assertRefusal({ status, json, text, headers }: Answer, path: string, what: string): void {
  assert.doesNotMatch(text, /sqlite|D1_|panicked|\.rs\b|\bat .+:\d+:\d+|worker::|SELECT |INSERT |wasm/i, what);
  if (isOurs(path)) {
    assert.match(headers['content-type'] ?? '', /^application\/json/, what);
    assert.deepEqual(Object.keys(json), ['error'], what);
    assert.equal(typeof json.error.code, 'string', what);
    assert.ok(json.error.message.length > 0, what);
  } else if (path.startsWith('/api/')) {
    assert.match(headers['content-type'] ?? '', /^application\/json/, what);
    if (status !== 400) assert.deepEqual(Object.keys(json), ['detail'], what);
    for (const sentence of Object.values(json)) assert.equal(typeof sentence, 'string', what);
  } else {
    assert.match(headers['content-type'] ?? '', /^text\/html/, what);
  }
}

test('AU-06 a method a path does not know is answered 405 and told which it does', async () => {
  await changesNothing(hb, async () => {
    for (const path of new Set(served.map((route) => route.path))) {
      const known = served.filter((route) => route.path === path).map(({ method }) => method);
      for (const method of [...METHODS.filter((each) => !known.includes(each)), 'PROPFIND']) {
        const answer = await send(method, concrete(path));
        const what = `${method} ${path}: ${answer.text.slice(0, 200)}`;
        assert.equal(answer.status, 405, what);
        const allowed = (answer.headers.allow ?? '').split(',').map((each) => each.trim());
        for (const each of known) assert.ok(allowed.includes(each), `${what} allows ${allowed}`);
        assert.ok(!allowed.includes(method), what);
        assertRefusal(answer, path, what);
        if (path.startsWith('/api/')) assert.equal(answer.json.detail, `Method "${method}" not allowed.`);
      }
    }
  });
});

test('AU-06 a body over 1 MiB is answered 413, whether or not it says how long it is', async () => {
  const writing = served.filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
  assert.ok(writing.length > 0);
  for (const { method, path } of writing) {
    const answer = await changesNothing(hb, () => send(method, concrete(path), `"${'x'.repeat(MIB)}"`));
    assert.equal(answer.status, 413, `${method} ${path}: ${answer.text.slice(0, 200)}`);
    assertRefusal(answer, path, `${method} ${path}`);
  }
  const big = `{"via":1,"description":"${'x'.repeat(MIB)}"}`;
  for (const path of [demo.venue.base, '/manage/links', '/manage/events', '/checkout/baskets', '/checkout/payments']) {
    const answer = await changesNothing(hb, () => send('POST', path, big, {}, true));
    assert.equal(answer.status, 413, `${path}: ${answer.text.slice(0, 200)}`);
    assertRefusal(answer, path, path);
  }
});

test('AU-06 a body of just 1 MiB is read', async () => {
  const body = JSON.stringify({ via: 1, description: 'as small as it looks' });
  assert.equal((await send('POST', demo.venue.base, body.padEnd(MIB, ' '))).status, 201);
});

test('AU-06 a body that is not JSON is answered 415 by its type, 400 by its text', async () => {
  for (const path of [demo.venue.base, '/manage/links', '/manage/events', '/manage/tokens', '/manage/discounts', '/manage/check-ins', '/checkout/baskets', '/checkout/payments']) {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml', 'text/json-ish', 'x']) {
      const answer = await changesNothing(hb, () => send('POST', path, '{"via":1}', { 'content-type': type }));
      assert.equal(answer.status, 415, `${path} ${type}: ${answer.text}`);
      assertRefusal(answer, path, type);
    }
    for (const body of ['{', '', 'x', '{"a":1}}', '\ufeff{}', '['.repeat(200_000), `{"a":`.repeat(50_000), new Uint8Array([0xff, 0xfe, 0x7b, 0x7d])]) {
      const answer = await changesNothing(hb, () => send('POST', path, body));
      assert.equal(answer.status, 400, `${path} ${String(body).slice(0, 20)}: ${answer.text}`);
      assertRefusal(answer, path, String(body).slice(0, 20));
    }
  }
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.x+json']) {
    assert.equal((await send('POST', demo.venue.base, '{"via":1}', { 'content-type': type })).status, 201, type);
  }
});

test('AU-06 what is not there is 404 in the words of its API', async () => {
  const paths = [
    '/manage', '/manage/', '/manage/nothing', '/manage/events/987654321', '/manage/events/x', '/manage/events/0', '/manage/events/-1', '/manage/events/1.5', '/manage/events/99999999999999999999', '/manage/events/%00', '/manage/organizers/987654321',
    '/api/venue/', `/api/venue/${demo.id}/`, `/api/venue/${demo.id}/analytics/`, `${demo.venue.base}987654321/`, `${demo.venue.base}x/`, `${demo.venue.base}1/2/`,
    '/shop/nobody/', '/shop/demo/nothing/', '/shop/nobody/offer.json', '/checkout/', '/checkout/?hb=zzzzzzz9', '/checkout/?event=987654321', '/checkout/offer.json', '/checkout/offer.json?event=x', `/checkout/baskets/${NO_BASKET}`, '/checkout/baskets/x', '/checkout/baskets/', `/checkout/orders/${NO_BASKET}/`, `/checkout/orders/${NO_BASKET}/order.json`, '/checkout/orders/', '/checkout/payments/',
    '/manage/orders/987654321', '/manage/tickets/x', '/manage/vouchers/1/codes/1', '/manage/baskets/0', '/manage/discounts/1.5', '/nothing/at/all', '/.env', '/l',
  ];
  for (const path of paths) {
    const answer = await send('GET', path);
    assert.equal(answer.status, 404, `${path}: ${answer.text.slice(0, 200)}`);
    assertRefusal(answer, path, path);
  }
});

test('AU-06 a parameter that makes no sense is refused under its name', async () => {
  for (const [query, field] of [['limit=0', 'limit'], ['limit=101', 'limit'], ['limit=x', 'limit'], ['limit=-1', 'limit'], ['after=x', 'after'], ['after=-1', 'after'], ['after=1.5', 'after'], ['limit=99999999999999999999', 'limit']]) {
    for (const path of ['/manage/events', '/manage/links', '/manage/tokens', '/manage/organizers', '/manage/orders', '/manage/tickets', '/manage/baskets', '/manage/discounts', '/manage/vouchers', '/manage/payment-keys']) {
      const answer = await send('GET', `${path}?${query}`);
      assert.equal(answer.status, 422, `${path}?${query}: ${answer.text}`);
      assert.deepEqual(answer.json.error.fields.map((problem: { field: string }) => problem.field), [field]);
    }
  }
});

test('AU-06 hostile paths and headers are refused, never a 500', async () => {
  const nasty = ['%00', '%FF', '%', '%ZZ', '..%2f..%2f', "'%20OR%201=1--", '%22', '%3Cscript%3E', '%F0%9F%8E%B8', 'x'.repeat(4_000), '9'.repeat(400), '-', '+1', '%2B1', ' 1'.replace(' ', '%20'), '1%00'];
  for (const piece of nasty) {
    for (const path of [`/l/${piece}`, `/${piece}`, `/shop/${piece}/`, `/shop/demo/${piece}/`, `/shop/demo/rock-night/?hb=${piece}`, `/checkout/?hb=${piece}`, `/checkout/offer.json?hb=${piece}`, `/checkout/?event=${piece}`, `/checkout/baskets/${piece}`, `/checkout/orders/${piece}/`, `/manage/orders/${piece}`, `/manage/orders?status=${piece}`, `/manage/tickets?barcode=${piece}`, `/manage/events/${piece}`, `/manage/events?after=${piece}`, `/api/venue/${piece}/analytics/tracking/links/`, `${demo.venue.base}${piece}/`, `${demo.venue.base}?search=${piece}&page=1`, `${demo.venue.base}?${piece}=${piece}`, `/demo/rock-night/c/${piece}/`, `/demo/${piece}/c/x/`, `/api/v1/organizers/${piece}/events/${piece}/campaigns/`, `${campaigns}${piece}/`, `${campaigns}?page=1&${piece}=${piece}`, `${tickets}&after=${piece}`, `${tickets}&event_id=${piece}`, `${tickets}&organizer_id=${piece}`, `${tickets}&include_cohosted_events=${piece}`, `/tickets?organizer_id=${demo.id}&key=${piece}`]) {
      const odd: Record<string, string>[] = [{}, { cookie: `hb_visitor=${piece}; hb_journey=${piece}; ${piece}`, 'user-agent': piece, accept: piece, 'accept-language': piece }];
      for (const headers of odd) {
        const answer = await send('GET', path, undefined, headers);
        const what = `${path.slice(0, 80)}: ${answer.status} ${answer.text.slice(0, 200)}`;
        assert.ok(answer.status < 500, what);
        if (answer.status >= 400) assertRefusal(answer, path, what);
        assert.ok(!answer.text.includes('<script>'), what);
      }
    }
  }
});

test('AU-06 PX-06 an id that is none is refused by the API it was sent to, also where a campaign has its `c`', async () => {
  const withId = served.filter(({ path }) => /\{(id|venue|key|partner|cohost|code_id)\}/.test(path));
  assert.ok(withId.length > 20);
  for (const { method, path } of withId) {
    const asked = concrete(path.replaceAll(/\{(id|venue|key|partner|cohost|code_id)\}/g, 'c'));
    const answer = await changesNothing(hb, () => send(method, asked, method === 'GET' ? undefined : {}));
    const what = `${method} ${asked}: ${answer.status} ${answer.text.slice(0, 80)}`;
    assert.ok([301, 400, 401, 403, 404, 422].includes(answer.status), what);
    if (answer.status !== 301) assertRefusal(answer, asked, what);
  }
});

test('RD-12 PX-06 no link can be called, and no campaign URL begin, like a path of ours', async () => {
  const segments = served.map(({ path }) => path.split('/').filter((part) => part !== ''));
  const firsts = new Set(segments.flatMap(([first]) => (first === undefined || first.startsWith('{') ? [] : [first])));
  assert.ok(firsts.size > 6 && firsts.has('tickets'), [...firsts].join());
  const refusedFor = async (name: string, path: string, as: typeof operator, body: object): Promise<void> => {
    const { status, json, text } = await changesNothing(hb, () => as.post(path, body));
    assert.equal(status, 422, `${name}: ${text}`);
    assert.deepEqual(json.error.fields.map(({ field, code }: any) => [field, ['reserved', 'too_short'].includes(code)]), [['slug', true]], `${name}: ${text}`);
  };
  for (const first of firsts) await refusedFor(first, 'links', demo.manager, { kind: 'venue', slug: first });
  for (const [first] of segments.filter(({ length }) => length >= 4)) await refusedFor(first!, 'organizers', operator, { name: 'x', slug: first, time_zone: 'UTC', currency: 'EUR' });
});

test('AU-06 a failure of ours is a plain 500 that gives nothing away', async () => {
  await hb.execute('ALTER TABLE event RENAME TO event_gone');
  await hb.execute('ALTER TABLE link_listing RENAME TO link_listing_gone');
  await hb.execute('ALTER TABLE basket RENAME TO basket_gone');
  try {
    for (const path of ['/manage/events', demo.venue.base, campaigns, tickets, '/shop/demo/', '/manage/orders', `/checkout/baskets/${NO_BASKET}`, `/checkout/orders/${NO_BASKET}/`]) {
      const before = (await hb.log()).length;
      const answer = await send('GET', path);
      assert.equal(answer.status, 500, `${path}: ${answer.text}`);
      assertRefusal(answer, path, path);
      if (path === campaigns) assert.equal(answer.headers.vary, 'Accept');
      assert.doesNotMatch(answer.text, /_gone|no such table/);
      assert.ok((await hb.log()).slice(before).some((line) => line.includes('no such table')), `${path}: the log says what was wrong`);
    }
  } finally {
    await hb.execute('ALTER TABLE event_gone RENAME TO event');
    await hb.execute('ALTER TABLE link_listing_gone RENAME TO link_listing');
    await hb.execute('ALTER TABLE basket_gone RENAME TO basket');
  }
  assert.equal((await send('GET', demo.venue.base)).status, 200);
});
