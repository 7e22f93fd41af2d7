// The link-tracking report with ten thousand orders and with a million: what is
// asked about is the same in both, but for the report of all time.
import { DAY } from '../support/checkout.ts';
import { DB_TELLS } from '../support/faults.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';
import type { Organizer } from '../support/seed.ts';
import { count, median, say, sized, table } from './machine.ts';

/** Of the last 30 days, of one event; in both databases. */
const RECENT = sized(10_000, 1_000);
const LARGE = sized(1_000_000, 100_000);
const LINKS = 1_000;
/** Links that earned nothing before. */
const NEW_LINKS = 100;
const EVENTS = 20;
const TYPES = 3;
const STEP = sized(20_000, 10_000);
const ROUNDS = sized(11, 3);

interface Place {
  hb: Handbill;
  demo: Organizer;
  events: number[];
  /** The private page of a new link, and that of one of the old. */
  pages: { fresh: string; old: string };
}

const OPEN = { starts_at: `${SEASON}-06-01T20:00:00Z`, ends_at: `${SEASON}-06-01T23:00:00Z` };

/** Completed orders `from` to `until`, in the shape in which the report keeps them: of the events and links between these ends, spread over some days. */
async function sold(hb: Handbill, demo: Organizer, orders: { from: number; until: number }, types: { id: number; event: number }[], links: { first: number; count: number }, days: { first: number; count: number }): Promise<void> {
  for (let from = orders.from; from < orders.until; from += STEP) {
    // One in five is credited to nobody, one in four has two ticket types, one in thirty is refunded.
    await hb.execute(
      `INSERT INTO report_line (order_id, ticket_type_id, organizer_id, link_id, customer_id, completed_at, currency, event_id, tickets, valid, scanned, face, net_face, reversed, is_first)
       WITH RECURSIVE n (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < ?2),
       o (n, link, customer, at, reversed) AS (SELECT n, iif(n / 16 % 5 = 0, 0, ?4 + n * 7919 % ?5), 1 + n * 31 % 600000, ?6 + n * 104729 % ?7 * 1000, n % 30 = 0 FROM n),
       t (at, id, event) AS (SELECT key, value ->> 'id', value ->> 'event' FROM json_each(?8))
       SELECT o.n, t.id, ?3, o.link, o.customer, o.at, 'EUR', t.event, 2, iif(o.reversed, 0, 2), iif(o.reversed, 0, o.n % 3), 5000, iif(o.reversed, 0, 5000), o.reversed, o.n % 2
       FROM o CROSS JOIN t ON t.at = o.n % ?9 OR (o.n % 4 = 0 AND t.at = (o.n + 1) % ?9)`,
      from, Math.min(from + STEP, orders.until), demo.id, links.first, links.count, Date.now() + days.first * DAY, (days.count * DAY) / 1000, JSON.stringify(types), types.length,
    );
    if ((from - orders.from) % (STEP * 10) === 0) say(`report: ${count(Math.min(from + STEP, orders.until))} orders`);
  }
}

async function withOrders(orders: number, faults?: string): Promise<Place> {
  const hb = await startHandbill({ isDirect: true, ...(faults !== undefined && { faults }), vars: { ENVIRONMENT: 'production' } });
  const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
  const events: number[] = [];
  const types: { id: number; event: number }[] = [];
  for (let n = 0; n < EVENTS; n += 1) {
    const { id: event } = await demo.manager.made('events', { name: `Night ${n}`, slug: `night-${n}`, time_zone: 'UTC', currency: 'EUR', ...OPEN });
    events.push(event);
    for (let at = 0; at < TYPES; at += 1) types.push({ id: (await demo.manager.made('ticket-types', { event_id: event, name: `Seat ${at}`, price: 2_500, quantity: 1 })).id, event });
  }
  await hb.execute(
    `INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, description, hide_public_ticket_types, destination, utm, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
     SELECT printf('b%07d', n), printf('b%07d', n), 3, ?1, ?1, 'poster ' || n, 0, 'https://shop.example/', '{}', ?3, ?3 FROM n`,
    demo.id, LINKS, Date.now(),
  );
  // Nobody follows these, so KV needs none of them.
  await hb.execute('DELETE FROM kv_dirty');
  const first: number = await hb.value('SELECT min(id) FROM link');
  // Views of every link in three hours of each of the last 30 days.
  await hb.execute(
    `INSERT INTO link_hour (link_id, hour, raw, robot, views, visitors)
     WITH RECURSIVE h (h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM h WHERE h < 89)
     SELECT l.id, ?1 / 3600000 - h * 8, 12, 2, 9, 5 FROM link l CROSS JOIN h`,
    Math.floor(Date.now() / DAY) * DAY,
  );
  await sold(hb, demo, { from: 1, until: Math.min(RECENT, orders) + 1 }, types.slice(0, TYPES), { first, count: LINKS }, { first: -29, count: 29 });
  if (orders > RECENT) await sold(hb, demo, { from: RECENT + 1, until: orders + 1 }, types.slice(TYPES), { first, count: LINKS - NEW_LINKS }, { first: -760, count: 729 });
  const page = async (id: number): Promise<string> => new URL((await demo.manager.get(`links/${id}`)).json.stats_url).pathname;
  return { hb, demo, events, pages: { fresh: await page(first + LINKS - 1), old: await page(first) } };
}

