// Programs of the system that the tests call, and how they come.
import { Failure, output, runQuietly } from './process.mjs';

/**
 * Installs Debian packages, where that is possible without asking anybody.
 *
 * @param {string[]} packages
 * @returns {Promise<boolean>} whether it was
 */
export async function installPackages(packages) {
  if (process.getuid?.() !== 0 || output('apt-get', ['--version']) === undefined) return false;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runQuietly('apt-get', ['update'], { env });
  await runQuietly('apt-get', ['install', '--yes', '--no-install-recommends', ...packages], { env });
  return true;
}

/** Sees to it that there are curl and openssl: with these the examples of the npm package's README are tried. */
export async function ensurePrograms() {
  const missing = [['curl', '--version'], ['openssl', 'version']].filter(([name = '', ...args]) => output(name, args) === undefined).map(([name = '']) => name);
  if (missing.length === 0) return;
  console.log(`set-up: installing ${missing.join(', ')}`);
  if (!(await installPackages(missing))) throw new Failure(`${missing.join(' and ')} missing: install your system's package`);
}
