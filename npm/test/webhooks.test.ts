// The entries `handbill/webhooks`, `handbill/webhooks/explain` and `handbill/testing`
// of the packed tarball, against the vectors that core runs too.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import type * as Testing from '../src/testing.ts';
import type * as Webhooks from '../src/webhooks.ts';
import type * as Explain from '../src/webhooks/explain.ts';
import { Project } from './packed.ts';

const project = new Project();
after(() => project.remove());
const webhooks: typeof Webhooks = await project.load('dist/webhooks.js');
const { createReplayGuard, memoryStore, sign, verify, verifyRequest, verifySignature, WebhookError } = webhooks;
const { explain }: typeof Explain = await project.load('dist/webhooks/explain.js');
const { testHeaders, testRequest }: typeof Testing = await project.load('dist/testing.js');

interface Case {
  name: string;
  scheme: Webhooks.Scheme;
  secrets: string[];
  headers: { signature: string; id?: string; timestamp?: string };
  body?: string;
  body_hex?: string;
  error?: string;
  message?: string;
}
interface Vectors {
  mac: { name: string; key: string; message: string; mac: string }[];
  sign: (Case & { id: string; at: number })[];
  sign_refused: (Case & { id: string; at: number; error: string })[];
  verify: (Case & { now: number; tolerance: number; future_tolerance: number; secret?: number })[];
  explain: (Case & { mistake: string | null })[];
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('../../crates/core/vectors/webhook.json', import.meta.url), 'utf8'));

const NAMES = { 'ticket-tailor': 'Tickettailor-Webhook-Signature', 'standard-webhooks': 'webhook-signature', stripe: 'Stripe-Signature', github: 'X-Hub-Signature-256' };
const SECRET = 'ABCD123';
const EVENT = { id: 'wh_1', created_at: '2026-11-23 12:00:00', event: 'ORDER.CREATED', resource_url: 'https://tickets.example/v1/orders/or_1', payload: { referral_tag: 'website' } };
const BODY = JSON.stringify(EVENT);

/** As they come over the wire. */
function sent({ scheme, headers }: Case): Record<string, string> {
  const all = { 'webhook-id': headers.id, 'webhook-timestamp': headers.timestamp, [NAMES[scheme]]: headers.signature };
  return Object.fromEntries(Object.entries(all).filter((header): header is [string, string] => Boolean(header[1])));
}

const bytesOf = ({ body, body_hex }: Case): Buffer => (body === undefined ? Buffer.from(body_hex ?? '', 'hex') : Buffer.from(body));

/** The same bytes in all the ways that they are handed over. */
function ways(bytes: Buffer): Webhooks.Body[] {
  const within = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('behind')]);
  const copy = new Uint8Array(bytes).buffer;
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const text = bytes.toString();
  const views = [bytes, new Uint8Array(bytes), within.subarray(6, 6 + bytes.length), copy, new DataView(copy), shared, shared.buffer];
  return Buffer.from(text).equals(bytes) ? [...views, text] : views;
}

