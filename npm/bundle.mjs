// Makes npm/dist from npm/src and npm/build (tools/build-npm.mjs): one ES module
// and one CommonJS module with the WebAssembly inside, and their types.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('.', import.meta.url));
process.chdir(HERE);

if (!existsSync('build/handbill_wasm_bg.wasm')) {
  throw new Error('npm/build is missing: run `node tools/build-npm.mjs` first');
}
rmSync('dist', { recursive: true, force: true });

for (const [format, outfile] of [['esm', 'dist/index.js'], ['cjs', 'dist/index.cjs']]) {
  await build({
    entryPoints: ['src/index.ts'],
    outfile,
    format: /** @type {'esm' | 'cjs'} */ (format),
    bundle: true,
    minify: true,
    platform: 'neutral',
    target: 'es2022',
    // Inside, not beside: then no bundler, runtime or content policy has to know
    // where a second file is.
    loader: { '.wasm': 'binary' },
    logLevel: 'warning',
  });
}
execFileSync('tsc', ['-p', 'tsconfig.json'], { stdio: 'inherit' });
copyFileSync('dist/index.d.ts', 'dist/index.d.cts');
