// Signed webhooks: checked and made. Everything is decided in Rust (crates/webhook),
// the same wherever it runs and at once, without a promise.
import bytes from '../build/webhooks/handbill_webhook_wasm.wasm';
import { fromHex } from './hex.ts';
import { WebhookError } from './webhooks/error.ts';
import { Memory, type Compiled, type Input, type Message, type Text } from './webhooks/memory.ts';
import { readBody, readHeaders, readSecrets, schemeNumber, SIGNATURE_HEADERS, type Body, type Header, type Scheme, type SchemeOption, type Secrets } from './webhooks/received.ts';

export { WebhookError };
export { createReplayGuard, memoryStore, type ReplayGuard, type ReplayStore } from './webhooks/replay.ts';
export type { Body, Header, Message, Scheme, SchemeOption, Secrets };

/** What Ticket Tailor and Handbill send. */
export interface WebhookEvent<Payload = unknown> {
  /** The same for every attempt: what to know repetitions by. */
  id: string;
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  created_at: string;
  /** Such as `ORDER.CREATED`. */
  event: string;
  /** Where the API has what changed. */
  resource_url: string;
  /** What changed, as the API answers it. */
  payload: Payload;
}

/** Tries the usual mistakes on a webhook that was refused; see `handbill/webhooks/explain`. */
export type Explain = (body: Body, header: Header, secrets: Secrets, options?: SchemeOption) => Message | undefined;

/** When a signature is good, and how the sender signs. GitHub's have no time. */
export interface VerifyOptions extends SchemeOption {
  /** Seconds that a signature may be old: 300 when left out, `Infinity` for any age. */
  tolerance?: number;
  /** Seconds that the sender's clock may be ahead: 300 when left out. */
  futureTolerance?: number;
  /** The present, a `Date` or unix milliseconds. */
  now?: Date | number;
  /** When the webhook was received, if it waited in a queue since then; in place of `now`. */
  receivedAt?: Date | number;
  /** `explain` of `handbill/webhooks/explain`, to have it in the `cause` of the error. It is for development: it costs up to a hundred times as much as verifying. */
  explain?: Explain;
}

/** What a signature says beside that it is right. */
export interface Verified {
  /** Which of the secrets signed, from 0. */
  secret: number;
}

interface Rules {
  webhook_verify(scheme: number, base: number, at: number, past: number, future: number): number;
  webhook_prepare(scheme: number, base: number, at: number, past: number, future: number, index: number): number;
  webhook_decide(scheme: number, base: number, at: number, past: number, future: number, index: number): number;
  webhook_sign(scheme: number, base: number, at: number): number;
}

/** From how many bytes on Node's own hash is faster, measured. */
const LONG_BODY = 384;
/** From how many on it takes longer to copy a body than to hash in two steps, measured. */
const LARGE_BODY = 32_768;
/** Codes of what a mistake of the usual ones can be behind. */
const MAY_BE_EXPLAINED = /^(no_match|malformed_secret|(missing|malformed)_(header|timestamp|signature))$/;

type NodeCrypto = typeof import('node:crypto');

const decoder = new TextDecoder('utf-8', { fatal: true });
let memory: Memory<Rules> | undefined;
let node: NodeCrypto | undefined;

// At the first call and not on import: a server that only imports pays nothing.
function rules(): Memory<Rules> {
  if (memory === undefined || memory.isLarge) memory = new Memory(bytes as Compiled);
  return memory;
}

/**
 * The event of a webhook, if it was signed with one of the secrets.
 *
 * @example
 * const event = verify(await request.arrayBuffer(), request.headers, process.env.WEBHOOK_SECRET);
 *
 * @param body as it was received
 * @param header the value of the signature's header, or all headers
 * @throws {@link WebhookError}
 */
export function verify<Event = WebhookEvent>(body: Body, header: Header, secrets: Secrets, options: VerifyOptions = {}): Event {
  return parse(check(body, header, secrets, options).text);
}

/**
 * Which secret signed a webhook, for bodies that are no JSON, or that somebody else reads.
 *
 * @throws {@link WebhookError}
 */
export function verifySignature(body: Body, header: Header, secrets: Secrets, options: VerifyOptions = {}): Verified {
  return { secret: check(body, header, secrets, options).secret };
}

/**
 * The event of a request that was not read yet.
 *
 * @example
 * const event = await verifyRequest(request, env.WEBHOOK_SECRET);
 *
 * @throws {@link WebhookError}
 */
export async function verifyRequest<Event = WebhookEvent>(request: Request, secrets: Secrets, options: VerifyOptions = {}): Promise<Event> {
  if (request.bodyUsed) throw new WebhookError('parsed_body', 'the request was read already: verify first, or verify `request.clone()`');
  return verify(await request.arrayBuffer(), request.headers, secrets, options);
}

