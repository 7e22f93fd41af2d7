// The two APIs as their users speak them.
import assert from 'node:assert/strict';
import { pathOf } from './http.ts';
import type { Answer, Sent } from './http.ts';
import type { Handbill } from './runtime.ts';

/** The management API, spoken with one token. */
export class Manager {
  readonly #hb: Handbill;
  readonly token: string;

  constructor(hb: Handbill, token: string) {
    this.#hb = hb;
    this.token = token;
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#hb.send(path.startsWith('/manage') ? path : `/manage/${path}`, { method, body, headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }

  get = (path: string): Promise<Answer> => this.send('GET', path);
  post = (path: string, body: unknown): Promise<Answer> => this.send('POST', path, body);
  patch = (path: string, body: unknown): Promise<Answer> => this.send('PATCH', path, body);
  put = (path: string): Promise<Answer> => this.send('PUT', path);
  remove = (path: string): Promise<Answer> => this.send('DELETE', path);

  /** Makes something and returns it; anything but 201 fails the test. */
  async made(path: string, body: unknown): Promise<any> {
    const answer = await this.post(path, body);
    assert.equal(answer.status, 201, `POST /manage/${path}: ${answer.text}`);
    return answer.json;
  }
}

/** The tracking-links dialect, spoken for one venue with one token. */
export class Venue {
  readonly #hb: Handbill;
  readonly id: number;
  readonly base: string;
  readonly #token: string | undefined;

  constructor(hb: Handbill, id: number, token: string | undefined) {
    this.#hb = hb;
    this.id = id;
    this.base = `/api/venue/${id}/analytics/tracking/links/`;
    this.#token = token;
  }

  send(path: string, { headers = {}, ...sent }: Sent = {}): Promise<Answer> {
    return this.#hb.send(path, { ...sent, headers: { ...(this.#token !== undefined && { authorization: `Token ${this.#token}` }), ...headers } });
  }

  list = (query = ''): Promise<Answer> => this.send(this.base + query);
  mine = (query = ''): Promise<Answer> => this.send(`${this.base}me/${query}`);
  create = (body: unknown): Promise<Answer> => this.send(this.base, { method: 'POST', body });
  read = (id: number | string): Promise<Answer> => this.send(`${this.base}${id}/`);
  update = (id: number | string, body: unknown): Promise<Answer> => this.send(`${this.base}${id}/`, { method: 'PUT', body });
  remove = (id: number | string): Promise<Answer> => this.send(`${this.base}${id}/`, { method: 'DELETE' });

  /** Makes a link and returns it; anything but 201 fails the test. */
  async made(body: unknown): Promise<any> {
    const answer = await this.create(body);
    assert.equal(answer.status, 201, `create ${JSON.stringify(body)}: ${answer.text}`);
    return answer.json;
  }

  /** The ids of the links a list shows, page by page, in its order. */
  async ids(query = ''): Promise<number[]> {
    const ids: number[] = [];
    for (let next: string | null = this.base + query; next !== null; ) {
      const page: Answer = await this.send(next);
      assert.equal(page.status, 200, `${next}: ${page.text}`);
      ids.push(...page.json.results.map(({ id }: { id: number }) => id));
      next = page.json.next && pathOf(page.json.next);
    }
    return ids;
  }
}
