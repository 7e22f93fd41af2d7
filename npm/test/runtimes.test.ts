// Every entry of the packed tarball in every runtime that is supported: none has
// anything but the package.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ANSWERS, ENTRIES, IMPORTED, REQUIRED } from './every-entry.ts';
import { Project } from './packed.ts';
import { answerOfWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());

const path = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const node = (version: number): string => path(`tests/runtimes/node${version}/node_modules/node/bin/node`);

const RUNTIMES: { name: string; version: RegExp; command: [string, ...string[]] }[] = [
  { name: 'Node 20', version: /^node 20\./, command: [node(20)] },
  { name: 'Node 22', version: /^node 22\./, command: [node(22)] },
  { name: 'Node 24', version: /^node 24\./, command: [path('node_modules/node/bin/node')] },
  // Without a permission: it asks for none.
  { name: 'Deno', version: /^deno 2\./, command: [path('node_modules/.bin/deno'), 'run', '--no-prompt', '--no-remote'] },
  { name: 'Bun', version: /^bun 1\./, command: [path('node_modules/.bin/bun'), 'run', '--no-install'] },
];

const PRINT = `
const version = globalThis.Deno ? 'deno ' + Deno.version.deno : globalThis.Bun ? 'bun ' + Bun.version : 'node ' + process.versions.node;
answers().then((all) => console.log(JSON.stringify({ version, all })));
`;

for (const { name, version, command } of RUNTIMES) {
  test(`NP-01 ${name} runs every entry, imported and required`, () => {
    for (const [file, code] of [['every.mjs', IMPORTED], ['every.cjs', REQUIRED]] as const) {
      const printed = JSON.parse(project.run(file, code + PRINT, command));
      assert.match(printed.version, version);
      assert.deepEqual(printed.all, ANSWERS, file);
    }
  });
}

test('NP-01 a Worker runs every entry', async () => {
  const worker = `${IMPORTED}\nexport default { fetch: async () => Response.json(await answers()) };`;
  assert.deepEqual(JSON.parse(await answerOfWorker(project, worker, '-')), ANSWERS);
});

test('NP-01 these are all entries that have code', () => {
  const { exports } = JSON.parse(readFileSync(project.path('node_modules/handbill/package.json'), 'utf8'));
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
  assert.deepEqual(Object.values(ENTRIES).sort(), entries.map((entry) => entry.replace('.', 'handbill')).sort());
});
