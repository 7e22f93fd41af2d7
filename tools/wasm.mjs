// From a Rust crate to optimised wasm with its JavaScript: cargo, wasm-bindgen,
// wasm-opt.
import { join } from 'node:path';
import { run, ROOT } from './process.mjs';
import { wasmCargoEnvironment } from './toolchain.mjs';
import { unlessBuilt } from './unless-built.mjs';

/** What the code is compiled with; wasm-opt must know, wasm-bindgen drops the note of it. */
const WASM_FEATURES = ['simd', 'bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue', 'call-indirect-overlong'];

/** Inputs of every build, besides the crate's own folders. */
const SHARED_INPUTS = ['Cargo.toml', 'Cargo.lock', '.cargo', 'package-lock.json', 'tools/wasm.mjs'];

/**
 * @typedef {object} WasmBuild
 * @property {string} crate the package's name
 * @property {string} profile cargo's profile
 * @property {string[]} [features] of the crate, and no others; all that are on by default when left out
 * @property {string[]} inputs folders and files the result depends on, from the root
 * @property {string} out the folder for the result, from the root
 * @property {string[]} [bindgen] arguments for wasm-bindgen; left out for a crate that does without, of which only the wasm comes
 * @property {string[]} optimise wasm-opt's passes: its level, and more if need be
 */

/**
 * Builds one crate, unless the result of the same inputs is there.
 *
 * @param {WasmBuild} build
 */
export async function buildWasm(build) {
  const { crate, profile, features, out, bindgen, optimise } = build;
  await unlessBuilt({ inputs: [...SHARED_INPUTS, ...build.inputs], settings: JSON.stringify(build), out }, async (fresh) => {
    const chosen = features === undefined ? [] : ['--no-default-features', '--features', features.join(',')];
    await run('cargo', ['build', '--quiet', '--profile', profile, '--target', 'wasm32-unknown-unknown', '--lib', '-p', crate, ...chosen], { env: wasmCargoEnvironment() });

    const name = crate.replaceAll('-', '_');
    const compiled = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'wasm32-unknown-unknown', profile, `${name}.wasm`);
    const optimised = [...optimise, ...WASM_FEATURES.map((feature) => `--enable-${feature}`)];
    if (bindgen === undefined) {
      await run('wasm-opt', [...optimised, '--strip-producers', '--strip-target-features', compiled, '-o', join(fresh, `${name}.wasm`)]);
      return;
    }
    await run('wasm-bindgen', [compiled, '--out-dir', fresh, '--out-name', name, ...bindgen]);
    const wasm = join(fresh, `${name}_bg.wasm`);
    await run('wasm-opt', [...optimised, wasm, '-o', wasm]);
  });
}
