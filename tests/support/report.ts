// The link-tracking report, as JSON and as CSV.
import assert from 'node:assert/strict';
import type { Manager } from './api.ts';

/** All that was, and what is left of it. */
export interface Both {
  gross: number;
  net: number;
}

/** The columns of ST-08. */
export interface Figures {
  customers: Both;
  new_customers: Both;
  orders: Both;
  tickets: Both;
  scanned: number;
  unscanned: number;
  /** Minor units, by currency. */
  face_value: Record<string, Both>;
}

export interface TypeRow {
  id: number;
  name: string;
  event_id: number;
  figures: Figures;
}

export interface LinkRow {
  link: { id: number; slug: string; kind: number; description: string; event_id: number | null; referred_by: string | null; promoter: string | null };
  views: number;
  visitors: number;
  figures: Figures;
  ticket_types: TypeRow[];
}

export interface Report {
  from: string | null;
  until: string | null;
  time_zone: string;
  event_id: number | null;
  links: LinkRow[];
  total: Figures;
  all_orders: Figures;
}

/** The report that a query asks for; anything but 200 fails the test. */
export async function reportOf(manager: Manager, query: Record<string, string | number> = {}): Promise<Report> {
  const path = `report/links?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
  const { status, json, text } = await manager.get(path);
  assert.equal(status, 200, `${path}: ${text}`);
  return json;
}

/** The row of one link. */
export function rowOf(report: Report, link: { id: number }): LinkRow {
  const rows = report.links.filter((row) => row.link.id === link.id);
  assert.equal(rows.length, 1, `link ${link.id} stands in the report once`);
  return rows[0]!;
}

/** What a test says of figures: a number is both gross and net, what is left out is nothing. */
export interface Said {
  customers?: number | [number, number];
  new_customers?: number | [number, number];
  orders?: number | [number, number];
  tickets?: number | [number, number];
  scanned?: number;
  face_value?: Record<string, number | [number, number]>;
}

const both = (said: number | [number, number] = 0): Both => (typeof said === 'number' ? { gross: said, net: said } : { gross: said[0], net: said[1] });

/** Figures written out. */
export function figures({ customers, new_customers: fresh, orders, tickets, scanned = 0, face_value: faces = {} }: Said): Figures {
  return {
    customers: both(customers),
    new_customers: both(fresh),
    orders: both(orders),
    tickets: both(tickets),
    scanned,
    unscanned: both(tickets).net - scanned,
    face_value: Object.fromEntries(Object.entries(faces).map(([currency, amount]) => [currency, both(amount)])),
  };
}

/** A table as RFC 4180 has it, read strictly: CRLF after each line, quotes around what needs them. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      at += 1;
      for (;;) {
        assert.ok(at < text.length, 'a quote is not closed');
        if (text[at] !== '"') cell += text[at++];
        else if (text[at + 1] === '"') [cell, at] = [`${cell}"`, at + 2];
        else break;
      }
      at += 1;
    } else {
      while (at < text.length && !',\r\n'.includes(text[at]!)) {
        assert.notEqual(text[at], '"', 'a quote in the middle of a cell');
        cell += text[at++];
      }
    }
    row.push(cell);
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    assert.equal(text.slice(at, at + 2), '\r\n', `a line ends with CRLF: ${JSON.stringify(text.slice(at, at + 20))}`);
    at += 2;
    rows.push(row);
    row = [];
  }
  assert.deepEqual(row, [], 'the last line is ended');
  return rows;
}
