// Somebody who follows links and buys: a browser's cookies, kept by hand.
import assert from 'node:assert/strict';
import type { Manager } from './api.ts';
import { Checkout } from './checkout.ts';
import { pathOf } from './http.ts';
import type { Answer, Sent } from './http.ts';
import type { Handbill } from './runtime.ts';

/** The cookie that remembers which links were followed. */
export const JOURNEY = 'hb_journey';

/** A link as the management API shows it; of it only what visitors need. */
export interface Followed {
  id: number;
  slug: string;
  short_url: string;
  long_url: string;
}

export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly checkout: Checkout;
  readonly #hb: Handbill;
  /** Headers that this browser sends with everything. */
  readonly #habits: Record<string, string>;

  constructor(hb: Handbill, habits: Record<string, string> = {}) {
    this.#hb = hb;
    this.#habits = habits;
    this.checkout = new Checkout(this);
  }

  /** Sends a request with the cookies, and keeps those that are set. */
  async send(path: string, { headers = {}, ...sent }: Sent = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#hb.send(path, { ...sent, headers: { ...(cookie !== '' && { cookie }), ...this.#habits, ...headers } });
    for (const set of answer.cookies) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
      this.cookies.set(name!, value!);
    }
    return answer;
  }

  /** Follows a short link; where it leads. */
  async follows(link: Followed, query = '', sent: Sent = {}): Promise<string> {
    const { status, headers, text } = await this.send(`${pathOf(link.short_url)}${query}`, sent);
    assert.equal(status, 302, text);
    return String(headers.location);
  }

  /** Buys; the order as the buyer sees it. */
  buys = (body: unknown, more: object = {}): Promise<any> => this.checkout.bought(body, more);
}

/** An order as its organizer sees it. */
export async function orderOf(manager: Manager, { id }: { id: number }): Promise<any> {
  const { status, json, text } = await manager.get(`orders/${id}`);
  assert.equal(status, 200, text);
  return json;
}

/** The links that a receipt names, newest first, each with its verdict. */
export const verdictsOf = ({ receipt }: any): [number, string][] => receipt.considered.map(({ link, verdict }: any) => [link, verdict]);
