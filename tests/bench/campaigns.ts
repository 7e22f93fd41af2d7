// Campaigns: pages of ten thousand of them, and their own URL against a short link.
import { BROWSERS } from '../support/agents.ts';
import { Campaigns } from '../support/campaigns.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { count, median, ratioText, say, sized, table, underLoad } from './machine.ts';

const FEW = 100;
const MANY = sized(10_000, 1_000);
const PAGES = sized(41, 5);
const ROUNDS = sized(7, 2);
const SECONDS = sized(3, 0.3);
const WARM_UP_SECONDS = sized(1, 0.2);
const CONNECTIONS = 16;
const DESTINATION = 'https://shop.example/rock-night?lang=en';

interface Place {
  hb: Handbill;
  campaigns: Campaigns;
}

async function withCampaigns(wanted: number): Promise<Place> {
  const hb = await startHandbill({ isDirect: true, vars: { ENVIRONMENT: 'production' } });
  const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
  await hb.execute(
    `INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, event_id, description, hide_public_ticket_types, destination, utm, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
     SELECT 'code-' || n, 'code-' || n, 5, ?2, ?2, ?3, 'campaign ' || n, 0, 'https://shop.example/', '{}', ?4, ?4 FROM n`,
    wanted, demo.id, demo.event.id, Date.now(),
  );
  return { hb, campaigns: new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token) };
}

async function time({ campaigns }: Place, query: string): Promise<number> {
  const from = performance.now();
  const { status, json } = await campaigns.list(query);
  if (status !== 200 || json.results.length !== 50) throw new Error(`${query}: ${status}`);
  return performance.now() - from;
}

async function lists(): Promise<string> {
  const few = await withCampaigns(FEW);
  const many = await withCampaigns(MANY);
  try {
    const rows: string[][] = [];
    for (const [name, page] of [['the first page', 1], ['the last page', MANY / 50]] as const) {
      say(`campaigns: ${name}`);
      const times: { few: number; many: number }[] = [];
      for (let round = -1; round < PAGES; round += 1) {
        const each = { few: await time(few, '?page=1'), many: await time(many, `?page=${page}`) };
        if (round >= 0) times.push(each);
      }
      const of = (which: 'few' | 'many'): number => median(times.map((each) => each[which]));
      rows.push([name, (of('many') / of('few')).toFixed(2), of('few').toFixed(1), of('many').toFixed(1)]);
    }
    return table(['page', 'ratio', `first page of ${FEW}, ms`, `of ${count(MANY)}, ms`], rows);
  } finally {
    await few.hb.stop();
    await many.hb.stop();
  }
}

/** Answers a second under full load. */
async function rate(hb: Handbill, path: string): Promise<number> {
  const lines = Object.entries({ host: hb.url.host, 'user-agent': BROWSERS[0], accept: 'text/html', 'accept-language': 'en', 'cf-connecting-ip': '203.0.113.7' });
  const request = `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const { answers, seconds } = await underLoad({ port: Number(hb.url.port), request, connections: CONNECTIONS, warmUpSeconds: WARM_UP_SECONDS, seconds: SECONDS, expected: 'HTTP/1.1 302' });
  return answers / seconds;
}

/** A queue that has room at once: what is left is the Worker's own time. */
const QUEUE_SWALLOWS = `(env) => ({ ...env, CLICKS: { async send() {} } })`;

async function redirect(): Promise<string> {
  say('campaigns: their URL against a short link');
  const hb = await startHandbill({ isDirect: true, isConsuming: false, faults: QUEUE_SWALLOWS, vars: { ENVIRONMENT: 'production' } });
  try {
    const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
    const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);
    await campaigns.made({ code: 'poster-one', external_target: DESTINATION });
    await demo.manager.made('links', { kind: 'venue', slug: 'poster-two', event_id: demo.event.id, destination: DESTINATION });
    const rounds: { campaign: number; link: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const isFirst = round % 2 === 0;
      const one = await rate(hb, isFirst ? campaigns.path('poster-one') : '/l/poster-two');
      const other = await rate(hb, isFirst ? '/l/poster-two' : campaigns.path('poster-one'));
      rounds.push(isFirst ? { campaign: one, link: other } : { campaign: other, link: one });
    }
    const row = ['campaign URL against short link', ratioText(rounds.map(({ campaign, link }) => campaign / link)), '1.0', count(median(rounds.map(({ campaign }) => campaign))), count(median(rounds.map(({ link }) => link)))];
    return table(['what', 'ratio', 'goal', 'campaign, answers/s', 'short link, answers/s'], [row]);
  } finally {
    await hb.stop();
  }
}

/** The section of the report. */
export async function campaigns(): Promise<string> {
  return `## Campaigns

Pages of ${count(MANY)} campaigns of one event against the first page of ${FEW}: each ${PAGES} times over HTTP, in turns; medians in ms. A page walks the index up to its place, and reads its own 50 campaigns whole.

${await lists()}

\`GET /{organizer}/{event}/c/{code}/\` against \`GET /l/{slug}\`, both in the memory of one isolate, without the local queue's own time: ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each in turns; answers of one to those of the other, the median of the rounds and their range.

${await redirect()}
`;
}
