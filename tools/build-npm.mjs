// The npm package: each entry's wasm into npm/build, the bundles into npm/dist.
import { pathToFileURL } from 'node:url';
import { run, runTool } from './process.mjs';
import { setUp } from './setup.mjs';
import { unlessBuilt } from './unless-built.mjs';
import { buildWasm } from './wasm.mjs';

/**
 * The package's entries: each has wasm of its own, that holds only what it needs.
 * `index` is the whole: it has what attribution and basket have, once.
 */
const ENTRIES = [
  { entry: 'index', features: ['links', 'keys', 'attribution', 'basket'], profile: 'small' },
  { entry: 'attribution', features: ['attribution'], profile: 'small' },
  { entry: 'basket', features: ['basket'], profile: 'basket' },
  { entry: 'robots', features: ['robots'], profile: 'small' },
];
/** Those whose wasm has neither wasm-bindgen nor an allocator in it. */
const WEBHOOK_ENTRIES = [
  { entry: 'webhooks', features: ['verify'] },
  { entry: 'explain', features: ['explain'] },
];

/** What is packed, from sources that may not have been built yet. */
export async function buildNpm() {
  for (const { entry, features, profile } of ENTRIES) {
    await buildWasm({
      crate: 'handbill-wasm',
      profile,
      features,
      inputs: ['crates/core', 'crates/webhook', 'crates/wasm'],
      out: `npm/build/${entry}`,
      bindgen: ['--target', 'web', '--omit-default-module-path'],
      optimise: ['-Oz'],
    });
  }
  for (const { entry, features } of WEBHOOK_ENTRIES) {
    await buildWasm({
      crate: 'handbill-webhook-wasm',
      profile: 'release',
      features,
      inputs: ['crates/webhook', 'crates/webhook-wasm'],
      out: `npm/build/${entry}`,
      optimise: ['-Oz'],
    });
  }
  const inputs = ['npm/build', 'npm/src', 'npm/bundle.mjs', 'npm/package.json', 'npm/tsconfig.json', 'tsconfig.json', 'package-lock.json'];
  await unlessBuilt({ inputs, out: 'npm/dist' }, (fresh) => run('node', ['npm/bundle.mjs', fresh]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    await setUp();
    await buildNpm();
  });
}
