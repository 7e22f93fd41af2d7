// The pitfalls that others have had: each is shown not to be one of the packed
// tarball's and, where the library that has it is installed, to be one of that.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import * as octokit from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import type * as Webhooks from '../src/webhooks.ts';
import { Project } from './packed.ts';

const project = new Project();
after(() => project.remove());
const { sign, verify, verifySignature }: typeof Webhooks = await project.load('dist/webhooks.js');
/** What octokit's package has for browsers and Workers; it is not exported to Node. */
const octokitWeb: typeof octokit = await import(new URL('./dist-web/index.js', new URL('../', import.meta.resolve('@octokit/webhooks-methods'))).href);

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = '{"id":"wh_1"}';
const NOW = Math.floor(Date.now() / 1000);

type Body = string | Buffer;
const hex = (...parts: Body[]): string => parts.reduce((hmac, part) => hmac.update(part), createHmac('sha256', SECRET)).digest('hex');
const stripeHeader = (body: Body, time: number | string = NOW): string => `t=${time},v1=${hex(`${parseInt(`${time}`)}.`, body)}`;
const byStripe = (body: Body, header: string, tolerance?: number): unknown => Stripe.webhooks.constructEvent(body, header, SECRET, tolerance);
const ofStripe = (body: Webhooks.Body, header: string, options: Webhooks.VerifyOptions = {}): unknown => verify(body, header, SECRET, { scheme: 'stripe', ...options });
const standardHeaders = (body: Body, id = 'msg_1'): Record<string, string> => sign(body, SECRET, { scheme: 'standard-webhooks', id });
const ofStandard = (body: Webhooks.Body, headers: Webhooks.Header): unknown => verify(body, headers, SECRET, { scheme: 'standard-webhooks' });

function refused(code: string, run: () => unknown): void {
  assert.throws(run, { name: 'WebhookError', code });
}

/** What receivers of Ticket Tailor's webhooks paste. */
function byHand(body: string, header: string): boolean {
  const [, time = '', signature] = /t=(\d+),v1=(.*)/.exec(header) ?? [];
  return createHmac('sha256', 'ABCD123').update(time + body).digest('hex') === signature;
}

test('NP-03 digits cannot move from the body to the time, as by hand they can', () => {
  const signature = 'a7992fb4edcab82a46c1593cd6b4fa26b6552cd71238c6915d8a129b215cf814';
  const options = { now: 1_700_000_000_000, tolerance: Infinity };
  const [header, moved] = [`t=1700000000,v1=${signature}`, `t=170000000,v1=${signature}`];
  assert.ok(byHand(BODY, header));
  assert.ok(byHand(`0${BODY}`, moved));
  assert.deepEqual(verify(BODY, header, 'ABCD123', options), { id: 'wh_1' });
  refused('malformed_body', () => verify(`0${BODY}`, moved, 'ABCD123', options));
  refused('malformed_timestamp', () => verify(BODY, moved, 'ABCD123', options));
});

test('NP-03 a second signature may stand in front or behind, which by hand it may not', () => {
  const t = 1_700_000_000;
  const good = createHmac('sha256', 'ABCD123').update(`${t}${BODY}`).digest('hex');
  const other = '0'.repeat(64);
  for (const header of [`t=${t},v1=${good},v1=${other}`, `t=${t},v1=${other},v1=${good}`, `v1=${good},t=${t}`, `t=${t},v0=${other},v1=${good}`]) {
    assert.ok(!byHand(BODY, header));
    assert.deepEqual(verifySignature(BODY, header, 'ABCD123', { now: t * 1000 }), { secret: 0 });
  }
});

test('NP-03 a byte order mark is hashed; stripe drops it and refuses a right signature', () => {
  const body = Buffer.from(`\ufeff${BODY}`);
  const header = stripeHeader(body);
  assert.throws(() => byStripe(body, header), /No signatures found matching/);
  assert.deepEqual(ofStripe(body, header), { id: 'wh_1' });
});

test('NP-03 a byte order mark is no error of JSON; standardwebhooks throws a SyntaxError for it', () => {
  const body = `\ufeff${BODY}`;
  const headers = standardHeaders(body);
  assert.throws(() => new StandardWebhook(SECRET).verify(body, headers), SyntaxError);
  assert.deepEqual(ofStandard(body, headers), { id: 'wh_1' });
});

