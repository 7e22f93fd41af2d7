// Whoever a link is made for gets a mail with it: what it holds, and that it comes
// once, whatever the provider does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startBrowser } from '../support/browser.ts';
import { Clock, DAY, HOUR, MINUTE, assertRefused, fieldsOf } from '../support/checkout.ts';
import { pathOf } from '../support/http.ts';
import { MailProvider } from '../support/mail.ts';
import type { Mood, Tried } from '../support/mail.ts';
import { pictureOf } from '../support/png.ts';
import { codeIn } from '../support/qr.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor } from '../support/visitor.ts';

const provider = await MailProvider.start();
after(() => provider.stop());
const FROM = 'Rock Tickets <links@shop.example>';
const hb = await startHandbill({ vars: { MAIL_URL: provider.url, MAIL_API_KEY: 're_secret', MAIL_FROM: FROM } });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager } = demo;
const clock = new Clock(hb);

let promoters = 0;
/** Makes a link for a promoter of whom nobody has heard. */
async function promoted(more: object = {}): Promise<any> {
  promoters += 1;
  return manager.made('promoter-links', { kind: 'affiliate', name: `Promoter ${promoters}`, email: `promoter-${promoters}@example.org`, ...more });
}

/** What the organizer is told of the mail about a link. */
async function mailOf(link: { id: number }): Promise<any> {
  const { status, json, text } = await manager.get('mails?limit=100');
  assert.equal(status, 200, text);
  const found = json.data.filter(({ link_id: id }: any) => id === link.id);
  assert.equal(found.length, 1, text);
  return found[0];
}

/** The one mail that went out for a link. */
function received(link: any): Tried {
  const all = provider.to(link.promoter.email);
  assert.equal(all.length, 1);
  return all[0]!;
}

/** Lets a minute pass, and the cron run. */
async function nextMinute(): Promise<void> {
  await clock.advance(MINUTE);
  await hb.runCron();
}

const NASTY = `<b>"Pia" & 'Jo'</b> <script>alert(1)</script> \${x} {{y}}`;

test('ST-07 a link for a promoter is a link as any other, and says for whom it is', async () => {
  const link = await promoted({ event_id: demo.event.id, description: 'at the station', utm_source: 'poster' });
  assert.deepEqual(link.promoter, { name: 'Promoter 1', email: 'promoter-1@example.org' });
  assert.deepEqual((await manager.get(`links/${link.id}`)).json, link);
  assert.deepEqual([link.kind, link.event_id, link.utm_source], ['affiliate', demo.event.id, 'poster']);
  assert.equal((await hb.send(pathOf(link.short_url))).status, 302);
  const plain = await manager.made('links', { kind: 'affiliate' });
  assert.equal(plain.promoter, null);
  assert.deepEqual(fieldsOf(await manager.post('links', { kind: 'affiliate', name: 'Pia', email: 'pia@example.org' })), ['email', 'name']);
  await hb.runCron();
  assert.deepEqual(provider.tried.map(({ mail }) => mail.to), [[link.promoter.email]]);
});

test('ST-07 the mail is handed over as the provider wants it, and noted as sent', async () => {
  const link = await promoted();
  const waiting = await mailOf(link);
  assert.deepEqual([waiting.kind, waiting.state, waiting.attempts, waiting.sent_at, waiting.error], ['link_welcome', 'waiting', 0, null, null]);
  assert.deepEqual(waiting.to, link.promoter);
  await hb.runCron();
  const { method, path, headers, key, mail } = received(link);
  assert.deepEqual([method, path, headers.authorization, headers['content-type']], ['POST', '/emails', 'Bearer re_secret', 'application/json']);
  assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([mail.from, mail.to, mail.subject], [FROM, [link.promoter.email], 'Your link for demo presents']);
  const sent = await mailOf(link);
  assert.deepEqual([sent.state, sent.attempts, sent.next_attempt_at, sent.error], ['sent', 1, null, null]);
  assert.ok(Date.parse(sent.sent_at) >= Date.parse(sent.created_at));
  await nextMinute();
  assert.equal(provider.triedTo(link.promoter.email).length, 1);
});