/** The code and the message of what is thrown. */
function refusal(run: () => unknown): { code: string; message: string; status: number; cause?: { code: string; message: string } } {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof WebhookError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

test('NP-03 signatures are judged as core judges them, however the body is handed over', () => {
  assert.ok(vectors.verify.length > 90);
  for (const wanted of vectors.verify) {
    const { name, scheme, secrets, now, tolerance, future_tolerance: futureTolerance, secret, error, message } = wanted;
    const options = { scheme, now: now * 1000, tolerance, futureTolerance };
    for (const body of ways(bytesOf(wanted))) {
      const run = () => verifySignature(body, sent(wanted), secrets, options);
      if (error === undefined) assert.deepEqual(run(), { secret }, name);
      else if (tolerance < 0) assert.equal(refusal(run).code, 'invalid_option', name);
      else {
        const got = refusal(run);
        assert.equal(got.code, error, name);
        assert.equal(got.status, /_secret$/.test(error) ? 500 : 400, name);
        if (message !== undefined) assert.equal(got.message, message, name);
      }
    }
  }
});

test('NP-03 HMACs are those of RFC 4231 and of Wycheproof', () => {
  let count = 0;
  for (const { name, key, message, mac } of vectors.mac) {
    if (message === '') continue;
    const [secret, body] = [Buffer.from(key, 'hex'), Buffer.from(message, 'hex')];
    if (secret.length === 0) continue;
    assert.deepEqual(verifySignature(body, `sha256=${mac}`, secret, { scheme: 'github' }), { secret: 0 }, name);
    for (let bit = 0; bit < 256; bit += 37) {
      const other = Buffer.from(mac, 'hex');
      other[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(refusal(() => verifySignature(body, `sha256=${other.toString('hex')}`, secret, { scheme: 'github' })).code, 'no_match', name);
    }
    count += 1;
  }
  assert.ok(count > 30);
});

test('NP-07 signing makes the headers that core makes, and refuses the same', () => {
  for (const wanted of vectors.sign) {
    const { name, scheme, secrets, id, at } = wanted;
    for (const body of ways(bytesOf(wanted))) assert.deepEqual(sign(body, secrets, { scheme, id, now: at * 1000 }), sent(wanted), name);
  }
  for (const wanted of vectors.sign_refused) {
    const { name, scheme, secrets, id, at, error } = wanted;
    assert.equal(refusal(() => sign(bytesOf(wanted), secrets, { scheme, id, now: at * 1000 })).code, error, name);
  }
});

test('WH-04 Ticket Tailor’s way of signing is that of its document, with one `v1`', () => {
  for (const body of [BODY, '{"name":"Zoë – 12,50 €"}']) {
    const mac = createHmac('sha256', SECRET).update('1795428000').update(body).digest('hex');
    const headers = sign(body, SECRET, { now: 1_795_428_000_999 });
    assert.deepEqual(headers, { 'Tickettailor-Webhook-Signature': `t=1795428000,v1=${mac}` });
    // As receivers take it apart.
    assert.deepEqual(/t=(\d+),v1=(.*)/.exec(Object.values(headers)[0]!)?.slice(1), ['1795428000', mac]);
  }
});

test('WH-13 what is signed as Standard Webhooks is accepted by the libraries that receivers have', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  for (const Library of [StandardWebhook, SvixWebhook]) {
    const headers = sign(BODY, secret, { scheme: 'standard-webhooks', id: 'msg_1' });
    assert.deepEqual(Object.keys(headers), ['webhook-id', 'webhook-timestamp', 'webhook-signature']);
    new Library(secret).verify(BODY, headers);
    assert.throws(() => new Library(secret).verify(BODY.replace('wh_1', 'wh_2'), headers), /No matching signature/);
  }
});

test('NP-06 the mistake behind a wrong signature is named, and nothing is accepted for it', () => {
  for (const wanted of vectors.explain) {
    const { name, scheme, secrets, mistake } = wanted;
    for (const body of ways(bytesOf(wanted))) {
      assert.equal(explain(body, sent(wanted), secrets, { scheme })?.code ?? null, mistake, name);
      const error = refusal(() => verify(body, sent(wanted), secrets, { scheme, now: 1_795_428_000_000, explain }));
      assert.equal(error.cause?.code ?? null, mistake, name);
      if (error.cause) assert.match(error.cause.message, /: /, name);
    }
  }
});

test('NP-06 the headers of another scheme are found', () => {
  const cases = [
    ['stripe', 'github'],
    ['github', 'standard-webhooks'],
    ['ticket-tailor', 'stripe'],
    ['standard-webhooks', 'stripe'],
  ] as const;
  for (const [expected, used] of cases) {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const headers = testHeaders(BODY, secret, { scheme: used });
    const { code, cause } = refusal(() => verify(BODY, headers, secret, { scheme: expected, explain }));
    assert.deepEqual([code, cause?.code], ['missing_header', 'other_scheme'], `${used} for ${expected}`);
    // Stripe's header has the form of Ticket Tailor's.
    assert.ok(cause?.message.includes(`\`${used === 'stripe' && expected !== 'ticket-tailor' ? 'ticket-tailor' : used}\``), cause?.message);
  }
});

test('NP-02 headers may be a text, a `Headers`, or an object like that of Node', () => {
  const headers = testHeaders(BODY, SECRET);
  const name = 'Tickettailor-Webhook-Signature';
  const signature = headers[name]!;
  const all: Webhooks.Header[] = [signature, headers, new Headers(headers), new Map([[name, signature]]), { [name.toLowerCase()]: signature }, { [name.toUpperCase()]: signature }, { [name]: [signature] }, { other: undefined, [name.toLowerCase()]: signature }];
  for (const header of all) assert.deepEqual(verify(BODY, header, SECRET), EVENT);
  const standard = testHeaders(BODY, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { scheme: 'standard-webhooks' });
  assert.deepEqual(verify(BODY, new Headers(standard), 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { scheme: 'standard-webhooks' }), EVENT);

  const code = (header: unknown) => refusal(() => verify(BODY, header as Webhooks.Header, SECRET)).code;
  assert.equal(code({}), 'missing_header');
  assert.equal(code(undefined), 'missing_header');
  assert.equal(code(null), 'missing_header');
  assert.equal(code(''), 'missing_header');
  assert.equal(code(new Headers()), 'missing_header');
  assert.equal(code({ [name]: 7 }), 'missing_header');
  assert.equal(code({ [name]: [signature, signature] }), 'malformed_header');
  assert.equal(code({ [name]: signature, [name.toUpperCase()]: signature }), 'malformed_header');
  const twice = new Headers(headers);
  twice.append(name, signature);
  assert.equal(code(twice), 'malformed_header');
});

test('NP-02 an error is shown by its name, as an object and in JSON', () => {
  const error = refusal(() => verify(BODY, 't=1795428000', SECRET)) as Webhooks.WebhookError;
  const shown = 'WebhookError: the header has no signature of version 1';
  assert.equal(String(error), shown);
  assert.ok(error.stack?.startsWith(`${shown}\n`), error.stack);
  assert.ok(inspect(error).startsWith(`${shown}\n`), inspect(error));
  assert.equal(JSON.stringify(error), '{"code":"missing_signature","message":"the header has no signature of version 1"}');
});

test('NP-03 what is no body is refused, with a hint', () => {
  const code = (body: unknown) => refusal(() => verify(body as Webhooks.Body, testHeaders(BODY, SECRET), SECRET));
  for (const empty of [undefined, null, '', new Uint8Array(), new ArrayBuffer(0)]) assert.equal(code(empty).code, 'empty_body');
  for (const parsed of [EVENT, [EVENT], new Map(), 7, true, Promise.resolve(BODY), new Blob([BODY])]) {
    const { code: got, message, status } = code(parsed);
    assert.deepEqual([got, status], ['parsed_body', 500]);
    assert.match(message, /express\.raw/);
  }
});

test('NP-03 text that was read from other bytes does not pass under their replacement', () => {
  const replaced = '{"name":"\ufffd"}';
  assert.deepEqual(verify(replaced, testHeaders(replaced, SECRET), SECRET), { name: '\ufffd' });
  assert.equal(refusal(() => verify('{"name":"\ud800"}', testHeaders(replaced, SECRET), SECRET)).code, 'malformed_body');
});

test('NP-02 a byte order mark belongs to what is signed, and not to JSON', () => {
  const marked = `\ufeff${BODY}`;
  for (const body of ways(Buffer.from(marked))) assert.deepEqual(verify(body, testHeaders(marked, SECRET), SECRET), EVENT);
});

test('NP-02 what is signed and no JSON throws `not_json`', () => {
  const secret = { scheme: 'github' } as const;
  for (const body of ['payload=%7B%7D', '{"a":', Buffer.from('{"a":"\xff"}', 'latin1')]) {
    assert.equal(refusal(() => verify(body, testHeaders(body, SECRET, secret), SECRET, secret)).code, 'not_json');
    assert.deepEqual(verifySignature(body, testHeaders(body, SECRET, secret), SECRET, secret), { secret: 0 });
  }
});

test('NP-02 the time is now, or given, or that of the arrival', () => {
  const at = Date.now();
  const headers = (ago: number) => testHeaders(BODY, SECRET, { signedAt: at - ago * 1000 });
  const code = (ago: number, options: Webhooks.VerifyOptions) => refusal(() => verify(BODY, headers(ago), SECRET, options)).code;
  assert.deepEqual(verify(BODY, headers(290), SECRET), EVENT);
  assert.deepEqual(verify(BODY, headers(-290), SECRET), EVENT);
  assert.equal(code(400, {}), 'stale');
  assert.equal(code(-400, {}), 'future');
  assert.equal(code(400, { tolerance: 0 }), 'stale');
  assert.equal(code(-30, { futureTolerance: 0 }), 'future');
  assert.deepEqual(verify(BODY, headers(400), SECRET, { tolerance: 500 }), EVENT);
  assert.deepEqual(verify(BODY, headers(10 ** 8), SECRET, { tolerance: Infinity }), EVENT);
  assert.deepEqual(verify(BODY, headers(86_400), SECRET, { receivedAt: new Date(at - 86_400_000) }), EVENT);
  assert.equal(code(86_400, { receivedAt: at, now: at - 86_400_000 }), 'stale');
  for (const options of [{ now: NaN }, { receivedAt: new Date('') }, { tolerance: NaN }, { tolerance: -1 }, { tolerance: '300' }, { futureTolerance: null }, { scheme: 'paypal' }, { scheme: 'toString' }]) {
    assert.equal(code(0, options as Webhooks.VerifyOptions), 'invalid_option', JSON.stringify(options));
  }
});

test('NP-03 secrets: which one matched, and none that is left out by mistake', () => {
  const headers = testHeaders(BODY, SECRET);
  const secrets = Array.from({ length: 16 }, (_, n) => (n === 15 ? SECRET : `other-${n}`));
  assert.deepEqual(verifySignature(BODY, headers, secrets), { secret: 15 });
  assert.deepEqual(verifySignature(BODY, headers, [Buffer.from('other'), new TextEncoder().encode(SECRET)]), { secret: 1 });
  const code = (given: unknown) => refusal(() => verify(BODY, headers, given as Webhooks.Secrets)).code;
  assert.equal(code([...secrets, 'one more']), 'invalid_option');
  assert.equal(code(undefined), 'missing_secret');
  assert.equal(code([]), 'missing_secret');
  assert.equal(code(''), 'empty_secret');
  assert.equal(code([SECRET, '']), 'empty_secret');
  assert.equal(code([SECRET, undefined]), 'invalid_option');
  assert.equal(code(7), 'invalid_option');
});

test('NP-02 bodies of every size, with Node’s hash and without', async () => {
  const builtin = process.getBuiltinModule;
  // A module that has not looked for Node's hash yet.
  const { default: alone }: { default: typeof Webhooks } = await project.load('dist/webhooks.cjs');
  for (const size of [1, 2, 63, 64, 65, 1023, 1024, 1025, 3000, 65_535, 65_536, 300_000, 1_048_576, 5_000_001]) {
    const body = Buffer.from(`{${'ü'.repeat(size)}`).subarray(0, size);
    const t = Math.floor(Date.now() / 1000);
    const header = (secret: string) => `t=${t},v1=${createHmac('sha256', secret).update(`${t}`).update(body).digest('hex')}`;
    for (const { verifySignature } of [webhooks, alone]) {
      if (verifySignature === alone.verifySignature) Object.assign(process, { getBuiltinModule: undefined });
      try {
        for (const given of ways(body)) assert.deepEqual(verifySignature(given, header('schlüssel'), ['x', 'schlüssel']), { secret: 1 }, `${size}`);
        const other = Buffer.from(body);
        other[size - 1]! ^= 1;
        const code = (body: Buffer, header: string, secrets: Webhooks.Secrets) => codeOf(() => verifySignature(body, header, secrets));
        assert.equal(code(other, header(SECRET), SECRET), size === 1 ? 'malformed_body' : 'no_match');
        assert.equal(code(body, header(SECRET), 'x'), 'no_match');
        assert.equal(code(body, header(SECRET), ['x', '']), 'empty_secret');
        assert.equal(code(body, header(SECRET).replace('t=', 't=1'), SECRET), 'malformed_timestamp');
      } finally {
        Object.assign(process, { getBuiltinModule: builtin });
      }
    }
  }
});

/** Of an error of either module. */
function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Webhooks.WebhookError).code;
  }
  return 'none';
}

