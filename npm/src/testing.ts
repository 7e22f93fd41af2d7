// Webhooks for tests: signed as a sender does.
import { sign, type Scheme, type Secrets } from './webhooks.ts';

/** How a test's webhook is signed. */
export interface TestOptions {
  /** Ticket Tailor's way when left out. */
  scheme?: Scheme;
  /** Of Standard Webhooks; `msg_test` when left out. */
  id?: string;
  /** When it was signed, a `Date` or unix milliseconds; now when left out. */
  signedAt?: Date | number;
}

/** The headers of a webhook with this body, its content type included. */
export function testHeaders(body: string | Uint8Array, secrets: Secrets, { scheme, id = 'msg_test', signedAt }: TestOptions = {}): Record<string, string> {
  return { 'content-type': 'application/json', ...sign(body, secrets, { scheme, id, now: signedAt }) };
}

/**
 * A signed request that a handler can be called with.
 *
 * @example
 * const response = await worker.fetch(testRequest('https://shop.example/hook', { id: 'wh_1', event: 'ORDER.CREATED' }, env.WEBHOOK_SECRET), env);
 */
export function testRequest(url: string | URL, event: unknown, secrets: Secrets, options: TestOptions = {}): Request {
  const body = JSON.stringify(event);
  return new Request(url, { method: 'POST', body, headers: testHeaders(body, secrets, options) });
}
