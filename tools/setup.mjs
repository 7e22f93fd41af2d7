// Brings what the project needs onto a machine that has Rust, Node 20 or newer
// and npm. Quick and silent when nothing is missing.
//
//   node tools/setup.mjs             what building and testing need
//   node tools/setup.mjs --tests     also what the tests call: Chromium, curl, openssl
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBrowser } from './browser.mjs';
import { Failure, output, runQuietly, runTool, ROOT } from './process.mjs';
import { ensurePrograms } from './system.mjs';
import { ensureWasmBindgen, ensureWasmTarget } from './toolchain.mjs';

const OLDEST_NODE = [22, 18];
const INSTALLED = join(ROOT, 'node_modules/.handbill-lock');

/** Everything that building and testing need, except programs of the system. */
export async function setUp() {
  await ensurePackages();
  ensureNode();
  if (output('cargo', ['--version']) === undefined) throw new Failure('cargo is missing: install Rust from https://rustup.rs');
  await ensureWasmTarget();
  await ensureWasmBindgen();
}

/** npm's packages, as package-lock.json has them. */
async function ensurePackages() {
  const wanted = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json'))).digest('hex');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return;
  console.log('set-up: installing npm packages');
  // Not `npm ci`: that insists on lock entries for every platform's optional
  // packages, and a mirror may lack those of platforms it doesn't serve.
  await runQuietly('npm', ['install', '--no-save', '--loglevel=error']);
  writeFileSync(INSTALLED, wanted);
}

/** The `node` package puts a Node that runs TypeScript first on the PATH. */
function ensureNode() {
  const version = output('node', ['--version']) ?? '';
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_NODE;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new Failure(`Node ${OLDEST_NODE.join('.')} or newer is needed, found ${version || 'none'}: npm didn't run the install script of the package \`node\``);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runTool(async () => {
    await setUp();
    if (!process.argv.includes('--tests')) return;
    await ensureBrowser();
    await ensurePrograms();
  });
}
