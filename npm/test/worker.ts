// A Worker of somebody who has the package: bundled by wrangler, run by workerd.
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { WRANGLER_ENVIRONMENT } from '../../tools/database.mjs';
import type { Project } from './packed.ts';

const COMPATIBILITY_DATE = '2026-11-01';

/**
 * Starts a Worker.
 *
 * @param code of its entry module
 * @param bindings Miniflare's names for what it is bound to
 */
export function startWorker(project: Project, code: string, bindings: Record<string, unknown> = {}): Miniflare {
  writeFileSync(project.path('worker.mjs'), code);
  const options = ['--dry-run', '--outdir', 'bundle', '--name', 'somebodys', '--compatibility-date', COMPATIBILITY_DATE];
  execFileSync('wrangler', ['deploy', 'worker.mjs', ...options], { cwd: project.folder, env: { ...process.env, ...WRANGLER_ENVIRONMENT }, stdio: ['ignore', 'ignore', 'inherit'] });

  const others = readdirSync(project.path('bundle')).filter((name) => name.endsWith('.wasm'));
  const worker = convertV4MiniflareOptions({
    cf: false,
    telemetry: { enabled: false },
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [{ type: 'ESModule', path: project.path('bundle/worker.js') }, ...others.map((name) => ({ type: 'CompiledWasm', path: project.path(`bundle/${name}`) }))],
    modulesRoot: project.path('bundle'),
    ...bindings,
  } as unknown as Parameters<typeof convertV4MiniflareOptions>[0]);
  // By itself it leaves some of its files behind.
  return new Miniflare({ ...worker, resourceTmpPath: project.folder });
}

/**
 * What the Worker answers to a body.
 *
 * @param code of its entry module
 */
export async function answerOfWorker(project: Project, code: string, body: string): Promise<string> {
  const runtime = startWorker(project, code);
  try {
    return await (await runtime.dispatchFetch('http://worker/', { method: 'POST', body })).text();
  } finally {
    await runtime.dispose();
  }
}
