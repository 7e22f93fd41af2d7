// An organizer's browser at the dashboard.
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { cookieValue } from './http.ts';
import type { Answer } from './http.ts';
import type { Handbill } from './runtime.ts';

export const SESSION = 'hb_session';
export const SIGN_IN = '/dashboard/sign-in/';
export const REPORT = '/dashboard/report/';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends the form that signs in. */
export const signIn = (hb: Handbill, token: string, headers: Record<string, string> = {}): Promise<Answer> => hb.send(SIGN_IN, { method: 'POST', body: new URLSearchParams({ token }).toString(), headers: { ...FORM, ...headers } });

/** Sends the one that signs out. */
export const signOut = (hb: Handbill, headers: Record<string, string> = {}): Promise<Answer> => hb.send('/dashboard/sign-out/', { method: 'POST', body: '', headers: { ...FORM, ...headers } });

/** A new session, as the header that a browser sends for it. */
export async function sessionOf(hb: Handbill, token: string): Promise<{ cookie: string }> {
  const value = cookieValue(await signIn(hb, token), SESSION);
  assert.ok(value, 'signing in gives a session');
  return { cookie: `${SESSION}=${value}` };
}

/** The text of a cell as it is read: small print behind what it is about. */
const read = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** One organizer's tab. */
export class Dashboard {
  readonly page: Page;
  /** Errors nobody caught, and what the content policy forbade. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => void this.complaints.push(error.message));
    page.on('console', (message) => void (/content security policy/i.test(message.text()) && this.complaints.push(message.text())));
  }

  link = (name: string | RegExp): Locator => this.page.getByRole('link', { name, exact: true });
  button = (name: string | RegExp): Locator => this.page.getByRole('button', { name, exact: true });
  heading = (name: string | RegExp): Locator => this.page.getByRole('heading', { name });
  table = (): Locator => this.page.getByRole('table', { name: 'Views, customers and sales of each link' });
  chart = (): Locator => this.page.getByRole('table', { name: /^Clicks and sales/ });
  search = (): Locator => this.page.getByRole('searchbox', { name: 'Search links' });

  /** The query of the page's address, which says what is chosen. */
  query = (): string => new URL(this.page.url()).search;

  /** Signs in by the form. */
  async signIn(token: string): Promise<void> {
    await this.page.goto(SIGN_IN);
    await this.page.getByLabel('Token').fill(token);
    await this.button('Sign in').click();
    await this.settled();
  }

  /** Opens the report and waits for its figures. */
  async open(query = ''): Promise<void> {
    await this.page.goto(`${REPORT}${query}`);
    await this.settled();
  }

  /** Waits until the figures on the page are those of what is chosen. */
  settled = (): Promise<void> => this.page.locator('.found[aria-busy=false]').waitFor();

  /** Does something, and waits for the figures that it asks for. */
  async after(action: Promise<unknown>): Promise<void> {
    await action;
    await this.settled();
  }

  /** A table as it is read, row by row. */
  async rows(table: Locator = this.table()): Promise<string[][]> {
    const rows = await table.evaluate((one) => [...(one as HTMLTableElement).rows].map((row) => [...row.cells].map((cell) => (cell.querySelector<HTMLElement>('.name') ?? cell).innerText)));
    return rows.map((row) => row.map(read));
  }

  /** The names of the links, in their order. */
  names = async (): Promise<string[]> => (await this.page.locator('tbody .name').allInnerTexts()).map(read);

  /** The figures above all, each by its name. */
  async headline(): Promise<Record<string, string>> {
    const [names, figures] = await Promise.all(['.headline dt', '.headline dd'].map((which) => this.page.locator(which).allInnerTexts()));
    return Object.fromEntries(names!.map((name, at) => [name, read(figures![at]!)]));
  }

  /** What a link to a file gives whoever follows it: its name and its text. */
  async file(name: string): Promise<[string, string]> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.link(name).click()]);
    const chunks = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk);
    return [download.suggestedFilename(), Buffer.concat(chunks).toString('utf8')];
  }

  /** Ends the visit; fails when the page has complained. */
  async close(): Promise<void> {
    await this.page.context().close();
    assert.deepEqual(this.complaints, []);
  }
}

/** A new tab that is at home at a Handbill. */
export async function dashboard(browser: Browser, hb: Handbill, options: BrowserContextOptions = {}): Promise<Dashboard> {
  const context = await browser.newContext({ baseURL: hb.url.href, ...options });
  return new Dashboard(await context.newPage());
}
