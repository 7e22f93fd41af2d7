// The first five minutes of the package's README, as written: its servers with the
// packed tarball, and webhooks that are signed by openssl.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Project } from './packed.ts';
import { blocksBelow } from './readme.ts';
import { running } from './server.ts';
import { startWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());
for (const name of ['express', 'fastify', 'hono']) project.link(name);

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const NODES = [
  ['Node 20', path('tests/runtimes/node20/node_modules/node/bin/node')],
  ['Node 22', path('tests/runtimes/node22/node_modules/node/bin/node')],
  ['Node 24', path('node_modules/node/bin/node')],
] as const;

const SECRET = 'ABCD123';
const [install = '', request = ''] = blocksBelow('Express', 'sh');
const [EXPRESS = ''] = blocksBelow('Express');
/** As PHP writes JSON: to read it and to write it again changes it. */
const BODY = '{"id":"wh_1","event":"ORDER.CREATED","resource_url":"https:\\/\\/tickets.example\\/v1","payload":{"name":"Zo\\u00eb"}}';
const now = (): number => Math.floor(Date.now() / 1000);

/** The value of the header, by openssl alone. */
function signature(body: string, { secret = SECRET, t = now() } = {}): string {
  const printed = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], { input: `${t}${body}`, encoding: 'utf8' });
  return `t=${t},v1=${printed.trim().replace(/.* /, '')}`;
}

interface Answer {
  status: number;
  code?: string;
  message?: string;
  cause?: string;
}

async function post(port: number, body: string, signatures: string[]): Promise<Answer> {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const value of signatures) headers.append('tickettailor-webhook-signature', value);
  const response = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', body, headers });
  const text = await response.text();
  if (response.ok) return { status: response.status };
  const { code, message, cause } = JSON.parse(text);
  return { status: response.status, code, message, cause: cause?.code };
}

/** One webhook that is good, and one with another secret. */
async function isTried(port: number): Promise<void> {
  assert.deepEqual(await post(port, BODY, [signature(BODY)]), { status: 204 });
  const { status, code } = await post(port, BODY, [signature(BODY, { secret: 'another' })]);
  assert.deepEqual([status, code], [400, 'no_match']);
}

/** That, and the README's own request. */
async function takesWebhooks(code: string[], command: (port: number) => string[]): Promise<void> {
  const printed = await running(project, code.join('\n'), command, async (port) => {
    const answered = execFileSync('bash', ['-euc', request], { encoding: 'utf8', env: { ...process.env, PORT: `${port}` }, stdio: ['ignore', 'pipe', 'ignore'] });
    assert.match(answered, /^HTTP\/1\.1 204 /);
    await isTried(port);
  });
  assert.deepEqual(printed.match(/^[A-Z.]+$/gm), ['ORDER.CREATED', 'ORDER.CREATED']);
}

for (const [name, node] of NODES) {
  for (const heading of ['Express', 'Fastify', 'Node alone']) {
    test(`NP-06 NP-07 the README’s server for ${heading} takes a webhook signed by openssl on ${name}`, () =>
      takesWebhooks(blocksBelow(heading), () => [node]));
  }
}

const FETCHERS: [string, (port: number) => string[]][] = [
  ['Bun', () => [path('node_modules/.bin/bun'), 'run', '--no-install']],
  ['Deno', (port) => [path('node_modules/.bin/deno'), 'serve', '--quiet', '--no-remote', '--allow-env', '--host', '127.0.0.1', '--port', `${port}`]],
];
for (const [name, command] of FETCHERS) {
  test(`NP-06 NP-07 the README’s server for Bun and Deno takes a webhook signed by openssl on ${name}`, () =>
    takesWebhooks(blocksBelow('Bun and Deno'), command));
}

for (const heading of ['Cloudflare Workers', 'Hono']) {
  test(`NP-06 NP-07 the README’s Worker for ${heading} takes a webhook signed by openssl`, async () => {
    const runtime = startWorker(project, blocksBelow(heading).join('\n'), { bindings: { WEBHOOK_SECRET: SECRET } });
    try {
      await isTried(Number((await runtime.ready).port));
    } finally {
      await runtime.dispose();
    }
  });
}

test('NP-06 NP-07 the README says what is to be installed, and how the server is started', () => {
  assert.equal(install, 'npm install handbill express\nWEBHOOK_SECRET=ABCD123 node server.mjs\n');
  assert.ok(request.includes(`-hmac ${SECRET} `));
});

test('NP-06 NP-07 each usual way to break the README’s Express server is named', async () => {
  await running(project, EXPRESS, () => [process.execPath], async (port) => {
    const refused = async (body: string, signatures: string[]) => {
      const { status, code, message, cause } = await post(port, body, signatures);
      assert.ok(message);
      return [status, code, cause];
    };
    const signed = signature(BODY);
    assert.deepEqual(await refused(BODY, [signature(BODY, { secret: 'another' })]), [400, 'no_match', undefined]);
    assert.deepEqual(await refused(JSON.stringify(JSON.parse(BODY)), [signed]), [400, 'no_match', 'body_reserialized']);
    assert.deepEqual(await refused(BODY, [signature(`${BODY}\n`)]), [400, 'no_match', 'body_whitespace']);
    assert.deepEqual(await refused(BODY, [signature(BODY, { t: now() - 3600 })]), [400, 'stale', undefined]);
    assert.deepEqual(await refused(BODY, [signature(BODY, { t: now() + 3600 })]), [400, 'future', undefined]);
    assert.deepEqual(await refused(BODY, []), [400, 'missing_header', undefined]);
    assert.deepEqual(await refused(BODY, [signed, signed]), [400, 'malformed_header', undefined]);
    assert.deepEqual(await refused('', [signed]), [400, 'empty_body', undefined]);
    assert.deepEqual(await refused(BODY, [signature(BODY, { secret: `${SECRET} ` })]), [400, 'no_match', undefined]);
  });
});

test('NP-06 NP-07 a secret with a line end is named by the README’s Express server', async () => {
  const code = EXPRESS.replace('process.env.WEBHOOK_SECRET', '`${process.env.WEBHOOK_SECRET}\\n`');
  assert.notEqual(code, EXPRESS);
  await running(project, code, () => [process.execPath], async (port) => {
    const { code, cause } = await post(port, BODY, [signature(BODY)]);
    assert.deepEqual([code, cause], ['no_match', 'secret_whitespace']);
  });
});

test('NP-06 NP-07 a parser in front of the README’s Express server is named', async () => {
  const code = EXPRESS.replace('const app = express();\n', 'const app = express();\napp.use(express.json());\n');
  assert.notEqual(code, EXPRESS);
  await running(project, code, () => [process.execPath], async (port) => {
    const { status, code, message } = await post(port, BODY, [signature(BODY)]);
    assert.deepEqual([status, code], [500, 'parsed_body']);
    assert.match(message ?? '', /express\.raw/);
  });
});
