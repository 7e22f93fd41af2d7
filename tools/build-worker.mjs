// All that the Worker is made of, into worker/build: its wasm, and the checkout
// page. wrangler calls this before it bundles (`[build]` in wrangler.toml), so it
// also sets up what is missing.
import { buildWeb } from './build-web.mjs';
import { runTool } from './process.mjs';
import { setUp } from './setup.mjs';
import { buildWasm } from './wasm.mjs';

await runTool(async () => {
  await setUp();
  await buildWasm({
    crate: 'handbill-worker',
    profile: 'release',
    inputs: ['crates/core', 'crates/webhook', 'worker/Cargo.toml', 'worker/src'],
    out: 'worker/build',
    // entry.js starts a fresh instance after a trap: hence the function to do so.
    bindgen: ['--target', 'web', '--no-typescript', '--omit-default-module-path', '--experimental-reset-state-function'],
    // Functions by how often they are called: their numbers are shorter, and gzip finds
    // more. (In the npm package, where wasm is text, it finds less.)
    optimise: ['-O3', '--reorder-functions'],
  });
  await buildWeb();
});
