import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Feed, assertInOrder, cursorOf, storeTickets } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill({ vars: { PUBLIC_URL: 'https://hb.example.com' } });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const feed = new Feed(hb, demo.id, demo.manager.token);
const bulk = { organizer: demo.id, event: demo.event.id, type: demo.types.floor };

/** Three tickets whose times are a millisecond, and more than one second, apart. */
const AT = Date.parse('2026-01-15T18:04:10.250Z');
for (const [n, at] of [AT - 1, AT, AT + 1].entries()) await storeTickets(hb, { ...bulk, tickets: 1, prefix: `one-${n}`, at });
const [before, ticket, behind] = (await feed.page()) as [Told, Told, Told];
const idsOf = (tickets: Told[]): number[] => tickets.map(({ ticket_id: id }) => id);
const after_ = async (text: string): Promise<number[]> => idsOf(await feed.page(`&after=${encodeURIComponent(text)}`));

test('SG-03 tickets come by update time, with microseconds', () => {
  assert.deepEqual([before, ticket, behind].map(({ ticket_updated_at: at }) => at), ['2026-01-15 18:04:10.249000', '2026-01-15 18:04:10.250000', '2026-01-15 18:04:10.251000']);
});

/** The same moment, in the forms of ISO 8601 that are found in the wild. */
const FORMS = [
  '2026-01-15 18:04:10.250000', '2026-01-15T18:04:10.250000', '2026-01-15t18:04:10.25', '2026-01-15T18:04:10.250Z', '2026-01-15T18:04:10.250z', '2026-01-15 18:04:10.25Z', '2026-01-15T18:04:10,250Z', '2026-01-15T18:04:10.250000000Z',
  '2026-W03-4T18:04:10.25Z', '2026W034T180410.25', '2026-015T18:04:10.250', '2026015T180410,250Z',
  '2026-01-15T19:04:10.250+01:00', '2026-01-15T19:04:10.250+0100', '2026-01-15T19:04:10.250+01', '2026-01-15 19:04:10.250+01:00', '2026-01-15T13:34:10.250-04:30', '2026-01-15T18:04:10.250+00:00', '2026-01-15T19:04:10.250 01:00', '20260115T180410.250Z', '20260115T190410.25+0100',
];

test('SG-03 `after` may be any ISO form: what was updated after it comes', async () => {
  for (const form of FORMS) assert.deepEqual([form, await after_(form)], [form, [behind.ticket_id]]);
});

test('SG-03 with a ticket id the others of that time come too', async () => {
  for (const form of FORMS) {
    assert.deepEqual([form, await after_(`${form}_${ticket.ticket_id}`)], [form, [behind.ticket_id]]);
    assert.deepEqual([form, await after_(`${form}_${ticket.ticket_id - 1}`)], [form, [ticket.ticket_id, behind.ticket_id]]);
    assert.deepEqual([form, await after_(`${form}_0`)], [form, [ticket.ticket_id, behind.ticket_id]]);
    assert.deepEqual([form, await after_(`${form}_${ticket.ticket_id + 1000}`)], [form, [behind.ticket_id]]);
  }
});

test('SG-03 a finer time than ours stands between two of ours', async () => {
  for (const form of ['2026-01-15 18:04:10.249001', '2026-01-15 18:04:10.249999', '2026-01-15T18:04:10.2490000001Z', '2026-01-15 18:04:10.249001_1', `2026-01-15 18:04:10.249999_${ticket.ticket_id}`]) assert.deepEqual([form, await after_(form)], [form, [ticket.ticket_id, behind.ticket_id]]);
  for (const form of ['2026-01-15 18:04:10.250001_1', '2026-01-15 18:04:10.250999']) assert.deepEqual([form, await after_(form)], [form, [behind.ticket_id]]);
});

test('SG-03 a date is its midnight, a time may do without seconds', async () => {
  const all = idsOf([before, ticket, behind]);
  for (const form of ['2026-01-15', '2026-W03-4', '2026-015', '2026-01', '2026-W03', '2026-01-14T24:00', '2026-01-15T18', '2026-01-15T18Z', '2026-01-15T18:04', '2026-01-15 18:04Z', '2026-01-15T18:04:10', '20260115', '0001-01-01', '2026-01-15T20:04+02:00', '']) assert.deepEqual([form, await after_(form)], [form, all]);
  for (const form of ['2026-01-15T18:04.5', '2026-01-15T18,5Z']) assert.deepEqual([form, await after_(form)], [form, []]);
  for (const form of ['2026-01-16', '2026-016', '2026W035', '2026-W04', '2026-02', '2026-01-15T24', '2026-01-15T19', '2026-01-15T18:05', '9999-12-31T23:59:59Z', '2026-01-16_5']) assert.deepEqual([form, await after_(form)], [form, []]);
});

