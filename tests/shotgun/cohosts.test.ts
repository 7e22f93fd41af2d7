import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventOf, typeOf } from '../support/checkout.ts';
import { Feed, assertInOrder, behind, storeTickets } from '../support/feed.ts';
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
const idsOf = (tickets: Told[]): number[] => tickets.map(({ ticket_id: id }) => id);

interface Hosted {
  id: number;
  by: typeof west;
  type: number;
}

async function eventBy(by: typeof west): Promise<Hosted> {
  const id = await eventOf(by.manager);
  return { id, by, type: await typeOf(by.manager, id) };
}
const share = async ({ id, by }: Hosted): Promise<void> => assert.equal((await by.manager.put(`events/${id}/cohosts/${demo.id}`)).status, 204);

/** What the table says of some events' tickets, in the order of the feed. */
const stored = async (events: number[]): Promise<number[]> => (await hb.rows('SELECT id FROM ticket WHERE event_id IN (SELECT value FROM json_each(?1)) ORDER BY changed_at, id', JSON.stringify(events))).map(({ id }) => id);

const own = await eventBy(demo);
const events = [await eventBy(west), await eventBy(west), await eventBy(west), await eventBy(east), await eventBy(east)];
const unshared = await eventBy(west);

/** How many tickets of each come in each of twenty rounds: all the time, early, late, all at once, never. */
const ROUNDS = 20;
const PACE: [Hosted, (round: number) => number][] = [
  [own, (round) => (round % 3 === 0 ? 24 : 2)], [events[0]!, () => 13], [events[1]!, (round) => (round < 8 ? 11 : 0)], [events[2]!, () => 0],
  [events[3]!, (round) => (round > 12 ? 15 : 0)], [events[4]!, (round) => (round === 9 ? 240 : 0)], [unshared, (round) => (round < 10 ? 2 : 0)],
];
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [{ id, by, type }, pace] of PACE) if (pace(round) > 0) await storeTickets(hb, { organizer: by.id, event: id, type, tickets: pace(round), prefix: `e${id}-${round}` });
}

test('SG-02 an organizer without co-hosted events reads the same with and without them', async () => {
  const all = await stored([own.id]);
  for (const query of ['', HOSTED, '&include_cohosted_events=true', '&include_cohosted_events=0', '&include_cohosted_events=false', '&include_cohosted_events=']) assert.deepEqual(idsOf(await feed.all(query)), all, query);
});

