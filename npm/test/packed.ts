// The packed tarball, installed into a project of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** A project that has the package installed. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'handbill-npm-'));

  constructor() {
    // The build has made what is packed; making it again here would take it away from under other tests.
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.folder], { cwd: PACKAGE, encoding: 'utf8' });
    const installed = this.path('node_modules/handbill');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', this.path(packed.trim().split('\n').at(-1) ?? ''), '-C', installed, '--strip-components=1']);
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** A module of the installed package. */
  load(file: string): Promise<any> {
    return import(pathToFileURL(this.path(`node_modules/handbill/${file}`)).href);
  }

  /** What a program of the project prints. */
  run(file: string, code: string): string {
    writeFileSync(this.path(file), code);
    return execFileSync(process.execPath, [this.path(file)], { encoding: 'utf8' }).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
