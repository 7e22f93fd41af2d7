// Checking webhooks: `handbill/webhooks`, the libraries that others use, and what one
// writes by hand, measured in turns; how long each takes to start, and how large it is.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { sign } from 'handbill/webhooks';
import { count, median, ratioText, say, sized, table } from './machine.ts';
import { bodyOf, SECRET, SIZES, VERIFIERS, type Check } from './webhooks-peers.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COLD = fileURLToPath(new URL('webhooks-cold.ts', import.meta.url));
const ROUNDS = sized(31, 2);
const STARTS = sized(15, 1);
/** Of bodies that each checks in a round. */
const BYTES = sized(8_000_000, 80_000);
/** Every check takes as long as that of so many bytes more, about. */
const BYTES_OF_A_CALL = 3_000;

const NAMES = Object.keys(VERIFIERS);
const PEERS = NAMES.filter((name) => name !== 'handbill');
/** Microseconds of a check by each. */
type Round = Record<string, number>;

/** Who goes first changes, so that a drift of the machine hits all. */
const inTurn = (round: number): string[] => NAMES.map((_, n) => NAMES[(round + n) % NAMES.length]!);

/** Names are in lower case, as Node hands them over. */
function signed(name: string, body: Buffer): Record<string, string> {
  const headers = sign(body, SECRET, { scheme: VERIFIERS[name]!.scheme, id: 'msg_1' });
  return Object.fromEntries(Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]));
}

/** Microseconds of the processor, its other threads included: garbage is collected there, and what else runs on the machine does not count. */
async function cost(check: Check, body: Buffer, headers: Record<string, string>): Promise<number> {
  const calls = Math.ceil(BYTES / (body.length + BYTES_OF_A_CALL));
  const isAsync = check(body, headers) instanceof Promise;
  const from = process.cpuUsage();
  if (isAsync) for (let n = 0; n < calls; n += 1) await check(body, headers);
  else for (let n = 0; n < calls; n += 1) check(body, headers);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / calls;
}

async function rounds(size: number, checks: Map<string, Check>): Promise<Round[]> {
  const body = bodyOf(size);
  const all: Round[] = [];
  // The first is to warm up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const costs: Round = {};
    for (const name of inTurn(round)) costs[name] = await cost(checks.get(name)!, body, signed(name, body));
    all.push(costs);
  }
  return all.slice(1);
}

async function ratios(readsEvent: boolean): Promise<string> {
  const checks = new Map<string, Check>();
  for (const name of NAMES) checks.set(name, await VERIFIERS[name]!.load(readsEvent));
  const rows = [];
  for (const size of SIZES) {
    say(`webhooks: ${size} bytes`);
    const all = await rounds(size, checks);
    const own = median(all.map((round) => round['handbill']!));
    rows.push([`${count(size)} B`, own.toFixed(1), ...PEERS.map((name) => ratioText(all.map((round) => round[name]! / round['handbill']!)))]);
  }
  return table(['body', 'handbill, µs', ...PEERS.map((name) => `to ${name}`)], rows);
}

/** Milliseconds from the import to the first event. */
function starts(): Map<string, number> {
  say('webhooks: cold starts');
  const all = new Map(NAMES.map((name) => [name, [] as number[]]));
  for (let round = 0; round < STARTS; round += 1) {
    for (const name of inTurn(round)) {
      const headers = JSON.stringify(signed(name, bodyOf(300)));
      all.get(name)!.push(Number(execFileSync(process.execPath, [COLD, name, headers], { encoding: 'utf8' })));
    }
  }
  return new Map([...all].map(([name, values]) => [name, median(values)]));
}

/** What a page or a Worker would load of it: minified, and compressed as well. */
async function bundleSizes(name: string): Promise<[string, string]> {
  const { bundle } = VERIFIERS[name]!;
  if (bundle === '') return ['–', '–'];
  const { outputFiles } = await build({ stdin: { contents: bundle, resolveDir: ROOT }, bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2022', write: false });
  const bytes = outputFiles[0]!.contents;
  return [count(bytes.length), count(gzipSync(bytes, { level: 9 }).length)];
}

/** The section of the report. */
export async function webhooks(): Promise<string> {
  const signature = await ratios(false);
  const event = await ratios(true);
  const first = starts();
  const rows = await Promise.all(NAMES.map(async (name) => [name, first.get(name)!.toFixed(1), ...(await bundleSizes(name))]));
  return `## Checking a webhook

How many webhooks \`handbill/webhooks\` checks for one that another does, under Node, each in its own scheme, by the time of the processor; the median of ${ROUNDS} rounds in turns in one process, and their range. The goal is ≥ 1.0 at every size. The body is the \`Buffer\` that was received; octokit takes text and answers a promise, so that the conversion and the wait are part of it.
\`node:crypto\` is what one writes by hand: the header split at its comma, the time compared, \`createHmac\` and \`timingSafeEqual\`, and none of the checks that the others make.

The signature alone:

${signature}

The event as well, that is, with \`JSON.parse\` of the body, which is the same for all and pulls ratios to 1:

${event}

From the import to the end of the first check of 300 bytes, in fresh processes, the median of ${STARTS}; and what a bundler for browsers makes of the import.

${table(['what', 'import to first event, ms', 'minified, B', 'gzip, B'], rows)}

Bodies of less than 384 bytes are hashed in WebAssembly and larger ones by Node, where there is Node; parsing, the outer half of the HMAC and the decision are the same code for both. Larger bodies cost what the hash costs, and there is no other than the \`createHmac\` of \`node:crypto\` uses: 1.0 is the most there.
The WebAssembly is made with SIMD alone, which every engine that we name has. Made without, it is 1.5 KB larger (gzip) and takes 1.3 to 1.4 times as long for up to 300 bytes, 1.1 to 1.2 times for more: only the schedule of a single SHA-256 can be done four at a time.
`;
}