test('NP-02 a request', async () => {
  const request = testRequest('https://shop.example/hook', EVENT, SECRET);
  assert.equal(request.headers.get('content-type'), 'application/json');
  assert.deepEqual(await verifyRequest(request.clone(), SECRET), EVENT);
  assert.deepEqual(await verifyRequest(testRequest('https://shop.example/hook', EVENT, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { scheme: 'standard-webhooks' }), 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', { scheme: 'standard-webhooks' }), EVENT);
  await assert.rejects(verifyRequest(request.clone(), 'other'), { name: 'WebhookError', code: 'no_match', status: 400 });
  await request.text();
  await assert.rejects(verifyRequest(request, SECRET), { code: 'parsed_body' });
});

test('NP-07 an event is handled once, until three days after and longer', async () => {
  let now = 1_795_428_000_000;
  const guard = createReplayGuard(memoryStore({ now: () => now }));
  let handled = 0;
  const handle = () => (handled += 1);
  assert.deepEqual(await guard.once('wh_1', handle), { isDuplicate: false, value: 1 });
  // Each attempt of the schedule, in seconds after the first.
  for (let attempt = 2; attempt <= 22; attempt += 1) {
    now = 1_795_428_000_000 + attempt ** 4 * 1000;
    assert.deepEqual(await guard.once('wh_1', handle), { isDuplicate: true }, `attempt ${attempt}`);
  }
  now = 1_795_428_000_000 + 6 * 86_400_000;
  assert.deepEqual(await guard.once('wh_1', handle), { isDuplicate: true });
  assert.deepEqual(await guard.once('wh_2', handle), { isDuplicate: false, value: 2 });
  now += 2 * 86_400_000;
  assert.deepEqual(await guard.once('wh_1', handle), { isDuplicate: false, value: 3 });
});

test('NP-07 an event whose handler failed is handled by the next attempt', async () => {
  let now = 0;
  const guard = createReplayGuard(memoryStore({ now: () => now }));
  await assert.rejects(guard.once('wh_1', () => Promise.reject(new Error('the database is away'))), /away/);
  assert.deepEqual(await guard.once('wh_1', () => 'done'), { isDuplicate: false, value: 'done' });

  // While it runs, another delivery is told to come again; not for ever, should it have died.
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = guard.once('wh_2', () => promise);
  await assert.rejects(guard.once('wh_2', () => 'twice'), { code: 'busy', status: 503 });
  now += 61_000;
  assert.deepEqual(await guard.once('wh_2', () => 'after its death'), { isDuplicate: false, value: 'after its death' });
  resolve('late');
  assert.deepEqual(await first, { isDuplicate: false, value: 'late' });
});

test('NP-07 many deliveries at once are one', async () => {
  const guard = createReplayGuard(memoryStore());
  let handled = 0;
  const deliveries = Array.from({ length: 100 }, () => guard.once('wh_1', async () => (handled += 1)).catch((error) => error.code));
  const answers = await Promise.all(deliveries);
  assert.equal(handled, 1);
  assert.equal(answers.filter((answer) => answer === 'busy').length, 99);
});

test('NP-07 a store in memory has a limit, the oldest go first', () => {
  let now = 0;
  const store = memoryStore({ limit: 3, now: () => now });
  for (const key of ['a', 'b', 'c', 'd']) assert.equal(store.add(key, 100), true);
  assert.deepEqual(['a', 'b', 'c', 'd'].map((key) => store.has(key)), [false, true, true, true]);
  assert.equal(store.add('b', 100), false);
  now = 100_000;
  assert.equal(store.has('b'), false);
  assert.equal(store.add('b', 100), true);
});

test('NP-01 ES modules import it, CommonJS requires it, an error of an adapter is one of its class', () => {
  const headers = JSON.stringify(testHeaders(BODY, SECRET, { signedAt: Date.now() + 60_000 }));
  const use = `console.log(verify(${JSON.stringify(BODY)}, ${headers}, '${SECRET}').event, explain('{}', 'sha256=${'0'.repeat(64)}', 'x').code);
    webhook('x')({ readableEnded: true, headers: {}, body: '{}' }, { setHeader() {}, end(text) { console.log(text); } }, (error) => { throw error; });`;
  const wanted = 'ORDER.CREATED other_scheme\n{"code":"missing_header","message":"the header `Tickettailor-Webhook-Signature` is missing"}';
  const names = [['{ verify }', 'handbill/webhooks'], ['{ explain }', 'handbill/webhooks/explain'], ['{ webhook }', 'handbill/adapters/express']];
  assert.equal(project.run('webhooks.mjs', names.map(([name, from]) => `import ${name} from '${from}';`).join('\n') + use), wanted);
  assert.equal(project.run('webhooks.cjs', names.map(([name, from]) => `const ${name} = require('${from}');`).join('\n') + use), wanted);
});

test('NP-01 its types are those of both, without those of Node', () => {
  const use = `
const event: WebhookEvent = verify('{}', 't=1,v1=2', ['a', 'b'], { scheme: 'stripe', tolerance: 60, explain });
const own: { a: number } = verify<{ a: number }>(new Uint8Array(), new Headers(), 'a');
export const all = [event.payload, own.a, createReplayGuard(memoryStore()), testHeaders('{}', 'a'), webhook((env: { SECRET: string }) => env.SECRET, (event) => event.id)];\n`;
  const imports = `import { createReplayGuard, memoryStore, verify, type WebhookEvent } from 'handbill/webhooks';
import { explain } from 'handbill/webhooks/explain';
import { testHeaders } from 'handbill/testing';
import { webhook } from 'handbill/adapters/worker';
export type * as express from 'handbill/adapters/express';
export type * as fastify from 'handbill/adapters/fastify';
export type * as hono from 'handbill/adapters/hono';\n`;
  for (const file of ['webhooks.mts', 'webhooks.cts']) writeFileSync(project.path(file), imports + use);
  const options = ['--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext,dom', '--types', '', '--strict', '--skipLibCheck', 'false', '--noEmit'];
  execFileSync('tsc', [...options, 'webhooks.mts', 'webhooks.cts'], { cwd: project.folder, stdio: ['ignore', 'inherit', 'inherit'] });
});

test('NP-08 it is at most 12 KB, compressed, wasm included', () => {
  const bytes = readFileSync(project.path('node_modules/handbill/dist/webhooks.js'));
  const size = gzipSync(bytes, { level: 9 }).length;
  assert.ok(size <= 12 * 1024, `${size} bytes`);
});
