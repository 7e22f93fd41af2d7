// Pricing a basket: natively, in wasm under Node, and by the same rules written
// by hand in JavaScript (pricing-peer.js), measured in turns.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { priceList } from 'handbill/basket';
import { count, median, ratioText, say, sized, table } from './machine.ts';
import { randomBasket, tenLines } from './pricing-baskets.ts';
import type { Basket } from './pricing-baskets.ts';
import { priceList as peerList } from './pricing-peer.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VECTORS = `${ROOT}crates/core/vectors/price.json`;
const RATE = fileURLToPath(new URL('pricing-rate.ts', import.meta.url));
const NATIVE = `${process.env['CARGO_TARGET_DIR'] ?? `${ROOT}target`}/basket/examples/price_bench`;
const RANDOM_BASKETS = sized(20_000, 500);
const ROUNDS = sized(21, 3);
const PRICES = sized(100_000, 2_000);

/** The quote of a basket, from text to text. */
type Pricing = (basket: Basket) => string;

const inWasm: Pricing = ({ catalogue, selection, now }) => priceList(JSON.parse(catalogue)).priceText(selection, now);
const byPeer: Pricing = ({ catalogue, selection, now }) => peerList(catalogue).price(selection, now);

/** A peer that answers something else would be no peer. */
function compare(): number {
  const { cases } = JSON.parse(readFileSync(VECTORS, 'utf8'));
  const vectors: Basket[] = cases.map(({ catalogue, selection, now }: Record<string, any>) => ({ catalogue: JSON.stringify(catalogue), selection: JSON.stringify(selection), now }));
  const random = Array.from({ length: RANDOM_BASKETS }, (_, seed) => randomBasket(seed));
  const all = [...vectors, ...random, tenLines()];
  for (const basket of all) {
    const wasm = inWasm(basket);
    const peer = byPeer(basket);
    if (wasm !== peer) throw new Error(`two answers to ${JSON.stringify(basket)}:\n${wasm}\n${peer}`);
  }
  return all.length;
}

/** Prices a second. */
interface Round {
  native: number;
  wasm: number;
  peer: number;
}

/** How each is started; it prints the seconds that {@link PRICES} took. */
function commands(): { of: keyof Round; command: string[] }[] {
  const { catalogue, selection, now } = tenLines();
  const node = (which: string): string[] => [process.execPath, RATE, which, String(PRICES)];
  return [
    { of: 'native', command: [NATIVE, catalogue, selection, String(now), String(PRICES)] },
    { of: 'wasm', command: node('wasm') },
    { of: 'peer', command: node('peer') },
  ];
}

function round(number: number): Round {
  const measured: Round = { native: 0, wasm: 0, peer: 0 };
  const all = commands();
  // Who goes first changes, so that a drift of the machine hits all.
  for (let n = 0; n < all.length; n += 1) {
    const { of, command } = all[(number + n) % all.length]!;
    const [program = '', ...args] = command;
    measured[of] = PRICES / Number(execFileSync(program, args, { encoding: 'utf8' }));
  }
  return measured;
}

/** The section of the report. */
export function pricing(): string {
  say('pricing: the same answers from all');
  const compared = compare();
  execFileSync('cargo', ['build', '--quiet', '--profile', 'basket', '-p', 'handbill-core', '--example', 'price_bench'], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  say('pricing: in turns');
  const rounds = Array.from({ length: ROUNDS }, (_, number) => round(number));
  const of = (which: keyof Round): string => count(median(rounds.map((each) => each[which])));
  const basket = tenLines();
  const quote = inWasm(basket);
  return `## Pricing a basket

A basket of ten lines, with booking fees, a discount, two rates of tax and a voucher, priced again and again: from the selection's text (${basket.selection.length} characters) to the quote's (${quote.length} characters, ${JSON.parse(quote).lines.length} lines). ${ROUNDS} rounds of ${count(PRICES)} prices each in turns, each in a process of its own and after as many to warm up.
Wasm is \`handbill/basket\` under Node, the crossing between the two included. The peer is [tests/bench/pricing-peer.js](../tests/bench/pricing-peer.js): the same rules by hand, with \`JSON.parse\` and \`JSON.stringify\`. Before anything was measured the two gave the same bytes for ${count(compared)} baskets: the vectors of core, and random ones that break any rule.

${table(['what', 'ratio to the peer', 'goal', 'prices/s'], [
    ['wasm', ratioText(rounds.map((each) => each.wasm / each.peer)), '≥ 1.0', of('wasm')],
    ['native', ratioText(rounds.map((each) => each.native / each.peer)), '–', of('native')],
    ['peer', '1', '–', of('peer')],
  ])}
`;
}
