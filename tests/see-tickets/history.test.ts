// Many short histories of accounts, made over HTTP, against a model that shares
// nothing with the product. `HISTORIES=10000` takes longer, and `SEED` repeats.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DAY, HOUR, MINUTE } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { QUEUE_TELLS } from '../support/faults.ts';
import { Dice } from '../support/history.ts';
import type { Asked, Counted, Expected } from '../support/history.ts';
import { Postman } from '../support/postman.ts';
import { reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Storyteller } from '../support/storyteller.ts';
import type { Followed } from '../support/visitor.ts';

const HISTORIES = Number(process.env.HISTORIES ?? 200);
/** Histories that go on side by side: they share a clock and a queue, and nothing else. */
const AT_ONCE = 50;
const ROUNDS = 4;
const STEPS = { from: 2, to: 6 };

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
console.log(`SEED=${seed} HISTORIES=${HISTORIES}`);

const hb = await startHandbill({ isConsuming: false, faults: QUEUE_TELLS });
after(() => hb.stop());
const operator = await operatorOf(hb);
const foreign: Followed = await (await organizerNamed(hb, operator, 'foreign')).manager.made('links', { kind: 'venue' });
const clock = new Dice(seed);
const ahead = { milliseconds: 0 };
const postman = new Postman(hb, new Dice(seed ^ 0x5bd1e995));
const stories: Storyteller[] = [];

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
  const rows = links.map(({ link, views, visitors, figures, ticket_types: types }) => [link.id, { views, visitors, figures, types: Object.fromEntries(types.map((type) => [type.id, type.figures])) }] as const);
  return { rows: Object.fromEntries(rows), total, all };
}

/** What each link of an account says of its clicks. */
async function clicksShownBy({ manager }: Storyteller): Promise<Record<number, Counted>> {
  const { status, json, text } = await manager.get('links?limit=100');
  assert.equal(status, 200, text);
  return Object.fromEntries(json.data.map(({ id, raw, robots, views, visitors }: any) => [id, { raw, robots, views, visitors }]));
}

/** Fails with the whole history, so that it can be understood. */
async function inHistory(story: Storyteller, asked: Asked | 'links', compare: () => Promise<void>): Promise<void> {
  try {
    await compare();
  } catch (error) {
    throw new Error(`SEED=${seed} HISTORIES=${HISTORIES}, history ${stories.indexOf(story)}, ${JSON.stringify(asked)}, after\n${story.told.join('\n')}`, { cause: error });
  }
}

const agrees = (story: Storyteller, asked: Asked): Promise<void> => inHistory(story, asked, async () => assert.deepEqual(await shownBy(story, asked), story.account.report(asked)));

const linksAgree = (story: Storyteller): Promise<void> => inHistory(story, 'links', async () => {
  const links = story.account.links.filter(({ isForeign, isDeleted }) => !isForeign && !isDeleted);
  assert.deepEqual(await clicksShownBy(story), Object.fromEntries(links.map((link) => [link.id, story.account.countedOn(link)])));
  for (const event of story.events) assert.deepEqual(await story.campaignsShown(event), story.campaignsExpected(event));
  assert.deepEqual(await story.ticketsShown(), story.ticketsExpected());
});

/** What to ask about an account: everything, one event, some stretches of time. */
function questions(story: Storyteller, dice: Dice): Asked[] {
  const bounds = story.account.bounds();
  const asked: Asked[] = [{}, { event: dice.oneOf(story.events) }];
  for (let n = 0; n < 2 && bounds.length > 0; n += 1) {
    const [before, until] = [dice.oneOf(bounds), dice.oneOf(bounds)].sort((a, b) => a - b) as [number, number];
    const from = before + 1;
    asked.push(dice.oneOf<Asked>([{ from }, { until }, { from, until }, { from, until, event: dice.oneOf(story.events) }]));
  }
  return asked;
}

async function asks(some: Storyteller[], salt: number): Promise<void> {
  await Promise.all(some.map(async (story) => {
    await linksAgree(story);
    for (const asked of questions(story, new Dice(seed + salt + stories.indexOf(story)))) await agrees(story, asked);
  }));
}

