// The first check of one of those that check webhooks, in a process of its own.
//
//   node tests/bench/webhooks-cold.ts stripe '{"stripe-signature":"t=…"}'
//
// Prints the milliseconds from its import to its first event.
import { bodyOf, VERIFIERS } from './webhooks-peers.ts';

const [, , name = '', headers = ''] = process.argv;
const body = bodyOf(300);
const sent = JSON.parse(headers);
const from = performance.now();
const check = await VERIFIERS[name]!.load(true);
await check(body, sent);
console.log(performance.now() - from);
