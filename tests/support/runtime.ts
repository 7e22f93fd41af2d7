// Starts the Worker on the real runtime: workerd with D1, KV and Queues, as
// wrangler.toml declares them, on a free port of this machine.
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { send } from './http.ts';
import type { Answer, Sent } from './http.ts';
import { eventually } from './eventually.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORKER = join(ROOT, 'worker');
const ENTRY = join(WORKER, 'entry.js');
const CLOCK_KEY = 'test:clock';
/** Where wrangler, too, notes which migrations a database has had. */
const APPLIED = 'd1_migrations';
const DAY = 86_400_000;

/** A message as the queue hands it to the consumer. */
export interface Delivered {
  id: string;
  timestamp: Date;
  attempts: number;
  body: unknown;
}

export interface Settings {
  /** Variables over those of wrangler.toml; null takes one away. */
  vars?: Record<string, string | null>;
  /** Bindings that misbehave, one of faults.ts. */
  faults?: string;
  /** Runs a second Worker on the same data: another place on earth. */
  elsewhere?: boolean;
  /** Answers on https, with a certificate of its own. */
  https?: boolean;
  /** A module to run in the place of the Worker: the benchmark's peer. */
  peer?: string;
  /** Answers without the runtime's own front, so that a benchmark does not measure that. */
  isDirect?: boolean;
  /** Whether clicks are taken from the queue again; they are, unless this is false. */
  isConsuming?: boolean;
  /** A folder whose data it goes on with, and leaves behind; else it starts on none and leaves none. */
  state?: string;
  /** The last migration that is applied, by how its file's name starts; all of them unless said otherwise. */
  migrateTo?: string;
}

/** The part of D1 the tests use. */
export interface Database {
  prepare(sql: string): Statement;
  batch(statements: Statement[]): Promise<{ results: Record<string, any>[] }[]>;
}
interface Statement {
  bind(...values: unknown[]): Statement;
  all(): Promise<{ results: Record<string, any>[] }>;
  run(): Promise<unknown>;
}

/** The part of KV the tests use. */
export interface KeyValues {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
  put(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(options?: { cursor?: string }): Promise<{ keys: { name: string }[]; list_complete: boolean; cursor?: string }>;
}

/** A Handbill that runs. */
export class Handbill {
  readonly url: URL;
  /** The second place, where `elsewhere` was asked for. */
  readonly elsewhere: URL | undefined;
  readonly kv: KeyValues;
  readonly db: Database;
  /** Where workerd keeps its files. */
  readonly state: string;
  /** The lines of the Worker's log that have come so far; `log()` waits for all that were written. */
  readonly logs: string[];
  readonly #runtime: Miniflare;
  readonly #isKept: boolean;

  constructor(parts: { url: URL; elsewhere: URL | undefined; kv: KeyValues; db: Database; state: string; isKept: boolean; logs: string[]; runtime: Miniflare }) {
    this.url = parts.url;
    this.elsewhere = parts.elsewhere;
    this.kv = parts.kv;
    this.db = parts.db;
    this.state = parts.state;
    this.logs = parts.logs;
    this.#runtime = parts.runtime;
    this.#isKept = parts.isKept;
  }

  /** Sends a request over HTTP. */
  send(path: string, sent?: Sent): Promise<Answer> {
    return send(this.url, path, sent);
  }

  /** Sends a request to the second place. */
  sendElsewhere(path: string, sent?: Sent): Promise<Answer> {
    if (!this.elsewhere) throw new Error('start with { elsewhere: true }');
    return send(this.elsewhere, path, sent);
  }

  /** Rows of a query. */
  async rows(sql: string, ...values: unknown[]): Promise<Record<string, any>[]> {
    const statement = this.db.prepare(sql);
    return (await (values.length === 0 ? statement : statement.bind(...values)).all()).results;
  }

  /** One value of a query's first row, or undefined. */
  async value(sql: string, ...values: unknown[]): Promise<any> {
    const row = (await this.rows(sql, ...values))[0];
    return row && Object.values(row)[0];
  }

  /** Runs one statement. */
  async execute(sql: string, ...values: unknown[]): Promise<void> {
    await this.db.prepare(sql).bind(...values).run();
  }

  /**
   * Every line that the Worker logged until now. They come through two pipes, one for
   * errors, some time after the answers they belong to: so each pipe gets one line more,
   * and what was written before it is here once that is.
   */
  async log(): Promise<string[]> {
    const marker = randomUUID();
    await this.deliver([marker]);
    const { headers } = await this.send('/nothing/is/here');
    const last = [marker, String(headers['x-request-id'])];
    await eventually('the last lines of the log', async () => last.every((text) => this.logs.some((line) => line.includes(text))));
    return this.logs;
  }

