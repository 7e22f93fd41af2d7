// The load, in a process of its own: as many kept-open connections as asked for,
// each sending its next request when the last one is answered. It reads no more
// of an answer than it must, so that two cores measure the server.
//
//   node tests/bench/load.ts '{"port":…,"request":"GET …","connections":16,"seconds":2}'
//
// Prints how many answers came and how long it took. `requests` instead of
// `seconds` sends that many.
import { connect } from 'node:net';

export interface Load {
  port: number;
  /** The whole request as it goes over the wire. */
  request: string;
  connections: number;
  /** Not counted: lets both sides warm up. */
  warmUpSeconds?: number;
  seconds?: number;
  requests?: number;
  /** What every answer starts with. */
  expected: string;
}

export interface Measured {
  answers: number;
  seconds: number;
}

const LINE_END = '\r\n';

/** How many bytes the answer at the start of `text` has, or 0 while it is not whole. */
function answerLength(text: string): number {
  const head = text.indexOf(LINE_END + LINE_END);
  if (head === -1) return 0;
  const body = head + 4;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, body)) ?? [];
  if (length !== undefined) return text.length >= body + Number(length) ? body + Number(length) : 0;
  if (!/\r\ntransfer-encoding: chunked/i.test(text.slice(0, body))) return body;
  const last = text.indexOf(`0${LINE_END}${LINE_END}`, body);
  return last === -1 ? 0 : last + 5;
}

function run({ port, request, connections, warmUpSeconds = 0, seconds = Number.POSITIVE_INFINITY, requests = Number.POSITIVE_INFINITY, expected }: Load): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const opened = performance.now();
    let from = opened;
    let answers = 0;
    let sent = 0;
    let open = connections;
    let isWarm = warmUpSeconds === 0;
    const isOver = (): boolean => isWarm && (sent >= requests || performance.now() - from >= seconds * 1000);
    const closed = (): void => {
      open -= 1;
      if (open === 0) resolve({ answers, seconds: (performance.now() - from) / 1000 });
    };
    for (let n = 0; n < connections; n += 1) {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      let pending = '';
      const next = (): void => {
        if (isOver()) {
          socket.end();
          closed();
          return;
        }
        sent += 1;
        socket.write(request);
      };
      socket.setEncoding('latin1');
      socket.on('connect', next);
      socket.on('error', reject);
      socket.on('data', (chunk: string) => {
        pending += chunk;
        const length = answerLength(pending);
        if (length === 0) return;
        if (!pending.startsWith(expected)) {
          reject(new Error(`not what was expected: ${pending.slice(0, 300)}`));
          return;
        }
        pending = pending.slice(length);
        if (isWarm) answers += 1;
        else if (performance.now() - opened >= warmUpSeconds * 1000) {
          isWarm = true;
          from = performance.now();
          sent = 0;
        }
        next();
      });
    }
  });
}

if (import.meta.main) {
  const [, , argument = '{}'] = process.argv;
  process.stdout.write(JSON.stringify(await run(JSON.parse(argument))));
  process.exit(0);
}
