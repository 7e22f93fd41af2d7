// The redirect against the same work in JavaScript (peer.js), measured in turns.
import { fileURLToPath } from 'node:url';
import { BROWSERS } from '../support/agents.ts';
import { cookieValue } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill, Settings } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { count, median, ratioText, say, sized, table, underLoad } from './machine.ts';

const PEER = fileURLToPath(new URL('peer.js', import.meta.url));
const ROUNDS = sized(7, 2);
const SECONDS = sized(3, 0.3);
const WARM_UP_SECONDS = sized(1, 0.2);
const CONNECTIONS = 16;
const DESTINATION = 'https://shop.example/rock-night?lang=en';
/** A visitor who has come by three links. */
const SLUGS = ['poster-one', 'poster-two', 'poster-three'];

/** A queue that has room at once: what is left is the Worker's own time. */
const QUEUE_SWALLOWS = `(env) => ({ ...env, CLICKS: { async send() {} } })`;

const SHARED: Settings = { isDirect: true, isConsuming: false };
const PRODUCTION = { ENVIRONMENT: 'production' };

async function handbill(settings: Settings): Promise<Handbill> {
  const hb = await startHandbill({ ...SHARED, ...settings, vars: PRODUCTION });
  const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
  for (const slug of SLUGS) await manager.made('links', { kind: 'venue', slug, destination: DESTINATION });
  return hb;
}

async function peer(settings: Settings, vars: Record<string, string> = {}): Promise<Handbill> {
  const hb = await startHandbill({ ...SHARED, ...settings, peer: PEER, vars: { ...PRODUCTION, ...vars } });
  for (const [index, slug] of SLUGS.entries()) await hb.kv.put(`link//${slug}`, JSON.stringify({ id: index + 1, scope: 'a1', destination: DESTINATION }));
  return hb;
}

/** The cookies of a visitor who has followed all three links. */
async function journey(hb: Handbill): Promise<Record<string, string>> {
  let cookie = '';
  for (const slug of SLUGS) {
    const answer = await hb.send(`/l/${slug}`, { headers: { 'user-agent': BROWSERS[0], cookie } });
    if (answer.status !== 302 || answer.leadsTo !== DESTINATION) throw new Error(`${answer.status} ${answer.leadsTo}`);
    const visitor = cookieValue(answer, 'hb_visitor') ?? /hb_visitor=([^;]+)/.exec(cookie)?.[1];
    cookie = `hb_visitor=${visitor}; hb_journey=${cookieValue(answer, 'hb_journey')}`;
  }
  return { cookie };
}

/** Answers a second under full load. */
async function rate(hb: Handbill, headers: Record<string, string>): Promise<number> {
  const lines = Object.entries({ host: hb.url.host, 'user-agent': BROWSERS[0], accept: 'text/html', 'accept-language': 'en', 'cf-connecting-ip': '203.0.113.7', ...headers });
  const request = `GET /l/${SLUGS[0]} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const { answers, seconds } = await underLoad({ port: Number(hb.url.port), request, connections: CONNECTIONS, warmUpSeconds: WARM_UP_SECONDS, seconds: SECONDS, expected: 'HTTP/1.1 302' });
  return answers / seconds;
}

interface Pair {
  name: string;
  goal: string;
  settings: Settings;
  vars?: Record<string, string>;
  headers: (hb: Handbill) => Promise<Record<string, string>>;
}

const optedOut = async (): Promise<Record<string, string>> => ({ 'sec-gpc': '1' });

const PAIRS: Pair[] = [
  { name: 'signed cookie verified and signed, click to the queue', goal: '≥ 1.2', settings: {}, headers: journey },
  { name: 'visitor opted out (no cookie, one keyed hash in both), click to the queue', goal: '≥ 0.95', settings: {}, headers: optedOut },
  { name: 'the same against a peer that hashes nothing', goal: '–', settings: {}, vars: { CRYPTO: 'off' }, headers: optedOut },
  { name: "signed cookie, without the local queue's own time", goal: '–', settings: { faults: QUEUE_SWALLOWS }, headers: journey },
  { name: "visitor opted out, without the local queue's own time", goal: '–', settings: { faults: QUEUE_SWALLOWS }, headers: optedOut },
];

async function measured({ name, goal, settings, vars, headers }: Pair): Promise<string[]> {
  say(`redirect: ${name}`);
  const ours = await handbill(settings);
  const theirs = await peer(settings, vars);
  try {
    const sent = { ours: await headers(ours), theirs: await headers(theirs) };
    const rounds: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      // Who goes first changes, so that a drift of the machine hits both.
      const first = round % 2 === 0;
      const a = first ? await rate(ours, sent.ours) : await rate(theirs, sent.theirs);
      const b = first ? await rate(theirs, sent.theirs) : await rate(ours, sent.ours);
      rounds.push(first ? { ours: a, theirs: b } : { ours: b, theirs: a });
    }
    return [name, ratioText(rounds.map((round) => round.ours / round.theirs)), goal, count(median(rounds.map((round) => round.ours))), count(median(rounds.map((round) => round.theirs)))];
  } finally {
    await ours.stop();
    await theirs.stop();
  }
}

/** The section of the report. */
export async function redirect(): Promise<string> {
  const rows: string[][] = [];
  for (const pair of PAIRS) rows.push(await measured(pair));
  return `## The redirect against JavaScript

\`GET /l/{slug}\` of a link in the memory of the isolate, ${CONNECTIONS} connections kept open, ${ROUNDS} rounds of ${SECONDS} s each in turns after ${WARM_UP_SECONDS} s to warm up; each side in a workerd of its own.
The peer is [tests/bench/peer.js](../tests/bench/peer.js): the same memory, KV entry, headers, cookies and click to the queue, signed by WebCrypto with a key imported once.
The ratio is Handbill's answers to the peer's, the median of the rounds and their range. The local queue is a simulation that costs both sides the same and so pulls ratios to 1: the last two rows are without it.

${table(['what', 'ratio', 'goal', 'Handbill, answers/s', 'peer, answers/s'], rows)}
`;
}
