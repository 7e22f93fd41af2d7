// The examples of the package's doc comments, as written, with the packed tarball.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Project } from './packed.ts';
import { AROUND, areSo } from './readme.ts';

const project = new Project();
after(() => project.remove());
for (const name of ['express', 'fastify', 'hono']) project.link(name);

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

/** The code of the examples in a file. */
function examplesIn(file: string): string[] {
  const comments = readFileSync(`${SOURCES}/${file}`, 'utf8').match(/^ *\/\*\*.*?\*\/$/gms) ?? [];
  const texts = comments.map((comment) => comment.replaceAll(/^ *(\/\*\*|\*\/|\* ?)/gm, ''));
  return texts.flatMap((text) => text.split(/^@example\n/m).slice(1)).map((example) => example.split(/^@/m)[0] ?? '');
}

interface Example {
  file: string;
  /** Which of those in the file. */
  index?: number;
  before: string;
  behind: string;
}

/** Pushes what is answered to a webhook on a socket. */
const ASK = `
const ask = async (port) => {
  const response = await fetch('http://127.0.0.1:' + port + '/webhooks', { method: 'POST', body, headers: Object.fromEntries(headers) });
  said.push([response.status, 204]);
};`;

const EXAMPLES: Example[] = [
  { file: 'webhooks.ts', before: `import { verify } from 'handbill/webhooks';`, behind: 'said.push([event, given]);' },
  { file: 'webhooks.ts', index: 1, before: `import { verifyRequest } from 'handbill/webhooks';`, behind: 'said.push([event, given]);' },
  {
    file: 'webhooks.ts',
    index: 2,
    before: `import { createServer } from 'node:http'; import { sign } from 'handbill/webhooks'; import { webhook } from 'handbill/adapters/express';
      const server = createServer((request, response) => webhook(secret)(request, response, () => said.push([request.body, given]) && response.end())).listen(0);
      await new Promise((resolve) => server.once('listening', resolve));
      const url = 'http://127.0.0.1:' + server.address().port;`,
    behind: 'server.closeAllConnections(); server.close();',
  },
  {
    file: 'webhooks/explain.ts',
    before: `import { verify as check } from 'handbill/webhooks'; import { explain } from 'handbill/webhooks/explain';
      const verify = (body, ...more) => {
        try {
          check(body + ' ', ...more);
        } catch ({ cause }) {
          said.push([cause.code, 'body_whitespace']);
        }
      };`,
    behind: '',
  },
  {
    file: 'testing.ts',
    before: `import { testRequest } from 'handbill/testing'; import { webhook } from 'handbill/adapters/worker';
      const worker = { fetch: webhook((env) => env.WEBHOOK_SECRET, (event) => Response.json(event.id)) };`,
    behind: `said.push([await response.json(), 'wh_1']);`,
  },
  {
    file: 'adapters/express.ts',
    before: `${ASK} import express from 'express'; import { webhook } from 'handbill/adapters/express'; const app = express();`,
    behind: `const server = app.listen(0);
      await new Promise((resolve) => server.once('listening', resolve));
      await ask(server.address().port);
      server.closeAllConnections();
      server.close();`,
  },
  {
    file: 'adapters/fastify.ts',
    before: `${ASK} import fastify from 'fastify'; import { webhooks } from 'handbill/adapters/fastify'; const server = fastify();`,
    behind: `await server.listen({ port: 0, host: '127.0.0.1' });
      await ask(server.server.address().port);
      await server.close();`,
  },
  {
    file: 'adapters/hono.ts',
    before: `import { Hono } from 'hono'; import { webhook } from 'handbill/adapters/hono'; const app = new Hono();`,
    behind: `said.push([(await app.fetch(new Request(request.url, request))).status, 204]);`,
  },
  {
    file: 'adapters/worker.ts',
    before: `import { webhook } from 'handbill/adapters/worker';`,
    behind: `said.push([(await exported.fetch(request, env)).status, 204]);`,
  },
];

for (const { file, index = 0, before, behind } of EXAMPLES) {
  test(`NP-01 NP-07 example ${index + 1} in the comments of ${file} works`, () => {
    const example = examplesIn(file)[index]?.replace('export default', 'const exported =');
    assert.ok(example);
    const code = `globalThis.said = [];\n${AROUND}${before}\n${example}\n${behind}\nconsole.log('said', JSON.stringify(said));`;
    areSo(JSON.parse(project.run('example.mjs', code).split('said ').at(-1) ?? ''), 1);
  });
}

test('NP-01 NP-07 these are all examples in the comments', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const found = files.flatMap((file) => examplesIn(file).map((_, index) => `${file} ${index}`));
  assert.deepEqual(EXAMPLES.map(({ file, index = 0 }) => `${file} ${index}`).sort(), found.sort());
});
