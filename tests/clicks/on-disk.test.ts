// What is left on disk and in the log when all is done: every file is read.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BROWSERS, PREFETCHES, ROBOTS } from '../support/agents.ts';
import { BUYER, completionOf, signature } from '../support/checkout.ts';
import { pathOf } from '../support/http.ts';
import { MailProvider } from '../support/mail.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { onDisk } from '../support/snapshot.ts';
import { Visitor } from '../support/visitor.ts';

/** Each as its sender writes it; of IPv6 also at full length and in capitals. */
const ADDRESSES = [
  '192.0.2.17', '192.0.2.254', '198.51.100.3', '198.51.100.129', '203.0.113.77', '203.0.113.200', '::ffff:198.51.100.44',
  '2001:db8::1', '2001:db8:77:88::99', '2001:db8:a:b:c:d:e:f', '2001:0db8:0000:0000:0000:ff00:0042:8329', '2001:DB8:85A3::8A2E:370:7334',
];
/** Written into the descriptions of links, a form each, so that the search has something to find. */
const PLANTED = ['100.100.77.250', '2001:db8:5eed::7'];

/** The 4 or 16 bytes of an address. */
function packed(address: string): Buffer {
  if (/^[\d.]+$/.test(address)) return Buffer.from(address.split('.').map(Number));
  const embedded = /^::ffff:([\d.]+)$/.exec(address)?.[1];
  if (embedded !== undefined) return Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), packed(embedded)]);
  const [before = [], behind = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...before, ...Array<string>(8 - before.length - behind.length).fill('0'), ...behind];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** How an address may be written in text, or hidden by a hash that has no key. */
function formsOf(address: string): string[] {
  const bytes = packed(address);
  const hex = bytes.toString('hex');
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => group.replace(/^0+(?=.)/, ''));
  const texts = bytes.length === 4
    ? [address, [...bytes].map((byte) => String(byte).padStart(3, '0')).join('.'), String(bytes.readUInt32BE())]
    : [address, groups.join(':'), (hex.match(/.{4}/g) ?? []).join(':'), new URL(`http://[${address}]/`).hostname.slice(1, -1)];
  const hashes = ['md5', 'sha1', 'sha256', 'sha512'].flatMap((hash) => [address, bytes].flatMap((input) => {
    const digest = createHash(hash).update(input).digest();
    return [digest.toString('hex').slice(0, 22), digest.toString('base64url').slice(0, 22)];
  }));
  return [...new Set([...texts, hex].flatMap((text) => [text, text.toLowerCase(), text.toUpperCase()])), Buffer.from(address).toString('base64').replace(/.?=*$/, ''), ...hashes];
}

const state = mkdtempSync(join(tmpdir(), 'handbill-disk-'));
after(() => rmSync(state, { recursive: true, force: true }));
const provider = await MailProvider.start();
after(() => provider.stop());
const hb = await startHandbill({ state, vars: { MAIL_URL: provider.url, MAIL_FROM: 'links@shop.example' } });
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const seat = demo.types.floor;
const { secret } = await manager.made('payment-keys', { label: 'till' });
for (const description of PLANTED.flatMap(formsOf)) await manager.made('links', { kind: 'venue', description });
const link = await manager.made('links', { kind: 'affiliate' });
const away = await manager.made('links', { kind: 'venue', destination: 'https://shop.example/night' });
let clicks = 0;
let counter = 0;

