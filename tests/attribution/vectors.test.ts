// One resolver, wherever it runs: the packed npm package in Node, in a browser and
// in a Worker of somebody else's, against the vectors that core runs natively and
// in wasm.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { Project } from '../../npm/test/packed.ts';
import { answerOfWorker } from '../../npm/test/worker.ts';
import { startBrowser } from '../support/browser.ts';

const vectors = (name: string): any => JSON.parse(readFileSync(new URL(`../../crates/core/vectors/${name}.json`, import.meta.url), 'utf8'));

/** What is asked, and what the answers must be, text for text. */
interface Questions {
  purchases: { candidates: string; purchase: string }[];
  journeys: { keys: string; now: number; read: { token: string | null; window: number }[] };
  clicks: { keys: string; tokens: string[] };
}

const { cases } = vectors('resolve');
const journey = vectors('journey');
const click = vectors('click_token');

const QUESTIONS: Questions = {
  purchases: cases.map(({ candidates, purchase }: any) => ({ candidates: JSON.stringify(candidates), purchase: JSON.stringify(purchase) })),
  journeys: { keys: journey.keys, now: journey.now, read: journey.read.map(({ token, window }: any) => ({ token, window })) },
  clicks: { keys: click.keys, tokens: click.read.map(({ token }: any) => token) },
};

/** Answers them all; runs in each of the three. */
const ANSWERS = `
import { resolve, resolveText } from 'handbill/attribution';
import { KeyRing } from 'handbill';
export function answers({ purchases, journeys, clicks }) {
  const ring = new KeyRing(journeys.keys);
  const clickRing = new KeyRing(clicks.keys);
  return {
    receipts: purchases.map(({ candidates, purchase }) => resolveText(candidates, purchase)),
    turned: purchases.map(({ candidates, purchase }) => JSON.stringify(resolve(JSON.parse(candidates).reverse(), JSON.parse(purchase)))),
    journeys: journeys.read.map(({ token, window }) => ring.readJourney(token ?? undefined, window, journeys.now)),
    clicks: clicks.tokens.map((token) => clickRing.readClick(token) ?? null),
  };
}
`;

const project = new Project();
after(() => project.remove());
writeFileSync(project.path('answers.mjs'), ANSWERS);

function areRight(answers: { receipts: string[]; turned: string[]; journeys: unknown[]; clicks: unknown[] }): void {
  assert.ok(cases.length > 0 && journey.read.length > 0 && click.read.length > 0);
  const wanted = cases.map(({ receipt }: any) => JSON.stringify(receipt));
  assert.equal(answers.receipts.length, cases.length);
  for (const [index, { name }] of cases.entries()) {
    assert.equal(answers.receipts[index], wanted[index], name);
    assert.equal(answers.turned[index], wanted[index], `${name}, in any order`);
  }
  assert.deepEqual(answers.journeys, journey.read.map(({ steps }: any) => steps));
  assert.deepEqual(answers.clicks, click.read.map(({ touch }: any) => touch));
}

test('AT-07 Node gives the same bytes', () => {
  const program = `import { answers } from './answers.mjs'; console.log(JSON.stringify(answers(${JSON.stringify(QUESTIONS)})));`;
  areRight(JSON.parse(project.run('node.mjs', program)));
});

test('AT-07 a browser gives the same bytes', async () => {
  const { outputFiles } = await build({ entryPoints: [project.path('answers.mjs')], bundle: true, format: 'iife', globalName: 'rules', platform: 'browser', write: false });
  const browser = await startBrowser();
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: outputFiles[0]!.text });
    areRight(await page.evaluate((questions) => (globalThis as any).rules.answers(questions), QUESTIONS));
  } finally {
    await browser.close();
  }
});

test('AT-07 a Worker gives the same bytes', async () => {
  const worker = `import { answers } from './answers.mjs'; export default { fetch: async (request) => Response.json(answers(await request.json())) };`;
  areRight(JSON.parse(await answerOfWorker(project, worker, JSON.stringify(QUESTIONS))));
});
