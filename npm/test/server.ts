// A server of somebody who has the package, in a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Project } from './packed.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Runs a server while it is used; answers what it has printed.
 *
 * @param code of its module
 * @param command for the file that the code is in, given the port
 */
export async function running(project: Project, code: string, command: (port: number) => string[], use: (port: number) => Promise<void>): Promise<string> {
  writeFileSync(project.path('server.mjs'), code);
  // Between our closing a port and the server's taking it somebody else may.
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    const [program = '', ...flags] = command(port);
    const env = { ...process.env, PORT: `${port}`, WEBHOOK_SECRET: 'ABCD123', NODE_ENV: 'production' };
    const server = spawn(program, [...flags, 'server.mjs'], { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = text(server.stdout);
    try {
      while (server.exitCode === null && !(await isListening(port))) await pause(20);
      if (server.exitCode === null) {
        await use(port);
        return printed;
      }
      if (tries === 3) throw new Error(`the server ended with ${server.exitCode}`);
    } finally {
      server.kill();
    }
  }
}
