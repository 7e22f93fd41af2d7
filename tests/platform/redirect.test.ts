import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cookieJar, cookieValue } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { linkTo } from '../support/shop.ts';
import { changesNothing } from '../support/snapshot.ts';

// As in production: links in memory are answered on the way that has no promise.
const hb = await startHandbill({ vars: { ENVIRONMENT: 'production' } });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const shop = await linkTo(manager, 'https://shop.example/night');

const NIGHT = 'https://shop.example/night';

test('RD-01 a short link answers 302 and may not be kept', async () => {
  // Twice: from the stores, and from the memory of the isolate.
  for (let round = 0; round < 2; round += 1) {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers, leadsTo, text } = await hb.send(shop, { method });
      assert.deepEqual([status, leadsTo, headers['cache-control'], text], [302, NIGHT, 'private, no-store', '']);
    }
  }
});

test('RD-01 a slug is found however it was typed or where a sentence ended', async () => {
  const { short_url: url } = await manager.made('links', { kind: 'venue', slug: 'Rock-Night_27', destination: NIGHT });
  assert.ok(url.endsWith('/l/Rock-Night_27'));
  for (const path of ['/l/Rock-Night_27', '/l/rock-night_27', '/l/ROCK-NIGHT_27', '/Rock-Night_27', '/rock-night_27', '/l/rock-night_27/', '/l/rock%2Dnight_27', '/l/rock-night_27.', '/l/rock-night_27,', '/l/rock-night_27)', '/l/rock-night_27!', '/l/rock-night_27%22']) {
    const { status, leadsTo } = await hb.send(path);
    assert.deepEqual([path, status, leadsTo], [path, 302, NIGHT]);
  }
});

test('RD-01 what no link has is a 404 page', async () => {
  for (const path of ['/l/', '/l', '/l/zzzzzzz9', '/l/a', '/l/%00', '/l/%', '/l/%ZZ', '/l/%FF%FE', '/l/a%2Fb', '/l/a/b', `/l/${'x'.repeat(65)}`, `/l/${'x'.repeat(8_000)}`, "/l/'%20OR%201=1", '/l/..%2f..%2fetc', '/l/<script>alert(1)</script>', '/l/ä', '/zzzzzzz9', '/l/link//x', '/l/test:clock']) {
    const { status, leadsTo, text } = await hb.send(encodeURI(path).replaceAll('%25', '%'));
    assert.equal(status, 404, path);
    assert.equal(leadsTo, undefined);
    assert.ok(!text.includes('<script>alert'), path);
  }
});

test('RD-01 only GET and HEAD follow a link', async () => {
  for (const path of [shop, '/l/zzzzzzz9']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await hb.send(path, { method });
      assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD']);
    }
  }
});

test('RD-02 queries and UTM parameters come together; the destination wins, then the link', async () => {
  const utm = { utm_source: 'poster', utm_campaign: 'spring 27 & more' };
  const cases: { destination: string; link?: object; query: string; expected: string }[] = [
    { destination: 'https://shop.example/a', query: '', expected: 'https://shop.example/a' },
    { destination: 'https://shop.example/a', query: '?', expected: 'https://shop.example/a' },
    { destination: 'https://shop.example/a', query: '?x=1', expected: 'https://shop.example/a?x=1' },
    { destination: 'https://shop.example/a?x=1', query: '?x=2&y=3', expected: 'https://shop.example/a?x=1&y=3' },
    { destination: 'https://shop.example/a?x=1', query: '?%78=2&y=3', expected: 'https://shop.example/a?x=1&y=3' },
    { destination: 'https://shop.example/a?x', query: '?x=2', expected: 'https://shop.example/a?x' },
    { destination: 'https://shop.example/a#part', query: '?x=1', expected: 'https://shop.example/a?x=1#part' },
    { destination: 'https://shop.example/a?b=1#part?x=1', query: '?x=2', expected: 'https://shop.example/a?b=1&x=2#part?x=1' },
    { destination: 'https://shop.example/a', query: '?q=a%20b+c%26&q=2&empty=&flag', expected: 'https://shop.example/a?q=a%20b+c%26&q=2&empty=&flag' },
    { destination: 'https://shop.example/a', link: { utm_source: 'poster' }, query: '', expected: 'https://shop.example/a?utm_source=poster' },
    { destination: 'https://shop.example/a?utm_source=own', link: { utm_source: 'poster', utm_medium: 'print' }, query: '?utm_medium=mine&utm_term=t', expected: 'https://shop.example/a?utm_source=own&utm_medium=print&utm_term=t' },
  ];
  for (const { destination, link, query, expected } of cases) {
    const path = await linkTo(manager, destination, link);
    for (let round = 0; round < 2; round += 1) assert.equal((await hb.send(path + query)).leadsTo, expected, destination + query);
  }
  const { leadsTo: location } = await hb.send(await linkTo(manager, NIGHT, utm));
  const sent = new URL(location ?? '').searchParams;
  assert.deepEqual(Object.fromEntries(sent), utm);
});