test('ST-07 the mail holds the link, its QR code as a picture, and the private page', async () => {
  const link = await promoted({ description: 'at the station' });
  await hb.runCron();
  const { mail } = received(link);
  for (const part of [mail.html, mail.text]) for (const held of [link.short_url, link.stats_url, link.promoter.name, 'demo presents', 'at the station']) assert.ok(part.includes(held), held);
  const [picture, ...more] = mail.attachments;
  assert.deepEqual(more, []);
  assert.deepEqual([picture!.content_type, picture!.filename.endsWith('.png')], ['image/png', true]);
  assert.equal(await codeIn(pictureOf(Buffer.from(picture!.content, 'base64'))), link.short_url);
  assert.ok(mail.html.includes(`src="cid:${picture!.content_id}"`));
});

test('ST-13 the page in the mail shows what the link has done, and nobody who bought', async () => {
  const link = await promoted({ event_id: demo.event.id });
  await hb.runCron();
  const address = /http\S+\/stats\/\S+/.exec(received(link).mail.text)![0];
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const order = await visitor.buys({ event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 2 }] }, { buyer: { first_name: 'Ottilie', last_name: 'Wunderlich', email: 'ottilie@example.org', phone: '+49 30 901820' } });
  const page = await hb.send(pathOf(address));
  assert.equal(page.status, 200);
  assert.ok(page.text.includes('50.00 EUR'));
  for (const personal of ['Ottilie', 'Wunderlich', 'ottilie@', '901820', order.key, order.tickets[0].barcode, link.promoter.email]) assert.ok(!page.text.includes(personal), personal);
});

test('ST-07 a browser shows names and texts as they were typed', async () => {
  const link = await promoted({ name: NASTY, description: `${NASTY}\nsecond line` });
  const browser = await startBrowser();
  try {
    await hb.runCron();
    const { mail } = received(link);
    assert.ok(mail.text.includes(NASTY));
    const page = await browser.newPage();
    await page.setContent(mail.html);
    assert.ok((await page.locator('h1').textContent())!.includes(NASTY));
    assert.equal(await page.locator('script, b, iframe, form').count(), 0);
    assert.deepEqual(await page.locator('a').evaluateAll((links) => links.map((each) => each.getAttribute('href'))), [link.short_url, link.stats_url]);
    assert.deepEqual(await page.locator('img').evaluateAll((all) => all.map((each) => each.getAttribute('src'))), [`cid:${mail.attachments[0]!.content_id}`]);
    assert.equal(await page.locator('[onclick], [onload], [onerror]').count(), 0);
  } finally {
    await browser.close();
  }
});

test('ST-07 without a proper name and address there is neither a link nor a mail', async () => {
  const good = { kind: 'affiliate', name: 'Pia', email: 'pia@example.org' };
  const bad: Record<string, unknown[]> = {
    name: [undefined, null, '', ' ', 5, {}, ['Pia'], 'x'.repeat(201), 'Pia\r\nBcc: eve@example.org', 'Pia\nX: y', 'a\0b'],
    email: [undefined, null, '', 5, {}, ['pia@example.org'], 'pia', '@example.org', 'pia@', 'pia @example.org', 'pia@example.org, eve@example.org', 'Pia <pia@example.org>', '<pia@example.org>', 'pia,eve@example.org', 'pia;eve@example.org', 'pia@.org', 'pia@example..org', 'pia@example.org\r\nBcc: eve@example.org', 'pia@example.org\0', `${'x'.repeat(250)}@b.de`],
  };
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values) {
      const answer = await changesNothing(hb, () => manager.post('promoter-links', { ...good, [field]: value }));
      assertRefused(answer, 422, 'invalid');
      assert.deepEqual(fieldsOf(answer), [field], `${field}: ${JSON.stringify(value)}`);
    }
  }
  assert.deepEqual(fieldsOf(await changesNothing(hb, () => manager.post('promoter-links', { kind: 'nothing', name: '', email: 'x', wrong: 1 }))), ['email', 'kind', 'name', 'wrong']);
  for (const body of ['', 'x', '[]', 'null', '{']) assert.ok([400, 422].includes((await changesNothing(hb, () => manager.post('promoter-links', body))).status), body);
});

