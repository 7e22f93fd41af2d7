// Child processes, the way every tool here starts them.
import { spawn, spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root folder, absolute. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Tools that no package registry installs into the project: kept here, out of git. */
export const TOOLS = join(ROOT, '.tools');

const BIN_FOLDERS = [join(ROOT, 'node_modules/.bin'), join(TOOLS, 'bin')];

/**
 * The environment with the project's own tools first on the PATH: its Node,
 * its wrangler, its wasm-bindgen.
 *
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(extra = {}) {
  const inherited = (process.env.PATH ?? '').split(delimiter).filter((folder) => !BIN_FOLDERS.includes(folder));
  return { ...process.env, PATH: [...BIN_FOLDERS, ...inherited].join(delimiter), ...extra };
}

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] added to ours
 * @property {number} [timeout] milliseconds
 */

/**
 * Runs a command to its end, its output going where ours goes.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>} the exit code; 1 when it didn't start or was killed
 */
export function exitCode(command, args, { env, timeout } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, env: toolEnvironment(env), timeout, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', () => done(1));
    child.on('exit', (code) => done(code ?? 1));
  });
}

/**
 * As {@link exitCode}, for a command that must succeed.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function run(command, args, options) {
  const code = await exitCode(command, args, options);
  if (code !== 0) throw new Failure(`${title(command, args)} ended with ${code}`);
}

/**
 * As {@link run}; what it prints is shown only when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function runQuietly(command, args, { env, timeout } = {}) {
  return new Promise((/** @type {(value?: void) => void} */ done, fail) => {
    const child = spawn(command, args, { cwd: ROOT, env: toolEnvironment(env), timeout, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (/** @type {string} */ piece) => (said += piece));
    child.on('error', (error) => fail(new Failure(`${title(command, args)}: ${error.message}`)));
    child.on('close', (code) => (code === 0 ? done() : fail(new Failure(`${title(command, args)} ended with ${code}:\n${said.trim()}`))));
  });
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function title(command, args) {
  return [command, ...args.slice(0, 3)].join(' ');
}

/**
 * What a short command prints, or undefined when it isn't there or fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined}
 */
export function output(command, args, env) {
  const result = spawnSync(command, args, { cwd: ROOT, env: toolEnvironment(env), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Something the person at the terminal can act on; printed without a stack. */
export class Failure extends Error {}

/**
 * Runs a tool's main function; a {@link Failure} becomes one line and exit code 1.
 *
 * @param {() => Promise<void>} main
 */
export async function runTool(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`handbill: ${error.message}`);
    process.exitCode = 1;
  }
}