test('SG-03 whatever is no time is refused', async () => {
  for (const form of ['yesterday', '1768500250', '1768500250000', '2026', '2026-13', '2026-W54', '2026-W03-8', '2026-366', '2026-01T18:04', '2026-13-01', '2026-02-30', '2026-01-15T', '2026-01-15T25:00', '2026-01-15T18:60', '2026-01-15T18:04:10.', '2026-01-15T18:04:10.250Z_', '2026-01-15T18:04:10.250Z_x', '2026-01-15T18:04:10.250Z_-1', '2026-01-15T18:04:10.250Z_1_2', '_5', '5_2026-01-15', '2026-01-15T18:04:10.250ZZ', '2026-01-15T18:04:10+27:00', '2026-01-15T18:04:10.250Z_99999999999999999999', '2026-01-15\u0000', "2026-01-15' OR 1=1", '0000-01-01', '10000-01-01', 'x'.repeat(5_000)]) {
    const { status, json } = await feed.ask(`&after=${encodeURIComponent(form)}`);
    assert.deepEqual([form, status, json.error?.code, json.error?.parameter], [form, 400, 'invalid_parameter', 'after']);
  }
});

test('SG-03 cursors that clients build by themselves lead on from the ticket', async () => {
  const forms = [cursorOf(ticket), cursorOf(ticket).replace(' ', 'T'), `${new Date(AT).toISOString()}_${ticket.ticket_id}`];
  for (const form of forms) assert.deepEqual([form, await after_(form)], [form, [behind.ticket_id]]);
  // As it stands in a URL: a space as +, or as %20, colons escaped or not.
  for (const raw of ['2026-01-15+18%3A04%3A10.250000', '2026-01-15%2018:04:10.250000', '2026-01-15T19:04:10.250%2B01:00', '2026-01-15T19:04:10.250+01:00', '2026-01-15+19:04:10.250%2B01:00']) assert.deepEqual([raw, idsOf(await feed.page(`&after=${raw}_${ticket.ticket_id}`))], [raw, [behind.ticket_id]]);
});

test('SG-04 pages of exactly a hundred, and URLs that keep every parameter', async () => {
  const other = await organizerNamed(hb, operator, 'other');
  const theirs = new Feed(hb, other.id, undefined);
  const with_ = `&token=${other.manager.token}`;
  const store = (tickets: number, prefix: string): Promise<void> => storeTickets(hb, { organizer: other.id, event: other.event.id, type: other.types.floor, tickets, prefix, at: AT });
  assert.deepEqual((await theirs.ask(with_)).json, { params: { organizer_id: other.id }, pagination: { next: null }, data: [] });
  await store(99, 'a');
  assert.deepEqual((await theirs.pages(with_)).map(({ length }) => length), [99]);
  await store(1, 'b');
  assert.deepEqual((await theirs.pages(with_)).map(({ length }) => length), [100, 0]);
  await store(150, 'c');
  assert.deepEqual((await theirs.pages(with_)).map(({ length }) => length), [100, 100, 50]);
  assertInOrder(await theirs.all(with_));

  const { json } = await theirs.ask(`${with_}&event_id=${other.event.id}&include_cohosted_events=1&x=%20%26+y&after=2026-01-01&empty=`);
  const last = json.data.at(-1);
  assert.deepEqual(json.params, { organizer_id: other.id, event_id: other.event.id, include_cohosted_events: true, after: '2026-01-01' });
  const [url, query] = json.pagination.next.split('?');
  assert.equal(url, 'https://hb.example.com/tickets');
  const pairs = query.split('&');
  assert.deepEqual(pairs.filter((pair: string) => !pair.startsWith('after=')), [`organizer_id=${other.id}`, `token=${other.manager.token}`, `event_id=${other.event.id}`, 'include_cohosted_events=1', 'x=%20%26+y', 'empty=']);
  assert.deepEqual(new URL(json.pagination.next).searchParams.getAll('after'), [cursorOf(last)]);
  assert.ok(!('total' in json) && !('count' in json));
});

test('SG-04 SG-05 tickets of one update time go on across the boundary of a page', async () => {
  const tied = await organizerNamed(hb, operator, 'tied');
  await storeTickets(hb, { organizer: tied.id, event: tied.event.id, type: tied.types.floor, tickets: 250, prefix: 't' });
  // As an upgrade leaves the tickets of one order from before there was a clock of changes.
  await hb.execute('UPDATE ticket SET changed_at = ?2 WHERE organizer_id = ?1', tied.id, AT);
  const theirs = new Feed(hb, tied.id, tied.manager.token);
  const pages = await theirs.pages();
  const [[end], [begin]] = [pages[0]!.slice(-1), pages[1]!];
  assert.equal(end!.ticket_updated_at, begin!.ticket_updated_at);
  assertInOrder(pages.flat());
  assert.equal(new Set(pages.flat().map(({ ticket_id: id }) => id)).size, 250);
  // A client that cut the time to milliseconds gets the same.
  const cut = `${new Date(`${end!.ticket_updated_at.replace(' ', 'T')}Z`).toISOString()}_${end!.ticket_id}`;
  assert.deepEqual(await theirs.page(`&after=${cut}`), pages[1]);
});
