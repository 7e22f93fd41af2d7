// Makes npm/dist from npm/src and npm/build: for each entry of the package an ES
// module and a CommonJS module with the WebAssembly inside, an ES module with it
// beside, for Workers, and their types.
//
//   node npm/bundle.mjs            before packing
//   node npm/bundle.mjs <folder>   into another folder (tools/build-npm.mjs)
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ENTRIES = ['index', 'attribution', 'basket', 'robots', 'webhooks', 'webhooks/explain'];
/** Entries without wasm, over that of the webhooks. */
const OVER_WEBHOOKS = ['testing', 'adapters/express', 'adapters/fastify', 'adapters/hono', 'adapters/worker'];
/** The entry that has attribution and basket in it, and one wasm for all. */
const WHOLE = 'index';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const out = resolve(process.argv[2] ?? join(HERE, 'dist'));

if (!existsSync(join(HERE, 'build'))) throw new Error('npm/build is missing: run `node tools/build-npm.mjs` first');
rmSync(out, { recursive: true, force: true });

/**
 * What an import of an entry's wasm becomes.
 *
 * @param {(path: string) => string} moduleOf the text of the module that answers it
 * @returns {import('esbuild').Plugin}
 */
const wasmAs = (moduleOf) => ({
  name: 'wasm',
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ contents: moduleOf(path), resolveDir: HERE }));
  },
});

// Inside, not beside: then no bundler, runtime or content policy has to know where
// a second file is. As hex, since base64 cuts through the bytes that compression
// looks for: once compressed, hex is a fifth smaller.
const INSIDE = wasmAs((path) => `import { fromHex } from './src/hex.ts'; export default () => fromHex('${readFileSync(path, 'hex')}');`);
// Workers run only wasm that was uploaded as such.
const BESIDE = wasmAs((path) => `import module from './${basename(dirname(path))}.wasm'; export default () => module;`);

/**
 * In the whole every part runs in the whole's wasm.
 *
 * @type {import('esbuild').Plugin}
 */
const SHARED = {
  name: 'shared',
  setup({ onResolve }) {
    onResolve({ filter: /\/build\/\w+\/handbill_wasm/ }, ({ path }) => ({ path: join(HERE, 'build', WHOLE, basename(path)) }));
  },
};

/**
 * The webhooks once, so that an error of an adapter is an instance of the class that
 * the entry exports.
 *
 * @param {string} extension
 * @returns {import('esbuild').Plugin}
 */
const webhooksBeside = (extension) => ({
  name: 'webhooks',
  setup({ onResolve }) {
    onResolve({ filter: /\/webhooks\.ts$/ }, ({ path }) => ({ path: path.replace(/\.ts$/, extension), external: true }));
  },
});

/** @type {{ format: import('esbuild').Format, extension: string, wasm: import('esbuild').Plugin }[]} */
const KINDS = [
  { format: 'esm', extension: '.js', wasm: INSIDE },
  { format: 'cjs', extension: '.cjs', wasm: INSIDE },
  { format: 'esm', extension: '.workerd.js', wasm: BESIDE },
];

for (const { format, extension, wasm } of KINDS) {
  for (const entry of [...ENTRIES, ...OVER_WEBHOOKS]) {
    await build({
      absWorkingDir: HERE,
      entryPoints: [`src/${entry}.ts`],
      outdir: out,
      outbase: 'src',
      outExtension: { '.js': extension },
      format,
      bundle: true,
      minify: true,
      platform: 'neutral',
      target: 'es2022',
      plugins: entry === WHOLE ? [SHARED, wasm] : OVER_WEBHOOKS.includes(entry) ? [webhooksBeside(extension)] : [wasm],
      external: [`./${basename(entry)}.wasm`],
      logLevel: 'warning',
    });
  }
}
for (const entry of ENTRIES) {
  const built = join(HERE, 'build', basename(entry));
  const wasm = readdirSync(built).filter((name) => name.endsWith('.wasm'))[0] ?? '';
  copyFileSync(join(built, wasm), join(out, `${entry}.wasm`));
}

// For the verifiers of others.
copyFileSync(join(HERE, '../crates/core/vectors/webhook.json'), join(out, 'webhooks/vectors.json'));

execFileSync('tsc', ['-p', 'tsconfig.json', '--outDir', out], { cwd: HERE, stdio: 'inherit' });
// The same types for `import` and for `require`: which of the two a declaration is
// for shows in its own name, and in the names it imports.
for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))) {
  const types = readFileSync(join(out, name), 'utf8');
  for (const extension of ['js', 'cjs']) {
    const own = name.replace(/ts$/, extension.replace('js', 'ts'));
    writeFileSync(join(out, own), types.replaceAll(/(from '\.{1,2}\/[\w/]+)\.ts'/g, `$1.${extension}'`));
  }
}
