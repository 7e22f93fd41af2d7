// One of those that price, in a process of its own: engines make code for what
// they have seen, and a process that has priced nothing else is at its best.
//
//   node tests/bench/pricing-rate.ts wasm 20000
//
// Prints the seconds that so many prices took, after as many to warm up.
import { priceList } from 'handbill/basket';
import { tenLines } from './pricing-baskets.ts';
import { priceList as peerList } from './pricing-peer.js';

const [, , which, times] = process.argv;
const { catalogue, selection, now } = tenLines();
const list = which === 'wasm' ? priceList(JSON.parse(catalogue)) : undefined;
const peer = peerList(catalogue);
const price = list ? () => list.priceText(selection, now) : () => peer.price(selection, now);

function seconds(): number {
  let characters = 0;
  const from = performance.now();
  for (let n = 0; n < Number(times); n += 1) characters += price().length;
  const taken = (performance.now() - from) / 1000;
  if (characters === 0) throw new Error('nothing was priced');
  return taken;
}

seconds();
console.log(seconds());
