import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { startBrowser } from '../support/browser.ts';
import { figuresOf } from '../support/clicks.ts';
import { samples } from '../support/metrics.ts';
import { scanned } from '../support/page.ts';
import { chunksOf, pictureOf } from '../support/png.ts';
import type { Picture } from '../support/png.ts';
import { codeIn } from '../support/qr.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { linkTo } from '../support/shop.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const { manager, venue, event, slug: organizer } = await organizerNamed(hb, operator, 'demo');

const NIGHT = 'https://shop.example/night';
const { id, short_url: url } = await manager.made('links', { kind: 'venue', destination: NIGHT, description: 'for the secret sponsor' });
const path = new URL(url).pathname;
const slug = path.slice('/l/'.length);

const LEVELS = ['L', 'M', 'Q', 'H'] as const;
type Level = (typeof LEVELS)[number];

/** The bytes of an answer; anything but 200 fails the test. */
async function bytesOf(from: Handbill, at: string): Promise<Buffer> {
  const answer = await fetch(new URL(at, from.url));
  assert.equal(answer.status, 200, at);
  return Buffer.from(await answer.arrayBuffer());
}

/** Unpacks a code: a PNG of one bit a pixel and nothing beside it. */
function unpacked(png: Buffer): Picture {
  const chunks = chunksOf(png);
  assert.deepEqual(chunks.map(([kind]) => kind), ['IHDR', 'IDAT', 'IEND']);
  assert.deepEqual([...chunks[0]![1].subarray(8)], [1, 0, 0, 0, 0]);
  return pictureOf(png);
}

/** What a reader makes of the code at an address. */
const read = async (from: Handbill, at: string): Promise<string | undefined> => codeIn(unpacked(await bytesOf(from, at)));

/** The code in a picture: where it is, how large its modules are, and the level that it says it has. */
function anatomy({ width, height, pixels }: Picture): { left: number; top: number; right: number; bottom: number; module: number; level: Level } {
  const isBlack = (x: number, y: number): boolean => pixels[y * width + x] === 0;
  const first = pixels.indexOf(0);
  const [left, top] = [first % width, Math.floor(first / width)];
  let wide = 0;
  while (isBlack(left + wide, top)) wide += 1;
  const module = wide / 7; // the finder's edge
  let right = width - 1;
  while (!isBlack(right, top)) right -= 1;
  let bottom = height - 1;
  while (!isBlack(left, bottom)) bottom -= 1;
  // The two highest bits of the format, in row 8, unmasked (ISO/IEC 18004, 7.9).
  const bit = (n: number): number => Number(isBlack(left + n * module, top + 8 * module));
  return { left, top, right: width - 1 - right, bottom: height - 1 - bottom, module, level: (['M', 'L', 'H', 'Q'] as const)[((bit(0) ^ 1) << 1) | bit(1)]! };
}

test('RD-11 a PNG of any size and correction holds the short URL, in black on white with a quiet zone', async () => {
  for (const size of [64, 65, 71, 100, 127, 256, 512, 1_000, 1_024, 2_047, 2_048]) {
    for (const ecc of LEVELS) {
      const what = `size=${size}&ecc=${ecc}`;
      const picture = unpacked(await bytesOf(hb, `${path}/qr.png?${what}`));
      assert.deepEqual([picture.width, picture.height], [size, size], what);
      assert.equal(await codeIn(picture), url, what);
      const { left, top, right, bottom, module, level } = anatomy(picture);
      assert.ok(Number.isInteger(module) && module >= 1, what);
      for (const margin of [left, top, right, bottom]) assert.ok(margin >= 4 * module, `${what}: ${margin} of ${module}`);
      assert.ok(Math.abs(left - right) <= 1 && Math.abs(top - bottom) <= 1, `${what} in the middle`);
      assert.ok(LEVELS.indexOf(level) >= LEVELS.indexOf(ecc), `${what} is ${level}`);
    }
  }
});

test('RD-11 a browser shows PNG and SVG in the size asked for, and a reader reads them off the screen', async () => {
  const page = await browser.newPage({ baseURL: hb.url.href });
  for (const [kind, element] of [['png', 'img'], ['svg', 'svg']] as const) {
    for (const [query, size] of [['', 512], ['?size=64&ecc=L', 64], ['?ecc=H&size=301', 301], ['?size=200&ecc=Q&theme=dark', 200]] as const) {
      await page.goto(`${path}/qr.${kind}${query}`);
      const code = page.locator(element);
      const { width, height } = (await code.boundingBox())!;
      assert.deepEqual([width, height], [size, size], `${kind}${query}`);
      assert.equal(await scanned(code), url, `${kind}${query}`);
    }
  }
  await page.close();
});

