// Pages that use the packed tarball, in Chromium: bundled by esbuild and by Vite,
// served by Vite's development server, and from a plain folder without any tool.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import * as vite from 'vite';
import { startBrowser } from '../../tests/support/browser.ts';
import { Project } from './packed.ts';
import { areSo, blocksBelow, withSayings } from './readme.ts';

const project = new Project();
let browser: Browser;
before(async () => void (browser = await startBrowser()));
after(async () => {
  await browser.close();
  project.remove();
});

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`../../crates/core/vectors/${name}.json`, import.meta.url), 'utf8'));
const { touch, token } = vectors('click_token').sign.find(({ name }: { name: string }) => name === 'with UTM values');
const priced = vectors('price').cases[0];

/** What the page runs; `from` is where it has the package from. */
const program = (from: string, extension = ''): string => `
import { verify } from '${from}/webhooks${extension}';
import { testHeaders } from '${from}/testing${extension}';
import { capture, current, tokens } from '${from}/attribution${extension}';
import { price } from '${from}/basket${extension}';

const body = '{"id":"wh_1","event":"ORDER.CREATED"}';
const { catalogue, selection, now } = ${JSON.stringify(priced)};
capture({ now: ${touch.at} });
const shown = [verify(body, testHeaders(body, 'ABCD123'), 'ABCD123').event, current({ organizer: 2, event: 3 }, { now: ${touch.at} }), tokens(), price(catalogue, selection, { now })];
document.querySelector('pre').textContent = JSON.stringify(shown);
`;
const HTML = `<!doctype html><meta charset="utf-8"><title>Shop</title><pre></pre><script type="module" src="./main.js"></script>`;
const SHOWN = JSON.stringify(['ORDER.CREATED', touch, [token], priced.quote]);

/** Opens the page as one whom a link has sent. */
async function isShown(url: string): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await page.goto(`${url}/?hb_click=${token}`);
  const shown = page.locator('pre', { hasText: 'ORDER.CREATED' });
  await shown.waitFor({ state: 'attached' });
  assert.equal(await shown.textContent(), SHOWN);
  assert.deepEqual(errors, []);
  assert.equal(page.url(), `${url}/`);
}

const POLICY = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'`;
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves a folder as a CDN does, under the policy that the package's README asks for. */
async function served(folder: string, use: (url: string) => Promise<void>, policy = POLICY): Promise<void> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://folder');
    const file = join(folder, pathname === '/' ? 'index.html' : pathname);
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.setHeader('content-security-policy', policy);
    try {
      response.end(readFileSync(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A folder with the page in it. */
function folderOf(name: string, code: string): string {
  const folder = project.path(name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.html'), HTML);
  writeFileSync(join(folder, 'main.js'), code);
  return folder;
}

test('NP-01 NP-05 a page bundled by esbuild', async () => {
  const folder = folderOf('esbuild', program('handbill'));
  await build({ entryPoints: [join(folder, 'main.js')], bundle: true, minify: true, format: 'esm', platform: 'browser', outdir: join(folder, 'built') });
  cpSync(join(folder, 'index.html'), join(folder, 'built/index.html'));
  await served(join(folder, 'built'), isShown);
});

test('NP-01 NP-05 a page bundled by Vite', async () => {
  const root = folderOf('vite', program('handbill'));
  await vite.build({ root, configFile: false, logLevel: 'error', build: { outDir: 'built' } });
  await served(join(root, 'built'), isShown);
});

test('NP-01 NP-05 a page on the development server of Vite', async () => {
  const root = folderOf('development', program('handbill'));
  const server = await vite.createServer({ root, configFile: false, logLevel: 'error', cacheDir: join(root, 'cache'), server: { host: '127.0.0.1', port: 0, fs: { allow: [project.folder] } } });
  try {
    await server.listen();
    await isShown(`http://127.0.0.1:${(server.httpServer?.address() as AddressInfo).port}`);
  } finally {
    await server.close();
  }
});

test('NP-01 NP-05 a page without a bundler, the package in a folder beside it', async () => {
  const folder = folderOf('plain', program('./handbill/dist', '.js'));
  cpSync(project.path('node_modules/handbill'), join(folder, 'handbill'), { recursive: true });
  await served(folder, isShown);
});

test('NP-01 a CDN that is asked for the package alone answers with a module for browsers', async () => {
  const { unpkg, jsdelivr } = JSON.parse(readFileSync(project.path('node_modules/handbill/package.json'), 'utf8'));
  assert.equal(unpkg, jsdelivr);
  const code = `import { checkSlug } from './handbill/${unpkg}'; document.querySelector('pre').textContent = checkSlug('Rock-Night').value.key;`;
  const folder = folderOf('cdn', code);
  cpSync(project.path('node_modules/handbill'), join(folder, 'handbill'), { recursive: true });
  await served(folder, async (url) => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.locator('pre', { hasText: 'rock-night' }).waitFor();
  });
});

test('NP-01 a policy that allows no WebAssembly is named by the error', async () => {
  const folder = folderOf('policy', program('./handbill/dist', '.js'));
  cpSync(project.path('node_modules/handbill'), join(folder, 'handbill'), { recursive: true });
  await served(folder, async (url) => {
    const page = await browser.newPage();
    const error = page.waitForEvent('pageerror');
    await page.goto(url);
    assert.match((await error).message, /Content Security Policy/);
  }, POLICY.replace(" 'wasm-unsafe-eval'", ''));
});

test('NP-04 NP-05 the README’s pages do what it says', async () => {
  const cases = [
    { heading: 'handbill/attribution', before: 'const order = {};', query: `?hb_click=${token}`, now: touch.at, sayings: 1 },
    { heading: 'handbill/basket', before: '', query: '?hb=Rock-Night', now: priced.now, sayings: 3 },
  ];
  for (const { heading, before, query, now, sayings } of cases) {
    const folder = folderOf(heading.replace('/', '-'), `${before}\n${withSayings(blocksBelow(heading)[0]!)}\ndocument.querySelector('pre').textContent = JSON.stringify(globalThis.said);`);
    await build({ entryPoints: [join(folder, 'main.js')], bundle: true, format: 'esm', platform: 'browser', target: 'es2022', outdir: folder, allowOverwrite: true, logLevel: 'error' });
    mkdirSync(join(folder, 'checkout'));
    writeFileSync(join(folder, 'checkout/offer.json'), JSON.stringify(priced));
    await served(folder, async (url) => {
      const page = await browser.newPage();
      await page.clock.setFixedTime(now);
      await page.goto(`${url}/${query}`);
      const shown = page.locator('pre', { hasText: '[' });
      await shown.waitFor();
      areSo(JSON.parse((await shown.textContent()) ?? ''), sayings);
    }, `${POLICY}; connect-src 'self'`);
  }
});
