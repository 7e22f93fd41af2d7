// The examples of the package's README, as written, with the packed tarball. Its
// servers are in readme-servers.test.ts, its pages in browsers.test.ts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type * as Webhooks from '../src/webhooks.ts';
import { Project } from './packed.ts';
import { AROUND, README, areSo, blocks, blocksBelow, withSayings } from './readme.ts';

const project = new Project();
after(() => project.remove());

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`../../crates/core/vectors/${name}.json`, import.meta.url), 'utf8'));
const journey = vectors('journey');
const click = vectors('click_token');

interface Example {
  heading: string;
  block?: number;
  before?: string;
  /** Pushes more sayings than the comments have. */
  behind?: string;
  sayings: number;
}

const EXAMPLES: Example[] = [
  { heading: 'handbill', sayings: 4 },
  {
    heading: 'handbill/attribution',
    block: 1,
    before: `process.env.SIGNING_KEYS = '${journey.keys}'; Date.now = () => ${journey.now}; const [cookie, token] = ['${journey.read[0].token}', '${click.read[0].token}'];`,
    sayings: 2,
  },
  { heading: 'handbill/webhooks', sayings: 2 },
  {
    heading: 'Each event once',
    before: 'const event = given; let handled = 0; const handle = () => (handled += 1);',
    behind: 'said.push([isDuplicate, false], [await guard.once(event.id, handle), { isDuplicate: true }], [handled, 1]);',
    sayings: 3,
  },
  {
    heading: 'Each event once',
    block: 1,
    before: `import { createReplayGuard } from 'handbill/webhooks';
      const kept = new Map();
      const client = {
        exists: async (key) => Number(kept.has(key)),
        set: async (key, value, { NX, EX }) => (NX && EX > 0 && !kept.has(key) ? (kept.set(key, value), 'OK') : null),
        del: async (key) => Number(kept.delete(key)),
      };`,
    behind: `const guard = createReplayGuard(redisStore(client));
      await guard.once('wh_1', () => Promise.reject(new Error())).catch(() => 'comes again');
      said.push([await guard.once('wh_1', () => 1), { isDuplicate: false, value: 1 }], [await guard.once('wh_1', () => 2), { isDuplicate: true }]);`,
    sayings: 2,
  },
  {
    heading: 'Signing, and tests',
    before: `import { verify } from 'handbill/webhooks'; import { webhook } from 'handbill/adapters/worker';
      const handled = [];
      const worker = { fetch: webhook((env) => env.WEBHOOK_SECRET, ({ id }) => void handled.push(id)) };`,
    behind: `said.push([handled, ['wh_1']], [verify(body, sign(body, secret), secret), given]);`,
    sayings: 2,
  },
  { heading: 'Vectors', sayings: 2 },
];

for (const { heading, block = 0, before = '', behind = '', sayings } of EXAMPLES) {
  test(`NP-01 NP-07 the README’s example ${block + 1} below “${heading}” does what it says`, () => {
    const code = withSayings(blocksBelow(heading)[block]!);
    areSo(JSON.parse(project.run('example.mjs', `${AROUND}${before}\n${code}\n${behind}\nconsole.log(JSON.stringify(said));`)), sayings);
  });
}

test('NP-01 NP-07 these are all blocks of the README', () => {
  const servers = ['Express', 'Fastify', 'Node alone', 'Cloudflare Workers', 'Hono', 'Bun and Deno'];
  const pages = ['handbill/attribution', 'handbill/basket'];
  const found = blocks.filter(({ language }) => language === 'js').map(({ heading }) => heading);
  assert.deepEqual([...EXAMPLES.map(({ heading }) => heading), ...servers, ...pages].sort(), found.sort());
});

test('NP-02 NP-06 the README has every code, with the status that it is answered with', async () => {
  const { WebhookError }: typeof Webhooks = await project.load('dist/webhooks.js');
  const rows = [...README.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| (\d{3}) \|/gm)];
  const statuses = new Map(rows.flatMap(([, codes = '', status]) => [...codes.matchAll(/\w+/g)].map(([code]) => [code, Number(status)] as const)));
  const { verify, sign_refused, explain } = vectors('webhook');
  const codes = new Set<string>([...verify, ...sign_refused].map(({ error }) => error).filter(Boolean));
  assert.ok(codes.size > 10);
  for (const code of codes) assert.ok(statuses.has(code), code);
  for (const [code, status] of statuses) assert.equal(new WebhookError(code, '').status, status, code);
  for (const { mistake } of explain) if (mistake) assert.ok(README.includes(`\`${mistake}\``), mistake);
});
