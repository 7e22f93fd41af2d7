import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { eventually } from '../support/eventually.ts';
import { samples } from '../support/metrics.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { linkTo } from '../support/shop.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');

test('AU-07 healthz is well while the database answers, and says when it does not', async () => {
  const well = await hb.send('/healthz');
  assert.deepEqual([well.status, well.json.status], [200, 'ok']);
  assert.match(well.headers['cache-control'] ?? '', /no-store/);
  await hb.execute('ALTER TABLE metric RENAME TO metric_gone');
  try {
    const ill = await hb.send('/healthz');
    assert.equal(ill.status, 503);
    assert.doesNotMatch(ill.text, /sqlite|no such table/i);
  } finally {
    await hb.execute('ALTER TABLE metric_gone RENAME TO metric');
  }
  assert.equal((await hb.send('/healthz')).status, 200);
});

test('AU-07 without a signing key, or with a bad one, nothing is served and the log says why', async () => {
  for (const keys of [null, '', 'short:AAAA', 'no-colon', `a:${'A'.repeat(43)},a:${'B'.repeat(43)}`]) {
    const broken = await startHandbill({ vars: { SIGNING_KEYS: keys } });
    try {
      for (const path of ['/healthz', '/l/abcdefgh', '/manage/links']) {
        const { status, text } = await broken.send(path);
        assert.ok(status >= 500, `${keys} ${path}: ${status}`);
        assert.doesNotMatch(text, /SIGNING_KEYS|AAAA/);
      }
      const log = await broken.log();
      assert.ok(log.some((line) => line.includes('SIGNING_KEYS')));
      assert.ok(!log.some((line) => /A{20}|B{20}/.test(line)), 'the log holds no key');
    } finally {
      await broken.stop();
    }
  }
});

test('AU-07 each answer has a request id, and the log line of its request has the same', async () => {
  const answers = await Promise.all(['/healthz', '/manage/nothing', demo.venue.base, '/shop/demo/'].map(async (path) => ({ path, ...(await hb.send(`${path}?secret=in-the-query`)) })));
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  assert.equal(new Set(ids).size, answers.length);
  const log = await hb.log();
  for (const { path, status, headers } of answers) {
    const line = log.find((each) => each.includes(String(headers['x-request-id'])));
    assert.ok(line, path);
    const entry = JSON.parse(line);
    assert.deepEqual([entry.method, entry.path, entry.status], ['GET', path, status]);
    assert.equal(typeof entry.level, 'string');
    assert.equal(typeof entry.message, 'string');
  }
  assert.ok(!log.some((line) => line.includes('in-the-query')));
});

test('AU-07 every line of the log is one JSON object', async () => {
  await hb.send('/l/zzzzzzz9');
  await hb.deliver(['not a click']);
  const log = await hb.log();
  assert.ok(log.length > 0);
  for (const line of log) assert.equal(typeof JSON.parse(line).message, 'string', line);
});

test('AU-07 metrics count clicks, duplicates and losses; only the operator reads them', async () => {
  for (const token of [demo.manager.token, demo.reader]) assert.equal((await hb.send('/metrics', { headers: { authorization: `Bearer ${token}` } })).status, 403);
  assert.equal((await hb.send('/metrics')).status, 401);

  const metrics = async (): Promise<Record<string, number>> => samples(await hb.send('/metrics', { headers: { authorization: `Bearer ${operator.token}` } }));
  const before = await metrics();
  for (const name of ['handbill_clicks_total', 'handbill_clicks_lost_total', 'handbill_clicks_duplicate_total']) assert.ok(Number.isSafeInteger(before[name]), name);
  const path = await linkTo(demo.manager, 'https://shop.example/');
  for (let n = 0; n < 5; n += 1) await hb.send(path, { headers: { 'user-agent': BROWSERS[0] } });
  await eventually('five clicks in the metrics', async () => (await metrics())['handbill_clicks_total'] === before['handbill_clicks_total']! + 5);
  assert.equal((await metrics())['handbill_clicks_lost_total'], before['handbill_clicks_lost_total']);
  const { headers } = await hb.send('/metrics', { headers: { authorization: `Bearer ${operator.token}` } });
  assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
});
