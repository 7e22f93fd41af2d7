// Lists and searches with ten thousand links and with a million: the same pages
// are asked for in turns, and the plans are looked at for scans.
import { DB_TELLS } from '../support/faults.ts';
import { planOf, ranDuring, scansIn } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';
import type { Organizer } from '../support/seed.ts';
import { count, median, say, sized, table } from './machine.ts';

const SMALL = sized(10_000, 1_000);
const LARGE = sized(1_000_000, 5_000);
const STEP = sized(20_000, 1_000);
const ROUNDS = sized(41, 5);
/** Links that the narrow filters find, the oldest of all. */
const NARROW = 60;

interface Place {
  hb: Handbill;
  demo: Organizer;
}

async function withLinks(links: number, faults?: string): Promise<Place> {
  const hb = await startHandbill({ isDirect: true, ...(faults !== undefined && { faults }), vars: { ENVIRONMENT: 'production' } });
  const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
  const [john, mary] = demo.users;
  for (let from = 0; from < links; from += STEP) {
    // Every tenth description has the word "harbour", one in a thousand "lantern".
    await hb.execute(
      `INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, event_id, referred_by, description, hide_public_ticket_types, destination, utm, created_at, updated_at)
       WITH RECURSIVE n (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1 + ?2 - 1)
       SELECT printf('b%07x', n * 2654435761 % 268435456), printf('b%07x', n * 2654435761 % 268435456), CASE WHEN n < ?7 THEN 3 ELSE 1 + n % 2 END, ?3, ?3,
         CASE WHEN n < ?7 THEN ?4 ELSE ?5 END, CASE WHEN n < ?7 THEN ?6 ELSE ?8 END,
         'poster ' || n || CASE WHEN n < ?7 THEN ' walrus' WHEN n % 1000 = 0 THEN ' lantern' WHEN n % 10 = 0 THEN ' harbour' ELSE ' street' END,
         0, 'https://shop.example/', '{}', ?9, ?9 FROM n`,
      from, Math.min(STEP, links - from), demo.id, demo.laterEvent.id, demo.event.id, john.id, NARROW, mary.id, Date.now(),
    );
    // Nobody follows these, so KV needs none of them.
    await hb.execute('DELETE FROM kv_dirty');
    if (from % (STEP * 10) === 0) say(`lists: ${count(Math.min(from + STEP, links))} of ${count(links)} links`);
  }
  return { hb, demo };
}

interface Query {
  name: string;
  goal: string;
  of: (demo: Organizer) => string;
}

const QUERIES: Query[] = [
  { name: 'the list, first page', goal: '≤ 1.2', of: () => '' },
  { name: 'the list, third page', goal: '≤ 1.2', of: () => '?page=3' },
  { name: 'the list, 100 a page', goal: '≤ 1.2', of: () => '?page_size=100' },
  { name: `by kind, ${NARROW} match`, goal: '≤ 1.2', of: () => '?via=3' },
  { name: `by event, ${NARROW} match`, goal: '≤ 1.2', of: (demo) => `?event=${demo.laterEvent.id}` },
  { name: 'by event, nearly all match', goal: '≤ 1.2', of: (demo) => `?event=${demo.event.id}` },
  { name: `by the event's end, ${NARROW} match`, goal: '≤ 1.2', of: () => `?event__ends_on__gte=${SEASON}-06-01` },
  { name: `my links, ${NARROW} match`, goal: '≤ 1.2', of: () => 'me/' },
  { name: `search, ${NARROW} match`, goal: '≤ 1.2', of: () => '?search=walrus' },
  { name: `search and event, ${NARROW} match`, goal: '≤ 1.2', of: (demo) => `?search=walrus&event=${demo.laterEvent.id}` },
  { name: 'search, none match', goal: '≤ 1.2', of: () => '?search=zeppelin' },
  { name: 'search of two characters, none match', goal: '– (walks the links)', of: () => '?search=%C3%BC%C3%BC' },
  { name: 'search, one in a thousand matches', goal: '– (grows with the matches)', of: () => '?search=lantern' },
  { name: 'search, one in ten matches', goal: '– (grows with the matches)', of: () => '?search=harbour' },
];

async function time({ hb, demo }: Place, query: Query): Promise<number> {
  const from = performance.now();
  const { status, text } = await hb.send(demo.venue.base + query.of(demo), { headers: { authorization: `Token ${demo.users[0].token}` } });
  if (status !== 200) throw new Error(`${query.name}: ${status} ${text}`);
  return performance.now() - from;
}

/** How the index that narrows a query is reached, and any scan there is. */
async function plans(place: Place): Promise<Map<string, string>> {
  const { hb } = place;
  const tables = (await hb.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")).map(({ name }) => String(name));
  const found = new Map<string, string>();
  for (const query of QUERIES) {
    const ran = await ranDuring(hb, () => time(place, query));
    const scans: string[] = [];
    let access = '';
    for (const { sql } of ran) {
      const steps = await planOf(hb, sql);
      scans.push(...scansIn(steps, sql, tables));
      if (sql.includes('link_count')) access = steps.find((step) => /^(SEARCH|SCAN) /.test(step)) ?? '';
    }
    found.set(query.name, scans.length === 0 ? access : `scans: ${scans.join(', ')}`);
  }
  return found;
}

/** The section of the report. */
export async function lists(): Promise<string> {
  // The plans are those of an empty table: D1 keeps no statistics.
  const telling = await withLinks(NARROW * 2, DB_TELLS);
  const access = await plans(telling).finally(() => telling.hb.stop());
  const small = await withLinks(SMALL);
  const large = await withLinks(LARGE);
  try {
    const rows: string[][] = [];
    for (const query of QUERIES) {
      say(`lists: ${query.name}`);
      const times: { small: number; large: number }[] = [];
      await time(small, query);
      await time(large, query);
      for (let round = 0; round < ROUNDS; round += 1) times.push({ small: await time(small, query), large: await time(large, query) });
      const of = (which: 'small' | 'large'): number => median(times.map((each) => each[which]));
      rows.push([query.name, (of('large') / of('small')).toFixed(2), query.goal, of('small').toFixed(1), of('large').toFixed(1), `\`${access.get(query.name)}\``]);
    }
    return `## Lists and searches at ${count(SMALL)} and at ${count(LARGE)} links

All links belong to one organizer; what a narrow filter is after is the oldest. Each page is asked for ${ROUNDS} times over HTTP, the two databases in turns; medians in ms. The plan is the step that narrows the query; a scan of a table in any statement behind a page would stand there instead. The full-text index knows runs of three characters: a shorter term has to look at each of the organizer's links.

${table(['page', 'ratio', 'goal', `${count(SMALL)}, ms`, `${count(LARGE)}, ms`, 'plan'], rows)}
`;
  } finally {
    await small.hb.stop();
    await large.hb.stop();
  }
}