/** How to sign. */
export interface SignOptions extends SchemeOption {
  /** The same for every attempt; Standard Webhooks signs it. */
  id?: string;
  /** The present, a `Date` or unix milliseconds. */
  now?: Date | number;
}

/**
 * The headers of a signed webhook, by name. With several secrets each signs, but
 * for GitHub's, whose header has room for one.
 *
 * @example
 * await fetch(url, { method: 'POST', body, headers: sign(body, secret) });
 *
 * @throws {@link WebhookError} for what no receiver would accept
 */
export function sign(body: Body, secrets: Secrets, options: SignOptions = {}): Record<string, string> {
  const { scheme = 'ticket-tailor', id = '' } = options;
  const number = schemeNumber(scheme);
  const at = seconds(options.now ?? Date.now());
  const memory = rules();
  const base = memory.write({ body: readBody(body), signature: '', id, timestamp: '', list: readSecrets(secrets) });
  const length = memory.rules.webhook_sign(number, base, at);
  if (length < 0) throw refusal(memory, length);
  const ids: Record<string, string> = scheme === 'standard-webhooks' ? { 'webhook-id': id, 'webhook-timestamp': String(at) } : {};
  return { ...ids, [SIGNATURE_HEADERS[scheme]]: memory.text(length) };
}

function check(body: Body, header: Header, secrets: Secrets, options: VerifyOptions): { text: Text; secret: number } {
  try {
    const text = readBody(body);
    return { text, secret: signedBy(text, header, readSecrets(secrets), options) };
  } catch (error) {
    const { code, message } = error as WebhookError;
    const cause = MAY_BE_EXPLAINED.test(code) && options.explain?.(body, header, secrets, options);
    throw cause ? new WebhookError(code, message, cause) : error;
  }
}

function signedBy(body: Text, header: Header, list: readonly Text[], options: VerifyOptions): number {
  const { scheme = 'ticket-tailor', tolerance = 300, futureTolerance = 300 } = options;
  const number = schemeNumber(scheme);
  const at = seconds(options.receivedAt ?? options.now ?? Date.now());
  const past = limit('tolerance', tolerance);
  const future = limit('futureTolerance', futureTolerance);
  const input = { ...readHeaders(header, scheme), body, list };
  const memory = rules();
  const crypto = body.length < LONG_BODY ? undefined : nodeCrypto();
  if (crypto !== undefined) return signedByNode(crypto, memory, number, input, at, past, future);
  const answer = memory.rules.webhook_verify(number, memory.write(input), at, past, future);
  if (answer < 0) throw refusal(memory, answer);
  return answer;
}

/** The same with Node's SHA-256. */
function signedByNode(crypto: NodeCrypto, memory: Memory<Rules>, scheme: number, input: Input, at: number, past: number, future: number): number {
  const { body, list } = input;
  const isCopied = body.length < LARGE_BODY;
  const base = memory.write(isCopied ? input : { ...input, body: body.slice(0, 4) });
  let answer = 0;
  // Once without any secret too, to be told so.
  for (let index = 0; index === 0 || index < list.length; index += 1) {
    const length = memory.rules.webhook_prepare(scheme, base, at, past, future, index);
    if (length < 0) throw refusal(memory, length);
    const hash = isCopied ? crypto.hash('sha256', memory.withBody(length)) : crypto.createHash('sha256').update(memory.beforeBody(length)).update(body).digest('hex');
    memory.writeAnswer(fromHex(hash));
    answer = memory.rules.webhook_decide(scheme, base, at, past, future, index);
    if (answer >= 0) return answer;
  }
  throw refusal(memory, answer);
}

/** Not imported: that would keep it from browsers. Where this way to it is, `hash` is too, from Node 20.16 on. */
function nodeCrypto(): NodeCrypto | undefined {
  return (node ??= globalThis.process?.getBuiltinModule?.('node:crypto'));
}

function refusal(memory: Memory<Rules>, answer: number): WebhookError {
  const { code, message } = memory.message(-answer);
  return new WebhookError(code, message);
}

function seconds(time: Date | number): number {
  const at = Math.floor(Number(time) / 1000);
  if (Number.isNaN(at)) throw new WebhookError('invalid_option', '`now` or `receivedAt` is neither a `Date` nor unix milliseconds');
  return at;
}

function limit(name: string, value: number): number {
  if (typeof value !== 'number' || !(value >= 0)) throw new WebhookError('invalid_option', `\`${name}\` is no number of seconds from 0 on`);
  return value;
}

function parse<Event>(body: Text): Event {
  try {
    // Both drop a byte order mark, which belongs to what is signed and not to JSON.
    const text = typeof body === 'string' ? body.replace(/^\ufeff/, '') : decoder.decode(body);
    return JSON.parse(text);
  } catch {
    throw new WebhookError('not_json', 'the signature is right, but the body is no JSON in UTF-8');
  }
}
