// The feed of tickets as those who follow it read it.
import assert from 'node:assert/strict';
import { pathOf } from './http.ts';
import type { Answer } from './http.ts';
import type { Handbill } from './runtime.ts';

/** A ticket as the feed tells it: its members are what the tests assert. */
export type Told = Record<string, any>;

/** The feed of one organizer, read with one token in the header, or with what is in `query`. */
export class Feed {
  readonly #hb: Handbill;
  readonly organizer: number;
  readonly #token: string | undefined;

  constructor(hb: Handbill, organizer: number, token: string | undefined) {
    this.#hb = hb;
    this.organizer = organizer;
    this.#token = token;
  }

  send(path: string): Promise<Answer> {
    return this.#hb.send(path, { headers: { ...(this.#token !== undefined && { authorization: `Bearer ${this.#token}` }) } });
  }

  /** The page that a query (beginning with `&`) asks for. */
  ask = (query = ''): Promise<Answer> => this.send(`/tickets?organizer_id=${this.organizer}${query}`);

  /** The tickets of a page; anything but 200 fails the test. */
  async page(query = ''): Promise<Told[]> {
    const { status, json, text } = await this.ask(query);
    assert.equal(status, 200, `${query}: ${text}`);
    return json.data;
  }

  /** Every page from here to the end. */
  async pages(query = ''): Promise<Told[][]> {
    const pages: Told[][] = [];
    for (let next: string | null = `http://x/tickets?organizer_id=${this.organizer}${query}`; next !== null; ) {
      const { status, json, text }: Answer = await this.send(pathOf(next));
      assert.equal(status, 200, `${next}: ${text}`);
      pages.push(json.data);
      next = json.pagination.next;
    }
    return pages;
  }

  /** All tickets from here to the end. */
  all = async (query = ''): Promise<Told[]> => (await this.pages(query)).flat();

  /** One ticket. */
  async ticket(id: number): Promise<Told> {
    const found = (await this.all()).filter(({ ticket_id: of }) => of === id);
    assert.equal(found.length, 1, `ticket ${id} is in the feed once`);
    return found[0]!;
  }
}

/** The cursor behind a ticket, as clients build it by themselves. */
export const cursorOf = ({ ticket_updated_at: at, ticket_id: id }: Told): string => `${at}_${id}`;

/** The query (beginning with `&`) for what comes behind a ticket. */
export const behind = (ticket: Told): string => `&after=${encodeURIComponent(cursorOf(ticket))}`;

/** Asserts that tickets come by update time, then by id, each after the one before. */
export function assertInOrder(tickets: Told[], after: Told | undefined = undefined): void {
  let last = after;
  for (const ticket of tickets) {
    if (last !== undefined) {
      const [one, other] = [last.ticket_updated_at, ticket.ticket_updated_at];
      assert.ok(one < other || (one === other && last.ticket_id < ticket.ticket_id), `${cursorOf(ticket)} after ${cursorOf(last)}`);
    }
    last = ticket;
  }
}

/** Stores so many tickets of a type that nobody bought, in one statement. */
export async function storeTickets(hb: Handbill, { organizer, event, type, tickets, prefix = 'bulk', at = Date.now() }: { organizer: number; event: number; type: number; tickets: number; prefix?: string; at?: number }): Promise<void> {
  await hb.execute('UPDATE ticket_type SET quantity = quantity + ?2 WHERE id = ?1', type, tickets);
  await hb.execute(
    `INSERT INTO ticket (organizer_id, event_id, ticket_type_id, barcode, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?4)
     SELECT ?1, ?2, ?3, ?5 || '-' || n, ?6, ?6 FROM n`,
    organizer, event, type, tickets, prefix, at,
  );
}
