// Waiting for what happens behind an answer: the queue, the cron.
import { setTimeout as pause } from 'node:timers/promises';

// Bounds a test that waits for something that never comes; no test's outcome
// depends on how long anything takes within it.
export const PATIENCE_MS = 120_000;
const STEP_MS = 50;

/** Waits until `holds` is true. */
export async function eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await pause(STEP_MS);
  }
}
