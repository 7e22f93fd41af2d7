// Clicks from the redirect through the queue into D1: how many a second, what is
// written for each, and what is left in memory after a million.
import { BROWSERS } from '../support/agents.ts';
import { bodyOf, clickOn, figuresOf, newVisitor } from '../support/clicks.ts';
import { eventually } from '../support/eventually.ts';
import { DB_TELLS } from '../support/faults.ts';
import { ranDuring } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { count, median, say, sized, table, underLoad, workerdMemory } from './machine.ts';

const CLICKS = sized(1_000_000, 4_000);
const PART = sized(20_000, 1_000);
const CONNECTIONS = 16;
const BATCH = 100;

interface Part {
  clicksASecond: number;
  memory: number;
}

/** Waits until `clicks` are counted, without counting a million rows each time it looks. */
const counted = (hb: Handbill, clicks: number): Promise<void> =>
  eventually(`${clicks} clicks counted`, async () => (await hb.value("SELECT value FROM metric WHERE name = 'clicks'")) === clicks);

/** Follows a link a part at a time, each until it is counted. */
async function follow(): Promise<{ parts: Part[]; memoryAtStart: number; figures: unknown }> {
  const hb = await startHandbill({ isDirect: true, vars: { ENVIRONMENT: 'production' } });
  try {
    const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
    const link = await demo.venue.made({ via: 2, event: demo.event.id });
    // No cookie: every click is a new visitor, the most there is to write.
    const request = `GET ${new URL(link.short_url).pathname} HTTP/1.1\r\nhost: ${hb.url.host}\r\nuser-agent: ${BROWSERS[0]}\r\n\r\n`;
    const memoryAtStart = workerdMemory();
    const parts: Part[] = [];
    for (let made = 0; made < CLICKS; made += PART) {
      const from = performance.now();
      const { answers } = await underLoad({ port: Number(hb.url.port), request, connections: CONNECTIONS, requests: PART, expected: 'HTTP/1.1 302' });
      if (answers !== PART) throw new Error(`${answers} answers to ${PART} requests`);
      await counted(hb, made + PART);
      parts.push({ clicksASecond: (PART / (performance.now() - from)) * 1000, memory: workerdMemory() });
      if (parts.length % 10 === 0) say(`ingest: ${count(made + PART)} clicks`);
    }
    await hb.drain(CLICKS);
    return { parts, memoryAtStart, figures: await figuresOf(hb, demo.manager.token, link.id) };
  } finally {
    await hb.stop();
  }
}

interface Writes {
  written: number;
  read: number;
}

/** Rows of tables and indexes written and read for one click, in full batches. */
async function perClick(visitorOf: (n: number) => string): Promise<Writes> {
  const hb = await startHandbill({ faults: DB_TELLS });
  try {
    const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
    const links: number[] = [];
    for (let n = 0; n < 5; n += 1) links.push((await demo.venue.made({ via: 2 })).id);
    const batch = (): string[] => Array.from({ length: BATCH }, (_, n) => bodyOf(clickOn(links[n % links.length]!, { agent: BROWSERS[n % BROWSERS.length]!, visitor: visitorOf(n) })));
    await hb.deliver(batch());
    const ran = await ranDuring(hb, async () => void (await hb.deliver(batch())));
    const sum = (of: 'rowsWritten' | 'rowsRead'): number => ran.reduce((total, each) => total + each[of], 0) / BATCH;
    return { written: sum('rowsWritten'), read: sum('rowsRead') };
  } finally {
    await hb.stop();
  }
}

// Dollars a million beyond what is included, from
// https://developers.cloudflare.com/workers/platform/pricing/ and the pricing
// pages of D1 and Queues. Prices change: look there before you rely on these.
const PRICES = { request: 0.3, queueOperation: 0.4, rowWritten: 1, rowRead: 0.001 };
/** Written, read, deleted. */
const QUEUE_OPERATIONS = 3;

/** Dollars for a million clicks; KV and CPU time are next to nothing beside these. */
const price = ({ written, read }: Writes): number => PRICES.request + QUEUE_OPERATIONS * PRICES.queueOperation + PRICES.request / BATCH + written * PRICES.rowWritten + read * PRICES.rowRead;

/** The sections of the report. */
export async function ingest(): Promise<string> {
  say(`ingest: ${count(CLICKS)} clicks`);
  const { parts, memoryAtStart, figures } = await follow();
  const visitors = Array.from({ length: BATCH }, newVisitor);
  const writes: [string, Writes][] = [['a visitor never seen on the link', await perClick(newVisitor)], ['a visitor who comes back', await perClick((n) => visitors[n]!)]];
  const rates = parts.map(({ clicksASecond }) => clicksASecond);
  const memoryAfter = (clicks: number): string => `${Math.round(parts[Math.min(parts.length, Math.ceil(clicks / PART)) - 1]?.memory ?? 0)} MiB`;
  return `## Clicks through the queue into D1

${count(CLICKS)} clicks in parts of ${count(PART)}: followed over HTTP by ${CONNECTIONS} connections without cookies (each a new visitor: the most there is to write), each part measured until its last click is counted. Redirect, queue, consumer, D1 and the load share the machine.

${table(['what', 'measured', 'goal'], [
    ['clicks a second, median of the parts', count(median(rates)), '≥ 2,000'],
    ['range of the parts', `${count(Math.min(...rates))}–${count(Math.max(...rates))}`, '–'],
    ['what the API says in the end', `\`${JSON.stringify(figures)}\``, `${count(CLICKS)} of each but robots`],
  ])}

Rows written for one click, table and index rows together, in batches of ${BATCH} clicks on five links, and what a million such clicks cost by Cloudflare's price list beyond the included volume (a request, three queue operations, a consumer call per ${BATCH}, D1 rows):

${table(['click of', 'rows written', 'goal', 'rows read', 'US$ a million clicks'], writes.map(([what, write]) => [what, write.written.toFixed(2), '≤ 4', write.read.toFixed(1), price(write).toFixed(2)]))}

## Memory

Resident memory of the local workerd (the Worker, and the local D1, KV and queue in the same process) during the run above:

${table(['clicks', 'memory'], [['0', `${Math.round(memoryAtStart)} MiB`], ...[0.1, 0.5, 1].map((part) => [count(CLICKS * part), memoryAfter(CLICKS * part)])])}
`;
}
