// A buyer's browser at the checkout.
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Locator, Page, Request, Route } from 'playwright-core';
import { pictureOf } from './png.ts';
import { codeIn } from './qr.ts';
import type { Handbill } from './runtime.ts';

export const ADA = { 'First name': 'Ada', 'Last name': 'Lovelace', Email: 'ada@example.org' };

/** The API's own paths; the page, its script and its style are none of them. */
const API = '/checkout/baskets';
const OF_BASKET = /\/checkout\/baskets\/[^/]+$/;
const COMPLETION = /\/complete$/;

/** One person's tab. */
export class Visit {
  readonly page: Page;
  /** What the page asked of the API, in order. */
  readonly asked: Request[] = [];
  /** Errors nobody caught, and what the content policy forbade. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => void (new URL(request.url()).pathname.startsWith(API) && this.asked.push(request)));
    page.on('pageerror', (error) => void this.complaints.push(error.message));
    page.on('console', (message) => void (/content security policy/i.test(message.text()) && this.complaints.push(message.text())));
  }

  /** How often the API was asked with a method. */
  count = (method: string): number => this.asked.filter((request) => request.method() === method).length;

  heading = (name: string | RegExp): Locator => this.page.getByRole('heading', { name });
  button = (name: string | RegExp): Locator => this.page.getByRole('button', { name });
  alert = (text: string | RegExp): Locator => this.page.getByRole('alert').filter({ hasText: text });
  quantity = (item: string): Locator => this.page.getByRole('spinbutton', { name: `Quantity: ${item}` });
  buy = (): Locator => this.page.locator('button[form=buy]');
  code = (): Locator => this.page.getByLabel('Discount, voucher or access code');

  /** Waits until the page shows this total. */
  total = (text: string): Promise<void> => this.page.locator('.total', { hasText: text }).waitFor();

  /** Opens an address and waits until there is a basket. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.heading('Summary').waitFor();
  }

  /** Types a code and applies it; waits for what is said about it. */
  async apply(code: string, answer: string | RegExp): Promise<void> {
    await this.code().fill(code);
    await this.button('Apply').click();
    await this.page.locator('#code-note', { hasText: answer }).waitFor();
  }

  /** Fills in who buys. */
  async introduce(buyer: Record<string, string> = ADA): Promise<void> {
    for (const [label, text] of Object.entries(buyer)) await this.page.getByLabel(label).fill(text);
  }

  /** Buys and waits for the confirmation; the key in its address. */
  async order(): Promise<string> {
    await this.buy().click();
    return this.confirmed();
  }

  async confirmed(): Promise<string> {
    await this.page.waitForURL(/\/checkout\/orders\/[^/]+\/$/);
    return new URL(this.page.url()).pathname.split('/')[3]!;
  }

  /** Answers what changes the basket in the place of the Worker. */
  onChange = (handler: (route: Route) => unknown): Promise<unknown> => this.page.route(OF_BASKET, (route) => (route.request().method() === 'PUT' ? handler(route) : route.fallback()));
  /** Answers what buys the basket in the place of the Worker. */
  onBuy = (handler: (route: Route) => unknown): Promise<unknown> => this.page.route(COMPLETION, handler);

  /** Ends the visit; fails when the page has complained. */
  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.complaints, []);
  }
}

/** A new tab that is at home at a Handbill. */
export async function visit(browser: Browser, hb: Handbill, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ baseURL: hb.url.href, ...options });
  return new Visit(await context.newPage());
}

/** What a QR reader makes of what an element looks like on the screen; undefined when it finds no code. */
export const scanned = async (element: Locator): Promise<string | undefined> => codeIn(pictureOf(await element.screenshot()));
