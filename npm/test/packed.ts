// The packed tarball, installed into a project of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** A project that has the package installed. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'handbill-npm-'));
  /** What `npm pack` made. */
  readonly tarball: string;

  constructor() {
    // The build has made what is packed; making it again here would take it away from under other tests.
    const packed = execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.folder], { cwd: PACKAGE, encoding: 'utf8' });
    this.tarball = this.path(packed.trim().split('\n').at(-1) ?? '');
    writeFileSync(this.path('package.json'), '{ "private": true }');
    // Offline: whatever it depended on would be missed.
    execFileSync('npm', ['install', '--silent', '--offline', this.tarball], { cwd: this.folder });
  }

  /** Makes a package of this workspace one of the project's. */
  link(name: string): void {
    symlinkSync(join(PACKAGE, '../node_modules', name), this.path(`node_modules/${name}`));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** A module of the installed package. */
  load(file: string): Promise<any> {
    return import(pathToFileURL(this.path(`node_modules/handbill/${file}`)).href);
  }

  /**
   * What a program of the project prints.
   *
   * @param runtime what it is run with, and its arguments
   */
  run(file: string, code: string, [program, ...flags]: [string, ...string[]] = [process.execPath]): string {
    writeFileSync(this.path(file), code);
    return execFileSync(program, [...flags, this.path(file)], { cwd: this.folder, encoding: 'utf8' }).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
