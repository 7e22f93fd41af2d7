// The script and style of each page, into worker/build/web, where worker/assets.js
// takes them from. The checkout page prices with the npm package.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildNpm } from './build-npm.mjs';
import { run, ROOT, runTool } from './process.mjs';
import { setUp } from './setup.mjs';
import { unlessBuilt } from './unless-built.mjs';

const PAGES = 'worker/web';
const ENTRIES = ['checkout.tsx', 'checkout.css', 'report.tsx', 'report.css'];

/** What a browser loads with the pages. */
export async function buildWeb() {
  await buildNpm();
  const inputs = [PAGES, 'npm/dist', 'npm/package.json', 'tsconfig.json', 'package-lock.json', 'tools/build-web.mjs'];
  await unlessBuilt({ inputs, out: 'worker/build/web' }, async (fresh) => {
    const entries = ENTRIES.map((name) => join(ROOT, PAGES, name));
    const options = ['--bundle', '--minify', '--target=es2022', '--format=esm', '--charset=utf8', '--jsx=automatic', '--jsx-import-source=preact'];
    await run('esbuild', [...entries, ...options, `--outdir=${fresh}`, '--log-level=warning']);
    // Made here so that no request pays for it.
    const files = ENTRIES.map((name) => name.replace('.tsx', '.js'));
    const tags = files.map((name) => [name, `"${createHash('sha256').update(readFileSync(join(fresh, name))).digest('base64url').slice(0, 22)}"`]);
    writeFileSync(join(fresh, 'tags.js'), `export default ${JSON.stringify(Object.fromEntries(tags))};\n`);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    await setUp();
    await buildWeb();
  });
}
