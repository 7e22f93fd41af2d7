// One of those that resolve, in a process of its own: engines make code for what
// they have seen, and a process that has resolved nothing else is at its best.
//
//   node tests/bench/resolve-rate.ts wasm 10 20000
//
// Prints the seconds that so many purchases after 10 touches took, after as many
// to warm up.
import { resolveText } from 'handbill/attribution';
import { touched } from './resolve-purchases.ts';
import { resolve as byPeer } from './resolve-peer.js';

const [, , which, touches, times] = process.argv;
const { candidates, purchase } = touched(Number(touches));
const resolve = which === 'wasm' ? resolveText : byPeer;

function seconds(): number {
  let characters = 0;
  const from = performance.now();
  for (let n = 0; n < Number(times); n += 1) characters += resolve(candidates, purchase).length;
  const taken = (performance.now() - from) / 1000;
  if (characters === 0) throw new Error('nothing was resolved');
  return taken;
}

seconds();
console.log(seconds());