test('RD-02 a link keeps its way to our own shop, whatever is asked for', async () => {
  const link = await demo.venue.made({ via: 2, event: demo.event.id });
  const { pathname } = new URL(link.short_url);
  const slug = pathname.slice('/l/'.length);
  const { leadsTo: location } = await hb.send(`${pathname}?hb=someone-else&x=1`);
  assert.equal(location, `${link.long_url}&x=1`);
  assert.deepEqual(new URL(location ?? '').searchParams.getAll('hb'), [slug]);
});

test('RD-02 a query too long for anyone is left behind, the visitor is not', async () => {
  const { status, leadsTo } = await hb.send(`${shop}?x=${'y'.repeat(9_000)}`);
  assert.deepEqual([status, leadsTo], [302, NIGHT]);
});

const VISITOR = /^hb_visitor=([A-Za-z0-9_-]{22}); Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/;
const JOURNEY = /^hb_journey=([A-Za-z0-9_.-]+); Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/;

/** The attributes of a cookie, in any order and case. */
const attributes = (cookie: string): string[] => cookie.split(';').slice(1).map((part) => part.trim().toLowerCase()).sort();

test('RD-04 a first visit sets two cookies that no script can read', async () => {
  for (let round = 0; round < 2; round += 1) {
    const { cookies } = await hb.send(shop);
    assert.equal(cookies.length, 2);
    const visitor = cookies.find((cookie) => cookie.startsWith('hb_visitor=')) ?? '';
    const journey = cookies.find((cookie) => cookie.startsWith('hb_journey=')) ?? '';
    assert.deepEqual(attributes(visitor), ['httponly', 'max-age=31536000', 'path=/', 'samesite=lax']);
    assert.deepEqual(attributes(journey), ['httponly', 'max-age=31536000', 'path=/', 'samesite=lax']);
    assert.match(visitor, VISITOR);
    assert.match(journey, JOURNEY);
  }
});

test('RD-04 each visitor has 128 random bits; who brings them back keeps them', async () => {
  const first = await Promise.all(Array.from({ length: 50 }, () => hb.send(shop)));
  const ids = first.map((answer) => cookieValue(answer, 'hb_visitor') ?? '');
  assert.equal(new Set(ids).size, 50);
  for (const id of ids) assert.equal(Buffer.from(id, 'base64url').length, 16);
  const again = await hb.send(shop, { headers: { cookie: `theme=dark; ${cookieJar(first[0]!)}; x=y` } });
  assert.equal(cookieValue(again, 'hb_visitor') ?? ids[0], ids[0]);
});

test('RD-04 a visitor id that is none is replaced', async () => {
  for (const bad of ['', 'x', 'A'.repeat(21), 'A'.repeat(23), 'A'.repeat(20) + '=!', "'; DROP TABLE click; --", `${'A'.repeat(21)}B`, 'A'.repeat(4_000)]) {
    const answer = await hb.send(shop, { headers: { cookie: `hb_visitor=${bad}` } });
    assert.equal(answer.status, 302);
    assert.match(cookieValue(answer, 'hb_visitor') ?? '', /^[A-Za-z0-9_-]{22}$/, bad);
    assert.notEqual(cookieValue(answer, 'hb_visitor'), bad);
  }
});

