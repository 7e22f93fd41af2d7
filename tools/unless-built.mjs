// What every build here shares: it runs only when something it reads has
// changed, and its files take their places one by one, each in one step.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, TOOLS } from './process.mjs';
import { chosenToolchain } from './toolchain.mjs';

/** Beside the result: the hash of the inputs it was made from. */
const STAMP = '.inputs';

/**
 * @typedef {object} Built
 * @property {string[]} inputs folders and files the result depends on, from the root
 * @property {string} [settings] whatever else it depends on
 * @property {string} out the folder for the result, from the root
 */

/**
 * Calls `make` with an empty folder to write to, and moves what it wrote to
 * `out`; does neither when the result of the same inputs is there.
 *
 * @param {Built} built
 * @param {(fresh: string) => Promise<void>} make
 */
export async function unlessBuilt({ inputs, settings = '', out }, make) {
  const place = join(ROOT, out);
  const stamp = join(place, STAMP);
  const digest = digestOf(inputs, settings);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;

  // Elsewhere first: a running `wrangler dev` watches the result.
  mkdirSync(TOOLS, { recursive: true });
  const fresh = mkdtempSync(join(TOOLS, 'fresh-'));
  try {
    await make(fresh);
    rmSync(stamp, { force: true });
    for (const file of filesUnder(fresh)) {
      mkdirSync(dirname(join(place, file)), { recursive: true });
      renameSync(join(fresh, file), join(place, file));
    }
    writeFileSync(stamp, digest);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/**
 * One hash over the contents of all inputs.
 *
 * @param {string[]} inputs
 * @param {string} settings
 */
function digestOf(inputs, settings) {
  const hash = createHash('sha256').update(`${settings}\n${chosenToolchain()}\n`);
  for (const input of inputs) {
    const path = join(ROOT, input);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory() ? filesUnder(path).map((file) => join(path, file)) : [path];
    for (const file of files) hash.update(`${file.slice(ROOT.length)}\n`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Every file below a folder, as paths from it, in a fixed order.
 *
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
