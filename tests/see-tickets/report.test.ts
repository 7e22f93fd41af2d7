import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { BUYER, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { figures, reportOf, rowOf } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed, storedLink } from '../support/seed.ts';
import type { Organizer } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;

const PERSON = { 'user-agent': BROWSERS[2] };
const night = await eventOf(manager, { transaction_charge: 100 });
const brunch = await eventOf(manager, { currency: 'JPY' });
const floor = await typeOf(manager, night, { name: 'Floor', price: 2_500, booking_fee: 150 });
const box = await typeOf(manager, night, { name: 'Box', price: 5_001 });
const table = await typeOf(manager, brunch, { name: 'Table', price: 1_200 });
const gratis = await typeOf(manager, night, { name: 'Crew', price: 0 });
const shirt = await shirtOf(manager);
const theirs = await eventOf(other.manager);
const theirSeat = await typeOf(other.manager, theirs);
await manager.made('discounts', { code: 'HALF', name: 'x', kind: 'percentage', price_percent: 50 });

const linkOf = (more: object = {}, by = manager): Promise<Followed> => by.made('links', { kind: 'venue', ...more });
const poster = await linkOf({ event_id: night, description: 'at the station', referred_by: demo.users[0].id });
const mail = await linkOf();
const silent = await linkOf({ event_id: brunch });
const foreign = await linkOf({}, other.manager);

/** One visitor follows a link so often and buys under a mail address. */
async function buys(link: Followed | null, email: string, event: number, items: Record<string, number>[], more: object = {}, clicks = 1): Promise<any> {
  const visitor = new Visitor(hb, PERSON);
  for (let click = 0; link !== null && click < clicks; click += 1) await visitor.follows(link);
  return visitor.buys({ event, items, ...more }, { buyer: { ...BUYER, email } });
}
const of = (ticketType: number, quantity = 1): Record<string, number> => ({ ticket_type: ticketType, quantity });

const first = await buys(poster, 'ada@example.org', night, [of(floor, 2), of(box)], {}, 3);
await buys(mail, 'ADA@Example.ORG', night, [of(floor)]);
await buys(mail, 'bob@example.org', night, [of(box, 2)], { discount: 'half' });
await buys(mail, 'bob@example.org', brunch, [of(table, 3)]);
await buys(mail, 'cleo@example.org', night, [{ product_attribute: shirt, quantity: 2 }]);
await buys(poster, 'dan@example.org', night, [of(gratis, 2)]);
await buys(null, 'eve@example.org', night, [of(floor, 4)]);
await buys(poster, 'eve@example.org', night, [of(floor)]);
await buys(foreign, 'ada@example.org', theirs, [of(theirSeat)]);
const scan = (at: number): Promise<any> => manager.made('check-ins', { event_id: night, barcode: first.tickets[at].barcode });
await scan(0);
await scan(2);
await hb.drain(10);

const report = await reportOf(manager);

test('ST-08 each link has its customers, new customers, orders, tickets, scans and face value', () => {
  assert.deepEqual(rowOf(report, poster).figures, figures({ customers: 3, new_customers: 2, orders: 3, tickets: 6, scanned: 2, face_value: { EUR: 12_501 } }));
  assert.deepEqual(rowOf(report, mail).figures, figures({ customers: 3, new_customers: 2, orders: 4, tickets: 6, face_value: { EUR: 12_502, JPY: 3_600 } }));
});

test('ST-08 a link that sold nothing stands there with nothing', () => {
  assert.deepEqual([rowOf(report, silent).figures, rowOf(report, silent).ticket_types], [figures({}), []]);
});

test('ST-08 a link is shown as it is, with its views and visitors', () => {
  assert.deepEqual(rowOf(report, poster).link, { id: poster.id, slug: poster.slug, kind: 2, description: 'at the station', event_id: night, referred_by: demo.users[0].username, promoter: null });
  assert.deepEqual(rowOf(report, mail).link, { id: mail.id, slug: mail.slug, kind: 2, description: '', event_id: null, referred_by: null, promoter: null });
  assert.deepEqual([poster, mail, silent].map((link) => [rowOf(report, link).views, rowOf(report, link).visitors]), [[5, 3], [4, 4], [0, 0]]);
});

test('ST-08 links stand newest first, each once', () => {
  assert.deepEqual(report.links.map(({ link }) => link.id), [silent.id, mail.id, poster.id]);
});

test('ST-08 the first purchase of a mail address is new, in whatever case it is written, for each account', async () => {
  assert.deepEqual(report.total.new_customers, { gross: 4, net: 4 });
  assert.deepEqual(report.all_orders.new_customers, { gross: 5, net: 5 });
  assert.deepEqual((await reportOf(other.manager)).all_orders, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 1, face_value: { EUR: 2_500 } }));
});

test('ST-09 under each link stand the same columns by ticket type', () => {
  const types = (link: Followed): unknown[] => rowOf(report, link).ticket_types.map(({ id, name, event_id: event, figures: sums }) => [id, name, event, sums]);
  assert.deepEqual(types(poster), [
    [floor, 'Floor', night, figures({ customers: 2, new_customers: 1, orders: 2, tickets: 3, scanned: 1, face_value: { EUR: 7_500 } })],
    [box, 'Box', night, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 1, scanned: 1, face_value: { EUR: 5_001 } })],
    [gratis, 'Crew', night, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 2 })],
  ]);
  assert.deepEqual(types(mail), [
    [floor, 'Floor', night, figures({ customers: 1, orders: 1, tickets: 1, face_value: { EUR: 2_500 } })],
    [box, 'Box', night, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 2, face_value: { EUR: 10_002 } })],
    [table, 'Table', brunch, figures({ customers: 1, orders: 1, tickets: 3, face_value: { JPY: 3_600 } })],
  ]);
});

