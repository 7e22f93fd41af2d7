import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { Dice } from '../support/history.ts';
import type { Asked, Expected } from '../support/history.ts';
import { reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Storyteller } from '../support/storyteller.ts';
import type { Followed } from '../support/visitor.ts';

// Histories of many accounts side by side: they share a clock, and nothing else.
const HISTORIES = 40;
const ROUNDS = 25;
const STEPS = 10;

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
console.log(`SEED=${seed}`);

const hb = await startHandbill({ isConsuming: false });
after(() => hb.stop());
const operator = await operatorOf(hb);
const foreign: Followed = await (await organizerNamed(hb, operator, 'foreign')).manager.made('links', { kind: 'venue' });
const clock = new Dice(seed);
const ahead = { milliseconds: 0 };
const stories = await Promise.all(Array.from({ length: HISTORIES }, (_, n) => Storyteller.begin(hb, operator, `story-${n}`, new Dice(seed + 1 + n), ahead, foreign)));

/** Days go by; now and then somebody sets the clock back a little. */
async function timePasses(): Promise<void> {
  const back = [10 * MINUTE, HOUR, 5 * HOUR];
  ahead.milliseconds += clock.isLikely(0.25) ? -clock.oneOf(back) : clock.oneOf([0, HOUR, 9 * HOUR, DAY, 3 * DAY]);
  await hb.setClockAhead(ahead.milliseconds);
}

/** The Worker's report in the shape of the model's. */
async function shownBy({ manager }: Storyteller, { from, until, event }: Asked): Promise<Expected> {
  const moment = (at: number): string => new Date(at).toISOString();
  const { links, total, all_orders: all } = await reportOf(manager, { ...(from !== undefined && { from: moment(from) }), ...(until !== undefined && { until: moment(until) }), ...(event !== undefined && { event_id: event }) });
  const rows = links.map(({ link, figures, ticket_types: types }) => [link.id, { figures, types: Object.fromEntries(types.map((type) => [type.id, type.figures])) }] as const);
  return { rows: Object.fromEntries(rows), total, all };
}

async function agrees(story: Storyteller, asked: Asked): Promise<void> {
  const n = stories.indexOf(story);
  try {
    assert.deepEqual(await shownBy(story, asked), story.account.report(asked));
  } catch (error) {
    throw new Error(`SEED=${seed}, history ${n}, ${JSON.stringify(asked)}, after\n${story.told.join('\n')}`, { cause: error });
  }
}

/** What to ask about an account: everything, each event, some stretches of time. */
function questions(story: Storyteller, dice: Dice): Asked[] {
  const bounds = story.account.bounds();
  const asked: Asked[] = [{}, ...story.events.map((event) => ({ event }))];
  for (let n = 0; n < 4 && bounds.length > 0; n += 1) {
    const [before, until] = [dice.oneOf(bounds), dice.oneOf(bounds)].sort((a, b) => a - b) as [number, number];
    const from = before + 1;
    asked.push(dice.oneOf([{ from }, { until }, { from, until }]), { from, until, event: dice.oneOf(story.events) });
  }
  return asked;
}

test(`ST-12 the report is what the histories of ${HISTORIES} accounts come to, all the way (SEED=${seed})`, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(stories.map(async (story, n) => {
      await story.tell(STEPS);
      if ((round + n) % 5 === 0) await agrees(story, {});
    }));
    await timePasses();
  }
  for (const [n, story] of stories.entries()) for (const asked of questions(story, new Dice(seed + 100 + n))) await agrees(story, asked);
});

test(`ST-12 the histories are rich in what may go wrong (SEED=${seed})`, () => {
  const orders = stories.flatMap(({ account }) => account.orders);
  const has: Record<string, (order: (typeof orders)[number]) => boolean> = {
    credited: ({ link }) => link !== null, 'not credited': ({ link }) => link === null, free: ({ total }) => total === 0, cancelled: ({ isCancelled }) => isCancelled, waiting: ({ completed }) => completed === null,
    'wholly refunded': ({ total, refunded }) => total > 0 && refunded === total, 'partly refunded': ({ total, refunded }) => refunded > 0 && refunded < total, 'without tickets': ({ tickets, completed }) => completed !== null && tickets.length === 0,
    'partly void': ({ tickets }) => tickets.some(({ isVoid }) => isVoid) && tickets.some(({ isVoid }) => !isVoid), 'wholly void': ({ tickets, isCancelled }) => !isCancelled && tickets.length > 0 && tickets.every(({ isVoid }) => isVoid),
    scanned: ({ tickets }) => tickets.some(({ isScanned }) => isScanned), 'scanned and void': ({ tickets }) => tickets.some(({ isScanned, isVoid }) => isScanned && isVoid), 'of two events': ({ tickets }) => new Set(tickets.map(({ type }) => type.event)).size === 2, 'of a new customer': ({ isFirst }) => isFirst,
  };
  for (const [what, is] of Object.entries(has)) assert.ok(orders.filter(is).length >= 10, `orders that are ${what}: ${orders.filter(is).length} of ${orders.length}`);
  assert.ok(stories.some(({ account }) => account.links.some(({ isDeleted }) => isDeleted)));
});

test(`ST-12 each order is credited as its history has it (SEED=${seed})`, async () => {
  const stored = new Map((await hb.rows('SELECT id, link_id, total, refunded, status FROM sale_order')).map(({ id, ...row }) => [id, row]));
  const orders = stories.flatMap((story) => story.account.orders.map((order) => [story, order] as const));
  assert.equal(stored.size, orders.length);
  for (const [story, { id, link, total, refunded }] of orders) {
    const { link_id: credited, total: price, refunded: paidBack } = stored.get(id)!;
    assert.deepEqual({ credited, price, paidBack }, { credited: link?.id ?? null, price: total, paidBack: refunded }, `history ${stories.indexOf(story)}, order ${id}\n${story.told.join('\n')}`);
  }
});

test(`ST-12 a rebuild from the orders gives the same report (SEED=${seed})`, async () => {
  await hb.execute('UPDATE report_line SET tickets = 0, is_first = 1 - is_first');
  assert.equal((await operator.post('report/rebuild', {})).status, 200);
  for (const [n, story] of stories.entries()) for (const asked of questions(story, new Dice(seed + 200 + n))) await agrees(story, asked);
});

test(`ST-12 everything stored agrees (SEED=${seed})`, () => assertConsistent(hb));
