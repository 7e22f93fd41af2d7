// A real browser, for what runs in a page.
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { findBrowser } from '../../tools/browser.mjs';
import { PATIENCE_MS } from './eventually.ts';

/** Starts Chromium without a window. Call `close()` when done. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await findBrowser();
  if (executablePath === undefined) throw new Error('no Chromium: run `node tools/setup.mjs --tests`');
  // Root, as in a container, can't have the sandbox; the pages are our own.
  const browser = await chromium.launch({ executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'], timeout: PATIENCE_MS });
  return browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
}