/** Histories that begin together, and end when all their clicks are counted. */
async function tellSome(count: number): Promise<void> {
  const some = await Promise.all(Array.from({ length: count }, (_, at) => Storyteller.begin(hb, operator, `story-${stories.length + at}`, new Dice(seed + 1 + stories.length + at), ahead, foreign)));
  stories.push(...some);
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all([postman.someOfIt(), ...some.map((story) => story.tell(clock.whole(STEPS.from, STEPS.to)))]);
    await postman.collect(some);
    await Promise.all(some.filter((_, n) => (round + n) % 8 === 0).map((story) => agrees(story, {})));
    await timePasses();
  }
  await postman.someOfIt();
  await postman.theRest();
  await asks(some, 1_000_000);
}

/** The stories in groups of those that may be asked at once. */
function* groups(): Generator<Storyteller[]> {
  for (let at = 0; at < stories.length; at += AT_ONCE) yield stories.slice(at, at + AT_ONCE);
}

test(`ST-12 the report is what each of ${HISTORIES} histories comes to (SEED=${seed})`, async () => {
  for (let left = HISTORIES; left > 0; left -= AT_ONCE) await tellSome(Math.min(AT_ONCE, left));
});

test(`ST-12 the histories are rich in what may go wrong (SEED=${seed})`, () => {
  const orders = stories.flatMap(({ account }) => account.orders);
  const enough = Math.min(10, HISTORIES / 100);
  const has: Record<string, (order: (typeof orders)[number]) => boolean> = {
    credited: ({ link }) => link !== null, 'not credited': ({ link }) => link === null, free: ({ total }) => total === 0, cancelled: ({ isCancelled }) => isCancelled, waiting: ({ completed }) => completed === null,
    'wholly refunded': ({ total, refunded }) => total > 0 && refunded === total, 'partly refunded': ({ total, refunded }) => refunded > 0 && refunded < total, 'without tickets': ({ tickets, completed }) => completed !== null && tickets.length === 0,
    'partly void': ({ tickets }) => tickets.some(({ isVoid }) => isVoid) && tickets.some(({ isVoid }) => !isVoid), 'wholly void': ({ tickets, isCancelled }) => !isCancelled && tickets.length > 0 && tickets.every(({ isVoid }) => isVoid),
    scanned: ({ tickets }) => tickets.some(({ isScanned }) => isScanned), 'scanned and void': ({ tickets }) => tickets.some(({ isScanned, isVoid }) => isScanned && isVoid), 'of two events': ({ tickets }) => new Set(tickets.map(({ type }) => type.event)).size === 2, 'of a new customer': ({ isFirst }) => isFirst,
  };
  for (const [what, is] of Object.entries(has)) assert.ok(orders.filter(is).length >= enough, `orders that are ${what}: ${orders.filter(is).length} of ${orders.length}`);
  const links = stories.flatMap(({ account }) => account.links.map((link) => ({ ...link, clicks: account.clicksOn(link) })));
  const shows: Record<string, (link: (typeof links)[number]) => boolean> = {
    'campaigns that sold': (link) => link.isCampaign && orders.some((order) => order.link?.id === link.id), 'campaigns that are gone': ({ isPurged }) => isPurged,
    deleted: ({ isDeleted }) => isDeleted, 'deleted after clicks': ({ isDeleted, clicks }) => isDeleted && clicks.length > 0, 'seen by robots': ({ clicks }) => clicks.some(({ isRobot }) => isRobot),
    'visited twice by one': ({ clicks }) => clicks.some(({ isView, isFirst }) => isView && !isFirst), 'counted out of order': ({ clicks }) => clicks.some(({ at }, n) => n > 0 && at < clicks[n - 1]!.at),
  };
  for (const [what, is] of Object.entries(shows)) assert.ok(links.filter(is).length >= enough, `links that are ${what}: ${links.filter(is).length} of ${links.length}`);
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

test(`ST-12 a rebuild from orders and clicks gives the same report (SEED=${seed})`, async () => {
  await hb.execute('UPDATE report_line SET tickets = 0, is_first = 1 - is_first');
  await hb.execute('UPDATE link_hour SET views = views + 1, visitors = 0');
  await hb.execute('DELETE FROM link_visitor');
  for (const what of ['report', 'clicks']) assert.equal((await operator.post(`${what}/rebuild`, {})).status, 200);
  for (const some of groups()) await asks(some, 2_000_000);
});

test(`ST-12 everything stored agrees (SEED=${seed})`, () => assertConsistent(hb));