test('NP-03 bytes are hashed as they came; stripe, svix and standardwebhooks accept others under the signature of their replacement', () => {
  const sent = Buffer.from('{"name":"\ufffd"}');
  const received = Buffer.concat([sent.subarray(0, 9), Buffer.from([0xff]), sent.subarray(12)]);
  assert.equal(received.toString(), sent.toString());
  assert.ok(!received.equals(sent));

  assert.deepEqual(byStripe(received, stripeHeader(sent)), { name: '\ufffd' });
  refused('no_match', () => ofStripe(received, stripeHeader(sent)));

  const headers = standardHeaders(sent);
  assert.deepEqual(new StandardWebhook(SECRET).verify(received, headers), { name: '\ufffd' });
  new SvixWebhook(SECRET).verify(received, headers);
  refused('no_match', () => ofStandard(received, headers));
  // And what was signed as those bytes is right, if it is no JSON.
  assert.throws(() => byStripe(received, stripeHeader(received)), /No signatures found matching/);
  refused('not_json', () => ofStripe(received, stripeHeader(received)));
});

test('NP-03 a time is ten digits; stripe, svix and standardwebhooks read the digits that it begins with', () => {
  const header = stripeHeader(BODY, `${NOW}xyz`);
  assert.deepEqual(byStripe(BODY, header), { id: 'wh_1' });
  refused('malformed_timestamp', () => ofStripe(BODY, header));

  const headers: Record<string, string> = { ...sign(BODY, SECRET, { scheme: 'standard-webhooks', id: 'msg_1', now: NOW * 1000 }), 'webhook-timestamp': `${NOW}abc` };
  assert.deepEqual(new StandardWebhook(SECRET).verify(BODY, headers), { id: 'wh_1' });
  new SvixWebhook(SECRET).verify(BODY, headers);
  refused('malformed_timestamp', () => ofStandard(BODY, headers));
});

test('NP-03 there is one time; stripe takes the last', () => {
  const header = `t=${NOW - 1_000},${stripeHeader(BODY)}`;
  assert.deepEqual(byStripe(BODY, header), { id: 'wh_1' });
  refused('duplicate_timestamp', () => ofStripe(BODY, header));
});

test('NP-03 a time ten years ahead is refused; stripe accepts it', () => {
  const header = stripeHeader(BODY, NOW + 315_360_000);
  assert.deepEqual(byStripe(BODY, header), { id: 'wh_1' });
  refused('future', () => ofStripe(BODY, header));
});

test('NP-03 a tolerance of 0 tolerates nothing; with stripe it tolerates everything', () => {
  const header = stripeHeader(BODY, NOW - 315_360_000);
  assert.throws(() => byStripe(BODY, header), /outside the tolerance/);
  assert.deepEqual(byStripe(BODY, header, 0), { id: 'wh_1' });
  refused('stale', () => ofStripe(BODY, header, { tolerance: 0 }));
});

test('NP-03 an empty secret and an empty signature are refused', () => {
  const header = `t=${NOW},v1=${createHmac('sha256', '').update(`${NOW}${BODY}`).digest('hex')}`;
  refused('empty_secret', () => verify(BODY, header, ''));
  refused('empty_secret', () => verify(BODY, header, ['ABCD123', '']));
  refused('empty_secret', () => verify(BODY, standardHeaders(BODY), 'whsec_', { scheme: 'standard-webhooks' }));
  // The hole of svix's Rust library, CVE-2024-21491.
  for (const signature of ['v1,', 'v1, ', 'v1,dawfeoifkpqwoekfpqoekf', 'v1']) {
    assert.throws(() => ofStandard(BODY, { ...standardHeaders(BODY), 'webhook-signature': signature }), { name: 'WebhookError' });
  }
  refused('missing_signature', () => ofStandard(BODY, { ...standardHeaders(BODY), 'webhook-signature': standardHeaders(BODY)['webhook-signature']!.replace('v1', 'v2') }));
});

