// What a million checks leave behind, in the packed tarball; seconds, since a leak of
// some bytes a check shows in no fewer. CHECKS says how many.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type * as Webhooks from '../src/webhooks.ts';
import { Project } from './packed.ts';

const CHECKS = Number(process.env['CHECKS'] ?? 1_000_000);
/** Until the engine has compiled all and the heap has its size. */
const WARM_UP = Math.min(CHECKS, 100_000);
const MIB = 2 ** 20;

const project = new Project();
after(() => project.remove());

/** Every instance that the package makes from here on. */
const instances: WebAssembly.Instance[] = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    instances.push(this);
  }
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

interface Memory {
  heap: number;
  outside: number;
  resident: number;
  /** Of each instance. */
  wasm: number[];
}

function memory(): Memory {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  const wasm = instances.map(({ exports }) => (exports['memory'] as WebAssembly.Memory).buffer.byteLength);
  return { heap: heapUsed, outside: external, resident: rss, wasm };
}

const SECRET = 'ABCD123';
const text = JSON.stringify({ id: 'wh_1', payload: 'é'.repeat(1_000) });
const body = Buffer.from(text);
const other = Buffer.from(text.replace('wh_1', 'wh_2'));

/** Bytes and text in turns, and a wrong signature now and then. */
function check({ sign, verify, verifySignature }: typeof Webhooks, times: number): void {
  const options = { now: Date.now() };
  const headers = sign(body, SECRET, options);
  const secrets = ['other', SECRET];
  for (let n = 0; n < times; n += 1) {
    if (n % 16 === 0) assert.equal((verify(text, headers, SECRET, options)).id, 'wh_1');
    else if (n % 16 === 1) assert.throws(() => verifySignature(other, headers, SECRET, options));
    else if (verifySignature(n % 2 === 0 ? body : text, headers, secrets, options).secret !== 1) assert.fail('the second secret signed');
  }
}

function staysFlat(webhooks: typeof Webhooks, times: number): string {
  check(webhooks, WARM_UP);
  const before = memory();
  check(webhooks, times);
  const { heap, outside, resident, wasm } = memory();
  assert.deepEqual(wasm, before.wasm, 'the memory of the wasm has grown');
  const said = `${times} checks: heap ${heap - before.heap}, outside ${outside - before.outside}, resident ${resident - before.resident} bytes more; wasm ${wasm}`;
  assert.ok(heap - before.heap < MIB, said);
  assert.ok(outside - before.outside < MIB, said);
  // The process gives memory back when it likes; a leak of 100 bytes a check is more.
  assert.ok(resident - before.resident < 64 * MIB, said);
  return said;
}

test('NP-08 a million checks of 2 KB leave memory flat', async (t) => {
  assert.ok(body.length > 2_000);
  t.diagnostic(staysFlat(await project.load('dist/webhooks.js'), CHECKS));
  assert.equal(instances.length, 1);
});

test('NP-08 a tenth of them leaves memory flat where there is no hash but that in the wasm', async (t) => {
  const builtin = process.getBuiltinModule;
  const { default: webhooks }: { default: typeof Webhooks } = await project.load('dist/webhooks.cjs');
  Object.assign(process, { getBuiltinModule: undefined });
  try {
    t.diagnostic(staysFlat(webhooks, Math.ceil(CHECKS / 10)));
  } finally {
    Object.assign(process, { getBuiltinModule: builtin });
  }
  assert.equal(instances.length, 2);
});

test('NP-08 large bodies leave no large memory behind', async () => {
  const { sign, verifySignature }: typeof Webhooks = await project.load('dist/webhooks.js');
  const large = Buffer.alloc(10_000_000, '{');
  for (let n = 0; n < 3; n += 1) {
    // Signing copies the body in; the next call starts afresh.
    const headers = sign(large, SECRET);
    assert.deepEqual(verifySignature(large, headers, SECRET), { secret: 0 });
  }
  verifySignature(body, sign(body, SECRET), SECRET);
  assert.ok(memory().wasm.at(-1)! < 3 * MIB, `${memory().wasm}`);
});
