// The browser that the tests drive: the system's Chromium, or Playwright's own.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exitCode, Failure, output } from './process.mjs';
import { installPackages } from './system.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * Where the browser is; undefined when there is none.
 *
 * @returns {Promise<string | undefined>}
 */
export async function findBrowser() {
  // Not at the top: set-up loads this file before npm's packages are there.
  const { chromium } = await import('playwright-core');
  const folders = (process.env.PATH ?? '').split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  // Some systems have a program of such a name that only says how to install it.
  return [...onPath, chromium.executablePath()].find((path) => isExecutable(path) && output(path, ['--version']) !== undefined);
}

/** Sees to it that there is one. */
export async function ensureBrowser() {
  if ((await findBrowser()) !== undefined) return;
  console.log('set-up: installing Chromium');
  if (!(await installPackages(['chromium'])) && (await exitCode('playwright-core', ['install', 'chromium'])) !== 0) {
    throw new Failure("no Chromium, and Playwright can't fetch its own: install your system's package `chromium`");
  }
  if ((await findBrowser()) === undefined) throw new Failure('Chromium was installed, but does not start: try `chromium --version`');
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
