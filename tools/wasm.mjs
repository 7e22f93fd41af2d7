// From a Rust crate to optimised wasm with its JavaScript: cargo, wasm-bindgen,
// wasm-opt. Nothing runs when no input has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run, ROOT, TOOLS } from './process.mjs';
import { chosenToolchain, wasmCargoEnvironment } from './toolchain.mjs';

/** What the code is compiled with; wasm-opt must know, wasm-bindgen drops the note of it. */
const WASM_FEATURES = ['simd', 'bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue', 'call-indirect-overlong'];

/** Inputs of every build, besides the crate's own folders. */
const SHARED_INPUTS = ['Cargo.toml', 'Cargo.lock', '.cargo', 'package-lock.json', 'tools/wasm.mjs', 'tools/build-worker.mjs', 'tools/build-npm.mjs'];

const STAMP = '.inputs';

/**
 * @typedef {object} WasmBuild
 * @property {string} crate the package's name
 * @property {string[]} inputs folders and files the result depends on, from the root
 * @property {string} out the folder for the result, from the root
 * @property {string[]} bindgen arguments for wasm-bindgen
 * @property {string} optimise wasm-opt's level
 */

/**
 * Builds one crate, unless the result of the same inputs is there.
 *
 * @param {WasmBuild} build
 */
export async function buildWasm(build) {
  const out = join(ROOT, build.out);
  const stamp = join(out, STAMP);
  const inputs = digest([...SHARED_INPUTS, ...build.inputs], JSON.stringify(build));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;

  await run('cargo', ['build', '--quiet', '--release', '--target', 'wasm32-unknown-unknown', '--lib', '-p', build.crate], { env: wasmCargoEnvironment() });

  const name = build.crate.replaceAll('-', '_');
  const compiled = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'wasm32-unknown-unknown/release', `${name}.wasm`);
  // Elsewhere first, so that each file takes its place in one step: a running
  // `wrangler dev` watches the result.
  const fresh = mkdtempSync(join(TOOLS, 'fresh-'));
  try {
    await run('wasm-bindgen', [compiled, '--out-dir', fresh, '--out-name', name, ...build.bindgen]);
    const wasm = join(fresh, `${name}_bg.wasm`);
    await run('wasm-opt', [build.optimise, ...WASM_FEATURES.map((feature) => `--enable-${feature}`), wasm, '-o', wasm]);
    rmSync(stamp, { force: true });
    for (const file of filesUnder(fresh)) {
      const place = join(out, file);
      mkdirSync(dirname(place), { recursive: true });
      renameSync(join(fresh, file), place);
    }
    writeFileSync(stamp, inputs);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * One hash over the contents of all inputs.
 *
 * @param {string[]} inputs
 * @param {string} settings
 */
function digest(inputs, settings) {
  const hash = createHash('sha256').update(`${settings}\n${chosenToolchain()}\n`);
  for (const input of inputs) {
    const path = join(ROOT, input);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory() ? filesUnder(path).map((file) => join(path, file)) : [path];
    for (const file of files) hash.update(`${file.slice(ROOT.length)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Every file below a folder, as paths from it, in a fixed order.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
