// What all parts of the benchmark share: the size of a run, the load, the sums.
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Load, Measured } from './load.ts';

/** A run that only shows that everything works; its figures mean nothing. */
export const IS_QUICK = process.env['BENCH_QUICK'] === '1';

/** `full`, or `quick` in a quick run. */
export const sized = (full: number, quick: number): number => (IS_QUICK ? quick : full);

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url));

/** Puts load on a port of this machine, from another process. */
export async function underLoad(load: Load): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD, JSON.stringify(load)]);
  return JSON.parse(stdout);
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/** `1.07 (0.98–1.12)`: the median and the range. */
export const ratioText = (ratios: number[]): string => `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;

/** A whole number as people read it. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A table in Markdown. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The resident memory of this process's workerd children, in MiB. */
export function workerdMemory(): number {
  let total = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const of = (name: string): string => new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(status)?.[1] ?? '';
      if (of('Name') === 'workerd' && of('PPid') === String(process.pid)) total += Number(of('VmRSS')) / 1024;
    } catch {
      // A process that ended while we looked.
    }
  }
  return total;
}

/** Says on the terminal what is going on; a full run takes a while. */
export const say = (what: string): void => void process.stderr.write(`${what}\n`);
