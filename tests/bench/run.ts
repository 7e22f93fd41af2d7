// `make bench`: measures, and writes docs/benchmarks.md.
//
//   node tests/bench/run.ts                  everything (about a quarter of an hour)
//   node tests/bench/run.ts redirect size    these parts; the others stay as they were
//   BENCH_QUICK=1 node tests/bench/run.ts    a trial on the terminal; writes nothing
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import workerd from 'workerd/package.json' with { type: 'json' };
import { campaigns } from './campaigns.ts';
import { completions } from './completions.ts';
import { feed } from './feed.ts';
import { ingest } from './ingest.ts';
import { lists } from './lists.ts';
import { IS_QUICK } from './machine.ts';
import { pricing } from './pricing.ts';
import { redirect } from './redirect.ts';
import { report as linkReport } from './report.ts';
import { resolve } from './resolve.ts';
import { size } from './size.ts';
import { webhooks } from './webhooks.ts';

const REPORT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const PARTS: Record<string, () => string | Promise<string>> = { redirect, campaigns, ingest, lists, feed, report: linkReport, pricing, resolve, completions, webhooks, size };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);

const HEAD = `# Benchmarks

Written by \`make bench\`. Everything runs on one machine, over the loopback interface, with nothing else running. Queue, KV and D1 are the local simulations: ratios between two Workers on them hold, absolute figures are not those of Cloudflare's network.
`;

/** Where and when a part was measured. */
function machine(): string {
  const model = cpus()[0]?.model.trim();
  return `*${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores of ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, workerd ${workerd.version}, Node ${process.version}*`;
}

/** Stands before a part in the report, so that it can be found and replaced. */
const mark = (part: string): string => `<!-- ${part} -->`;

const before = existsSync(REPORT) ? readFileSync(REPORT, 'utf8') : '';

/** A part as the report has it, or nothing. */
const known = (part: string): string => new RegExp(`${mark(part)}\n[^]*?(?=\n<!-- |$)`).exec(before)?.[0].trimEnd() ?? '';

const sections = [HEAD];
for (const [name, part] of Object.entries(PARTS)) {
  const isAsked = asked.length === 0 || asked.includes(name);
  const section = isAsked ? `${mark(name)}\n${(await part()).trimEnd()}\n\n${machine()}` : known(name);
  if (section !== '') sections.push(`${section}\n`);
}

const report = sections.join('\n');
if (IS_QUICK) process.stdout.write(report);
else writeFileSync(REPORT, report);
