// Crediting a purchase: natively, in wasm under Node, and by the same rules written
// by hand in JavaScript (resolve-peer.js), measured in turns.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resolveText } from 'handbill/attribution';
import { count, median, ratioText, say, sized, table } from './machine.ts';
import { resolve as byPeer } from './resolve-peer.js';
import { randomCase, touched } from './resolve-purchases.ts';
import type { Case } from './resolve-purchases.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VECTORS = `${ROOT}crates/core/vectors/resolve.json`;
const RATE = fileURLToPath(new URL('resolve-rate.ts', import.meta.url));
const NATIVE = `${process.env['CARGO_TARGET_DIR'] ?? `${ROOT}target`}/basket/examples/resolve_bench`;
const RANDOM_CASES = sized(20_000, 500);
const ROUNDS = sized(21, 3);
/** As many as a short journey has, and as a cookie holds at most. */
const TOUCHES = [10, 73];
const RESOLVED = sized(20_000, 2_000);

/** A peer that answers something else would be no peer. */
function compare(): number {
  const { cases } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  for (const { name, candidates, purchase, receipt } of cases) {
    const answer = byPeer(JSON.stringify(candidates), JSON.stringify(purchase));
    if (answer !== JSON.stringify(receipt)) throw new Error(`the peer fails the vector \`${name}\`:\n${answer}`);
  }
  const random = Array.from({ length: RANDOM_CASES }, (_, seed) => randomCase(seed));
  const all: Case[] = [...random, ...TOUCHES.map(touched)];
  for (const { candidates, purchase } of all) {
    const wasm = resolveText(candidates, purchase);
    const peer = byPeer(candidates, purchase);
    if (wasm !== peer) throw new Error(`two answers to ${candidates} ${purchase}:\n${wasm}\n${peer}`);
  }
  return cases.length + all.length;
}

/** Purchases a second. */
interface Round {
  native: number;
  wasm: number;
  peer: number;
}

/** How each is started; it prints the seconds that {@link RESOLVED} took. */
function commands(touches: number): { of: keyof Round; command: string[] }[] {
  const { candidates, purchase } = touched(touches);
  const node = (which: string): string[] => [process.execPath, RATE, which, String(touches), String(RESOLVED)];
  return [
    { of: 'native', command: [NATIVE, candidates, purchase, String(RESOLVED)] },
    { of: 'wasm', command: node('wasm') },
    { of: 'peer', command: node('peer') },
  ];
}

function round(touches: number, number: number): Round {
  const measured: Round = { native: 0, wasm: 0, peer: 0 };
  const all = commands(touches);
  // Who goes first changes, so that a drift of the machine hits all.
  for (let n = 0; n < all.length; n += 1) {
    const { of, command } = all[(number + n) % all.length]!;
    const [program = '', ...args] = command;
    measured[of] = RESOLVED / Number(execFileSync(program, args, { encoding: 'utf8' }));
  }
  return measured;
}

function rowsOf(touches: number): string[][] {
  say(`resolve: ${touches} touches, in turns`);
  const rounds = Array.from({ length: ROUNDS }, (_, number) => round(touches, number));
  const of = (which: keyof Round): string => count(median(rounds.map((each) => each[which])));
  return [
    [`${touches} touches, wasm`, ratioText(rounds.map((each) => each.wasm / each.peer)), '–', of('wasm')],
    [`${touches} touches, native`, ratioText(rounds.map((each) => each.native / each.peer)), '–', of('native')],
    [`${touches} touches, peer`, '1', '–', of('peer')],
  ];
}

/** The section of the report. */
export function resolve(): string {
  say('resolve: the same answers from all');
  const compared = compare();
  execFileSync('cargo', ['build', '--quiet', '--profile', 'basket', '-p', 'handbill-core', '--example', 'resolve_bench'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  return `## Crediting a purchase

A purchase after so many touches is resolved again and again, from the texts of touches and purchase to the receipt's. ${ROUNDS} rounds of ${count(RESOLVED)} each in turns, each in a process of its own and after as many to warm up.
Wasm is \`handbill/attribution\` under Node, compiled for size, the crossing between the two included. The peer is [tests/bench/resolve-peer.js](../tests/bench/resolve-peer.js): the same rules by hand, with \`JSON.parse\` and \`JSON.stringify\`. Before anything was measured it gave the right bytes for ${count(compared)} purchases: the vectors of core, and random ones on which the two must agree.

${table(['what', 'ratio to the peer', 'goal', 'purchases/s'], TOUCHES.flatMap(rowsOf))}
`;
}
