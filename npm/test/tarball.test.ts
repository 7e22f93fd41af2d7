// What is in the packed tarball, and what bundlers take from it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { publint } from 'publint';
import { ENTRIES } from './every-entry.ts';
import { Project } from './packed.ts';

const project = new Project();
after(() => project.remove());
const read = (file: string): string => readFileSync(project.path(file), 'utf8');
const manifest = JSON.parse(read('node_modules/handbill/package.json'));

test('NP-09 installing it installs nothing else and runs nothing', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  assert.deepEqual(Object.keys(packages), ['', 'node_modules/handbill']);
  assert.deepEqual(Object.keys(manifest).filter((key) => /dependencies$/i.test(key)), []);
  assert.deepEqual(packages['node_modules/handbill'].hasInstallScript, undefined);
  assert.deepEqual(readdirSync(project.path('node_modules')).filter((name) => !name.startsWith('.')), ['handbill']);
});

test('NP-09 publint is clean', async () => {
  const tarball = readFileSync(project.tarball);
  const { messages } = await publint({ pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length) }, strict: true });
  assert.deepEqual(messages, []);
});

test('NP-09 arethetypeswrong is clean, for all ways to resolve a module', () => {
  // It fails where there is anything.
  const printed = execFileSync('attw', [project.tarball, '--no-definitely-typed', '--format', 'json'], { encoding: 'utf8' });
  const { analysis, problems } = JSON.parse(printed);
  assert.deepEqual(problems, {});
  const { entrypoints } = analysis;
  assert.deepEqual(Object.keys(entrypoints).sort(), Object.keys(manifest.exports).sort());
  for (const [entry, { resolutions }] of Object.entries<any>(entrypoints)) {
    assert.deepEqual(Object.keys(resolutions).sort(), ['bundler', 'node10', 'node16-cjs', 'node16-esm'], entry);
  }
});

test('NP-09 every file that its manifest names is there', () => {
  const named: string[] = JSON.stringify(manifest).match(/\.\/dist\/[\w./-]+/g) ?? [];
  assert.ok(named.length > 60);
  for (const file of named) assert.ok(existsSync(project.path(`node_modules/handbill/${file}`)), file);
  for (const file of ['README.md', 'package.json']) assert.ok(existsSync(project.path(`node_modules/handbill/${file}`)), file);
});

test('NP-09 its vectors are those that core runs', () => {
  const core = readFileSync(new URL('../../crates/core/vectors/webhook.json', import.meta.url), 'utf8');
  const printed = project.run('vectors.mjs', `import vectors from 'handbill/webhooks/vectors.json' with { type: 'json' }; console.log(JSON.stringify(vectors));`);
  assert.deepEqual(JSON.parse(printed), JSON.parse(core));
  assert.equal(read('node_modules/handbill/dist/webhooks/vectors.json'), core);
});

/** A bundle of a program, and the package's files in it. */
async function bundled(code: string): Promise<{ text: string; files: string[] }> {
  writeFileSync(project.path('bundled.mjs'), code);
  const { metafile, outputFiles } = await build({ entryPoints: [project.path('bundled.mjs')], bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, metafile: true, logLevel: 'error' });
  const [output] = Object.values(metafile.outputs);
  const taken = Object.entries(output?.inputs ?? {}).filter(([name, { bytesInOutput }]) => name.includes('handbill/dist/') && bytesInOutput > 0);
  return { text: outputFiles[0]?.text ?? '', files: taken.map(([name]) => name.replace(/^.*handbill\/dist\//, '')) };
}

test('NP-01 a bundle has of the package what it uses, and no other entry', async () => {
  const used = async (code: string) => (await bundled(code)).files;
  assert.deepEqual(await used(`import { verify } from 'handbill/webhooks'; verify();`), ['webhooks.js']);
  assert.deepEqual(await used(`import { explain } from 'handbill/webhooks/explain'; explain();`), ['webhooks/explain.js']);
  assert.deepEqual(await used(`import { capture } from 'handbill/attribution'; capture();`), ['attribution.js']);
  assert.deepEqual(await used(`import { price } from 'handbill/basket'; price();`), ['basket.js']);
  assert.deepEqual(await used(`import { webhook } from 'handbill/adapters/hono'; webhook();`), ['webhooks.js', 'adapters/hono.js']);
  // Somebody who imports two entries, and uses one.
  assert.deepEqual(await used(`import { price } from 'handbill/basket'; import { verify } from 'handbill/webhooks'; verify();`), ['webhooks.js']);
});

test('NP-01 what is imported and not used is left out', async () => {
  for (const entry of Object.values(ENTRIES)) assert.equal((await bundled(`import * as all from '${entry}'; import '${entry}';`)).text, '', entry);
  const one = await bundled(`import { checkSlug } from 'handbill'; console.log(checkSlug('Rock'));`);
  const all = await bundled(`import * as all from 'handbill'; console.log(all);`);
  // The name that the journey is stored by.
  assert.ok(all.text.includes('hb_journey'));
  assert.ok(!one.text.includes('hb_journey'));
});

test('NP-01 importing an entry does nothing: no side effects', () => {
  // What it could change is frozen, and what it could compile with is gone.
  const code = `
const before = Reflect.ownKeys(globalThis);
delete globalThis.WebAssembly;
for (const name of ['Object', 'Array', 'Function', 'String', 'Promise', 'Map', 'Error', 'Uint8Array']) Object.freeze(globalThis[name]), Object.freeze(globalThis[name].prototype);
Object.freeze(globalThis);
for (const entry of ${JSON.stringify(Object.values(ENTRIES))}) await import(entry);
console.log(before.filter((name) => !Reflect.has(globalThis, name)).join());
`;
  assert.equal(project.run('effects.mjs', code), 'WebAssembly');
});
