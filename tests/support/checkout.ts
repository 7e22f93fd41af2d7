// The checkout as buyers speak it, the payment callback as a seller's payment
// system does, and what their tests share.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Manager } from './api.ts';
import type { Answer, Sent } from './http.ts';
import type { Handbill } from './runtime.ts';

/** Whoever sends requests: all of Handbill, or one visitor. */
export interface Sender {
  send(path: string, sent?: Sent): Promise<Answer>;
  sendElsewhere?(path: string, sent?: Sent): Promise<Answer>;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const BUYER = { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.org' };

/** A well-formed basket key that no basket has. */
export const NO_BASKET = 'A'.repeat(22);

// The document of a basket, a confirmation or an order: its members are what
// the tests assert.
type Shown = any;

/** The body that completes a basket as it is shown. */
export function completionOf({ quote }: Shown, more: object = {}): Record<string, unknown> {
  return { payment_method: quote.total === 0 ? 'no_cost' : 'offline', total: quote.total, currency: quote.currency, buyer: BUYER, ...more };
}

/** The codes of a basket's problems, each with its line. */
export const problemsOf = ({ quote }: Shown): [number | null, string][] => quote.problems.map(({ line, code }: Shown) => [line, code]);

/** The text of the problem that has this code. */
export const messageOf = ({ quote }: Shown, code: string): string => quote.problems.find((problem: Shown) => problem.code === code)?.message ?? '';

/** The checkout, without any token; in the second place, where there is one and `isElsewhere` is said. */
export class Checkout {
  readonly #hb: Sender;

  constructor(hb: Sender, isElsewhere = false) {
    this.#hb = isElsewhere ? { send: (path, sent) => hb.sendElsewhere!(path, sent) } : hb;
  }

  open = (body: unknown): Promise<Answer> => this.#hb.send('/checkout/baskets', { method: 'POST', body });
  read = (key: string): Promise<Answer> => this.#hb.send(`/checkout/baskets/${key}`);
  choose = (key: string, selection: unknown): Promise<Answer> => this.#hb.send(`/checkout/baskets/${key}`, { method: 'PUT', body: selection });
  confirmation = (key: string): Promise<Answer> => this.#hb.send(`/checkout/orders/${key}/order.json`);
  offer = (link: string): Promise<Answer> => this.#hb.send(`/checkout/offer.json?hb=${link}`);

  complete(key: string, completion: unknown, idempotencyKey?: string): Promise<Answer> {
    return this.#hb.send(`/checkout/baskets/${key}/complete`, { method: 'POST', body: completion, headers: { ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) } });
  }

  /** Opens a basket and returns it; anything but 201 fails the test. */
  async opened(body: unknown): Promise<Shown> {
    const answer = await this.open(body);
    assert.equal(answer.status, 201, `open ${JSON.stringify(body)}: ${answer.text}`);
    return answer.json;
  }

  /** Replaces what is chosen and returns the basket; anything but 200 fails the test. */
  async chosen(key: string, selection: unknown): Promise<Shown> {
    const answer = await this.choose(key, selection);
    assert.equal(answer.status, 200, `choose ${JSON.stringify(selection)}: ${answer.text}`);
    return answer.json;
  }

  /** The basket as it is now. */
  async basket(key: string): Promise<Shown> {
    const answer = await this.read(key);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  /** Completes a basket as it is shown and returns the confirmation; anything but 201 fails the test. */
  async completed(basket: Shown, more: object = {}): Promise<Shown> {
    const answer = await this.complete(basket.key, completionOf(basket, more));
    assert.equal(answer.status, 201, `complete: ${answer.text}`);
    return answer.json;
  }

  /** Opens a basket and completes it; the order of the confirmation. */
  async bought(body: unknown, more: object = {}): Promise<Shown> {
    return (await this.completed(await this.opened(body), more)).order;
  }

  /** Reports a payment under a signature of its own making. */
  pay(report: unknown, secret: string, at: number = Date.now()): Promise<Answer> {
    const body = typeof report === 'string' ? report : JSON.stringify(report);
    return this.reported(body, signature(secret, at, body));
  }

  /** Reports a payment under any header, or under none. */
  reported(body: string, header: string | undefined): Promise<Answer> {
    return this.#hb.send('/checkout/payments', { method: 'POST', body, headers: { ...(header !== undefined && { 'handbill-signature': header }) } });
  }
}

/** The MAC of a callback, as the documentation tells a payment system to make it; `at` in milliseconds. */
export const macOf = (secret: string, at: number, body: string): string => createHmac('sha256', secret).update(`${Math.floor(at / 1000)}.${body}`).digest('hex');

/** The value of `Handbill-Signature`. */
export const signature = (secret: string, at: number, body: string): string => `t=${Math.floor(at / 1000)},v1=${macOf(secret, at, body)}`;

/** When an event is that is on sale for as long as any test runs, whatever clock it sets. */
export const aYearAhead = (): { starts_at: string; ends_at: string } => ({
  starts_at: new Date(Date.now() + 365 * DAY).toISOString(),
  ends_at: new Date(Date.now() + 365 * DAY + 4 * HOUR).toISOString(),
});

let events = 0;

/** Makes an event of the organizer behind `manager`, in its currency; its id. */
export async function eventOf(manager: Manager, more: object = {}): Promise<number> {
  events += 1;
  return (await manager.made('events', { name: `Gala ${events}`, slug: `gala-${events}`, time_zone: 'Europe/Berlin', currency: 'EUR', ...aYearAhead(), ...more })).id;
}

/** Makes a ticket type; its id. */
export async function typeOf(manager: Manager, event: number, more: object = {}): Promise<number> {
  return (await manager.made('ticket-types', { event_id: event, name: 'Seat', price: 2_500, quantity: 100, ...more })).id;
}

/** Makes a product with one attribute; the attribute's id. */
export async function shirtOf(manager: Manager, more: object = {}, product: object = {}): Promise<number> {
  const { id } = await manager.made('products', { name: 'Tour shirt', currency: 'EUR', ...product });
  return (await manager.made('product-attributes', { product_id: id, name: 'Size M', price: 3_000, quantity: 50, ...more })).id;
}

/** Where the stock of a ticket type (or of `product-attributes`) is; fails unless it adds up (BK-06). */
export async function stockOf(manager: Manager, id: number, of = 'ticket-types'): Promise<{ held: number; issued: number; available: number }> {
  const { status, json, text } = await manager.get(`${of}/${id}`);
  assert.equal(status, 200, text);
  const { held, issued, available, quantity } = json;
  assert.equal(held + issued + available, quantity, text);
  return { held, issued, available };
}

/** A clock that only goes forward, so that nothing was made in what is now the future. */
export class Clock {
  readonly #hb: Handbill;
  #ahead = 0;

  constructor(hb: Handbill) {
    this.#hb = hb;
  }

  /** Now, as the Worker sees it. */
  now = (): number => Date.now() + this.#ahead;

  async advance(milliseconds: number): Promise<void> {
    this.#ahead += milliseconds;
    await this.#hb.setClockAhead(this.#ahead);
  }
}

/** The fields that a refusal names. */
export const fieldsOf = (answer: Answer): string[] => (answer.json.error.fields ?? []).map(({ field }: { field: string }) => field).sort();

/** Asserts that an answer is a refusal with this status and, where given, this code. */
export function assertRefused(answer: Answer, status: number, code?: string): void {
  assert.equal(answer.status, status, answer.text);
  if (code !== undefined) assert.equal(answer.json.error.code, code, answer.text);
  assert.ok(answer.json.error.message.length > 0, answer.text);
}
