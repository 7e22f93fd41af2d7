// The outbox outlives whatever ends the runtime: no mail is lost, and none comes
// twice from a provider that knows its key.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import { MINUTE } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { send } from '../support/http.ts';
import type { Answer } from '../support/http.ts';
import { startKillable } from '../support/killable.ts';
import { MailProvider } from '../support/mail.ts';
import type { Mood } from '../support/mail.ts';
import { signingKey, startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const state = mkdtempSync(join(tmpdir(), 'handbill-mail-'));
const provider = await MailProvider.start();
after(() => provider.stop());
const vars = { MAIL_URL: provider.url, MAIL_API_KEY: 're_secret', MAIL_FROM: 'links@shop.example', SIGNING_KEYS: signingKey('test') };

let hb = await startHandbill({ state, vars });
after(async () => {
  await hb.stop();
  rmSync(state, { recursive: true, force: true });
});
const { token } = (await organizerNamed(hb, await operatorOf(hb), 'demo')).manager;
const manager = (): Manager => new Manager(hb, token);
let minutes = 0;

let promoters = 0;
const newcomer = (): { kind: string; name: string; email: string } => {
  promoters += 1;
  return { kind: 'affiliate', name: `Promoter ${promoters}`, email: `promoter-${promoters}@example.org` };
};

/** Runs `action` on a Handbill that it can end, and starts another on what is left. */
async function crashing(action: (dying: Awaited<ReturnType<typeof startKillable>>) => Promise<void>): Promise<void> {
  await hb.stop();
  const dying = await startKillable(state, vars);
  try {
    await action(dying);
  } finally {
    await dying.kill();
    hb = await startHandbill({ state, vars });
  }
}

/** Lets a minute pass, and the cron run. */
async function nextMinute(): Promise<void> {
  minutes += 1;
  await hb.setClockAhead(minutes * MINUTE);
  await hb.runCron();
}

const states = async (): Promise<Set<string>> => new Set((await manager().get('mails?limit=100')).json.data.map(({ state: now }: { state: string }) => now));

for (const until of [1, 10, 25]) {
  test(`ST-07 killed after ${until} of 40 links were made: each that was confirmed has its mail, and no mail is without its link`, async () => {
    const waiting = Array.from({ length: 40 }, newcomer);
    const made: { email: string; answer: Answer }[] = [];
    await crashing(async (dying) => {
      let death: Promise<void> | undefined;
      await Promise.all(Array.from({ length: 8 }, async () => {
        for (let body = waiting.shift(); body !== undefined && death === undefined; body = waiting.shift()) {
          try {
            made.push({ email: body.email, answer: await send(dying.url, '/manage/promoter-links', { method: 'POST', body, headers: { authorization: `Bearer ${token}` } }) });
          } catch (error) {
            if (death === undefined) throw error;
          }
          if (made.length >= until) death ??= dying.kill();
        }
      }));
      await death;
    });
    assert.ok(made.length >= until && made.length < 40, `${made.length} answers`);
    for (const { answer } of made) assert.equal(answer.status, 201, answer.text);
    assert.equal(await hb.value('SELECT count(*) FROM link l LEFT JOIN mail m ON m.link_id = l.id AND m.email = l.promoter_email WHERE l.promoter_email IS NOT NULL AND m.id IS NULL'), 0);
    await nextMinute();
    for (const { email, answer } of made) {
      const [mail, ...more] = provider.to(email);
      assert.deepEqual(more, []);
      assert.ok(mail!.mail.text.includes(new URL(answer.json.short_url).pathname));
    }
    assert.deepEqual(await states(), new Set(['sent']));
  });
}

/** Ends the runtime while the provider has the first mail in its hands; then `meanwhile`. */
async function killedAtProvider(mood: Mood, meanwhile?: () => void): Promise<void> {
  await crashing(async (dying) => {
    provider.moods = [mood];
    const reached = new Promise<void>((resolve) => void (provider.onTry = () => resolve()));
    dying.startCron();
    await reached;
    provider.onTry = undefined;
    await dying.kill();
    meanwhile?.();
  });
}

for (const mood of ['takes and hangs', 'hangs'] satisfies Mood[]) {
  test(`ST-07 killed while the provider ${mood}: the second try has the same key, and one mail goes out`, async () => {
    const body = newcomer();
    await manager().made('promoter-links', body);
    await killedAtProvider(mood);
    assert.deepEqual(provider.triedTo(body.email).length, 1);
    assert.ok((await states()).has('waiting'));
    await nextMinute();
    const [first, second, ...more] = provider.triedTo(body.email);
    assert.deepEqual([second!.key, second!.body, more], [first!.key, first!.body, []]);
    assert.equal(provider.to(body.email).length, 1);
    const [mail] = (await manager().get('mails?limit=1')).json.data;
    assert.deepEqual([mail.state, mail.attempts], ['sent', 2]);
  });
}

test('ST-07 a mail that was taken, and would now be another text, is not sent again', async () => {
  const body = newcomer();
  await manager().made('promoter-links', body);
  // The private page's address is signed with the newest key.
  await killedAtProvider('takes and hangs', () => {
    vars.SIGNING_KEYS = `${signingKey('newer')},${vars.SIGNING_KEYS}`;
  });
  await nextMinute();
  const [first, second, ...more] = provider.triedTo(body.email);
  assert.deepEqual([second!.key, second!.body === first!.body, more], [first!.key, false, []]);
  await nextMinute();
  assert.deepEqual([provider.to(body.email).length, provider.triedTo(body.email).length], [1, 2]);
  assert.deepEqual(await states(), new Set(['sent']));
  const page = /http\S+(\/stats\/\S+)/.exec(first!.mail.text)![1]!;
  assert.equal((await hb.send(page)).status, 200, 'the address in the mail still holds');
});

test('ST-07 killed on the way through many mails: all go out, each once', async () => {
  const bodies = Array.from({ length: 30 }, newcomer);
  for (const body of bodies) await manager().made('promoter-links', body);
  for (const after of [1, 9]) {
    await crashing(async (dying) => {
      const before = provider.tried.length;
      let death: Promise<void> | undefined;
      provider.onTry = () => {
        if (provider.tried.length - before >= after) death ??= dying.kill();
      };
      dying.startCron();
      await eventually('the runtime to be killed', async () => death !== undefined);
      provider.onTry = undefined;
      await death;
    });
  }
  for (let n = 0; n < 4; n += 1) await nextMinute();
  for (const { email } of bodies) {
    assert.equal(provider.to(email).length, 1, email);
    assert.equal(new Set(provider.triedTo(email).map(({ key }) => key)).size, 1);
    assert.equal(new Set(provider.triedTo(email).map(({ body }) => body)).size, 1);
  }
  assert.deepEqual(await states(), new Set(['sent']));
});