test('SG-02 include_cohosted_events says yes or no', async () => {
  const all = await stored([own.id]);
  // As clients in Python write it, too.
  for (const [value, isHosted] of [['True', true], ['TRUE', true], ['False', false]] as const) {
    const { status, json } = await feed.ask(`&include_cohosted_events=${value}`);
    assert.deepEqual([status, json.params.include_cohosted_events, json.data[0].ticket_id], [200, isHosted, all[0]]);
  }
  for (const value of ['2', 'yes', '-1', '+1', '1,1', '%00']) {
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
  assert.ok(pages.length > 8 && pages.slice(0, -1).every(({ length }) => length === 100));
  const mixed = pages.filter((page) => new Set(page.map(({ event_id: event }) => event)).size >= 3);
  assert.ok(mixed.length > pages.length / 2, `${mixed.length} of ${pages.length} pages have three events`);
  assert.ok(pages.some((page) => new Set(page.map(({ event_id: event }) => event)).size === 1), 'and one has a single one');
  assert.deepEqual(idsOf(await feed.all()), await stored([own.id]));
  assert.ok(!pages.flat().some(({ event_id: event }) => event === unshared.id));
  // From any place on it is the rest.
  for (let at = 0; at < all.length; at += 37) {
    const ticket = pages.flat()[at]!;
    assert.deepEqual(idsOf(await feed.all(HOSTED + behind(ticket))), all.slice(at + 1), String(at));
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
  // Nor do more than the tickets of the feed.
  const [ticket] = await feed.page(`&event_id=${events[0]!.id}${HOSTED}`);
  assert.equal((await demo.manager.get(`tickets/${ticket!.ticket_id}`)).status, 404);
  assert.deepEqual((await demo.manager.get(`tickets?event_id=${events[0]!.id}`)).json.data, []);
  await changesNothing(hb, async () => {
    for (const path of [`tickets/${ticket!.ticket_id}/void`, `tickets/${ticket!.ticket_id}/confirm`]) assert.equal((await demo.manager.post(path, {})).status, 404, path);
    assert.equal((await demo.manager.post('check-ins', { event_id: events[0]!.id, barcode: ticket!.ticket_scan_code })).status, 404);
    assert.equal((await demo.manager.put(`events/${events[0]!.id}/cohosts/${east.id}`)).status, 404);
    assert.equal((await demo.manager.remove(`events/${events[0]!.id}/cohosts/${demo.id}`)).status, 404);
  });
});

test('SG-01 SG-02 a partner reads of co-hosted events those whose own organizers let it read their tickets too', async () => {
  const reader = await organizerNamed(hb, operator, 'reader');
  const byPartner = async (query = ''): Promise<number[]> => idsOf(await new Feed(hb, demo.id, undefined).all(`${query}&key=${reader.manager.token}`));
  const of = (by: typeof west): number[] => events.filter((event) => event.by === by).map(({ id }) => id);
  await demo.manager.put(`organizers/${demo.id}/ticket-grants/${reader.id}`);
  const mine = await stored([own.id]);
  assert.deepEqual([await byPartner(), await byPartner(HOSTED)], [mine, mine]);
  assert.deepEqual(await byPartner(`&event_id=${events[0]!.id}${HOSTED}`), []);
  await west.manager.put(`organizers/${west.id}/ticket-grants/${reader.id}`);
  assert.deepEqual([await byPartner(), await byPartner(HOSTED)], [mine, await stored([own.id, ...of(west)])]);
  assert.deepEqual(await byPartner(`&event_id=${events[0]!.id}${HOSTED}`), await stored([events[0]!.id]));
  assert.deepEqual(await byPartner(`&event_id=${events[3]!.id}${HOSTED}`), []);
  assert.deepEqual(await byPartner(`&event_id=${unshared.id}${HOSTED}`), []);
  // Its own key for its own tickets is no partner's.
  await east.manager.put(`events/${events[3]!.id}/cohosts/${reader.id}`);
  assert.deepEqual(idsOf(await new Feed(hb, reader.id, undefined).all(`${HOSTED}&key=${reader.manager.token}`)), await stored([events[3]!.id]));
  await west.manager.remove(`organizers/${west.id}/ticket-grants/${reader.id}`);
  assert.deepEqual(await byPartner(HOSTED), mine);
  // An event of its own needs no grant of its own.
  const theirs = await eventBy(reader);
  await storeTickets(hb, { organizer: reader.id, event: theirs.id, type: theirs.type, tickets: 2, prefix: 'reader' });
  await share(theirs);
  assert.deepEqual(await byPartner(HOSTED), await stored([own.id, theirs.id]));
  assert.deepEqual(await byPartner(`&event_id=${theirs.id}${HOSTED}`), await stored([theirs.id]));
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

test('SG-02 an organizer that is archived shares nothing any more', async () => {
  const gone = await organizerNamed(hb, operator, 'gone');
  const theirs = await eventBy(gone);
  await storeTickets(hb, { organizer: gone.id, event: theirs.id, type: theirs.type, tickets: 3, prefix: 'gone' });
  await share(theirs);
  const of = `&event_id=${theirs.id}${HOSTED}`;
  const shown = async (query: string): Promise<number> => (await feed.all(query)).filter(({ event_id: event }) => event === theirs.id).length;
  assert.deepEqual([await shown(of), await shown(HOSTED)], [3, 3]);
  await operator.remove(`organizers/${gone.id}`);
  assert.deepEqual([await shown(of), await shown(HOSTED)], [0, 0]);
});
