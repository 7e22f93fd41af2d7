// The npm package's wasm, into npm/build.
import { runTool } from './process.mjs';
import { setUp } from './setup.mjs';
import { buildWasm } from './wasm.mjs';

await runTool(async () => {
  await setUp();
  await buildWasm({
    crate: 'handbill-wasm',
    inputs: ['crates/core', 'crates/wasm'],
    out: 'npm/build',
    bindgen: ['--target', 'web', '--omit-default-module-path'],
    optimise: '-Oz',
  });
});
