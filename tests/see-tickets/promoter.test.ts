// For whom a link is can be said later, changed and forgotten; nobody but the
// organizer that made it is told.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { MINUTE, assertRefused, fieldsOf } from '../support/checkout.ts';
import { MailProvider } from '../support/mail.ts';
import { reportOf, rowOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing, keyValues, stored } from '../support/snapshot.ts';

const provider = await MailProvider.start();
after(() => provider.stop());
const hb = await startHandbill({ vars: { MAIL_URL: provider.url, MAIL_FROM: 'links@shop.example' } });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;

const named = (name: string): { name: string; email: string } => ({ name, email: `${name.toLowerCase()}@example.org` });
const says = (link: { id: number }, promoter: unknown) => manager.send('PUT', `links/${link.id}/promoter`, promoter);
const forgets = (link: { id: number }) => manager.remove(`links/${link.id}/promoter`);

test('ST-07 a link that is there gets a promoter, who gets the mail', async () => {
  const link = await manager.made('links', { kind: 'venue', description: 'at the bar' });
  const { status, json, text } = await says(link, named('Pia'));
  assert.equal(status, 200, text);
  assert.deepEqual(json.promoter, named('Pia'));
  assert.deepEqual((await manager.get(`links/${link.id}`)).json.promoter, named('Pia'));
  assert.equal(rowOf(await reportOf(manager), link).link.promoter, 'Pia');
  await hb.runCron();
  const [sent, ...more] = provider.to('pia@example.org');
  assert.deepEqual(more, []);
  assert.ok(sent!.mail.text.includes(link.short_url));
});

test('ST-07 another promoter takes the place of the first, whose mail is not sent any more', async () => {
  const link = await manager.made('promoter-links', { kind: 'venue', ...named('Quinn') });
  assert.equal((await says(link, named('Ruth'))).status, 200);
  await hb.runCron();
  assert.deepEqual([provider.to('quinn@example.org').length, provider.to('ruth@example.org').length], [0, 1]);
  assert.ok(!(await manager.get('mails')).text.includes('quinn@'));
});

test('ST-07 a promoter who is forgotten is in no table, and the link goes on', async () => {
  const link = await manager.made('promoter-links', { kind: 'venue', ...named('Sigrid') });
  const waiting = await manager.made('promoter-links', { kind: 'venue', ...named('Torvald') });
  provider.moods = ['takes', 500];
  await hb.runCron();
  for (const each of [link, waiting]) assert.equal((await forgets(each)).status, 204);
  await hb.setClockAhead(5 * MINUTE);
  await hb.runCron();
  assert.equal(provider.triedTo('torvald@example.org').length, 1);
  const kept = JSON.stringify([await stored(hb), await keyValues(hb)]);
  assert.ok(kept.includes('ruth@example.org'));
  for (const personal of ['Sigrid', 'sigrid@', 'Torvald', 'torvald@']) assert.ok(!kept.includes(personal), personal);
  assert.equal((await manager.get(`links/${link.id}`)).json.promoter, null);
  assert.equal((await hb.send(new URL(link.short_url).pathname)).status, 302);
  assert.equal(rowOf(await reportOf(manager), link).link.promoter, null);
});

test('ST-07 who asks to be forgotten is, though the link is deleted', async () => {
  const link = await manager.made('promoter-links', { kind: 'venue', ...named('Yorick') });
  await hb.runCron();
  assert.equal((await manager.remove(`links/${link.id}`)).status, 204);
  assert.ok(JSON.stringify(await stored(hb)).includes('yorick@'));
  assert.equal((await forgets(link)).status, 204);
  assert.ok(!/yorick/i.test(JSON.stringify([await stored(hb), await keyValues(hb)])));
  assertRefused(await says(link, named('Zora')), 404);
});

test('ST-13 a private address shows nothing any more when the link is for somebody else', async () => {
  const opens = async ({ stats_url: url }: any): Promise<number[]> => {
    const { pathname } = new URL(url);
    return Promise.all(['', 'report.json'].map(async (page) => (await hb.send(`${pathname}${page}`)).status));
  };
  const first = await manager.made('promoter-links', { kind: 'venue', ...named('Anna') });
  assert.deepEqual(await opens(first), [200, 200]);
  const { json: second } = await says(first, named('Bela'));
  assert.notEqual(second.stats_url, first.stats_url);
  assert.deepEqual([await opens(first), await opens(second)], [[404, 404], [200, 200]]);
  await hb.runCron();
  const { text } = provider.to('bela@example.org')[0]!.mail;
  assert.ok(text.includes(second.stats_url) && !text.includes(first.stats_url));
  assert.equal((await forgets(first)).status, 204);
  const { json: nobodys } = await manager.get(`links/${first.id}`);
  assert.deepEqual([await opens(second), await opens(nobodys)], [[404, 404], [200, 200]]);
});

test('ST-07 a promoter without a proper name and address changes nothing', async () => {
  const link = await manager.made('promoter-links', { kind: 'venue', ...named('Uma') });
  const bad: [object, string[]][] = [[{}, ['email', 'name']], [{ name: 'x' }, ['email']], [{ ...named('Vera'), name: '' }, ['name']], [{ ...named('Vera'), email: 'vera' }, ['email']], [{ ...named('Vera'), name: 'a\r\nb' }, ['name']], [{ ...named('Vera'), kind: 'venue' }, ['kind']]];
  for (const [body, fields] of bad) {
    const answer = await changesNothing(hb, () => says(link, body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), fields, JSON.stringify(body));
  }
  assertRefused(await changesNothing(hb, () => says({ id: NOBODY }, named('Vera'))), 404);
  assertRefused(await changesNothing(hb, () => forgets({ id: NOBODY })), 404);
});

test('ST-07 whom a link is for is told to nobody but the organizer that made it', async () => {
  assert.equal((await manager.put(`organizers/${demo.id}/partners/${other.id}`)).status, 204);
  const link = await other.manager.made('promoter-links', { kind: 'venue', organizer_id: demo.id, ...named('Wanda') });
  assert.deepEqual(link.promoter, named('Wanda'));
  const seen = await manager.get(`links/${link.id}`);
  assert.deepEqual([seen.status, seen.json.promoter], [200, null]);
  for (const path of ['links?limit=100', 'mails?limit=100', 'report/links', 'report/links.csv']) assert.ok(!/wanda/i.test((await manager.get(path)).text), path);
  assertRefused(await changesNothing(hb, () => says(link, named('Xenia'))), 403);
  assertRefused(await changesNothing(hb, () => forgets(link)), 404);
  for (const answer of [await hb.send(new URL(link.short_url).pathname), await hb.send(`${new URL(link.short_url).pathname}+`), await hb.send(new URL(link.stats_url).pathname), await demo.venue.read(link.id)]) assert.ok(!/wanda/i.test(answer.text + JSON.stringify(answer.headers)));
});
