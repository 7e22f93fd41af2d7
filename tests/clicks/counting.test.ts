import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS, PREFETCHES, ROBOTS } from '../support/agents.ts';
import { DAY } from '../support/checkout.ts';
import { derived, figuresOf, ledgerSize } from '../support/clicks.ts';
import type { Figures } from '../support/clicks.ts';
import { QUEUE_REPEATS } from '../support/faults.ts';
import { cookieJar, cookieValue } from '../support/http.ts';
import type { Handbill } from '../support/runtime.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const CLIENTS = 20;
const FOLLOWS = 3_000;

/** A generator of numbers in [0, 1), the same in every run (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The test's own account of what happened, kept beside what the product counts. */
class Model {
  readonly #links = new Map<string, { raw: number; robots: number; views: number; visitors: Set<string> }>();

  note(path: string, { isRobot, isView, visitor }: { isRobot: boolean; isView: boolean; visitor: string }): void {
    const link = this.#links.get(path) ?? { raw: 0, robots: 0, views: 0, visitors: new Set<string>() };
    this.#links.set(path, link);
    link.raw += 1;
    if (isRobot) link.robots += 1;
    if (isView) {
      link.views += 1;
      link.visitors.add(visitor);
    }
  }

  figures(path: string): Figures {
    const { raw, robots, views, visitors } = this.#links.get(path)!;
    return { raw, robots, views, visitors: visitors.size };
  }
}

/** One client: a browser that keeps cookies or not, one that asks not to be tracked, or a robot. */
async function behave(hb: Handbill, index: number, paths: string[], model: Model, follows: number): Promise<void> {
  const random = numbers(index + 1);
  const isRobot = index % 5 === 4;
  const keepsCookies = index % 5 < 2;
  const optsOut = index % 5 === 2;
  const agent = isRobot ? ROBOTS[index % ROBOTS.length]! : BROWSERS[index % BROWSERS.length]!;
  const address = `198.51.100.${index}`;
  let jar = '';
  for (let n = 0; n < follows; n += 1) {
    const path = paths[Math.floor(random() * paths.length)]!;
    const chance = random();
    const isHead = chance < 0.15;
    const prefetch = chance >= 0.15 && chance < 0.3 ? PREFETCHES[n % PREFETCHES.length]! : {};
    const answer = await hb.send(path, {
      method: isHead ? 'HEAD' : 'GET',
      headers: { 'user-agent': agent, 'cf-connecting-ip': address, ...(optsOut && { 'sec-gpc': '1' }), ...(jar !== '' && { cookie: jar }), ...prefetch },
    });
    assert.equal(answer.status, 302, path);
    const sent = /hb_visitor=([^;]+)/.exec(jar)?.[1];
    const visitor = optsOut ? `${address} ${agent} on day ${Math.floor(Date.now() / DAY)}` : (sent ?? cookieValue(answer, 'hb_visitor'));
    assert.ok(visitor, 'a visitor without an opt-out has an id');
    model.note(path, { isRobot, isView: !isRobot && !isHead && Object.keys(prefetch).length === 0, visitor });
    if (keepsCookies) {
      const journey = cookieValue(answer, 'hb_journey');
      jar = jar === '' ? cookieJar(answer) : `hb_visitor=${sent}; hb_journey=${journey}`;
    }
  }
}

/** Lets all clients follow three links together, and compares. */
async function compare(hb: Handbill, total: number): Promise<void> {
  const operator = await operatorOf(hb);
  const demo = await organizerNamed(hb, operator, 'demo');
  const links = [
    await demo.venue.made({ via: 2, description: 'poster' }),
    await demo.venue.made({ via: 3, event: demo.event.id }),
    await demo.venue.made({ via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] }),
  ];
  const paths: string[] = links.map(({ short_url: url }) => new URL(url).pathname);
  const model = new Model();
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => behave(hb, index, paths, model, total / CLIENTS)));
  await hb.drain(total);

  for (const [index, link] of links.entries()) {
    const expected = model.figures(paths[index]!);
    assert.deepEqual(await figuresOf(hb, demo.manager.token, link.id), expected, `link ${index}`);
    const { views, visitors } = (await demo.venue.read(link.id)).json;
    assert.deepEqual([views, visitors], [expected.views, expected.visitors]);
    const [hours] = await hb.rows('SELECT sum(raw) AS raw, sum(robot) AS robots, sum(views) AS views, sum(visitors) AS visitors FROM link_hour WHERE link_id = ?1', link.id);
    assert.deepEqual(hours, expected, 'the hours add up to the same');
  }

  const before = await derived(hb);
  const { status, json } = await operator.post('clicks/rebuild', {});
  assert.deepEqual([status, json], [200, { clicks: total }]);
  assert.deepEqual(await derived(hb), before, 'rebuilt from the ledger');
}

test('RD-08 20 clients follow three links 3,000 times: every figure is what the model says, and so after a rebuild', async () => {
  // As in production: no test clock, so memory answers on its own road.
  const hb = await startHandbill({ vars: { ENVIRONMENT: 'production' } });
  try {
    await compare(hb, FOLLOWS);
  } finally {
    await hb.stop();
  }
});

test('RD-08 the figures are the same when the queue delivers everything three times', async () => {
  const hb = await startHandbill({ faults: QUEUE_REPEATS });
  try {
    await compare(hb, 600);
    assert.equal(await ledgerSize(hb), 600);
  } finally {
    await hb.stop();
  }
});

const shared = await startHandbill();
after(() => shared.stop());

test('RD-08 a link followed by nobody has zeros', async () => {
  const seller = await organizerNamed(shared, await operatorOf(shared), 'quiet');
  const link = await seller.venue.made({ via: 1 });
  assert.deepEqual(await figuresOf(shared, seller.manager.token, link.id), { raw: 0, robots: 0, views: 0, visitors: 0 });
  assert.equal((await (await operatorOf(shared)).post('clicks/rebuild', {})).json.clicks, await ledgerSize(shared));
});
