// Handbill in a process group of its own, which can be killed as a whole: for
// what a power cut leaves behind.
//
//   node tests/support/killable.ts <state folder> <variables as JSON>
//
// Prints the URL it answers at; runs the cron trigger at each line of its input.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';
import { startHandbill } from './runtime.ts';

export interface Killable {
  url: URL;
  /** Has the cron trigger run, and does not wait for it. */
  startCron(): void;
  /** Ends every process of it at once, none with a chance to say goodbye. What is dead stays so. */
  kill(): Promise<void>;
}

/** The processes of a group that still run. */
function alive(group: number): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      // After the name, which may hold anything: state, parent, group.
      const [state, , of] = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      return Number(of) === group && state !== 'Z';
    } catch {
      return false; // A process that ended while we looked.
    }
  });
}

/** Starts Handbill on the data in a folder. */
export async function startKillable(state: string, vars: Record<string, string> = {}): Promise<Killable> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), state, JSON.stringify(vars)], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const group = child.pid;
  if (group === undefined) throw new Error('the runtime did not start');
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the runtime ended with ${code}`);
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), died]);
  // From here on that is what it is for.
  died.catch(() => undefined);
  if (alive(group).length < 2) throw new Error('workerd is not in the group of its parent');
  return {
    url: new URL(line),
    startCron: () => void child.stdin.write('cron\n'),
    async kill() {
      if (alive(group).length > 0) process.kill(-group, 'SIGKILL');
      await eventually('the last process of the group to end', async () => alive(group).length === 0);
    },
  };
}

if (import.meta.main) {
  const [, , state, vars] = process.argv;
  if (state === undefined || vars === undefined) throw new Error('which folder, and which variables?');
  const hb = await startHandbill({ state, vars: JSON.parse(vars) });
  console.log(hb.url.href);
  createInterface({ input: process.stdin }).on('line', () => void hb.runCron());
}
