// Completions against the same work in JavaScript (peer-checkout.js): two
// databases with the same baskets, completed in turns.
import { deepEqual } from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Checkout, completionOf, eventOf, typeOf } from '../support/checkout.ts';
import { DB_TELLS } from '../support/faults.ts';
import { ranDuring } from '../support/plans.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Handbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { count, median, ratioText, say, sized, table } from './machine.ts';

const PEER = fileURLToPath(new URL('peer-checkout.js', import.meta.url));
const ROUNDS = sized(9, 2);
const A_ROUND = sized(300, 20);
const WARM_UP = sized(200, 10);
const AT_ONCE = [1, 8];
const BASKETS = AT_ONCE.length * ROUNDS * A_ROUND + 2 * WARM_UP + 1;
const PRODUCTION = { ENVIRONMENT: 'production' };

/** A basket to be completed: its key, and the body that does it. */
interface Order {
  key: string;
  body: object;
}

/** Fills a database with baskets of two tickets each, with booking fee, charge and tax, all behind a quick-purchase link. */
async function filled(hb: Handbill, baskets: number): Promise<Order[]> {
  const { manager, id } = await organizerNamed(hb, await operatorOf(hb), 'demo');
  await manager.patch(`organizers/${id}`, { hold_minutes: 1_440 });
  const event = await eventOf(manager, { transaction_charge: 100, tax_rate_ppm: 190_000 });
  const seat = await typeOf(manager, event, { booking_fee: 150, quantity: 1_000_000 });
  const { slug } = await manager.made('links', { kind: 'quick_purchase', items: [{ ticket_type: seat, quantity: 2 }] });
  const checkout = new Checkout(hb);
  const orders: Order[] = [];
  while (orders.length < baskets) {
    const opened = await Promise.all(Array.from({ length: Math.min(16, baskets - orders.length) }, () => checkout.opened({ link: slug })));
    orders.push(...opened.map((basket) => ({ key: basket.key, body: completionOf(basket) })));
  }
  return orders;
}

/** Completes all of them, so many at once; how many a second. */
async function rate(hb: Handbill, orders: Order[], atOnce: number): Promise<number> {
  const waiting = [...orders];
  const checkout = new Checkout(hb);
  const buyer = async (): Promise<void> => {
    for (let order = waiting.pop(); order !== undefined; order = waiting.pop()) {
      const { status, text } = await checkout.complete(order.key, order.body);
      if (status !== 201) throw new Error(`${status} ${text}`);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: atOnce }, buyer));
  return (orders.length / (performance.now() - from)) * 1000;
}

/** What an order came to and what was sold: the same on both sides. */
async function sold(hb: Handbill, { key, body }: Order): Promise<unknown> {
  const { status, json, text } = await new Checkout(hb).complete(key, body);
  if (status !== 201) throw new Error(`${status} ${text}`);
  const { lines, subtotal, tax, total, currency, buyer, tickets } = json.order;
  return { lines, subtotal, tax, total, currency, buyer, tickets: tickets.map(({ id, name, event }: Record<string, unknown>) => ({ id, name, event })) };
}

/** Both sides on the same baskets; the answers of one are compared. */
async function compared(ours: Handbill, theirs: Handbill, orders: Order[]): Promise<string[][]> {
  const [first, ...rest] = orders;
  deepEqual(await sold(ours, first!), await sold(theirs, first!));
  const rows: string[][] = [];
  for (const atOnce of AT_ONCE) {
    const warm = rest.splice(0, WARM_UP);
    for (const hb of [ours, theirs]) await rate(hb, warm, atOnce);
    const rounds: { ours: number; theirs: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const part = rest.splice(0, A_ROUND);
      // Who goes first changes, so that a drift of the machine hits both.
      const isFirst = round % 2 === 0;
      const a = await rate(isFirst ? ours : theirs, part, atOnce);
      const b = await rate(isFirst ? theirs : ours, part, atOnce);
      rounds.push(isFirst ? { ours: a, theirs: b } : { ours: b, theirs: a });
    }
    rows.push([`${atOnce} at once`, ratioText(rounds.map((each) => each.ours / each.theirs)), '–', count(median(rounds.map((each) => each.ours))), count(median(rounds.map((each) => each.theirs)))]);
  }
  return rows;
}

/** Rows of tables and indexes that one completion reads and writes. */
async function rowsOfOne(): Promise<{ read: number; written: number }> {
  const hb = await startHandbill({ faults: DB_TELLS, vars: PRODUCTION });
  try {
    const [order] = await filled(hb, 1);
    const ran = await ranDuring(hb, () => new Checkout(hb).complete(order!.key, order!.body));
    return { read: ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0), written: ran.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0) };
  } finally {
    await hb.stop();
  }
}

/** The section of the report. */
export async function completions(): Promise<string> {
  const state = mkdtempSync(join(tmpdir(), 'handbill-bench-'));
  const [own, peers] = [join(state, 'own'), join(state, 'peer')];
  try {
    say(`completions: ${count(BASKETS)} baskets`);
    const filling = await startHandbill({ state: own, isDirect: true, vars: PRODUCTION });
    const orders = await filled(filling, BASKETS).finally(() => filling.stop());
    cpSync(own, peers, { recursive: true });
    const ours = await startHandbill({ state: own, isDirect: true, vars: PRODUCTION });
    const theirs = await startHandbill({ state: peers, isDirect: true, vars: PRODUCTION, peer: PEER });
    say('completions: in turns');
    const rows = await compared(ours, theirs, orders).finally(() => Promise.all([ours.stop(), theirs.stop()]));
    const { read, written } = await rowsOfOne();
    return `## Completing a purchase against JavaScript

\`POST /checkout/baskets/{key}/complete\` of baskets that hold two tickets with booking fee, charge and tax, ${ROUNDS} rounds of ${A_ROUND} in turns after ${WARM_UP} to warm up; each side in a workerd of its own, on a copy of the same database.
The peer is [tests/bench/peer-checkout.js](../tests/bench/peer-checkout.js): the same look-ups and the same batch through the same binding, the same order (compared) read back and answered; of the rules it knows only those that these baskets need, and it writes no log.
The local D1 does most of the work and is the same for both. One completion reads ${count(read)} rows and writes ${count(written)}, those of indexes included.

${table(['', 'ratio', 'goal', 'Handbill, orders/s', 'peer, orders/s'], rows)}
`;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}