interface Query {
  name: string;
  goal: string;
  of: (place: Place) => string;
}

const dayOf = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

const QUERIES: Query[] = [
  { name: 'the last 30 days', goal: '≤ 1.2', of: () => `/manage/report/links?from=${dayOf(-30)}` },
  { name: 'the same, as CSV', goal: '≤ 1.2', of: () => `/manage/report/links.csv?from=${dayOf(-30)}` },
  { name: 'one event', goal: '≤ 1.2', of: ({ events }) => `/manage/report/links?event_id=${events[0]}` },
  { name: "one event's last 30 days", goal: '≤ 1.2', of: ({ events }) => `/manage/report/links?event_id=${events[0]}&from=${dayOf(-30)}` },
  { name: "the last 30 days' history", goal: '≤ 1.2', of: () => `/manage/report/history?from=${dayOf(-30)}` },
  { name: "a new promoter's page", goal: '≤ 1.2', of: ({ pages }) => pages.fresh },
  { name: "an old promoter's page", goal: '– (its own orders)', of: ({ pages }) => pages.old },
  { name: 'all of time', goal: '– (all orders)', of: () => '/manage/report/links' },
];

async function time({ hb, demo }: Place, path: string): Promise<number> {
  const from = performance.now();
  const { status, text } = await hb.send(path, { headers: { authorization: `Bearer ${demo.manager.token}` } });
  if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 300)}`);
  return performance.now() - from;
}

/** How the report's lines are reached, and any scan there is. */
async function plans(place: Place): Promise<Map<string, string>> {
  const { hb } = place;
  const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));
  const found = new Map<string, string>();
  for (const query of QUERIES) {
    const ran = await ranDuring(hb, () => time(place, query.of(place)));
    const steps = await Promise.all(ran.map(async ({ sql }) => ({ sql, steps: await planOf(hb, sql) })));
    const scans = steps.flatMap(({ sql, steps: all }) => scansIn(all, sql, tables));
    const access = steps.flatMap(({ steps: all }) => all).find((step) => /^SEARCH r /.test(step)) ?? '';
    found.set(query.name, scans.length === 0 ? access : `scans: ${scans.join(', ')}`);
  }
  return found;
}

/** The section of the report. */
export async function report(): Promise<string> {
  // The plans are those of an empty table: D1 keeps no statistics.
  const telling = await withOrders(100, DB_TELLS);
  const access = await plans(telling).finally(() => telling.hb.stop());
  const small = await withOrders(RECENT);
  const large = await withOrders(LARGE);
  try {
    const rows: string[][] = [];
    for (const query of QUERIES) {
      say(`report: ${query.name}`);
      const times: { small: number; large: number }[] = [];
      await time(small, query.of(small));
      await time(large, query.of(large));
      for (let round = 0; round < ROUNDS; round += 1) times.push({ small: await time(small, query.of(small)), large: await time(large, query.of(large)) });
      const of = (which: 'small' | 'large'): number => median(times.map((each) => each[which]));
      rows.push([query.name, (of('large') / of('small')).toFixed(2), query.goal, of('small').toFixed(1), of('large').toFixed(1), `\`${access.get(query.name)}\``]);
    }
    return `## The report with ${count(RECENT)} and with ${count(LARGE)} orders

One organizer with ${count(LINKS)} links. The ${count(RECENT)} orders of the last 30 days, of one event, are the same in both; the others are of ${EVENTS - 1} events in the two years before, none of them by the ${NEW_LINKS} newest links. Of the orders only the report's lines are there, 1.25 for each, put into the table directly. Each report is asked for ${ROUNDS} times over HTTP, the two databases in turns; medians in ms. The plan is the step that finds the lines; a scan of a table in any statement would stand there instead. The report of all time adds up every order there is.

${table(['report', 'ratio', 'goal', `${count(RECENT)}, ms`, `${count(LARGE)}, ms`, 'plan'], rows)}
`;
  } finally {
    await small.hb.stop();
    await large.hb.stop();
  }
}
