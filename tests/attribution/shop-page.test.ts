// A shop on other domains than the links, in a real browser: its pages keep the
// click tokens with the packed npm package and hand them in with the purchase.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import type * as Attribution from '../../npm/src/attribution.ts';
import { Project } from '../../npm/test/packed.ts';
import { startBrowser } from '../support/browser.ts';
import { eventOf, typeOf } from '../support/checkout.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

declare const shop: typeof Attribution;

const project = new Project();
writeFileSync(project.path('shop.mjs'), `export * from 'handbill/attribution';`);
const { outputFiles } = await build({ entryPoints: [project.path('shop.mjs')], bundle: true, format: 'iife', globalName: 'shop', platform: 'browser', write: false });
const SCRIPT = outputFiles[0]!.text;

const server = createServer((request, response) => {
  const isScript = request.url === '/shop.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? SCRIPT : '<!doctype html><script src="/shop.js"></script>');
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
const { port } = server.address() as AddressInfo;
/** Two domains of one shop. */
const [SHOP, TILL] = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];

const hb = await startHandbill();
const browser = await startBrowser();
after(async () => {
  await browser.close();
  server.close();
  await hb.stop();
  project.remove();
});
const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
const event = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 1_000 });
const linkOf = (more: object = {}): Promise<Followed> => manager.made('links', { kind: 'venue', event_id: event, destination: `${SHOP}/night?a=1#seats`, ...more });
const wide = await linkOf({ event_id: undefined });
const narrow = await linkOf();

async function follow(page: Page, link: Followed, query = ''): Promise<void> {
  await page.goto(new URL(`/l/${link.slug}${query}`, hb.url).href);
}

async function opened(use: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await browser.newContext();
  try {
    await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** What is bought with these tokens, in a browser whose cookies tell nothing. */
async function boughtWith(tokens: string[]): Promise<any> {
  const order = { event, items: [{ ticket_type: seat, quantity: 1 }] };
  return orderOf(manager, await new Visitor(hb).buys(order, { click_tokens: tokens }));
}

test('NP-04 a shop on another domain keeps the journey, and its sale is credited', () =>
  opened(async (page) => {
    await follow(page, wide, '?utm_source=poster');
    const first = await page.evaluate(() => shop.capture());
    assert.deepEqual(first, { touch: { link: wide.id, scope: first.touch!.scope, at: first.touch!.at, utm: { source: 'poster' } }, utm: { source: 'poster' } });
    assert.match(page.url(), /\/night\?a=1&utm_source=poster#seats$/);
    await follow(page, narrow);
    await page.evaluate(() => shop.capture());
    await page.goto(`${SHOP}/till`);
    const tokens = await page.evaluate(() => shop.tokens());
    assert.equal(tokens.length, 2);

    const order = await boughtWith(tokens);
    assert.equal(order.link_id, narrow.id);
    assert.deepEqual(verdictsOf(order), [[narrow.id, 'won'], [wide.id, 'earlier']]);
    const organizer = Number(first.touch!.scope.slice(1));
    const current = await page.evaluate((offered) => shop.current(offered), { organizer, event });
    assert.equal(current?.link, narrow.id, 'the page says what the server decided');
    const elsewhere = await page.evaluate((offered) => shop.current(offered), { organizer, event: event + 1 });
    assert.deepEqual(elsewhere, first.touch);
  }));

test("NP-04 the shop's other domain is handed the newest token", () =>
  opened(async (page) => {
    await follow(page, wide);
    await page.evaluate(() => shop.capture());
    await follow(page, narrow);
    await page.evaluate(() => shop.capture());
    await page.goto(await page.evaluate((url) => shop.decorate(url), `${TILL}/pay?b=2`));
    assert.equal((await page.evaluate(() => shop.capture())).touch?.link, narrow.id);
    assert.equal(page.url(), `${TILL}/pay?b=2`);
    assert.equal((await boughtWith(await page.evaluate(() => shop.tokens()))).link_id, narrow.id);
  }));

test('NP-04 nothing is stored before consent', () =>
  opened(async (page, context) => {
    await follow(page, narrow);
    await page.evaluate(() => shop.capture({ consent: false }));
    const stored = async (): Promise<number> => (await context.storageState()).origins.length;
    assert.equal(await stored(), 0);
    assert.match(page.url(), /hb_click=/);
    await page.reload();
    await page.evaluate(() => shop.capture({ consent: false }));
    await page.evaluate(() => shop.consent());
    assert.equal(await stored(), 1);
    assert.doesNotMatch(page.url(), /hb_click=/);
    assert.equal((await boughtWith(await page.evaluate(() => shop.tokens()))).link_id, narrow.id);
    await page.evaluate(() => shop.forget());
    assert.equal(await stored(), 0);
  }));

test('RD-10 a browser that opts out keeps nothing, whoever sent it a token', () =>
  opened(async (page, context) => {
    await follow(page, narrow);
    const url = page.url();
    assert.match(url, /hb_click=/);
    await page.addInitScript(() => Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }));
    await page.goto(`${SHOP}/`);
    await page.goto(url);
    assert.deepEqual(await page.evaluate(() => shop.capture()), { utm: {} });
    assert.deepEqual(await page.evaluate(() => shop.tokens()), []);
    assert.deepEqual((await context.storageState()).origins, []);
    assert.doesNotMatch(page.url(), /hb_click=/);
  }));

test('NP-04 a browser without storage still has its tokens until it leaves', () =>
  opened(async (page) => {
    await page.addInitScript(() => Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError'); } }));
    await follow(page, narrow);
    assert.equal((await page.evaluate(() => shop.capture())).touch?.link, narrow.id);
    assert.equal((await boughtWith(await page.evaluate(() => shop.tokens()))).link_id, narrow.id);
  }));
