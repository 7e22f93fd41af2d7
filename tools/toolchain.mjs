// How Rust is compiled to wasm on this machine, and wasm-bindgen's own tool.
//
// rustup's prebuilt standard library is the usual way. A machine that can't
// reach rustup's server takes Debian's compiler and builds the standard library
// from Debian's copy of its source. The choice is kept in .tools/toolchain.json.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, output, run, runQuietly, ROOT, TOOLS } from './process.mjs';

const TARGET = 'wasm32-unknown-unknown';
const CHOICE = join(TOOLS, 'toolchain.json');
const DEBIAN_RUSTC = '/usr/bin/rustc';
/** `rust-version` in Cargo.toml, of the 1.x series. */
const OLDEST_RUSTC = 91;

/** @typedef {'rustup' | 'debian'} Toolchain */

/**
 * The toolchain that set-up chose; undefined before it ran.
 *
 * @returns {Toolchain | undefined}
 */
export function chosenToolchain() {
  return existsSync(CHOICE) ? JSON.parse(readFileSync(CHOICE, 'utf8')).wasm : undefined;
}

/**
 * What cargo needs in its environment to compile for wasm.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function wasmCargoEnvironment() {
  if (chosenToolchain() !== 'debian') return {};
  return { RUSTC: DEBIAN_RUSTC, RUSTC_BOOTSTRAP: '1', CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort' };
}

/**
 * Sees to it that Rust compiles to wasm here. `HANDBILL_TOOLCHAIN=debian` in
 * the environment takes the second way without trying the first.
 *
 * @returns {Promise<void>}
 */
export async function ensureWasmTarget() {
  const chosen = chosenToolchain();
  const mayTakeRustup = process.env.HANDBILL_TOOLCHAIN !== 'debian';
  if (chosen === 'debian' && hasDebianToolchain()) return;
  if (chosen === 'rustup' && mayTakeRustup && hasRustupTarget()) return;

  if (mayTakeRustup && (hasRustupTarget() || (await addRustupTarget()))) {
    record('rustup');
    console.log(`set-up: ${TARGET} from rustup`);
    return;
  }
  await installDebianToolchain();
  record('debian');
  console.log(`set-up: ${TARGET} from Debian's ${output(DEBIAN_RUSTC, ['--version'])}, as rustup's was not to be had`);
}

function hasRustupTarget() {
  const sysroot = output('rustc', ['--print', 'sysroot']);
  return sysroot !== undefined && existsSync(join(sysroot, 'lib/rustlib', TARGET, 'lib'));
}

async function addRustupTarget() {
  if (output('rustup', ['--version']) === undefined) return false;
  try {
    // It waits for ever on a server that never answers; five minutes is a slow download.
    await runQuietly('rustup', ['target', 'add', TARGET], { timeout: 300_000, env: { RUSTUP_MAX_RETRIES: '1' } });
  } catch {
    // Its errors are pages long, and the second way follows: one line will say so.
    return false;
  }
  return hasRustupTarget();
}

function hasDebianToolchain() {
  const about = output(DEBIAN_RUSTC, ['-vV']) ?? '';
  const minor = /^rustc 1\.(\d+)/.exec(about)?.[1];
  const llvm = /^LLVM version: (\d+)/m.exec(about)?.[1];
  if (minor === undefined || Number(minor) < OLDEST_RUSTC) return false;
  const sysroot = output(DEBIAN_RUSTC, ['--print', 'sysroot']) ?? '';
  return existsSync(join(sysroot, 'lib/rustlib/src/rust/library/std/Cargo.toml')) && existsSync(`/usr/bin/wasm-ld-${llvm}`);
}

async function installDebianToolchain() {
  if (hasDebianToolchain()) return;
  if (output('apt-get', ['--version']) === undefined || process.getuid?.() !== 0) {
    throw new Failure(`no ${TARGET}: \`rustup target add ${TARGET}\` failed, and Debian's rustc can only be installed by root on Debian`);
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runQuietly('apt-get', ['update'], { env });
  // The linker must be of the LLVM that rustc was built with; that moves with Debian's updates.
  const llvm = /Depends: llvm-(\d+)/.exec(output('apt-cache', ['depends', 'rust-web-llvm']) ?? '')?.[1];
  if (llvm === undefined) throw new Failure("Debian's package lists have no rust-web-llvm; add Debian's security archive to the sources");
  const packages = ['rustc-web', 'rust-web-src', 'rust-web-llvm', `lld-${llvm}`];
  await runQuietly('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], { env });
  if (!hasDebianToolchain()) throw new Failure(`${packages.join(', ')} are installed, but can't compile for ${TARGET}; is rustc older than 1.${OLDEST_RUSTC}?`);
}

/** @param {Toolchain} wasm */
function record(wasm) {
  mkdirSync(TOOLS, { recursive: true });
  writeFileSync(CHOICE, `${JSON.stringify({ wasm })}\n`);
}

/**
 * Sees to it that .tools/bin has the wasm-bindgen tool of exactly the version
 * that Cargo.lock has of the library: the two share a private format.
 */
export async function ensureWasmBindgen() {
  const lock = readFileSync(join(ROOT, 'Cargo.lock'), 'utf8');
  const version = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(lock)?.[1];
  if (version === undefined) throw new Failure('Cargo.lock has no wasm-bindgen');
  if (output(join(TOOLS, 'bin/wasm-bindgen'), ['--version']) === `wasm-bindgen ${version}`) return;

  console.log(`set-up: installing wasm-bindgen ${version} (one to five minutes, once)`);
  await run('cargo', ['install', '--quiet', '--force', 'wasm-bindgen-cli', '--version', version, '--no-default-features', '--root', TOOLS], {
    // It runs for seconds a day: compile it fast rather than well.
    env: {
      CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
      CARGO_PROFILE_RELEASE_LTO: 'off',
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
      CARGO_PROFILE_RELEASE_DEBUG: 'false',
    },
  });
}