test('RD-11 SVG takes every size and correction too', async () => {
  for (const ecc of LEVELS) {
    for (const size of [64, 513, 2_048]) {
      const { status, text } = await hb.send(`${path}/qr.svg?ecc=${ecc}&size=${size}`);
      assert.equal(status, 200);
      assert.match(text, new RegExp(`^<svg xmlns="http://www\\.w3\\.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 \\d+ \\d+" `));
    }
  }
});

test('RD-11 a code may be kept for five minutes, by anyone', async () => {
  for (const [kind, type] of [['svg', 'image/svg+xml'], ['png', 'image/png']] as const) {
    const { headers, cookies } = await hb.send(`${path}/qr.${kind}`);
    assert.deepEqual([headers['content-type'], headers['cache-control'], headers['x-content-type-options'], cookies], [type, 'public, max-age=300', 'nosniff', []]);
  }
});

test('RD-11 HEAD says what GET would, without the body', async () => {
  for (const at of [`${path}/qr.svg`, `${path}/qr.png?size=64`, `${path}+`, `/${slug}+`]) {
    const [got, head] = [await hb.send(at), await hb.send(at, { method: 'HEAD' })];
    assert.deepEqual([head.status, head.text, head.cookies], [200, '', []], at);
    for (const name of ['content-type', 'cache-control']) assert.equal(head.headers[name], got.headers[name], at);
  }
  for (const at of ['/l/zzzzzzz9/qr.png', '/l/zzzzzzz9+', '/zzzzzzz9+']) assert.equal((await hb.send(at, { method: 'HEAD' })).status, 404, at);
});

test('RD-11 the code holds the link as it was asked for, and the public URL where one is set', async () => {
  const named = await manager.made('links', { kind: 'venue', slug: 'Rock-Night_27', destination: NIGHT });
  for (const [at, expected] of [['/l/Rock-Night_27', named.short_url], ['/l/rock-night_27', named.short_url.toLowerCase()], ['/l/Rock%2DNight_27', named.short_url], ['/l/Rock-Night_27.', named.short_url]]) {
    assert.equal(await read(hb, `${at}/qr.png`), expected, at);
  }
  const base = 'https://tickets.the-long-name-of-a-small-venue.example';
  const fixed = await startHandbill({ vars: { PUBLIC_URL: `${base}/` } });
  try {
    const seller = await organizerNamed(fixed, await operatorOf(fixed), 'demo');
    const long = await linkTo(seller.manager, NIGHT, { slug: 'x'.repeat(64) });
    for (const ecc of LEVELS) assert.equal(await read(fixed, `${long}/qr.png?ecc=${ecc}&size=128`), `${base}${long}`);
    assert.ok((await fixed.send(`${long}+`)).text.includes(`${base}${long}`));
    // More modules than pixels: it says how many there must be, and so many are enough.
    const small = await fixed.send(`${long}/qr.png?ecc=H&size=64`);
    assert.equal(small.status, 400);
    const fewest = Number(/`size` must be at least (\d+) /.exec(small.text)?.[1]);
    assert.equal(await read(fixed, `${long}/qr.png?ecc=H&size=${fewest}`), `${base}${long}`);
    assert.equal((await fixed.send(`${long}/qr.png?ecc=H&size=${fewest - 1}`)).status, 400);
    assert.equal((await fixed.send(`${long}/qr.svg?ecc=H&size=64`)).status, 200);
  } finally {
    await fixed.stop();
  }
});

test('RD-11 a size or a correction that makes no sense is answered 400, by name', async () => {
  const bad: Record<string, string[]> = {
    size: ['', '0', '1', '63', '2049', '65536', '65600', '99999999999999999999', '-64', '%2B64', '+64', '064', '64.0', '1e3', '0x40', '64px', 'big', '%D9%A6%D9%A4', '%00', '%FF', '64%20', "64'--"],
    ecc: ['', 'l', 'm', 'LL', 'LOW', 'X', '0', '%00', '%FF', '%C4%BF', 'M%20', '<script>'],
  };
  for (const [parameter, values] of Object.entries(bad)) {
    for (const value of values) {
      for (const at of [`${path}/qr.svg`, `${path}/qr.png`, '/l/zzzzzzz9/qr.png']) {
        const { status, text, headers } = await changesNothing(hb, () => hb.send(`${at}?${parameter}=${encodeURI(value).replaceAll('%25', '%')}`));
        const what = `${at}?${parameter}=${value}: ${status} ${text.slice(0, 200)}`;
        assert.equal(status, 400, what);
        assert.match(text, new RegExp(`\`${parameter}\` must be `), what);
        assert.equal(headers['cache-control'], 'no-store', what);
        assert.ok(!text.includes('<script>'), what);
      }
    }
  }
});