test('RD-04 a journey that was tampered with is begun anew, and the visitor still led on', async () => {
  const journey = cookieValue(await hb.send(shop), 'hb_journey') ?? '';
  const flipped = (at: number): string => journey.slice(0, at) + (journey[at] === 'A' ? 'B' : 'A') + journey.slice(at + 1);
  const fresh = (cookieValue(await hb.send(shop), 'hb_journey') ?? '').length;
  for (const bad of ['', '.', '..', 'x.y.z', flipped(0), flipped(5), flipped(journey.length - 3), journey.slice(0, -1), `${journey}A`, journey.split('.').reverse().join('.'), 'A'.repeat(8_000), '%00', '💥'.repeat(3)]) {
    const answer = await hb.send(shop, { headers: { cookie: `hb_journey=${encodeURIComponent(bad)}` } });
    assert.deepEqual([answer.status, answer.leadsTo], [302, NIGHT]);
    assert.equal((cookieValue(answer, 'hb_journey') ?? '').length, fresh, `as long as a first one: ${bad.slice(0, 20)}`);
  }
});

test('RD-04 a journey through a hundred links stays within 1 KB', async () => {
  const paths = await Promise.all(Array.from({ length: 100 }, (_, n) => linkTo(manager, `https://shop.example/${n}`)));
  let jar = '';
  const lengths: number[] = [];
  for (const path of paths) {
    const answer = await hb.send(path, { headers: { cookie: jar } });
    const visitor = cookieValue(answer, 'hb_visitor') ?? /hb_visitor=([^;]+)/.exec(jar)?.[1] ?? '';
    const journey = cookieValue(answer, 'hb_journey') ?? '';
    lengths.push(journey.length);
    jar = `hb_visitor=${visitor}; hb_journey=${journey}`;
  }
  assert.ok(lengths[9]! > lengths[0]!, 'the journey remembers');
  assert.ok(Math.max(...lengths) <= 1_024, `${Math.max(...lengths)} bytes`);
});

test('RD-04 on https the cookies are for https only', async () => {
  const secure = await startHandbill({ https: true });
  try {
    const seller = await organizerNamed(secure, await operatorOf(secure), 'demo');
    const { cookies } = await secure.send(await linkTo(seller.manager, NIGHT));
    assert.equal(cookies.length, 2);
    for (const cookie of cookies) assert.ok(attributes(cookie).includes('secure'), cookie);
  } finally {
    await secure.stop();
  }
});

test('RD-13 a destination is http or https and leads where it says', async () => {
  const long = `https://shop.example/${'x'.repeat(2_048 - 'https://shop.example/'.length)}`;
  for (const destination of ['http://shop.example', 'https://shop.example/', 'HTTPS://Shop.Example/A', 'https://shop.example:8443/a?b=c#d', 'https://[2001:db8::1]/a', 'http://192.0.2.7/', 'https://xn--bcher-kva.example/', long]) {
    const { status, leadsTo } = await hb.send(await linkTo(manager, destination));
    assert.equal(status, 302);
    assert.equal(new URL(leadsTo ?? '').href, new URL(destination).href);
  }
  const { leadsTo: location } = await hb.send(await linkTo(manager, 'https://shop.example/größe?q=ä#ö'));
  assert.equal(location, new URL('https://shop.example/größe?q=ä#ö').href);
});