test('ST-07 link and mail are written together, or not at all', async () => {
  const body = { kind: 'affiliate', name: 'Pia', email: 'together@example.org', slug: 'together' };
  await hb.execute("CREATE TRIGGER broken BEFORE INSERT ON mail BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
  try {
    const { status } = await changesNothing(hb, () => manager.post('promoter-links', body));
    assert.ok(status >= 500, String(status));
  } finally {
    await hb.execute('DROP TRIGGER broken');
  }
  const link = await manager.made('promoter-links', body);
  const again = await changesNothing(hb, () => manager.post('promoter-links', body));
  assert.deepEqual([again.status, fieldsOf(again)], [422, ['slug']]);
  await hb.runCron();
  assert.ok(received(link).mail.text.includes('/l/together'));
});

const TROUBLE: [string, Mood][] = [['an error', 500], ['too many requests', 429], ['a refusal of this mail', 422], ['a bad key', 401], ['a connection that ends', 'drops'], ['no answer at all', 'hangs'], ['a mail that is taken and an answer that is lost', 'takes and drops']];
for (const [what, mood] of TROUBLE) {
  test(`ST-07 ${what}: the link stands, the mail is kept and tried again with the same key`, async () => {
    const link = await promoted();
    provider.moods = [mood];
    await hb.runCron();
    const kept = await mailOf(link);
    assert.deepEqual([kept.state, kept.attempts, kept.sent_at], ['waiting', 1, null]);
    assert.ok(kept.error.length > 0);
    if (typeof mood === 'number') assert.ok(kept.error.includes(String(mood)));
    assert.equal((await hb.send(pathOf(link.short_url))).status, 302);
    await hb.runCron();
    assert.equal(provider.triedTo(link.promoter.email).length, 1, 'not before its time');
    await nextMinute();
    const [first, second, ...more] = provider.triedTo(link.promoter.email);
    assert.deepEqual([second!.key, second!.body, more], [first!.key, first!.body, []]);
    received(link);
    assert.deepEqual([(await mailOf(link)).state, (await mailOf(link)).attempts, (await mailOf(link)).error], ['sent', 2, null]);
  });
}

test('ST-07 a mail that its provider refuses does not stand in the way of the others', async () => {
  const links = [await promoted(), await promoted(), await promoted()];
  provider.moods = ['takes', 422, 'takes'];
  await hb.runCron();
  assert.deepEqual(await Promise.all(links.map(async (link) => (await mailOf(link)).state)), ['sent', 'waiting', 'sent']);
  await nextMinute();
  for (const link of links) received(link);
});

test('ST-07 the pauses double from a minute to six hours; after seven days it is given up, until somebody asks for it', async () => {
  const link = await promoted();
  const made = clock.now();
  provider.mood = 503;
  const pauses: number[] = [];
  for (;;) {
    await hb.runCron();
    const { state, next_attempt_at: next } = await mailOf(link);
    if (state !== 'waiting') break;
    const pause = Date.parse(next) - clock.now();
    pauses.push(Math.round(pause / MINUTE));
    await clock.advance(pause + 1);
  }
  assert.deepEqual(pauses.slice(0, 10), [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]);
  assert.deepEqual([...new Set(pauses.slice(9))], [360]);
  const tries = provider.triedTo(link.promoter.email).length;
  assert.equal(tries, pauses.length);
  assert.ok(clock.now() >= made + 7 * DAY && clock.now() < made + 7 * DAY + 7 * HOUR);
  const given = await mailOf(link);
  assert.deepEqual([given.state, given.next_attempt_at, given.sent_at], ['given_up', null, null]);
  assert.match(given.error, /503/);
  await clock.advance(DAY);
  await hb.runCron();
  assert.equal(provider.triedTo(link.promoter.email).length, tries);
  provider.mood = 'takes';
  const asked = await manager.post(`mails/${given.id}/retry`, {});
  assert.deepEqual([asked.status, asked.json.state], [200, 'waiting'], asked.text);
  await hb.runCron();
  received(link);
  assert.equal((await mailOf(link)).state, 'sent');
  assertRefused(await changesNothing(hb, () => manager.post(`mails/${given.id}/retry`, {})), 409);
});

test('ST-07 a provider that is away for days loses nothing, and gets each mail once', async () => {
  const links = [];
  provider.mood = 'drops';
  for (let n = 0; n < 5; n += 1) {
    links.push(await promoted());
    await clock.advance(11 * HOUR);
    await hb.runCron();
  }
  provider.mood = 'takes';
  for (let n = 0; n < 2; n += 1) {
    await clock.advance(6 * HOUR);
    await hb.runCron();
  }
  for (const link of links) {
    received(link);
    assert.equal((await mailOf(link)).state, 'sent');
  }
});

test('ST-07 a waiting mail that is asked for goes out with the next run', async () => {
  const link = await promoted();
  provider.moods = [500, 500];
  await hb.runCron();
  await nextMinute();
  // The next try would be in two minutes.
  assert.equal((await manager.post(`mails/${(await mailOf(link)).id}/retry`, {})).status, 200);
  await nextMinute();
  received(link);
});

test('ST-07 a mail that is asked for while it is under way is not sent beside it', async () => {
  const link = await promoted();
  provider.moods = [500];
  await hb.runCron();
  assert.equal((await manager.post(`mails/${(await mailOf(link)).id}/retry`, {})).status, 200);
  await hb.runCron();
  assert.equal(provider.triedTo(link.promoter.email).length, 1, 'the last try began less than a minute ago');
  await nextMinute();
  received(link);
});

test('ST-07 of a link that is deleted nobody is told any more', async () => {
  const [never, tried] = [await promoted(), await promoted()];
  provider.moods = [500];
  await manager.remove(`links/${never.id}`);
  await hb.runCron();
  assert.equal((await manager.remove(`links/${tried.id}`)).status, 204);
  await clock.advance(DAY);
  await hb.runCron();
  for (const [link, tries] of [[never, 0], [tried, 1]] as const) {
    const mail = await mailOf(link);
    assert.deepEqual([mail.state, mail.attempts, provider.triedTo(link.promoter.email).length], ['given_up', tries, tries]);
    assertRefused(await changesNothing(hb, () => manager.post(`mails/${mail.id}/retry`, {})), 409);
  }
});

test('ST-07 runs at the same time take each mail once', async () => {
  const links = [];
  for (let n = 0; n < 20; n += 1) links.push(await promoted());
  await Promise.all(Array.from({ length: 6 }, () => hb.runCron()));
  for (const link of links) {
    assert.equal(provider.triedTo(link.promoter.email).length, 1);
    const { state, attempts } = await mailOf(link);
    assert.deepEqual([state, attempts], ['sent', 1]);
  }
  assert.equal(new Set(provider.delivered.map(({ key }) => key)).size, provider.delivered.length);
});

test('ST-07 mails are listed newest first, page by page, each to its own organizer', async () => {
  const other = await organizerNamed(hb, operator, 'other');
  const theirs = await other.manager.made('promoter-links', { kind: 'venue', name: 'Theirs', email: 'theirs@example.org' });
  const ids: number[] = [];
  for (let next: string | null = '/manage/mails?limit=7'; next !== null; ) {
    const { status, json, text } = await manager.get(next);
    assert.equal(status, 200, text);
    assert.ok(json.data.length <= 7 && !text.includes('theirs@'));
    ids.push(...json.data.map(({ id }: { id: number }) => id));
    next = json.next;
  }
  assert.deepEqual(ids, (await hb.rows('SELECT id FROM mail WHERE organizer_id = ?1 ORDER BY id DESC', demo.id)).map(({ id }) => id));
  const mine = (await other.manager.get('mails')).json.data;
  assert.deepEqual(mine.map(({ link_id: id }: any) => id), [theirs.id]);
  for (const id of [mine[0].id, 987_654_321, '0', 'x']) assertRefused(await changesNothing(hb, () => manager.post(`mails/${id}/retry`, {})), 404);
  const readOnly = { authorization: `Bearer ${demo.reader}` };
  assert.equal((await hb.send('/manage/mails', { headers: readOnly })).status, 200);
  assert.equal((await hb.send(`/manage/mails/${ids[0]}/retry`, { method: 'POST', headers: readOnly, body: {} })).status, 403);
  assert.equal((await hb.send('/manage/promoter-links', { method: 'POST', headers: readOnly, body: { kind: 'venue', name: 'x', email: 'x@example.org' } })).status, 403);
  assert.equal((await hb.send('/manage/mails')).status, 401);
});

test('ST-07 neither the mail nor the key of the provider is in the log', async () => {
  const log = (await hb.log()).join('\n');
  assert.ok(log.includes('a mail could not be sent'));
  for (const secret of ['re_secret', 'promoter-1@example.org', 'Promoter 1"', '/stats/MQ']) assert.ok(!log.includes(secret), secret);
});