test('RD-11 a plus after a link shows where it leads, as text and as a link', async () => {
  const link = await manager.made('links', { kind: 'venue', slug: 'Look-First', destination: 'https://shop.example/a?q=%22%3E&x=1#part', description: 'for the secret sponsor', utm_source: 'poster', utm_campaign: 'spring & more' });
  const to = (await hb.send('/l/look-first')).leadsTo!;
  assert.equal(to, 'https://shop.example/a?q=%22%3E&x=1&utm_source=poster&utm_campaign=spring%20%26%20more#part');
  const page = await browser.newPage({ baseURL: hb.url.href });
  for (const at of ['/l/Look-First+', '/Look-First+', '/l/Look-First%2B', '/l/Look-First%2b', '/Look-First%2B', '/l/Look-First+?utm_source=mine', '/l/Look-First+#x']) {
    const answer = (await page.goto(at))!;
    assert.equal(answer.status(), 200, at);
    assert.equal((await answer.allHeaders())['cache-control'], 'no-store');
    assert.equal((await page.context().cookies()).length, 0, at);
    await page.getByText(link.short_url).waitFor();
    await page.getByText(to, { exact: true }).waitFor();
    const way = page.getByRole('link');
    assert.equal(await way.count(), 1);
    assert.deepEqual([await way.getAttribute('href'), await way.getAttribute('rel')], [to, 'nofollow noreferrer']);
    assert.doesNotMatch(await page.content(), /sponsor/);
  }
  await page.close();
});

test('RD-11 a link to our own pages is shown with the whole address', async () => {
  const link = await venue.made({ via: 2, event: event.id });
  const { text } = await hb.send(`${new URL(link.short_url).pathname}+`);
  assert.ok(link.long_url.startsWith(`${hb.url.origin}/shop/${organizer}/`));
  assert.ok(text.includes(`href="${link.long_url.replaceAll('&', '&amp;')}"`), text);
});

test('RD-11 an unknown or deleted link has no code and no preview, but a 404 page', async () => {
  const gone = await manager.made('links', { kind: 'venue', slug: 'soon-gone', destination: NIGHT });
  const kinds = (of: string): string[] => [`/l/${of}/qr.svg`, `/l/${of}/qr.png`, `/l/${of}+`, `/${of}+`];
  for (const at of kinds('soon-gone')) assert.equal((await hb.send(at)).status, 200, at);
  assert.equal((await manager.remove(`links/${gone.id}`)).status, 204);
  const malformed = ['/l/a/qr.svg', '/l//qr.svg', '/l/qr.svg', '/l/%00/qr.png', '/l/%FF%FE/qr.png', '/l/%2561bc/qr.png', '/l/a%2Fb/qr.svg', '/l/a/b/qr.svg', '/l/+', '/+', '/l/a+', '/l/++', '/l/%00+', '/l/%FF+', '/l/ab%2Fc+', `/l/${'x'.repeat(65)}+`, `/l/${'x'.repeat(8_000)}/qr.png`, `/${'x'.repeat(8_000)}+`, '/l/<script>+', "/l/'or'1+", '/l/..%2fmanage+', `${path}/qr.gif`, `${path}/qr.svg/`, `${path}/qr`, `${path}/+`, `${path}++`];
  for (const at of [...kinds('soon-gone'), ...kinds('zzzzzzz9'), ...malformed]) {
    const { status, headers, text, cookies } = await hb.send(encodeURI(at).replaceAll('%25', '%'));
    assert.deepEqual([status, headers['content-type'], headers['cache-control'], cookies], [404, 'text/html; charset=utf-8', 'no-store', []], at);
    assert.ok(!text.includes('<script>'), at);
  }
});

test('RD-11 words that are our own pages are looked up for nobody', async () => {
  for (const at of ['/manage+', '/checkout+', '/shop+', '/qr+', '/healthz+', '/l+']) assert.equal((await hb.send(at)).status, 404, at);
  assert.equal((await hb.send('/healthz')).status, 200);
});

