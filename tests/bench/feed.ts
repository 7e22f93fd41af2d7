// The feed of tickets at its beginning and a million tickets on: the same pages are
// asked for in turns.
import { Checkout, eventOf, typeOf } from '../support/checkout.ts';
import { DB_TELLS } from '../support/faults.ts';
import { Feed, cursorOf } from '../support/feed.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { count, median, ratioText, say, sized, table } from './machine.ts';

const TICKETS = sized(1_000_000, 20_000);
const HOSTED = sized(200_000, 5_000);
const STEP = sized(10_000, 2_500);
const ROUNDS = sized(61, 5);
const ORDERS = 200;
/** Where a reader stands that has had its first page. */
const SHALLOW = 100;

interface Kind {
  name: string;
  query: string;
  /** The tickets that are in it, and how many. */
  of: string;
  tickets: number;
}

interface Place {
  hb: Handbill;
  feed: Feed;
  kinds: Kind[];
}

/** Tickets of a few orders, as many as are wanted, each with all that a ticket shows. */
async function filled(tickets: number, hosted: number, faults?: string): Promise<Place> {
  const hb = await startHandbill({ isDirect: true, ...(faults !== undefined && { faults }), vars: { ENVIRONMENT: 'production' } });
  const operator = await operatorOf(hb);
  const checkout = new Checkout(hb);
  const account = async (slug: string, wanted: number): Promise<{ id: number; event: number; token: string }> => {
    const { id, manager } = await organizerNamed(hb, operator, slug);
    const event = await eventOf(manager);
    const type = await typeOf(manager, event, { quantity: 10_000_000, booking_fee: 100 });
    for (let n = 0; n < ORDERS; n += 1) await checkout.bought({ event, items: [{ ticket_type: type, quantity: 1 }] });
    const from = await hb.value('SELECT min(id) FROM sale_order WHERE organizer_id = ?1', id);
    for (let at = 0; at < wanted; at += STEP) {
      await hb.execute(
        `INSERT INTO ticket (organizer_id, event_id, ticket_type_id, order_id, barcode, created_at, updated_at)
         WITH RECURSIVE n (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1 + ?2 - 1)
         SELECT ?3, ?4, ?5, ?6 + n % ?7, 'bulk-' || n, ?8, ?8 FROM n`,
        at, Math.min(STEP, wanted - at), id, event, type, from, ORDERS, Date.now(),
      );
      if (at % (STEP * 20) === 0) say(`feed: ${count(Math.min(at + STEP, wanted))} of ${count(wanted)} tickets of ${slug}`);
    }
    return { id, event, token: manager.token };
  };
  const demo = await account('demo', tickets);
  const host = await account('host', hosted);
  await hb.send(`/manage/events/${host.event}/cohosts/${demo.id}`, { method: 'PUT', headers: { authorization: `Bearer ${host.token}` } });
  return {
    hb,
    feed: new Feed(hb, demo.id, demo.token),
    kinds: [
      { name: 'all of an organizer', query: '', of: `organizer_id = ${demo.id}`, tickets },
      { name: 'one event', query: `&event_id=${demo.event}`, of: `event_id = ${demo.event}`, tickets },
      { name: 'all, with a co-hosted event among them', query: '&include_cohosted_events=1', of: '1', tickets: tickets + hosted },
    ],
  };
}

/** The query of the page behind so many tickets. */
async function behind({ hb }: Place, { query, of }: Kind, rows: number): Promise<string> {
  const [row] = await hb.rows(`SELECT changed_at, id FROM ticket WHERE ${of} ORDER BY changed_at, id LIMIT 1 OFFSET ?1`, rows - 1);
  return `${query}&after=${cursorOf({ ticket_updated_at: new Date(row!.changed_at).toISOString(), ticket_id: row!.id })}`;
}

async function time({ feed }: Place, query: string): Promise<number> {
  const from = performance.now();
  const { status, json } = await feed.ask(query);
  if (status !== 200 || json.data.length !== 100) throw new Error(`${query}: ${status}`);
  return performance.now() - from;
}

/** How the first step of each kind's page is taken, and any scan of a table there is. */
async function plans(): Promise<Map<string, string>> {
  const place = await filled(STEP, STEP, DB_TELLS);
  try {
    const tables = (await place.hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));
    const found = new Map<string, string>();
    for (const { name, query } of place.kinds) {
      const ran = await ranDuring(place.hb, () => time(place, query));
      const scans: string[] = [];
      let access = '';
      for (const { sql } of ran) {
        const steps = await planOf(place.hb, sql);
        scans.push(...scansIn(steps, sql, tables));
        if (sql.includes('INDEXED BY ticket_by')) access = steps.find((step) => step.includes('ticket_by')) ?? '';
      }
      found.set(name, scans.length === 0 ? access : `scans: ${scans.join(', ')}`);
    }
    return found;
  } finally {
    await place.hb.stop();
  }
}

/** The section of the report. */
export async function feed(): Promise<string> {
  const access = await plans();
  const place = await filled(TICKETS, HOSTED);
  try {
    const rows: string[][] = [];
    for (const kind of place.kinds) {
      say(`feed: ${kind.name}`);
      const near = await behind(place, kind, SHALLOW);
      const far = await behind(place, kind, kind.tickets - SHALLOW);
      for (const query of [near, far]) await time(place, query);
      const times: { near: number; far: number }[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // Who goes first changes, so that a drift of the machine hits both.
        const isFirst = round % 2 === 0;
        const one = await time(place, isFirst ? near : far);
        const other = await time(place, isFirst ? far : near);
        times.push(isFirst ? { near: one, far: other } : { near: other, far: one });
      }
      rows.push([kind.name, ratioText(ratiosOfGroups(times)), '≤ 1.2', median(times.map((each) => each.near)).toFixed(1), median(times.map((each) => each.far)).toFixed(1), `\`${access.get(kind.name)}\``]);
    }
    return `## The feed of tickets, ${count(TICKETS)} tickets on

A page of 100 tickets behind the first ${SHALLOW} tickets, and behind all but the last ${SHALLOW} of ${count(TICKETS)} (and of ${count(HOSTED)} of another organizer's event), each with its order, buyer, fees and times. Each is asked for ${ROUNDS} times over HTTP, in turns; medians in ms, and the ratio as the median of five groups of rounds and their range. The plan is the step that finds the page; a scan of a table would stand there instead.

${table(['page of', 'ratio', 'goal', `behind ${SHALLOW}, ms`, 'at the end, ms', 'plan'], rows)}
`;
  } finally {
    await place.hb.stop();
  }
}

/** The ratio of the medians of each of five groups of rounds: single answers are too noisy to divide. */
function ratiosOfGroups(times: { near: number; far: number }[]): number[] {
  const size = Math.max(1, Math.floor(times.length / 5));
  return Array.from({ length: Math.min(5, times.length) }, (_, n) => times.slice(n * size, (n + 1) * size)).map((group) => median(group.map(({ far }) => far)) / median(group.map(({ near }) => near)));
}
