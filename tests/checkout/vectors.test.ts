// One set of rules, wherever it runs: the packed npm package in Node, in a
// browser and in a Worker of somebody else's.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { Project } from '../../npm/test/packed.ts';
import { answerOfWorker } from '../../npm/test/worker.ts';
import { startBrowser } from '../support/browser.ts';

/** A case, its parts as texts. */
interface Case {
  name: string;
  catalogue: string;
  selection: string;
  now: number;
  quote: string;
}
const VECTORS = new URL('../../crates/core/vectors/price.json', import.meta.url);
const cases: Case[] = JSON.parse(readFileSync(VECTORS, 'utf8')).cases.map(({ name, catalogue, selection, now, quote }: Record<string, any>) => ({
  name,
  catalogue: JSON.stringify(catalogue),
  selection: JSON.stringify(selection),
  now,
  quote: JSON.stringify(quote),
}));

const project = new Project();
after(() => project.remove());

/** Answers all quotes; runs in each of the three. */
const QUOTES = `
import { priceList } from 'handbill/basket';
export const quotes = (cases) => cases.map(({ catalogue, selection, now }) => priceList(JSON.parse(catalogue)).priceText(selection, now));
`;
writeFileSync(project.path('quotes.mjs'), QUOTES);

function areRight(quotes: string[]): void {
  assert.ok(cases.length > 0);
  assert.equal(quotes.length, cases.length);
  for (const [index, { name, quote }] of cases.entries()) assert.equal(quotes[index], quote, name);
}

test('BK-02 Node gives the same bytes', () => {
  const program = `import { quotes } from './quotes.mjs'; console.log(JSON.stringify(quotes(${JSON.stringify(cases)})));`;
  areRight(JSON.parse(project.run('node.mjs', program)));
});

test('BK-02 a browser gives the same bytes', async () => {
  const { outputFiles } = await build({ entryPoints: [project.path('quotes.mjs')], bundle: true, format: 'iife', globalName: 'rules', platform: 'browser', write: false });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0]!.text });
    areRight(await page.evaluate((cases) => (globalThis as any).rules.quotes(cases), cases));
  } finally {
    await browser.close();
  }
});

test('BK-02 a Worker gives the same bytes', async () => {
  const worker = `import { quotes } from './quotes.mjs'; export default { fetch: async (request) => Response.json(quotes(await request.json())) };`;
  areRight(JSON.parse(await answerOfWorker(project, worker, JSON.stringify(cases))));
});