test('RD-11 codes and previews can only be read', async () => {
  for (const at of [`${path}/qr.svg`, `${path}/qr.png`, `${path}+`, `/${slug}+`, '/l/zzzzzzz9+']) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await changesNothing(hb, () => hb.send(at, { method }));
      assert.equal(status, 405, `${method} ${at}`);
      assert.deepEqual((headers.allow ?? '').split(',').map((each) => each.trim()).sort(), ['GET', 'HEAD'], `${method} ${at}`);
    }
  }
});

test('RD-11 neither a code nor a preview counts as a click', async () => {
  const fresh = await startHandbill({ vars: { ENVIRONMENT: 'production' } });
  try {
    const seller = await organizerNamed(fresh, await operatorOf(fresh), 'demo');
    const link = await seller.manager.made('links', { kind: 'venue', slug: 'count-me', destination: NIGHT });
    for (let round = 0; round < 3; round += 1) {
      for (const at of ['/l/count-me/qr.svg', '/l/count-me/qr.png', '/l/count-me+', '/count-me+']) {
        for (const method of ['GET', 'HEAD']) {
          const { status, cookies } = await fresh.send(at, { method });
          assert.deepEqual([status, cookies], [200, []], at);
        }
      }
    }
    // The queue keeps its order: what had been counted would be there before this one.
    assert.equal((await fresh.send('/l/count-me', { headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } })).status, 302);
    await fresh.drain(1);
    assert.deepEqual(await figuresOf(fresh, seller.manager.token, link.id), { raw: 1, robots: 0, views: 1, visitors: 1 });
  } finally {
    await fresh.stop();
  }
  assert.deepEqual((await figuresOf(hb, manager.token, id)).raw, 0);
});

/** How many look-ups each source answered while `action` ran. */
async function lookups(of: Handbill, token: string, action: () => Promise<unknown>): Promise<Record<string, number>> {
  const figures = async (): Promise<Record<string, number>> => samples(await of.send('/metrics', { headers: { authorization: `Bearer ${token}` } }));
  const before = await figures();
  await action();
  const now = await figures();
  const sources = ['memory', 'kv', 'cache', 'd1', 'refused'].map((source): [string, number] => {
    const name = `handbill_link_lookups_total{source="${source}"}`;
    return [source, (now[name] ?? 0) - (before[name] ?? 0)];
  });
  return Object.fromEntries(sources.filter(([, count]) => count > 0));
}

test('RD-05 codes and previews look links up as the redirect does', async () => {
  const place = await startHandbill();
  try {
    // What an isolate remembers ends by this clock.
    await place.stopClockAt(Date.now());
    const own = await operatorOf(place);
    const seller = await organizerNamed(place, own, 'demo');
    const known = await linkTo(seller.manager, NIGHT, { slug: 'known' });
    const all = (of: string): string[] => [`/l/${of}/qr.svg`, `/l/${of}/qr.png`, `/l/${of}+`, `/${of}+`];
    const follow = async (paths: string[], status: number): Promise<void> => {
      for (const at of paths) assert.equal((await place.send(at)).status, status, at);
    };
    const counted = (action: () => Promise<unknown>): Promise<Record<string, number>> => lookups(place, own.token, action);

    assert.deepEqual(await counted(() => follow(all('known'), 200)), { kv: 1, memory: 3 });
    assert.deepEqual(await counted(() => follow([known], 302)), { memory: 1 });
    assert.deepEqual(await counted(() => follow([...all('nobody-has-it'), '/l/nobody-has-it', ...all('nobody-has-it')], 404)), { d1: 1, cache: 8 });
    assert.deepEqual(await counted(() => follow([...all('.a'), ...all('a%20b'), ...all(`${'x'.repeat(65)}`), '/manage+', '/l/abc/qr.gif'], 404)), {});

    const FLOOD = 600;
    const statuses = new Set<number>();
    const flood = await counted(async () => {
      for (let sent = 0; sent < FLOOD; sent += 50) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => place.send(all(`q${randomBytes(6).toString('hex')}`)[n % 4]!)));
        for (const { status, headers } of answers) {
          statuses.add(status);
          if (status === 503) assert.equal(headers['retry-after'], '1');
        }
      }
    });
    assert.deepEqual([...statuses].sort(), [404, 503]);
    assert.equal(flood.d1! + flood.refused!, FLOOD);
    assert.ok(flood.d1! < FLOOD, `${flood.d1} reads of D1`);
    await follow(all('known'), 200);
  } finally {
    await place.stop();
  }
});
