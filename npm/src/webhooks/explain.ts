// What went wrong with a signature: apart from the rest because it is as large.
import bytes from '../../build/explain/handbill_webhook_wasm.wasm';
import { Memory, type Compiled, type Message } from './memory.ts';
import { readBody, readHeader, readHeaders, readSecrets, schemeNumber, SIGNATURE_HEADERS, type Body, type Header, type Scheme, type SchemeOption, type Secrets } from './received.ts';

export type { Body, Header, Message, Scheme, SchemeOption, Secrets };

interface Rules {
  webhook_explain(scheme: number, base: number): number;
}

let memory: Memory<Rules> | undefined;

/**
 * The usual mistake behind a webhook that was refused, with what to do about it: a
 * body that was parsed and written again, a secret with a line end, another scheme,
 * and some more. `undefined` when it is none of them. It never makes a signature
 * good, and costs up to a hundred times as much as verifying: it is for logs and
 * for development, not for each stranger's request.
 *
 * @example
 * verify(body, request.headers, secret, { explain }); // throws an error with a `cause`
 */
export function explain(body: Body, header: Header, secrets: Secrets, { scheme = 'ticket-tailor' }: SchemeOption = {}): Message | undefined {
  const number = schemeNumber(scheme);
  if (memory === undefined || memory.isLarge) memory = new Memory(bytes as Compiled);
  const headers = readHeaders(header, scheme);
  const signature = headers.signature || anySignature(header);
  const base = memory.write({ ...headers, signature, body: readBody(body), list: readSecrets(secrets) });
  const length = memory.rules.webhook_explain(number, base);
  return length === 0 ? undefined : memory.message(length);
}

/** The first header that any scheme has its signatures in. */
function anySignature(header: Header): string {
  if (typeof header === 'string') return header;
  return Object.values(SIGNATURE_HEADERS).map((name) => readHeader(header, name)).find((value) => value !== '') ?? '';
}