/** Everything that somebody at an address can do here, and what then happens to it at the organizer's, from there too. */
async function comes(address: string): Promise<void> {
  const from = { 'cf-connecting-ip': address, 'x-forwarded-for': `${address}, 10.0.0.1`, 'x-real-ip': address, 'true-client-ip': address, forwarded: `for="${address}"` };
  const person = { ...from, 'user-agent': BROWSERS[counter % BROWSERS.length]! };
  const visits: [Record<string, string>, string?][] = [
    [{}], [{ 'sec-gpc': '1' }], [{ dnt: '1' }], [{ 'user-agent': ROBOTS[counter % ROBOTS.length]! }], [PREFETCHES[counter % PREFETCHES.length]!], [{}, 'HEAD'], [{ 'sec-gpc': '1' }, 'HEAD'],
  ];
  for (const { short_url: url } of [link, away]) {
    for (const [headers, method = 'GET'] of visits) {
      assert.equal((await hb.send(pathOf(url), { method, headers: { ...person, ...headers } })).status, 302);
      clicks += 1;
    }
    for (const at of ['/qr.png', '/qr.svg', '+']) assert.equal((await hb.send(`${pathOf(url)}${at}`, { headers: person })).status, 200);
  }

  const visitor = new Visitor(hb, person);
  await visitor.follows(link);
  clicks += 1;
  const buyer = { ...BUYER, email: `buyer-${counter += 1}@example.org` };
  const more = { buyer, payment_method: 'external' };
  const opened = await visitor.checkout.opened({ event: demo.event.id, items: [{ ticket_type: seat, quantity: 1 }] });
  const basket = await visitor.checkout.chosen(opened.key, { items: [{ ticket_type: seat, quantity: 2 }] });
  const { order } = await visitor.checkout.completed(basket, more);
  const body = JSON.stringify({ basket: basket.key, txn_id: `txn-${order.id}`, amount: order.total, currency: order.currency });
  const paid = await visitor.send('/checkout/payments', { method: 'POST', body, headers: { 'handbill-signature': signature(secret, Date.now(), body) } });
  assert.equal(paid.status, 200, paid.text);
  for (const at of [`/checkout/orders/${basket.key}/`, `/checkout/?event=${demo.event.id}&hb=${link.slug}`, pathOf(link.stats_url), `/shop/${demo.slug}/`]) assert.equal((await visitor.send(at)).status, 200, at);

  const asks = async (method: string, path: string, sent: unknown, status: number): Promise<any> => {
    const answer = await manager.send(method, path, sent, from);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    return answer.json;
  };
  const { tickets } = await asks('GET', `orders/${order.id}`, undefined, 200);
  await asks('POST', 'check-ins', { event_id: demo.event.id, barcode: tickets[0].barcode }, 201);
  await asks('POST', `tickets/${tickets[1].id}/void`, {}, 200);
  await asks('POST', `orders/${order.id}/refunds`, { amount: 1_000 }, 201);
  if (counter % 3 === 0) await asks('POST', `orders/${order.id}/cancel`, { refund: true }, 200);
  for (const path of ['report/links', 'report/links.csv', `links/${link.id}`, `customers/export?email=${buyer.email}`]) await asks('GET', path, undefined, 200);
  await demo.venue.send(demo.venue.base, { headers: from });
  await asks('POST', 'promoter-links', { kind: 'affiliate', name: 'Pia', email: `pia-${counter}@example.org` }, 201);
  if (counter % 2 === 0) provider.moods = [500];
  await hb.runCron();

  // What is refused is written to the log, too.
  for (const at of ['/l/zzzzzzz9', '/l/%00', '/nothing', '/manage/links', '/api/venue/1/analytics/tracking/links/']) assert.ok((await visitor.send(at)).status >= 400, at);
  await visitor.checkout.open('not JSON');
  assert.equal((await visitor.checkout.complete(basket.key, completionOf(basket, more))).status, 409);
  assert.equal((await visitor.checkout.pay(body, 'another secret')).status, 401);
  await asks('POST', 'links', { kind: 'nothing' }, 422);
}

/** An error that nobody foresaw, met by somebody at an address. */
async function meetsTrouble(address: string): Promise<void> {
  await hb.execute("CREATE TRIGGER broken BEFORE INSERT ON basket BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
  const { status } = await new Visitor(hb, { 'cf-connecting-ip': address, 'x-forwarded-for': address }).checkout.open({ event: demo.event.id, items: [{ ticket_type: seat, quantity: 1 }] });
  assert.ok(status >= 500, String(status));
  await hb.execute('DROP TRIGGER broken');
}

for (const address of ADDRESSES) {
  await comes(address);
  await meetsTrouble(address);
}
await hb.deliver(['not a click']);
await hb.drain(clicks);
const [key] = await hb.rows('SELECT salt FROM visitor_salt');
await hb.setClockToNoon(1);
const before = onDisk(hb);
await hb.runCron();
// What SQLite wrote last stays in its log of changes until that has been written round.
await hb.execute('CREATE TABLE filler (bytes BLOB)');
for (let n = 0; n < 20; n += 1) await hb.execute('INSERT INTO filler VALUES (zeroblob(1000000))');
const log = Buffer.from((await hb.log()).join('\n'));
await hb.stop();
const disk = Buffer.concat([before, onDisk(hb)]);
const afterwards = disk.subarray(before.length);

test('RD-10 no file and no log line holds an address of anybody, in any form', () => {
  for (const address of PLANTED) for (const form of formsOf(address)) assert.ok(disk.includes(form), `the search finds ${form}, which was stored on purpose`);
  for (const [what, text] of [['a browser', BROWSERS[0]], ['a buyer', 'buyer-1@example.org'], ['a slug', link.slug]] as const) assert.ok(disk.includes(text), `the search finds ${what}`);
  for (const line of ['broken on purpose', 'a mail could not be sent', 'not a click', '/checkout/payments', '"path":"/manage/links"']) assert.ok(log.includes(line), line);
  for (const address of ADDRESSES) {
    for (const form of formsOf(address)) {
      assert.ok(!disk.includes(form), `${address} as ${form} on disk`);
      assert.ok(!log.includes(form), `${address} as ${form} in the log`);
    }
    const bytes = packed(address);
    // Four bytes may stand there by chance.
    if (bytes.length === 16) assert.ok(!disk.includes(bytes), `${address} as ${bytes.length} bytes on disk`);
  }
});

test('RD-10 when the day is over, its key is in no file', () => {
  assert.match(key!.salt, /^[0-9a-f]{64}$/);
  assert.ok(before.includes(key!.salt), 'the search finds the key while the day lasts');
  assert.ok(!afterwards.includes(key!.salt));
  assert.ok(!log.includes(key!.salt));
});
