import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { figuresOf, ledgerSize } from '../support/clicks.ts';
import { cookieValue } from '../support/http.ts';
import type { Handbill } from '../support/runtime.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { keyValues, stored } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');

const ADDRESS = '203.0.113.77';
const ADDRESS_6 = '2001:db8:77:88::99';

async function linkOn(instance: Handbill, seller: typeof demo): Promise<{ id: number; path: string; follow: (headers: Record<string, string>) => ReturnType<Handbill['send']> }> {
  const made = await seller.venue.made({ via: 2 });
  const path = new URL(made.short_url).pathname;
  return { id: made.id, path, follow: (headers) => instance.send(path, { headers: { 'user-agent': BROWSERS[0], 'cf-connecting-ip': ADDRESS, ...headers } }) };
}

test('RD-10 a visitor without the cookie is a new one, with it the same', async () => {
  const { id, follow } = await linkOn(hb, demo);
  const size = await ledgerSize(hb);
  const first = await follow({});
  const visitor = cookieValue(first, 'hb_visitor');
  for (let n = 0; n < 3; n += 1) await follow({ cookie: `hb_visitor=${visitor}` });
  for (let n = 0; n < 2; n += 1) await follow({});
  await hb.drain(size + 6);
  assert.deepEqual(await figuresOf(hb, demo.manager.token, id), { raw: 6, robots: 0, views: 6, visitors: 3 });
});

test('RD-10 who asks not to be tracked gets no cookie and is counted by address and agent', async () => {
  const { id, follow } = await linkOn(hb, demo);
  await hb.setClockToNoon(0);
  const size = await ledgerSize(hb);
  const visits: Record<string, string>[] = [
    { 'sec-gpc': '1' }, { 'sec-gpc': '1' }, { dnt: '1' }, { dnt: '1', 'sec-gpc': '1' }, // one visitor
    { 'sec-gpc': '1', 'user-agent': BROWSERS[1] }, // another agent
    { 'sec-gpc': '1', 'cf-connecting-ip': ADDRESS_6 }, { dnt: '1', 'cf-connecting-ip': ADDRESS_6 }, // another address
  ];
  for (const headers of visits) {
    const answer = await follow(headers);
    assert.equal(answer.status, 302);
    assert.deepEqual(answer.cookies, []);
  }
  await hb.drain(size + visits.length);
  assert.deepEqual(await figuresOf(hb, demo.manager.token, id), { raw: 7, robots: 0, views: 7, visitors: 3 });
  await hb.setClockAhead(0);
});

test('RD-10 an opt-out holds against cookies of before', async () => {
  const { id, follow } = await linkOn(hb, demo);
  const size = await ledgerSize(hb);
  const visitor = cookieValue(await follow({}), 'hb_visitor')!;
  const answer = await follow({ 'sec-gpc': '1', cookie: `hb_visitor=${visitor}` });
  assert.deepEqual(answer.cookies, []);
  await hb.drain(size + 2);
  assert.equal(await hb.value('SELECT count(*) FROM click WHERE link_id = ?1 AND visitor = ?2', id, visitor), 1);
});

test('RD-10 other values of the two headers are no opt-out', async () => {
  const { follow } = await linkOn(hb, demo);
  const size = await ledgerSize(hb);
  const others: Record<string, string>[] = [{ 'sec-gpc': '0' }, { dnt: '0' }, { 'sec-gpc': '' }, { dnt: 'unspecified' }, { 'sec-gpc': 'true' }];
  for (const headers of others) assert.equal((await follow(headers)).cookies.length, 2, JSON.stringify(headers));
  await hb.drain(size + others.length);
});

test('RD-10 the key of the hash is of one day; when the day is over it is destroyed', async () => {
  const { id, follow } = await linkOn(hb, demo);
  const size = await ledgerSize(hb);
  const salts = (): Promise<Record<string, unknown>[]> => hb.rows('SELECT * FROM visitor_salt ORDER BY day');
  await hb.setClockToNoon(10);
  await follow({ 'sec-gpc': '1' });
  await hb.runCron();
  const [today, ...none] = await salts();
  assert.deepEqual(none, []);

  await hb.setClockToNoon(11);
  await follow({ 'sec-gpc': '1' });
  await follow({ 'sec-gpc': '1' });
  await hb.runCron();
  const [tomorrow, ...others] = await salts();
  assert.deepEqual(others, []);
  assert.equal(Number(tomorrow?.['day']), Number(today?.['day']) + 1);
  assert.notEqual(tomorrow?.['salt'], today?.['salt']);
  assert.ok(!JSON.stringify([await stored(hb), await keyValues(hb)]).includes(String(today?.['salt'])));

  await hb.drain(size + 3);
  // The same person, but nobody can tell: another key, another visitor.
  assert.deepEqual(await figuresOf(hb, demo.manager.token, id), { raw: 3, robots: 0, views: 3, visitors: 2 });
  await hb.setClockToNoon(12);
  await hb.runCron();
  assert.deepEqual(await salts(), [], 'gone even if nobody comes');
  await hb.setClockAhead(0);
});

test('RD-10 another deployment has another key: the hash says nothing of the address', async () => {
  const elsewhere = await startHandbill();
  try {
    const seller = await organizerNamed(elsewhere, await operatorOf(elsewhere), 'demo');
    const here = await linkOn(hb, demo);
    const there = await linkOn(elsewhere, seller);
    const size = await ledgerSize(hb);
    await here.follow({ 'sec-gpc': '1' });
    await there.follow({ 'sec-gpc': '1' });
    await hb.drain(size + 1);
    await elsewhere.drain(1);
    const visitor = await hb.value('SELECT visitor FROM click WHERE link_id = ?1', here.id);
    assert.notEqual(visitor, await elsewhere.value('SELECT visitor FROM click WHERE link_id = ?1', there.id));
  } finally {
    await elsewhere.stop();
  }
});
