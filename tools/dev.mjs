// The product on this machine: workerd with its own D1, KV, queue and cron.
//
//   PORT    where it answers (8787)
//   STATE   the folder of its data (.state)
//
// Prints `ready <url>`, `token <token>` and two links once it answers; whatever
// else there is to say goes to standard error. Stops at SIGTERM, SIGINT, SIGHUP.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createToken, migrate, WRANGLER_ENVIRONMENT } from './database.mjs';
import { fillDemo } from './demo.mjs';
import { Failure, ROOT, runTool, toolEnvironment } from './process.mjs';

const PORT = Number(process.env.PORT || 8787);
const STATE = resolve(process.env.STATE || '.state');
const BASE = `http://localhost:${PORT}`;
const KEYS = join(STATE, 'keys.env');
const TOKENS = join(STATE, 'tokens.json');
/** Nobody gets these mails: the local runtime writes them to files. */
const MAIL_FROM = 'Handbill <handbill@localhost.example>';
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 5_000;

/**
 * What is kept beside the data: the tokens can't be read back from it.
 *
 * @typedef {{ operator: string, demo?: import('./demo.mjs').Demo }} Kept
 */

await runTool(async () => {
  await requireFreePort();
  mkdirSync(STATE, { recursive: true });
  ensureKeys();
  const place = { folder: STATE };
  await migrate(place);
  const kept = readKept() ?? { operator: await createToken(place, { label: 'make dev' }) };
  keep(kept);

  const worker = startWorker();
  await untilHealthy(worker);
  kept.demo ??= await fillDemo(BASE, kept.operator);
  keep(kept);
  everyMinute(() => fetch(`${BASE}/cdn-cgi/handler/scheduled?cron=${encodeURIComponent('* * * * *')}`));

  const lines = [`ready ${BASE}`, `token ${kept.demo?.token ?? kept.operator}`];
  for (const { url, note } of kept.demo?.links ?? []) lines.push(`link ${onThisPort(url)}  (${note})`);
  console.log(lines.join('\n'));
});

/** wrangler would take the next free port without a word to those who wait at this one. */
async function requireFreePort() {
  if (!Number.isInteger(PORT) || PORT < 1 || PORT > 65535) throw new Failure(`PORT is no port: ${process.env.PORT}`);
  await new Promise((/** @type {(value?: void) => void} */ done, fail) => {
    const server = createServer().on('error', () => fail(new Failure(`port ${PORT} is taken; choose another: PORT=${PORT + 1} make dev`)));
    server.listen(PORT, '127.0.0.1', () => server.close(() => done()));
  });
}

/** Keys that sign cookies live as long as the data does. */
function ensureKeys() {
  if (existsSync(KEYS)) return;
  writeFileSync(KEYS, `SIGNING_KEYS=local:${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
}

/** @returns {Kept | undefined} */
function readKept() {
  return existsSync(TOKENS) ? JSON.parse(readFileSync(TOKENS, 'utf8')) : undefined;
}

/** @param {Kept} kept */
function keep(kept) {
  writeFileSync(TOKENS, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
}

/** Starts `wrangler dev`; this process ends with it, and takes it along. */
function startWorker() {
  const args = ['dev', '--local', '--ip', '127.0.0.1', '--port', String(PORT), '--inspector-port', '0', '--persist-to', STATE];
  args.push('--env-file', KEYS, '--var', 'ENVIRONMENT:development', `MAIL_FROM:${MAIL_FROM}`, '--log-level', 'warn', '--show-interactive-dev-session=false');
  const worker = spawn('wrangler', args, { cwd: ROOT, env: toolEnvironment(WRANGLER_ENVIRONMENT), stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [worker.stdout, worker.stderr]) {
    createInterface({ input: stream }).on('line', (line) => line.trim() && console.error(`  ${line}`));
  }
  worker.on('error', (error) => {
    console.error(`handbill: wrangler didn't start: ${error.message}`);
    process.exit(1);
  });
  let stopping = false;
  worker.on('exit', (code) => {
    if (!stopping) console.error(`handbill: wrangler ended with ${code}`);
    process.exit(stopping ? 0 : 1);
  });
  const stop = () => {
    stopping = true;
    worker.kill('SIGTERM');
    setTimeout(() => worker.kill('SIGKILL'), STOP_LIMIT_MS).unref();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  return worker;
}

/** @param {import('node:child_process').ChildProcess} worker */
async function untilHealthy(worker) {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline && worker.exitCode === null) {
    const answer = await fetch(`${BASE}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  worker.kill('SIGTERM');
  throw new Failure(`${BASE}/healthz didn't answer in ${START_LIMIT_MS / 1000} s`);
}

/**
 * `wrangler dev` has the handler of cron triggers, but nothing that pulls it.
 *
 * @param {() => Promise<Response>} pull
 */
function everyMinute(pull) {
  const next = () => setTimeout(() => void pull().catch((error) => console.error(`  cron: ${error.message}`)).finally(next), 60_000 - (Date.now() % 60_000));
  next();
}

/**
 * A link as it reads now: the data may have been made on another port.
 *
 * @param {string} url
 */
function onThisPort(url) {
  return BASE + new URL(url).pathname;
}
