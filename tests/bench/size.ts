// What is uploaded: the Worker's wasm and JavaScript, as the network sees it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { table } from './machine.ts';

const WORKER = fileURLToPath(new URL('../../worker/', import.meta.url));
const FILES: [string, string][] = [['build/handbill_worker_bg.wasm', '≤ 600 KB'], ['build/handbill_worker.js', '–'], ['entry.js', '–']];

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;

/** The section of the report. */
export function size(): string {
  const rows = FILES.map(([name, goal]) => {
    const bytes = readFileSync(WORKER + name);
    return [`\`worker/${name}\``, kilobytes(bytes.length), kilobytes(gzipSync(bytes, { level: 9 }).length), goal];
  });
  return `## Size of the Worker

${table(['file', 'size', 'gzip', 'goal (gzip)'], rows)}
`;
}
