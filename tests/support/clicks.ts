// Clicks as messages of the queue, and what the product says of them.
import { randomBytes } from 'node:crypto';
import type { Handbill } from './runtime.ts';

/** The figures of one link. */
export interface Figures {
  raw: number;
  robots: number;
  views: number;
  visitors: number;
}

export interface Message {
  id: string;
  link: number;
  at: number;
  visitor: string;
  agent: string;
  fetch: 'get' | 'head' | 'prefetch';
}

/** A UUID of version 7, as RFC 9562 draws it. */
function uuid7(at: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A visitor nobody else is. */
export const newVisitor = (): string => randomBytes(16).toString('base64url');

/** A click on `link`, by a new visitor with a browser unless it says otherwise. */
export function clickOn(link: number, more: Partial<Message> & { agent: string }): Message {
  const at = more.at ?? Date.now();
  return { id: uuid7(at), link, at, visitor: newVisitor(), fetch: 'get', ...more };
}

/** The message's body on the queue. */
export const bodyOf = (message: object): string => JSON.stringify({ v: 1, ...message });

/** What the management API says of a link. */
export async function figuresOf(hb: Handbill, token: string, link: number): Promise<Figures> {
  const { json } = await hb.send(`/manage/links/${link}`, { headers: { authorization: `Bearer ${token}` } });
  const { raw, robots, views, visitors } = json;
  return { raw, robots, views, visitors };
}

/** How many clicks the ledger holds. */
export const ledgerSize = (hb: Handbill): Promise<number> => hb.value('SELECT count(*) FROM click');

/** Everything that is derived from the ledger. */
export async function derived(hb: Handbill): Promise<unknown> {
  return {
    counts: await hb.rows('SELECT * FROM link_count ORDER BY link_id'),
    hours: await hb.rows('SELECT * FROM link_hour ORDER BY link_id, hour'),
    visitors: await hb.rows('SELECT * FROM link_visitor ORDER BY link_id, visitor'),
    mark: await hb.rows('SELECT * FROM ledger_mark'),
    clicks: await hb.value("SELECT value FROM metric WHERE name = 'clicks'"),
  };
}
