// Random bodies, headers and secrets against the packed tarball: whatever comes, it
// is refused with a `WebhookError`. SEED repeats a run, ROUNDS makes it longer.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import type * as Webhooks from '../src/webhooks.ts';
import type * as Explain from '../src/webhooks/explain.ts';
import { Project } from './packed.ts';

const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32));
const ROUNDS = Number(process.env['ROUNDS'] ?? 50_000);

const project = new Project();
after(() => project.remove());
const webhooks: typeof Webhooks = await project.load('dist/webhooks.js');
const { sign, verify, verifySignature } = webhooks;
const { default: alone }: { default: typeof Webhooks } = await project.load('dist/webhooks.cjs');
const { explain }: typeof Explain = await project.load('dist/webhooks/explain.js');

const SCHEMES: Webhooks.Scheme[] = ['ticket-tailor', 'standard-webhooks', 'stripe', 'github'];
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NOW = 1_795_428_000_000;

/** Numbers from 0 below 1, the same for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = numbersOf(seed);
  }

  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  bytes(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most + 1) }, () => this.below(256)));
  }

  /** Any UTF-16, halves of pairs included. */
  text(most: number): string {
    const units = Array.from({ length: this.below(most + 1) }, () => this.of([this.below(128), this.below(128), this.below(65_536), 0xd800, 0xfeff]));
    return String.fromCharCode(...units);
  }

  /** A text with something inserted, left out, doubled or replaced. */
  mutated(text: string): string {
    const at = this.below(text.length + 1);
    const [head, tail] = [text.slice(0, at), text.slice(at)];
    const length = this.below(12);
    const inserted = this.of([',', '=', ' ', '.', 't=', 'v1=', 'v1,', 'sha256=', '\0', '0', 'F', '٣', 't=1795428000', this.text(5)]);
    return this.of([head + inserted + tail, head + tail.slice(length), head + tail.slice(0, length) + tail, head + inserted + tail.slice(inserted.length), text + text, `${text},${text}`, head, tail]);
  }
}

/** What is sent; any type, as JavaScript lets it through. */
function anyBody(random: Random, signed: string): unknown {
  return random.of<() => unknown>([
    () => signed,
    () => Buffer.from(signed),
    () => random.bytes(300),
    () => random.text(200),
    () => random.mutated(signed),
    () => new Uint8Array(random.bytes(2_000)).buffer,
    () => new Float64Array(random.below(9)),
    () => new DataView(new ArrayBuffer(random.below(700))),
    () => random.of([undefined, null, 7, true, {}, [], Symbol('body'), () => signed, 7n]),
  ])();
}

function anyHeader(random: Random, scheme: Webhooks.Scheme, headers: Record<string, string>): unknown {
  const values = Object.entries(headers).map(([name, value]) => [name, random.of<unknown>([value, random.mutated(value), random.text(80), [value], [value, value], [], undefined, null, 7, {}])]);
  const [signature = ''] = Object.values(headers).slice(-1);
  return random.of<() => unknown>([
    () => headers,
    () => Object.fromEntries(values),
    () => new Map(values as [string, unknown][]),
    () => ({ get: () => random.mutated(signature) }),
    () => ({ get: random.text(9), ...headers }),
    () => random.mutated(signature),
    () => random.text(200),
    () => random.of([undefined, null, 7, true, [], {}, Symbol(scheme), 7n, Object.create(null)]),
  ])();
}

function anySecrets(random: Random): unknown {
  return random.of<() => unknown>([
    () => random.text(60),
    () => random.bytes(100),
    () => random.mutated(SECRET),
    () => `whsec_${random.bytes(250).toString('base64')}`,
    () => Array.from({ length: random.below(18) }, () => random.of([random.text(90), random.bytes(90), `whsec_${random.bytes(40).toString('base64')}`])),
    () => random.of([undefined, null, 7, [null], [[SECRET]], {}, '', [''], Symbol('secret')]),
  ])();
}

/** HMAC fills a key up with zeros, and `whsec_` may be left out. */
const isSecret = (secrets: unknown): boolean => typeof secrets === 'string' && [SECRET, SECRET.slice(6)].includes(secrets.replace(/\0+$/, ''));

/** Whether it is accepted; anything but a `WebhookError` fails. */
function isAccepted(run: () => unknown, what: string): boolean {
  try {
    run();
    return true;
  } catch (error) {
    const { name, code, message } = error as Webhooks.WebhookError;
    assert.equal(name, 'WebhookError', `${what}: ${(error as Error).stack}`);
    assert.ok(/^[a-z_]+$/.test(code) && message !== '', `${what}: ${code}, ${message}`);
    return false;
  }
}

/** A signed body, of a length on either side of where Node's hash is asked. */
function signedBody(random: Random): string {
  return `{"id":"wh_${random.below(1_000)}","name":"${random.of(['', 'Zoë €', 'x'.repeat(random.below(1_500)), '😀'])}"}`;
}

test('NP-03 nobody is accepted who does not know the secret, and nothing else is thrown', (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Random(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const what = `SEED=${SEED}, round ${round}`;
    const scheme = random.of(SCHEMES);
    const text = signedBody(random);
    const headers = sign(text, SECRET, { scheme, id: 'msg_1', now: NOW });
    const secrets = anySecrets(random) as Webhooks.Secrets;
    if (isSecret(secrets)) continue;
    const [body, header] = [anyBody(random, text) as Webhooks.Body, anyHeader(random, scheme, headers) as Webhooks.Header];
    assert.equal(isAccepted(() => verify(body, header, secrets, { scheme, now: NOW }), what), false, what);
    if (round % 50 === 0) isAccepted(() => explain(body, header, secrets, { scheme }), what);
    if (round % 10 === 0) isAccepted(() => sign(body, secrets, { scheme, id: random.text(20), now: NOW }), what);
  }
});

