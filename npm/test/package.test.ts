// The packed tarball, installed and run the ways people run it, against the
// vectors that core and its WebAssembly run too.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type * as Handbill from '../src/index.ts';
import { Project } from './packed.ts';
import { answerOfWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());
const handbill: typeof Handbill = await project.load('dist/index.js');

function vectors(name: string) {
  return JSON.parse(readFileSync(new URL(`../../crates/core/vectors/${name}.json`, import.meta.url), 'utf8'));
}

test('NP-01 ES modules import it', () => {
  const code = `import { checkSlug } from 'handbill'; console.log(JSON.stringify(checkSlug('Rock')));`;
  assert.equal(project.run('esm.mjs', code), '{"ok":true,"value":{"slug":"Rock","key":"rock"}}');
});

test('NP-01 CommonJS requires it', () => {
  const code = `const { checkSlug } = require('handbill'); console.log(checkSlug('api').error.code);`;
  assert.equal(project.run('cjs.cjs', code), 'reserved');
});

test('NP-01 Workers import it', async () => {
  const code = `import { checkSlug } from 'handbill'; export default { fetch: async (request) => Response.json(checkSlug(await request.text())) };`;
  assert.equal(await answerOfWorker(project, code, 'Rock'), '{"ok":true,"value":{"slug":"Rock","key":"rock"}}');
});

test('slugs', () => {
  for (const { input, key, error } of vectors('slug').custom) {
    const got = handbill.checkSlug(input);
    assert.deepEqual([got.value?.key, got.error?.code], [key, error], input);
  }
});

test('destinations', () => {
  for (const { input, output, error } of vectors('destination').external) {
    const got = handbill.checkDestination(input);
    assert.deepEqual([got.value?.url, got.error?.code], [output, error], input);
    // What is accepted is what the platform's own reader makes of it.
    if (got.ok) assert.equal(new URL(got.value.url).href, got.value.url);
  }
});

test('redirects', () => {
  for (const { name, base = '', destination, utm, query, location } of vectors('redirect').cases) {
    assert.equal(handbill.redirectLocation(base, destination, utm, query), location, name);
  }
});

test('fetches', () => {
  for (const { method, fetch, ...named } of vectors('fetch').cases) {
    const headers = new Headers();
    for (const [name, value] of Object.entries<string>(named)) headers.set(name.replace('_', '-'), value);
    assert.equal(handbill.classifyFetch(method, headers), fetch);
  }
});

test('money', () => {
  for (const { amount, currency, text } of vectors('money').format) {
    if (!Number.isSafeInteger(amount)) continue;
    assert.equal(handbill.formatMoney(amount, currency).value, text);
  }
  assert.equal(handbill.formatMoney(0.5, 'EUR').error?.code, 'type');
});

test('journeys', () => {
  const { keys, now, read } = vectors('journey');
  const ring = new handbill.KeyRing(keys);
  for (const { name, token, window, steps } of read) {
    assert.deepEqual(ring.readJourney(token ?? undefined, window, now), steps, name);
  }
});

test('click tokens', () => {
  const { keys, read } = vectors('click_token');
  const ring = new handbill.KeyRing(keys);
  for (const { name, token, touch } of read) assert.deepEqual(ring.readClick(token), touch ?? undefined, name);
});

test('tokens', () => {
  for (const { name, keys, token, payload, error } of vectors('token').verify) {
    const ring = new handbill.KeyRing(keys);
    if (error) assert.throws(() => ring.verifyJourney(token), { code: error }, name);
    else assert.equal(Buffer.from(ring.verifyJourney(token)).toString('hex'), payload, name);
  }
  for (const { keys, error } of vectors('token').keys) {
    if (error) assert.throws(() => new handbill.KeyRing(keys), { code: error }, keys);
  }
});

test('NP-01 the whole has the functions of its parts, in one piece of wasm', async () => {
  for (const part of ['attribution', 'basket']) {
    const names = Object.keys(await project.load(`dist/${part}.js`));
    assert.ok(names.length > 0);
    for (const name of names) assert.ok(name in handbill, name);
  }
  const wasm = (file: string): number => readFileSync(project.path(`node_modules/handbill/dist/${file}`)).length;
  assert.ok(wasm('index.wasm') < wasm('attribution.wasm') + wasm('basket.wasm'));
  // In hex, once.
  assert.ok(wasm('index.js') < 2.2 * wasm('index.wasm'));
});
