import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventOf, typeOf } from '../support/checkout.ts';
import { Feed, assertInOrder, storeTickets } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const [demo, west, east] = [await organizerNamed(hb, operator, 'demo'), await organizerNamed(hb, operator, 'west'), await organizerNamed(hb, operator, 'east')];
const feed = new Feed(hb, demo.id, demo.manager.token);
const HOSTED = '&include_cohosted_events=1';
const AT = Date.parse('2026-06-01T12:00:00Z');
const idsOf = (tickets: Told[]): number[] => tickets.map(({ ticket_id: id }) => id);

interface Hosted {
  id: number;
  by: typeof west;
}

/** An event with tickets, their times a given step apart. */
async function eventWith(by: typeof west, sizes: { tickets: number; at: number }[]): Promise<Hosted> {
  const event = await eventOf(by.manager);
  const type = await typeOf(by.manager, event);
  for (const [n, { tickets, at }] of sizes.entries()) await storeTickets(hb, { organizer: by.id, event, type, tickets, prefix: `e${event}-${n}`, at: AT + at });
  return { id: event, by };
}
const share = async ({ id, by }: Hosted): Promise<void> => assert.equal((await by.manager.put(`events/${id}/cohosts/${demo.id}`)).status, 204);

/** What the table says of some events' tickets, in the order of the feed. */
const stored = async (events: number[]): Promise<number[]> => (await hb.rows('SELECT id FROM ticket WHERE event_id IN (SELECT value FROM json_each(?1)) ORDER BY changed_at, id', JSON.stringify(events))).map(({ id }) => id);

const own = await eventWith(demo, [{ tickets: 130, at: 0 }, { tickets: 60, at: 40_000 }, { tickets: 5, at: 900_000 }]);
const events = [
  await eventWith(west, [{ tickets: 250, at: 10_000 }]), await eventWith(west, [{ tickets: 40, at: 20_000 }, { tickets: 40, at: 50_000 }]), await eventWith(west, []),
  await eventWith(east, [{ tickets: 101, at: 30_000 }, { tickets: 1, at: 1_000_000 }]), await eventWith(east, [{ tickets: 100, at: 60_000 }]),
];
const unshared = await eventWith(west, [{ tickets: 20, at: 25_000 }]);

test('SG-02 an organizer without co-hosted events reads the same with and without them', async () => {
  const all = await stored([own.id]);
  for (const query of ['', HOSTED, '&include_cohosted_events=true', '&include_cohosted_events=0', '&include_cohosted_events=false', '&include_cohosted_events=']) assert.deepEqual(idsOf(await feed.all(query)), all, query);
});

test('SG-02 include_cohosted_events says yes or no', async () => {
  for (const value of ['2', 'yes', 'TRUE', '-1', '+1', '1,1', '%00']) {
    const { status, json } = await feed.ask(`&include_cohosted_events=${value}`);
    assert.deepEqual([value, status, json.error?.parameter], [value, 400, 'include_cohosted_events']);
  }
});

test('SG-02 the tickets of co-hosted events come among the own ones, in order, page by page', async () => {
  for (const event of events) await share(event);
  assert.deepEqual((await west.manager.get(`events/${events[0]!.id}/cohosts`)).json, { data: [demo.id], next: null });
  const all = await stored([own.id, ...events.map(({ id }) => id)]);
  const pages = await feed.pages(HOSTED);
  assert.deepEqual(idsOf(pages.flat()), all);
  assertInOrder(pages.flat());
  assert.ok(pages.length > 6 && pages.slice(0, -1).every(({ length }) => length === 100));
  assert.ok(pages.some((page) => new Set(page.map(({ event_id: event }) => event)).size > 1), 'some page has several events');
  assert.deepEqual(idsOf(await feed.all()), await stored([own.id]));
  assert.ok(!pages.flat().some(({ event_id: event }) => event === unshared.id));
  // From any place on it is the rest.
  for (const at of [0, 99, 100, 129, 130, 379, 380, all.length - 2]) {
    const ticket = pages.flat()[at]!;
    assert.deepEqual(idsOf(await feed.all(`${HOSTED}&after=${ticket.ticket_updated_at.replace(' ', 'T')}_${ticket.ticket_id}`)), all.slice(at + 1), String(at));
  }
});

test('SG-02 one event: own, co-hosted, or nothing', async () => {
  const [hosted] = events;
  assert.deepEqual(idsOf(await feed.all(`&event_id=${own.id}`)), await stored([own.id]));
  assert.deepEqual(idsOf(await feed.all(`&event_id=${hosted!.id}${HOSTED}`)), await stored([hosted!.id]));
  for (const query of [`&event_id=${hosted!.id}`, `&event_id=${hosted!.id}&include_cohosted_events=0`, `&event_id=${unshared.id}${HOSTED}`, `&event_id=${NOBODY}${HOSTED}`]) assert.deepEqual(await feed.all(query), [], query);
  for (const event of ['0', '-1', 'x', '1.5', '99999999999999999999']) {
    const { status, json } = await feed.ask(`&event_id=${event}`);
    assert.deepEqual([status, json.error.parameter], [400, 'event_id']);
  }
});

test('SG-02 of an event with co-hosts its organizer sees what it did before, and a co-host nothing else', async () => {
  const theirs = new Feed(hb, west.id, west.manager.token);
  assert.deepEqual(idsOf(await theirs.all(HOSTED)), await stored([...events.filter(({ by }) => by === west).map(({ id }) => id), unshared.id]));
  const { status } = await feed.send(`/tickets?organizer_id=${west.id}&event_id=${events[0]!.id}${HOSTED}`);
  assert.equal(status, 403);
  // Who reads for the co-host reads what the co-host reads.
  await demo.manager.put(`organizers/${demo.id}/ticket-grants/${east.id}`);
  const { json } = await hb.send(`/tickets?organizer_id=${demo.id}&event_id=${events[0]!.id}${HOSTED}&key=${east.manager.token}`);
  assert.equal(json.data.length, 100);
});

test('SG-02 what is shared is shown at once, and no longer when it is taken back', async () => {
  const shown = async (): Promise<number> => (await feed.all(`&event_id=${unshared.id}${HOSTED}`)).length;
  assert.equal(await shown(), 0);
  await share(unshared);
  await share(unshared);
  assert.equal(await shown(), 20);
  const path = `events/${unshared.id}/cohosts/${demo.id}`;
  assert.equal((await west.manager.remove(path)).status, 204);
  assert.equal(await shown(), 0);
  assert.equal((await west.manager.remove(path)).status, 404);
});

test('SG-02 an event is shared by its organizer, with another that is there', async () => {
  const path = (event: number | string, cohost: number | string): string => `events/${event}/cohosts/${cohost}`;
  await changesNothing(hb, async () => {
    const refused: [string, number][] = [[path(unshared.id, west.id), 422], [path(unshared.id, NOBODY), 404], [path(unshared.id, 'x'), 404], [path(NOBODY, demo.id), 404], [path('x', demo.id), 404], [path(own.id, east.id), 404]];
    for (const [what, status] of refused) assert.equal((await west.manager.put(what)).status, status, what);
    for (const method of ['PUT', 'DELETE'] as const) assert.equal((await hb.send(`/manage/${path(unshared.id, east.id)}`, { method, headers: { authorization: `Bearer ${west.reader}` } })).status, 403);
    assert.equal((await operator.put(path(unshared.id, demo.id))).status, 403);
  });
});
