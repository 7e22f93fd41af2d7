// Mail by the runtime's own binding, which writes messages to disk here; and no
// mail at all where nobody is set up to send any.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MINUTE } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { MailProvider } from '../support/mail.ts';
import { pictureOf } from '../support/png.ts';
import { codeIn } from '../support/qr.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const PIA = { kind: 'affiliate', name: 'Pia <i>', email: 'pia@example.org' };

/** The parts of the messages that the binding wrote, by the end of their names. */
function written(hb: Handbill, end: string): Buffer[] {
  const names = readdirSync(hb.state, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)email\//.test(name) && name.endsWith(end));
  return names.map((name) => readFileSync(join(hb.state, name)));
}

test('ST-07 without an HTTP provider the binding gets the mail, once', async () => {
  const hb = await startHandbill({ vars: { MAIL_FROM: 'Rock Tickets <links@shop.example>' } });
  try {
    const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
    const link = await manager.made('promoter-links', PIA);
    assert.deepEqual(written(hb, '.txt'), []);
    await hb.runCron();
    await eventually('the message on disk', async () => written(hb, '.png').length > 0);
    await hb.setClockAhead(5 * MINUTE);
    await hb.runCron();
    const [texts, htmls, pictures] = ['.txt', '.html', '.png'].map((end) => written(hb, end)) as [Buffer[], Buffer[], Buffer[]];
    assert.deepEqual([texts.length, htmls.length, pictures.length], [1, 1, 1]);
    for (const held of [link.short_url, link.stats_url, 'Pia <i>']) assert.ok(texts[0]!.includes(held), held);
    for (const held of [link.short_url, link.stats_url, 'Pia &lt;i&gt;']) assert.ok(htmls[0]!.includes(held), held);
    assert.equal(await codeIn(pictureOf(pictures[0]!)), link.short_url);
    const [mail] = (await manager.get('mails')).json.data;
    assert.deepEqual([mail.state, mail.attempts, mail.error], ['sent', 1, null]);
  } finally {
    await hb.stop();
  }
});

test('ST-07 with an HTTP provider the binding gets nothing', async () => {
  const provider = await MailProvider.start();
  const hb = await startHandbill({ vars: { MAIL_URL: provider.url, MAIL_FROM: 'links@shop.example' } });
  try {
    const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
    await manager.made('promoter-links', PIA);
    await hb.runCron();
    assert.equal(provider.to(PIA.email).length, 1);
    assert.deepEqual(written(hb, '.txt'), []);
  } finally {
    await hb.stop();
    provider.stop();
  }
});

test('ST-07 where nobody is set up to send, mail waits, and goes out when somebody is', async () => {
  const state = mkdtempSync(join(tmpdir(), 'handbill-mail-'));
  const provider = await MailProvider.start();
  try {
    const without = await startHandbill({ state, vars: { MAIL_URL: provider.url, MAIL_FROM: '' } });
    const { manager } = await organizerNamed(without, await operatorOf(without), 'demo');
    const link = await manager.made('promoter-links', PIA);
    await without.runCron();
    const [mail] = (await manager.get('mails')).json.data;
    assert.deepEqual([mail.state, mail.attempts, mail.link_id], ['waiting', 0, link.id]);
    assert.deepEqual([provider.tried, written(without, '.txt')], [[], []]);
    await without.stop();
    const having = await startHandbill({ state, vars: { MAIL_URL: provider.url, MAIL_FROM: 'links@shop.example' } });
    await having.runCron();
    await having.stop();
    assert.equal(provider.to(PIA.email).length, 1);
  } finally {
    provider.stop();
    rmSync(state, { recursive: true, force: true });
  }
});
