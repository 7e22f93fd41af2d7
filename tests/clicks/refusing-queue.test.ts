import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { figuresOf, ledgerSize } from '../support/clicks.ts';
import { eventually } from '../support/eventually.ts';
import { QUEUE_REFUSES, QUEUE_WAITS } from '../support/faults.ts';
import { samples } from '../support/metrics.ts';
import type { Handbill } from '../support/runtime.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const browser = { 'user-agent': BROWSERS[0] };

/** A running Handbill with a link on it. */
async function withLink(faults: string, run: (hb: Handbill, path: string, figures: () => ReturnType<typeof figuresOf>, metrics: () => Promise<Record<string, number>>) => Promise<void>): Promise<void> {
  const hb = await startHandbill({ faults });
  try {
    const operator = await operatorOf(hb);
    const demo = await organizerNamed(hb, operator, 'demo');
    const link = await demo.venue.made({ via: 2 });
    await run(
      hb,
      new URL(link.short_url).pathname,
      () => figuresOf(hb, demo.manager.token, link.id),
      async () => samples(await hb.send('/metrics', { headers: { authorization: `Bearer ${operator.token}` } })),
    );
  } finally {
    await hb.stop();
  }
}

test('RD-07 the answer does not wait for the queue', () =>
  withLink(QUEUE_WAITS, async (hb, path, figures) => {
    assert.equal((await hb.send(path, { headers: browser })).status, 302);
    await eventually('the click to wait at the queue', async () => (await hb.kv.get('test:waiting')) === 'yes');
    assert.equal(await ledgerSize(hb), 0);
    await hb.kv.put('test:release', 'yes');
    await hb.drain(1);
    assert.equal((await figures()).views, 1);
  }));

test('RD-07 when the queue refuses, clicks reach D1 the other way, each once', () =>
  withLink(QUEUE_REFUSES, async (hb, path, figures, metrics) => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => hb.send(path, { headers: browser })));
    for (const { status } of answers) assert.equal(status, 302);
    await hb.drain(60);
    assert.deepEqual(await figures(), { raw: 60, robots: 0, views: 60, visitors: 60 });
    const { handbill_clicks_total: counted, handbill_clicks_lost_total: lost } = await metrics();
    assert.deepEqual([counted, lost], [60, 0]);
    assert.ok((await hb.log()).some((line) => line.includes('the queue is full')), 'the log says that the queue refused');
  }));

test('RD-07 when D1 fails too, the click is lost and counted as lost, and the visitor led on', () =>
  withLink(QUEUE_REFUSES, async (hb, path, figures, metrics) => {
    await hb.execute("CREATE TRIGGER broken BEFORE INSERT ON click BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
    for (let n = 0; n < 7; n += 1) assert.equal((await hb.send(path, { headers: browser })).status, 302);
    await eventually('seven losses to be known', async () => (await metrics())['handbill_clicks_lost_total'] === 7);
    assert.equal(await ledgerSize(hb), 0);
    const lines = (await hb.log()).filter((line) => line.includes('broken on purpose')).map((line) => JSON.parse(line));
    assert.ok(lines.length >= 7);
    for (const { level } of lines) assert.equal(level, 'error');

    await hb.execute('DROP TRIGGER broken');
    for (let n = 0; n < 3; n += 1) await hb.send(path, { headers: browser });
    await hb.drain(3);
    assert.deepEqual(await figures(), { raw: 3, robots: 0, views: 3, visitors: 3 });
    assert.equal((await metrics())['handbill_clicks_lost_total'], 7);
    assert.equal(await hb.value("SELECT value FROM metric WHERE name = 'clicks_lost'"), 7, 'losses outlive the isolate');
  }));
