// What frameworks hand over, made into what the rules read.
import { WebhookError } from './error.ts';
import { MAX_MEMBERS, type Input, type Text } from './memory.ts';

/** How the sender signs. */
export type Scheme = 'ticket-tailor' | 'standard-webhooks' | 'stripe' | 'github';

/** The body as it was received: its bytes, or their text if that was read as UTF-8. */
export type Body = string | ArrayBufferLike | ArrayBufferView;

/** The value of the signature's header, or all headers: a `Headers`, or an object like that of Node. */
export type Header = string | { get(name: string): string | null | undefined } | Readonly<Record<string, string | readonly string[] | undefined>>;

/** One secret, or several while it is being changed. */
export type Secrets = Text | readonly Text[];

/** What every function of the webhooks is told about the sender. */
export interface SchemeOption {
  /** How the sender signs; Ticket Tailor's way when left out, which is Handbill's too. */
  scheme?: Scheme;
}

/** In the order of crates/webhook-wasm. */
const SCHEMES: readonly Scheme[] = ['ticket-tailor', 'standard-webhooks', 'stripe', 'github'];
/** Where each scheme has its signatures. */
export const SIGNATURE_HEADERS: Readonly<Record<Scheme, string>> = {
  'ticket-tailor': 'Tickettailor-Webhook-Signature',
  'standard-webhooks': 'webhook-signature',
  stripe: 'Stripe-Signature',
  github: 'X-Hub-Signature-256',
};

/** The scheme's number in crates/webhook-wasm. */
export function schemeNumber(scheme: Scheme): number {
  const number = SCHEMES.indexOf(scheme);
  if (number < 0) throw new WebhookError('invalid_option', `\`scheme\` is none of ${SCHEMES.map((name) => `\`${name}\``).join(', ')}`);
  return number;
}

/** @throws for what are no bytes */
export function readBody(body: Body): Text {
  if (typeof body === 'string') {
    // Half of a surrogate pair would be hashed as a replacement character.
    if (!body.isWellFormed()) throw new WebhookError('malformed_body', 'the body is text that no bytes are read as');
    return body;
  }
  if (body === undefined || body === null) return '';
  if (ArrayBuffer.isView(body)) return body instanceof Uint8Array ? body : new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (/^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(body))) return new Uint8Array(body);
  throw new WebhookError('parsed_body', 'the body is an object, not the bytes that were received: take it from before any JSON parser, as with `express.raw({ type: "*/*" })` or `await request.arrayBuffer()`');
}

/** @throws for what are no secrets */
export function readSecrets(secrets: Secrets): readonly Text[] {
  const list = Array.isArray(secrets) ? secrets : [secrets];
  // A variable of the environment that is not set.
  if (secrets === undefined || secrets === null) return [];
  if (list.length > MAX_MEMBERS) throw new WebhookError('invalid_option', `at most ${MAX_MEMBERS} secrets can be checked`);
  if (list.some((secret) => typeof secret !== 'string' && !(secret instanceof Uint8Array))) throw new WebhookError('invalid_option', 'a secret is neither a text nor a `Uint8Array`');
  return list;
}

/** What the headers of a webhook say. */
export function readHeaders(header: Header, scheme: Scheme): Pick<Input, 'signature' | 'id' | 'timestamp'> {
  if (typeof header === 'string') return { signature: header, id: '', timestamp: '' };
  const isStandard = scheme === 'standard-webhooks';
  return {
    signature: readHeader(header, SIGNATURE_HEADERS[scheme]),
    id: isStandard ? readHeader(header, 'webhook-id') : '',
    timestamp: isStandard ? readHeader(header, 'webhook-timestamp') : '',
  };
}

/** The value of one header, empty if there is none. */
export function readHeader(headers: Exclude<Header, string>, name: string): string {
  if (headers === undefined || headers === null) return '';
  const value = typeof headers.get === 'function' ? headers.get(name) : ownValue(headers as Record<string, unknown>, name);
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  if (value.length > 1) throw new WebhookError('malformed_header', `the header \`${name}\` was sent more than once`);
  return typeof value[0] === 'string' ? value[0] : '';
}

/** Names of headers are the same in either case. */
function ownValue(headers: Record<string, unknown>, name: string): unknown {
  const key = name.toLowerCase();
  if (Object.hasOwn(headers, key)) return headers[key];
  const keys = Object.keys(headers).filter((other) => other.toLowerCase() === key);
  return keys.flatMap((other) => headers[other]);
}