test('RD-13 any other destination is refused, and nothing is made', async () => {
  const refused: unknown[] = [
    '', ' ', '/', '/relative', 'shop.example', '//evil.example/', 'javascript:alert(1)', 'JavaScript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://shop.example/', 'mailto:a@b.example',
    'https://', 'https:///path', 'https:shop.example', 'https:/shop.example', 'https://?x', 'https://#x', 'https://user@shop.example/', 'https://user:secret@shop.example/', 'https://shop.example@evil.example/', 'https://@evil.example',
    'https://shop.example\\@evil.example/', 'https:\\\\evil.example', 'https://shop.example/a b', 'https://shop.example/\nSet-Cookie: a=b', 'https://shop.example/\r\nX: y', 'https://shop.example/\tx', 'https://shop.example/\u0000',
    '\u0001https://shop.example/', ' https://shop.example/', 'https://shop.example/ ', 'https://shop.example:0/', 'https://shop.example:65536/', 'https://shop.example:x/', 'https://sh%6Fp.example/', 'https://büchér\u202e.example/', 'https://shop..example/', 'https://-/', 'https://[::1', 'https://[x]/',
    `https://shop.example/${'x'.repeat(2_049 - 'https://shop.example/'.length)}`, `https://shop.example/${'x'.repeat(500_000)}`, 1, true, [], {}, ['https://shop.example/'],
  ];
  for (const destination of refused) {
    const { status, json, text } = await changesNothing(hb, () => manager.post('links', { kind: 'venue', destination }));
    assert.equal(status, 422, `${JSON.stringify(destination).slice(0, 60)}: ${text}`);
    assert.deepEqual(json.error.fields.map(({ field }: { field: string }) => field), ['destination'], text);
  }
});

test('RD-13 nothing a visitor sends changes the host', async () => {
  const evil = 'evil.example';
  const attempts: [string, Record<string, string>][] = [
    [`${shop}?@${evil}`, {}], [`${shop}?//${evil}`, {}], [`${shop}?x=https://${evil}/`, {}], [`${shop}?%0d%0aLocation:%20https://${evil}`, {}], [`${shop}?url=//${evil}&next=//${evil}#@${evil}`, {}],
    [`${shop}?x\\@${evil}`, {}], [`${shop}?;@${evil}`, {}], [`${shop}?${encodeURIComponent('\u2028')}`, {}],
    [shop, { host: evil }], [shop, { 'x-forwarded-host': evil, 'x-forwarded-proto': 'ftp', forwarded: `host=${evil}` }], [shop, { referer: `https://${evil}/`, origin: `https://${evil}` }], [shop, { 'x-original-url': `//${evil}`, 'x-rewrite-url': `//${evil}` }],
  ];
  for (const [path, headers] of attempts) {
    const answer = await hb.send(path, { headers });
    assert.equal(answer.status, 302, path);
    const { protocol, host, pathname, username } = new URL(answer.leadsTo ?? '');
    assert.deepEqual([protocol, host, pathname, username], ['https:', 'shop.example', '/night', ''], path);
  }
  for (const path of [`${shop}/..//${evil}`, `${shop}//${evil}`, `${shop}@${evil}`, `/l/%2F%2F${evil}`, `/l//${evil}`, `//${evil}/l/x`, `/%09/${evil}`, `/l/\\${evil}`]) {
    const { leadsTo: location } = await hb.send(path);
    assert.ok(location === undefined || new URL(location, 'https://shop.example').host !== evil, `${path} → ${location}`);
  }
});

test('RD-13 with a public URL set, links are of it whatever host was asked', async () => {
  const base = 'https://go.example';
  const fixed = await startHandbill({ vars: { PUBLIC_URL: `${base}/` } });
  try {
    const seller = await organizerNamed(fixed, await operatorOf(fixed), 'demo');
    const link = await seller.venue.made({ via: 2, event: seller.event.id });
    for (const field of ['short_url', 'tiny_url', 'long_url']) assert.ok(link[field].startsWith(`${base}/`), link[field]);
    for (const host of ['evil.example', 'go.example', 'localhost']) {
      const { status, leadsTo } = await fixed.send(new URL(link.short_url).pathname, { headers: { host } });
      assert.deepEqual([status, leadsTo], [302, link.long_url]);
    }
    const page = await seller.venue.list('?page_size=1');
    assert.equal(page.json.next, null);
    await seller.venue.made({ via: 2 });
    assert.equal((await seller.venue.list('?page_size=1')).json.next, `${base}${seller.venue.base}?page_size=1&page=2`);
  } finally {
    await fixed.stop();
  }
});