test('NP-03 what was changed on the way is accepted only if time, signature and body are as they were', (t) => {
  t.diagnostic(`SEED=${SEED}`);
  const random = new Random(SEED);
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const what = `SEED=${SEED}, round ${round}`;
    const text = signedBody(random);
    const mac = createHmac('sha256', SECRET).update(`1795428000${text}`).digest('hex');
    const header = random.mutated(`t=1795428000,v1=${mac}`);
    const body = random.below(2) === 0 ? text : random.mutated(text);
    if (!isAccepted(() => verifySignature(body, header, SECRET, { now: NOW }), what)) continue;
    accepted += 1;
    const members = header.split(',');
    assert.deepEqual(members.filter((member) => member.startsWith('t=')), ['t=1795428000'], what);
    assert.ok(members.includes(`v1=${mac}`), what);
    assert.equal(body, text, what);
  }
  // Members of other names may be added.
  assert.ok(accepted > 0);
});

test('NP-03 any other bit of body, signature, time or secret is refused', () => {
  for (const scheme of SCHEMES) {
    const body = Buffer.from('{"id":"wh_1"}');
    const headers = sign(body, SECRET, { scheme, id: 'msg_1', now: NOW });
    const key = Buffer.from(SECRET);
    const check = (body: Buffer, headers: Record<string, string>, key: Buffer) => isAccepted(() => verifySignature(body, headers, key, { scheme, now: NOW }), scheme);
    assert.ok(check(body, headers, key));
    const flipped = (bytes: Buffer, bit: number) => bytes.map((byte, place) => (place === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)) as Buffer;
    for (let bit = 0; bit < body.length * 8; bit += 1) assert.ok(!check(flipped(body, bit), headers, key), `${scheme}: bit ${bit} of the body`);
    for (let bit = 0; bit < key.length * 8; bit += 1) assert.ok(!check(body, headers, flipped(key, bit)), `${scheme}: bit ${bit} of the secret`);
    for (const [name, value] of Object.entries(headers)) {
      const bytes = Buffer.from(value, 'latin1');
      for (let bit = 0; bit < bytes.length * 8; bit += 1) assert.ok(!check(body, { ...headers, [name]: flipped(bytes, bit).toString('latin1') }, key), `${scheme}: bit ${bit} of ${name}`);
    }
  }
});

test('NP-03 headers and lists of secrets of any length have an answer', () => {
  const mac = '0'.repeat(64);
  const headers = ['t=1795428000,'.repeat(100_000), `t=1795428000${`,v1=${mac}`.repeat(50_000)}`, ','.repeat(1_000_000), '='.repeat(1_000_000), 't'.repeat(1_000_000), `t=${'1'.repeat(1_000_000)},v1=${mac}`, ' '.repeat(1_000_000), '\ud800'.repeat(300_000)];
  for (const header of headers) {
    for (const scheme of SCHEMES) {
      const sent = { 'webhook-id': 'x'.repeat(100_000), 'webhook-timestamp': '1795428000', 'webhook-signature': header };
      assert.ok(!isAccepted(() => verify('{}', scheme === 'standard-webhooks' ? sent : header, Array.from({ length: 16 }, () => SECRET), { scheme, now: NOW }), header.slice(0, 20)));
    }
  }
  // The last of many signatures, with an id as long, by the last of many secrets.
  const id = 'x'.repeat(100_000);
  const body = Buffer.alloc(3_000, '{');
  const scheme = 'standard-webhooks';
  const signed = sign(body, SECRET, { scheme, id, now: NOW });
  const many = { ...signed, 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} `.repeat(1_000) + signed['webhook-signature'] };
  const secrets = Array.from({ length: 16 }, (_, n) => (n === 15 ? SECRET : Buffer.alloc(20, n).toString('base64').slice(0, 24)));
  assert.deepEqual(verifySignature(body, many, secrets, { scheme, now: NOW }), { secret: 15 });
});

test('NP-03 a body of 10 MB, and bytes that are no text, are hashed as they came', () => {
  const builtin = process.getBuiltinModule;
  const large = Buffer.alloc(10_000_000, 'Zoë €😀');
  large.write('{');
  const broken = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0]), Buffer.from('"}')]);
  const replaced = Buffer.from(broken.toString());
  for (const { verifySignature } of [webhooks, alone]) {
    if (verifySignature === alone.verifySignature) Object.assign(process, { getBuiltinModule: undefined });
    try {
      for (const body of [large, large.toString(), broken, Buffer.concat([broken, large]), Buffer.concat([broken, large.subarray(0, 20_000)])]) {
        const header = (body: Buffer | string) => `t=1795428000,v1=${createHmac('sha256', SECRET).update('1795428000').update(body).digest('hex')}`;
        assert.deepEqual(verifySignature(body, header(body), SECRET, { now: NOW }), { secret: 0 });
        assert.ok(!isAccepted(() => verifySignature(body, header(replaced), SECRET, { now: NOW }), 'replaced'));
      }
    } finally {
      Object.assign(process, { getBuiltinModule: builtin });
    }
  }
});