test('ST-09 at the bottom stands the total, of what came by links and of everything', () => {
  assert.deepEqual(report.total, figures({ customers: 5, new_customers: 4, orders: 7, tickets: 12, scanned: 2, face_value: { EUR: 25_003, JPY: 3_600 } }));
  assert.deepEqual(report.all_orders, figures({ customers: 5, new_customers: 5, orders: 8, tickets: 16, scanned: 2, face_value: { EUR: 35_003, JPY: 3_600 } }));
});

test('ST-10 an event has a report of its own', async () => {
  const ofNight = await reportOf(manager, { event_id: night });
  assert.deepEqual([ofNight.event_id, ofNight.links.map(({ link }) => link.id)], [night, [mail.id, poster.id]]);
  assert.deepEqual(rowOf(ofNight, poster), rowOf(report, poster));
  assert.deepEqual(rowOf(ofNight, mail).figures, figures({ customers: 2, new_customers: 1, orders: 2, tickets: 3, face_value: { EUR: 12_502 } }));
  assert.deepEqual(ofNight.total, figures({ customers: 4, new_customers: 3, orders: 5, tickets: 9, scanned: 2, face_value: { EUR: 25_003 } }));
  assert.deepEqual(ofNight.all_orders, figures({ customers: 4, new_customers: 4, orders: 6, tickets: 13, scanned: 2, face_value: { EUR: 35_003 } }));
  const ofBrunch = await reportOf(manager, { event_id: brunch });
  assert.deepEqual(ofBrunch.links.map(({ link }) => link.id), [silent.id, mail.id]);
  assert.deepEqual([ofBrunch.total, ofBrunch.all_orders], Array(2).fill(figures({ customers: 1, orders: 1, tickets: 3, face_value: { JPY: 3_600 } })));
});

test('ST-10 an event that is not there, or not of this account, has an empty report', async () => {
  for (const event of [theirs, 987_654_321]) {
    const { links, total, all_orders: all } = await reportOf(manager, { event_id: event });
    for (const row of links) assert.deepEqual([row.figures, row.ticket_types], [figures({}), []]);
    assert.deepEqual([total, all], [figures({}), figures({})]);
  }
});

test('ST-10 who may read may read the report', async () => {
  const answer = await hb.send('/manage/report/links', { headers: { authorization: `Bearer ${demo.reader}` } });
  assert.deepEqual([answer.status, answer.json], [200, report]);
  for (const path of ['/manage/report/links', '/manage/report/links.csv']) assert.equal((await hb.send(path)).status, 401);
});

/** What of the figures adds up: orders and customers of two types may be the same. */
const sums = (rows: { figures: Report['total'] }[]): unknown => [rows.reduce((sum, row) => sum + row.figures.tickets.gross, 0), rows.reduce((sum, row) => sum + row.figures.tickets.net, 0), rows.reduce((sum, row) => sum + row.figures.scanned, 0), rows.reduce((sum, row) => sum + (row.figures.face_value.EUR?.gross ?? 0), 0)];

/** Fails unless the rows of each report, for the account and for each event, come to its total. */
async function addsUp(seller: Organizer, ...events: number[]): Promise<void> {
  for (const query of [{}, ...events.map((id) => ({ event_id: id }))] as Record<string, number>[]) {
    const { links, total } = await reportOf(seller.manager, query);
    assert.ok(total.tickets.gross > 0, JSON.stringify(query));
    assert.deepEqual(sums(links), sums([{ figures: total }]), JSON.stringify(query));
    for (const row of links) assert.deepEqual(sums(row.ticket_types), sums([row]));
  }
}

/** An organizer with two events, and a purchase of tickets for both by a link. */
async function twoEvents(slug: string): Promise<{ seller: Organizer; one: number; two: number; buysBy: (link: Followed) => Promise<void> }> {
  const seller = await organizerNamed(hb, operator, slug);
  const [one, two] = [await eventOf(seller.manager), await eventOf(seller.manager)];
  const [here, there] = [await typeOf(seller.manager, one), await typeOf(seller.manager, two)];
  const buysBy = async (link: Followed): Promise<void> => {
    const visitor = new Visitor(hb);
    await visitor.follows(link);
    await visitor.buys({ event: one, items: [of(here), of(there, 2)] });
  };
  return { seller, one, two, buysBy };
}

test('ST-09 the rows add up to the total when a link sold tickets of another event along with its own', async () => {
  const { seller, one, two, buysBy } = await twoEvents('along');
  await buysBy(await linkOf({ event_id: one }, seller.manager));
  await addsUp(seller, one, two);
});

test('ST-09 the rows add up to the total when a link has been moved to another event since', async () => {
  const { seller, one, two, buysBy } = await twoEvents('moved');
  const link = await linkOf({ event_id: one }, seller.manager);
  await buysBy(link);
  assert.equal((await seller.manager.patch(`links/${link.id}`, { event_id: seller.event.id })).status, 200);
  await addsUp(seller, one, two);
});

test("ST-09 the rows add up to the total with a reminder's link that no list shows", async () => {
  const { seller, one, two, buysBy } = await twoEvents('reminder');
  const id = await storedLink(hb, seller.id, 20, 'reminder-1', 'your basket');
  await buysBy({ id, slug: 'reminder-1', short_url: `${hb.url}l/reminder-1`, long_url: '' });
  await addsUp(seller, one, two);
});

test('ST-08 everything stored agrees', () => assertConsistent(hb));
