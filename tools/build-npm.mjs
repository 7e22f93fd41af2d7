// The npm package: each entry's wasm into npm/build, the bundles into npm/dist.
import { pathToFileURL } from 'node:url';
import { run, runTool } from './process.mjs';
import { setUp } from './setup.mjs';
import { unlessBuilt } from './unless-built.mjs';
import { buildWasm } from './wasm.mjs';

/** The package's entries: each has wasm of its own, that holds only what it needs. */
const ENTRIES = [
  { entry: 'index', feature: 'rules', profile: 'release' },
  { entry: 'basket', feature: 'basket', profile: 'basket' },
];

/** What is packed, from sources that may not have been built yet. */
export async function buildNpm() {
  for (const { entry, feature, profile } of ENTRIES) {
    await buildWasm({
      crate: 'handbill-wasm',
      profile,
      features: [feature],
      inputs: ['crates/core', 'crates/wasm'],
      out: `npm/build/${entry}`,
      bindgen: ['--target', 'web', '--omit-default-module-path'],
      optimise: '-Oz',
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
