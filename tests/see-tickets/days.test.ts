// Clicks and sales day by day: each day says what a report of that day says, and
// all of them together what the report of all of them does.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { bodyOf, clickOn } from '../support/clicks.ts';
import { BUYER, Checkout, HOUR, MINUTE, assertRefused, eventOf, typeOf } from '../support/checkout.ts';
import { Dice } from '../support/history.ts';
import { reportOf } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
const dice = new Dice(seed);
const hb = await startHandbill({ isConsuming: false });
after(() => hb.stop());
const operator = await operatorOf(hb);
const checkout = new Checkout(hb);

interface Day {
  day: string;
  views: number;
  visitors: number;
  orders: number;
  tickets: number;
  face_value: Record<string, number>;
}

/** Half hours and quarters from UTC, clocks that are set back by half an hour, by an hour, and never. Around 4 April 2027 the first three of them set theirs. */
const ZONES = ['Australia/Lord_Howe', 'Australia/Adelaide', 'Pacific/Auckland', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/New_York'];
const BEGIN = Date.parse('2027-04-01T00:00:00Z');
const SPAN = 6 * 24 * HOUR;

/** The sums of a report, as a day has them. */
const summed = ({ links, total }: Report): Omit<Day, 'day'> => ({
  views: links.reduce((sum, { views }) => sum + views, 0),
  visitors: links.reduce((sum, { visitors }) => sum + visitors, 0),
  orders: total.orders.net,
  tickets: total.tickets.net,
  face_value: Object.fromEntries(Object.entries(total.face_value).map(([currency, { net }]) => [currency, net])),
});

const added = (days: Day[]): Omit<Day, 'day'> => {
  const sum = { views: 0, visitors: 0, orders: 0, tickets: 0, face_value: {} as Record<string, number> };
  for (const { face_value: faces, day: _, ...counts } of days) {
    for (const [name, count] of Object.entries(counts)) sum[name as keyof typeof counts] += count;
    for (const [currency, face] of Object.entries(faces)) sum.face_value[currency] = (sum.face_value[currency] ?? 0) + face;
  }
  return sum;
};

/** An account with clicks and sales at all times of some days; how to ask it. */
async function account(zone: string) {
  const { manager, id } = await organizerNamed(hb, operator, zone.toLowerCase().replaceAll(/\W|_/g, '-'));
  assert.equal((await operator.patch(`organizers/${id}`, { time_zone: zone })).status, 200);
  const event = await eventOf(manager, { starts_at: '2028-06-01T18:00:00Z', ends_at: '2028-06-01T22:00:00Z' });
  const seat = await typeOf(manager, event, { price: 1_000, quantity: 1_000 });
  const free = await typeOf(manager, event, { name: 'Guest', price: 0, quantity: 1_000 });
  const links = [await manager.made('links', { kind: 'venue' }), await manager.made('links', { kind: 'affiliate', event_id: event })];
  const clicks = Array.from({ length: 120 }, () => bodyOf(clickOn(dice.oneOf(links).id, { agent: BROWSERS[0]!, at: BEGIN + dice.whole(0, SPAN / MINUTE) * MINUTE })));
  await hb.deliver(clicks.slice(0, 60));
  await hb.deliver(clicks.slice(60));
  return { manager, event, links, seat, free };
}

const accounts = new Map<string, Awaited<ReturnType<typeof account>>>();
for (const zone of ZONES) accounts.set(zone, await account(zone));
// Sales of all accounts go by one clock, forward.
for (const at of Array.from({ length: 24 }, () => BEGIN + dice.whole(0, SPAN / MINUTE) * MINUTE).sort((a, b) => a - b)) {
  await hb.setClockAhead(at - Date.now());
  for (const { manager, event, links, seat, free } of accounts.values()) {
    const link = dice.oneOf(links).short_url.split('/').at(-1);
    const order = await checkout.bought({ event, link, items: [{ ticket_type: dice.isLikely(0.2) ? free : seat, quantity: dice.whole(1, 3) }] }, { buyer: { ...BUYER, email: `${dice.whole(1, 6)}@example.org` } });
    if (dice.isLikely(0.2) && order.total > 0) assert.equal((await manager.post(`orders/${order.id}/refunds`, {})).status, 201);
    if (dice.isLikely(0.2)) assert.equal((await manager.post(`tickets/${order.tickets[0].id}/void`, {})).status, 200);
  }
}

for (const [zone, { manager, event, links }] of accounts) {
  test(`ST-10 each day says what its report says: ${zone} (SEED=${seed})`, async () => {
    for (const narrowed of [{}, { event_id: event }, { link_id: links[1].id }] as Record<string, number>[]) {
      const { status, json, text } = await manager.get(`report/history?${new URLSearchParams(Object.entries(narrowed).map(([name, value]) => [name, String(value)]))}`);
      assert.equal(status, 200, text);
      assert.equal(json.time_zone, zone);
      const days: Day[] = json.days;
      assert.ok(days.length >= 5, text);
      assert.deepEqual(days.map(({ day }) => day), [...new Set(days.map(({ day }) => day))].sort(), 'once each, oldest first');
      for (const { day, ...figures } of days) {
        assert.deepEqual(figures, summed(await reportOf(manager, { from: day, until: day, ...narrowed })), day);
        const { json: alone } = await manager.get(`report/history?${new URLSearchParams({ from: day, until: day, ...Object.fromEntries(Object.entries(narrowed).map(([name, value]) => [name, String(value)])) })}`);
        assert.deepEqual(alone.days, [{ day, ...figures }], 'also asked for by itself');
      }
      assert.deepEqual(added(days), summed(await reportOf(manager, narrowed)));
    }
  });
}

test('ST-10 what is no day and no id is refused', async () => {
  const { manager } = accounts.get(ZONES[0]!)!;
  for (const query of ['from=yesterday', 'until=2027-02-30', 'event_id=x', 'link_id=-1', 'link_id=1.5']) assertRefused(await manager.get(`report/history?${query}`), 422, 'invalid');
});
