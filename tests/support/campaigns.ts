// The campaigns dialect as its users speak it.
import assert from 'node:assert/strict';
import { pathOf } from './http.ts';
import type { Answer, Sent } from './http.ts';
import type { Handbill } from './runtime.ts';

/** A campaign as the dialect shows it (PX-02). */
export interface Campaign {
  id: number;
  code: string;
  description: string;
  external_target: string;
  order_count: number;
  click_count: number;
}

/** The campaigns of one event, spoken with one token. */
export class Campaigns {
  readonly #hb: Handbill;
  readonly base: string;
  readonly #page: string;
  readonly #token: string | undefined;

  constructor(hb: Handbill, organizer: string, event: string, token: string | undefined) {
    this.#hb = hb;
    this.#page = `/${organizer}/${event}`;
    this.base = `/api/v1/organizers/${organizer}/events/${event}/campaigns/`;
    this.#token = token;
  }

  send(path: string, { headers = {}, ...sent }: Sent = {}): Promise<Answer> {
    return this.#hb.send(path, { ...sent, headers: { ...(this.#token !== undefined && { authorization: `Token ${this.#token}` }), ...headers } });
  }

  list = (query = ''): Promise<Answer> => this.send(this.base + query);
  create = (body: unknown): Promise<Answer> => this.send(this.base, { method: 'POST', body });
  read = (id: number | string): Promise<Answer> => this.send(`${this.base}${id}/`);
  change = (id: number | string, body: unknown): Promise<Answer> => this.send(`${this.base}${id}/`, { method: 'PATCH', body });
  replace = (id: number | string, body: unknown): Promise<Answer> => this.send(`${this.base}${id}/`, { method: 'PUT', body });
  remove = (id: number | string): Promise<Answer> => this.send(`${this.base}${id}/`, { method: 'DELETE' });

  /** The path that a campaign is followed by (PX-06). */
  path = (code: string): string => `${this.#page}/c/${code}/`;

  /** Makes a campaign and returns it; anything but 201 fails the test. */
  async made(body: object = {}): Promise<Campaign> {
    const answer = await this.create(body);
    assert.equal(answer.status, 201, `create ${JSON.stringify(body)}: ${answer.text}`);
    return answer.json;
  }

  /** A campaign as it is now. */
  async shown(id: number): Promise<Campaign> {
    const answer = await this.read(id);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  /** The ids that a list shows, page by page, in its order. */
  async ids(query = ''): Promise<number[]> {
    const ids: number[] = [];
    for (let next: string | null = this.base + query; next !== null; ) {
      const page: Answer = await this.send(next);
      assert.equal(page.status, 200, `${next}: ${page.text}`);
      ids.push(...page.json.results.map(({ id }: Campaign) => id));
      next = page.json.next && pathOf(page.json.next);
    }
    return ids;
  }
}