test('NP-03 any view of bytes is a body; standardwebhooks, svix and octokit refuse a Uint8Array', async () => {
  const bytes = new Uint8Array(Buffer.from(BODY));
  const headers = standardHeaders(BODY);
  assert.throws(() => new StandardWebhook(SECRET).verify(bytes as Buffer, headers), /type string or Buffer/);
  assert.throws(() => new SvixWebhook(SECRET).verify(bytes as Buffer, headers), /type string or Buffer/);
  assert.deepEqual(ofStandard(bytes, headers), { id: 'wh_1' });

  const signature = `sha256=${hex(BODY)}`;
  await assert.rejects(octokit.verify(SECRET, bytes as unknown as string, signature), /must be a string/);
  assert.deepEqual(verify(bytes, signature, SECRET, { scheme: 'github' }), { id: 'wh_1' });
});

test('NP-03 headers may be a `Headers`; standardwebhooks and svix find none in it', () => {
  const headers = standardHeaders(BODY);
  const all = new Headers(headers) as unknown as Record<string, string>;
  assert.throws(() => new StandardWebhook(SECRET).verify(BODY, all), /Missing required headers/);
  assert.throws(() => new SvixWebhook(SECRET).verify(BODY, all), /Missing required headers/);
  assert.deepEqual(ofStandard(BODY, new Headers(headers)), { id: 'wh_1' });
});

test('NP-03 a header may be a list as in Node; standardwebhooks throws a TypeError', () => {
  const headers = standardHeaders(BODY);
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  assert.throws(() => new StandardWebhook(SECRET).verify(BODY, listed as unknown as Record<string, string>), TypeError);
  assert.deepEqual(ofStandard(BODY, listed), { id: 'wh_1' });
  const twice = { ...headers, 'webhook-signature': [headers['webhook-signature']!, 'v1,'] };
  refused('malformed_header', () => ofStandard(BODY, twice));
});

test('NP-03 a signature has its prefix and its digits alone; octokit for browsers takes it without, and with anything between', async () => {
  const signature = hex(BODY);
  const spaced = signature.replace(/../g, '$& ');
  const upper = signature.toUpperCase();
  for (const given of [signature, spaced, `${signature}sha256=`, upper, `sha256=${upper}`, `--${signature}--`]) {
    assert.equal(await octokitWeb.verify(SECRET, BODY, given), true, given);
    assert.throws(() => verify(BODY, given, SECRET, { scheme: 'github' }), { name: 'WebhookError' }, given);
  }
  assert.deepEqual(verify(BODY, `sha256=${signature}`, SECRET, { scheme: 'github' }), { id: 'wh_1' });
});

test('NP-03 a header without a signature is refused like any other; octokit throws a TypeError', async () => {
  // The hole of octokit's middleware, which such a request ended: CVE-2023-50728.
  await assert.rejects(octokit.verify(SECRET, BODY, ''), TypeError);
  await assert.rejects(octokitWeb.verify(SECRET, BODY, 'sha256=xyz'), TypeError);
  refused('missing_header', () => verify(BODY, '', SECRET, { scheme: 'github' }));
  refused('missing_header', () => verify(BODY, {}, SECRET, { scheme: 'github' }));
  refused('malformed_signature', () => verify(BODY, 'sha256=xyz', SECRET, { scheme: 'github' }));
});

test('NP-03 a parsed body is told from bytes before anything is hashed', () => {
  refused('parsed_body', () => ofStripe({ id: 'wh_1' } as unknown as string, stripeHeader(BODY)));
  // Of the libraries only stripe says so.
  assert.throws(() => byStripe({ id: 'wh_1' } as unknown as string, stripeHeader(BODY)), /provided as a parsed JavaScript object/);
  assert.throws(() => new StandardWebhook(SECRET).verify({ id: 'wh_1' } as unknown as string, standardHeaders(BODY)), (error: Error) => !/parsed/.test(error.message));
});

test('NP-03 without Node’s hash it is as synchronous; stripe then asks to be awaited', async () => {
  const header = stripeHeader(BODY);
  assert.throws(() => Stripe.webhooks.constructEvent(BODY, header, SECRET, undefined, Stripe.createSubtleCryptoProvider()), /await constructEventAsync/);
  const builtin = process.getBuiltinModule;
  const { default: alone }: { default: typeof Webhooks } = await project.load('dist/webhooks.cjs');
  const long = `{"id":"${'x'.repeat(10_000)}"}`;
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    for (const body of [BODY, long]) assert.deepEqual(alone.verify(body, stripeHeader(body), SECRET, { scheme: 'stripe' }), JSON.parse(body));
  } finally {
    Object.assign(process, { getBuiltinModule: builtin });
  }
});