  /** Moves the Worker's clock to `milliseconds` ahead of the real one. */
  async setClockAhead(milliseconds: number): Promise<void> {
    await this.kv.put(CLOCK_KEY, `+${milliseconds}`);
  }

  /** Stops the Worker's clock at a time, in unix milliseconds. */
  async stopClockAt(milliseconds: number): Promise<void> {
    await this.kv.put(CLOCK_KEY, `=${milliseconds}`);
  }

  /** Days ahead, a safe distance from midnight: UTC noon of that day. */
  async setClockToNoon(daysAhead: number): Promise<void> {
    const now = Date.now();
    await this.setClockAhead(Math.floor(now / DAY) * DAY + daysAhead * DAY + DAY / 2 - now);
  }

  /** Hands a batch to the queue's consumer, as the queue would. */
  async deliver(bodies: unknown[]): Promise<Delivery> {
    const messages: Delivered[] = bodies.map((body, index) => ({ id: `message-${index}`, timestamp: new Date(), attempts: 1, body }));
    const worker = (await this.#runtime.getWorker('handbill')) as unknown as { queue(name: string, messages: Delivered[]): Promise<RawDelivery> };
    const { outcome, ackAll, retryBatch, explicitAcks, retryMessages } = await worker.queue('clicks', messages);
    const asked = new Set(retryMessages.map(({ msgId }) => msgId));
    const again = messages.filter(({ id }) => retryBatch.retry || outcome !== 'ok' || asked.has(id));
    return { outcome, isAcknowledged: (index) => (ackAll || explicitAcks.includes(`message-${index}`)) && !again.includes(messages[index]!), again: again.length };
  }

  /** Runs the cron trigger. */
  async runCron(): Promise<void> {
    const worker = (await this.#runtime.getWorker('handbill')) as unknown as { scheduled(options: { cron: string }): Promise<unknown> };
    await worker.scheduled({ cron: '* * * * *' });
  }

  /** Waits until the ledger holds `clicks` and every one of them is counted. */
  async drain(clicks: number): Promise<void> {
    await eventually(`${clicks} clicks in the ledger`, async () => {
      const [row] = await this.rows(
        'SELECT (SELECT count(*) FROM click) AS clicks, (SELECT seq FROM ledger_mark) >= ifnull((SELECT max(seq) FROM click), 0) AS counted',
      );
      if (row?.clicks > clicks) throw new Error(`the ledger holds ${row?.clicks} clicks, more than the ${clicks} made`);
      return row?.clicks === clicks && row?.counted === 1;
    });
  }

  /** Applies the migrations that the database has not had. */
  migrate(): Promise<void> {
    return migrate(this.db);
  }

  /** Stops the runtime, and removes its files unless it was given their folder. */
  async stop(): Promise<void> {
    await this.#runtime.dispose();
    if (!this.#isKept) rmSync(this.state, { recursive: true, force: true });
  }
}

/** What the consumer said of a batch. */
export interface Delivery {
  outcome: string;
  isAcknowledged(index: number): boolean;
  /** How many messages are to be delivered again. */
  again: number;
}

interface RawDelivery {
  outcome: string;
  ackAll: boolean;
  retryBatch: { retry: boolean };
  explicitAcks: string[];
  retryMessages: { msgId: string }[];
}

interface Module {
  type: 'ESModule' | 'CompiledWasm' | 'Text';
  path: string;
  contents?: string;
}

/** What a module is; for the Text ones as `[[rules]]` in wrangler.toml has it. */
const typeOf = (name: string): Module['type'] => (name.endsWith('.wasm') ? 'CompiledWasm' : /^build\/web\/(checkout|report)\./.test(name) ? 'Text' : 'ESModule');

/** The Worker's modules: its entry, what that imports and what the build made; before them the faults, if there are any. */
function modules(faults: string | undefined, entry: string): Module[] {
  const built = readdirSync(join(WORKER, 'build'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|wasm|css)$/.test(name)).sort();
  const imported = entry === ENTRY ? ['assets.js', ...built.map((name) => `build/${name}`)] : [];
  const faulty = `
import handbill from './${basename(entry)}';
const faulty = ${faults};
export default {
  fetch: (request, env, context) => handbill.fetch(request, faulty(env), context),
  queue: (batch, env, context) => handbill.queue(batch, faulty(env), context),
  scheduled: (event, env, context) => handbill.scheduled(event, faulty(env), context),
};
`;
  return [
    ...(faults === undefined ? [] : [{ type: 'ESModule' as const, path: join(dirname(entry), 'faulty.mjs'), contents: faulty }]),
    { type: 'ESModule', path: entry },
    ...imported.map((name) => ({ type: typeOf(name), path: join(WORKER, name) })),
  ];
}

/** A signing key as `SIGNING_KEYS` wants it. */
export const signingKey = (name: string): string => `${name}:${randomBytes(32).toString('base64url')}`;

/** Applies the migrations that are not applied yet, in order, up to the one whose name starts with `last`. */
async function migrate(db: Database, last = '~'): Promise<void> {
  const folder = join(WORKER, 'migrations');
  await db.prepare(`CREATE TABLE IF NOT EXISTS ${APPLIED} (name TEXT PRIMARY KEY)`).run();
  const applied = (await db.prepare(`SELECT name FROM ${APPLIED}`).all()).results.map(({ name }) => name);
  for (const file of readdirSync(folder).sort()) {
    if (applied.includes(file) || file.slice(0, last.length) > last) continue;
    await db.batch([readFileSync(join(folder, file), 'utf8'), `INSERT INTO ${APPLIED} (name) VALUES ('${file}')`].map((sql) => db.prepare(sql)));
  }
}

/** What wrangler.toml declares, of which the tests use this much. */
interface Declared {
  bindings: Record<string, string>;
  compatibilityDate?: string;
  compatibilityFlags?: string[];
  d1Databases: unknown;
  kvNamespaces: unknown;
  queueProducers: unknown;
  queueConsumers: unknown;
  email: unknown;
}

/**
 * Reads wrangler.toml. That takes wrangler, which is longer in loading than a Worker is
 * in starting: so what it says is kept, until the file or wrangler is another.
 */
async function declaredIn(path: string): Promise<Declared> {
  const hash = createHash('sha256');
  for (const input of [path, join(ROOT, 'package-lock.json')]) hash.update(readFileSync(input));
  const kept = join(ROOT, '.tools', `declared-${hash.digest('hex').slice(0, 16)}.json`);
  try {
    return JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    const { unstable_getMiniflareWorkerOptions: optionsOf } = await import('wrangler');
    const declared = optionsOf(path).workerOptions as unknown as Declared;
    // Written beside and moved, since files of tests start at once.
    writeFileSync(`${kept}.${process.pid}`, JSON.stringify(declared));
    renameSync(`${kept}.${process.pid}`, kept);
    return declared;
  }
}

/** Starts Handbill, on an empty database unless it is given one. Call `stop()` when done. */
export async function startHandbill({ vars = {}, faults, elsewhere = false, https = false, peer = ENTRY, isDirect = false, isConsuming = true, state: kept, migrateTo }: Settings = {}): Promise<Handbill> {
  const declared = await declaredIn(join(ROOT, 'wrangler.toml'));
  const bindings = Object.fromEntries(
    Object.entries({ ...declared.bindings, ENVIRONMENT: 'test', SIGNING_KEYS: signingKey('test'), ...vars }).filter(([, value]) => value !== null),
  );
  const worker = {
    compatibilityDate: declared.compatibilityDate,
    compatibilityFlags: declared.compatibilityFlags,
    modules: modules(faults, peer),
    modulesRoot: dirname(peer),
    bindings,
    d1Databases: declared.d1Databases,
    kvNamespaces: declared.kvNamespaces,
    queueProducers: declared.queueProducers,
    email: declared.email,
  };
  const state = kept ?? mkdtempSync(join(tmpdir(), 'handbill-test-'));
  const logs: string[] = [];
  const socket = { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }] };
  // The options of Miniflare 4 are the shape wrangler still reads its file into.
  const options = convertV4MiniflareOptions({
    host: '127.0.0.1',
    port: 0,
    https,
    cf: false,
    logRequests: false,
    telemetry: { enabled: false },
    handleStructuredLogs: ({ message }: { message: string }) => void logs.push(message),
    workers: [
      { ...worker, name: 'handbill', queueConsumers: isConsuming ? declared.queueConsumers : {}, ...(isDirect && socket) },
      ...(elsewhere ? [{ ...worker, name: 'elsewhere', ...socket }] : []),
    ],
  } as unknown as Parameters<typeof convertV4MiniflareOptions>[0]);
  const runtime = new Miniflare({ ...options, resourcePersistencePath: state, resourceTmpPath: state });
  try {
    const front = await runtime.ready;
    const url = isDirect ? await runtime.unsafeGetDirectURL('handbill') : front;
    const db = (await runtime.getD1Database('DB', 'handbill')) as unknown as Database;
    await migrate(db, migrateTo);
    const kv = (await runtime.getKVNamespace('LINKS', 'handbill')) as unknown as KeyValues;
    return new Handbill({ url, elsewhere: elsewhere ? await runtime.unsafeGetDirectURL('elsewhere') : undefined, kv, db, state, isKept: kept !== undefined, logs, runtime });
  } catch (error) {
    await runtime.dispose();
    throw error;
  }
}
