// What is uploaded, and what a page loads, as the network sees it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { table } from './machine.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface File {
  name: string;
  goal: string;
}

const WORKER: File[] = [
  { name: 'worker/build/handbill_worker_bg.wasm', goal: '≤ 600 KB' },
  { name: 'worker/build/handbill_worker.js', goal: '–' },
  { name: 'worker/entry.js', goal: '–' },
];

const PAGE: File[] = [
  { name: 'worker/build/web/checkout.js', goal: '–' },
  { name: 'worker/build/web/checkout.css', goal: '–' },
];

const REPORT: File[] = [
  { name: 'worker/build/web/report.js', goal: '–' },
  { name: 'worker/build/web/report.css', goal: '–' },
];

const PACKAGE: File[] = [
  { name: 'npm/dist/webhooks.js', goal: '≤ 12 KB' },
  { name: 'npm/dist/webhooks/explain.js', goal: '–' },
  { name: 'npm/dist/attribution.js', goal: '–' },
  { name: 'npm/dist/basket.js', goal: '–' },
  { name: 'npm/dist/robots.js', goal: '–' },
  { name: 'npm/dist/index.js', goal: '≤ 60 KB' },
  { name: 'npm/dist/index.wasm', goal: '–' },
];

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} KB`;

function sizes(files: File[]): string {
  const rows = files.map(({ name, goal }) => {
    const bytes = readFileSync(ROOT + name);
    return [`\`${name}\``, kilobytes(bytes.length), kilobytes(gzipSync(bytes, { level: 9 }).length), goal];
  });
  return table(['file', 'size', 'gzip', 'goal (gzip)'], rows);
}

/** The sections of the report. */
export function size(): string {
  return `## Size of the Worker

${sizes(WORKER)}

## Size of the checkout page

Script and style are all that the page loads besides itself. In the script are \`handbill/basket\`, and in that the wasm.

${sizes(PAGE)}

## Size of the report's page

${sizes(REPORT)}

## Size of the npm package

Each entry as one file with its wasm inside; \`index.js\` is the whole but the robots' list and the webhooks. \`index.wasm\` is what a Worker uploads of it.

${sizes(PACKAGE)}
`;
}
