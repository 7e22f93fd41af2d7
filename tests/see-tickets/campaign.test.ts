// A campaign is a link like the others: the same clicks and sales stand at it
// wherever links are looked at.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS, ROBOTS } from '../support/agents.ts';
import { BUYER, DAY } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { pathOf } from '../support/http.ts';
import { figures, parseCsv, reportOf, rowOf } from '../support/report.ts';
import type { Figures } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const { manager, event } = demo;
const { floor, balcony } = demo.types;

const campaign = await manager.made('links', { kind: 'campaign', event_id: event.id, slug: 'spring-mailing', description: 'Spring mailing' });
// What happens to the campaign happens to this one too.
const twin = await manager.made('links', { kind: 'venue', event_id: event.id, description: 'Spring poster' });
const links = [campaign, twin];

let clicks = 0;
async function follows(link: typeof campaign, visitor: Visitor, headers: Record<string, string> = {}, method = 'GET'): Promise<void> {
  assert.equal((await visitor.send(pathOf(link.short_url), { method, headers })).status, 302);
  clicks += 1;
}

/** Two people come through a link, one of them three times; both buy, one a second time. */
async function season(link: typeof campaign): Promise<any[]> {
  const [ada, bob] = [new Visitor(hb, { 'user-agent': BROWSERS[0] }), new Visitor(hb, { 'user-agent': BROWSERS[2] })];
  for (const visitor of [ada, ada, ada, bob]) await follows(link, visitor);
  await follows(link, new Visitor(hb, { 'user-agent': ROBOTS[0] }));
  await follows(link, new Visitor(hb, { 'user-agent': BROWSERS[1] }), {}, 'HEAD');
  const buys = (visitor: Visitor, name: string, items: Record<string, number>[]): Promise<any> => visitor.buys({ event: event.id, items }, { buyer: { ...BUYER, email: `${name}-${link.id}@example.org` } });
  return [await buys(ada, 'ada', [{ ticket_type: floor, quantity: 2 }]), await buys(ada, 'ada', [{ ticket_type: balcony, quantity: 1 }]), await buys(bob, 'bob', [{ ticket_type: floor, quantity: 1 }])];
}
const [orders, twinOrders] = [await season(campaign), await season(twin)];
await hb.drain(clicks);

/** The link as the management API shows it, its line of the report and of the table, and its private page. */
async function seen(link: typeof campaign): Promise<unknown> {
  const { views, visitors, raw, robots } = (await manager.get(`links/${link.id}`)).json;
  const listed = (await manager.get('links?limit=100')).json.data.find(({ id }: any) => id === link.id);
  const line = rowOf(await reportOf(manager), link);
  const day = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  assert.deepEqual(rowOf(await reportOf(manager, { event_id: event.id, from: day(-2), until: day(2) }), link), line);
  assert.deepEqual([line.views, line.visitors, listed.views, listed.visitors], [views, visitors, views, visitors]);
  assert.deepEqual((await hb.send(`${pathOf(link.stats_url)}report.json`)).json, line);
  const [head, ...rows] = parseCsv((await manager.get('report/links.csv')).text);
  const cells = Object.fromEntries(rows.find((row) => row.includes(link.slug))!.map((cell, at) => [head![at]!, cell]));
  assert.deepEqual([cells.orders, cells.orders_net, cells.views], [String(line.figures.orders.gross), String(line.figures.orders.net), String(views)], JSON.stringify(cells));
  return { raw, robots, views, visitors, figures: line.figures };
}

/** What both links show: the same. */
async function bothShow(expected: Figures): Promise<void> {
  for (const link of links) assert.deepEqual(await seen(link), { raw: 6, robots: 1, views: 4, visitors: 2, figures: expected }, link.description);
}

test('PX-09 a campaign shows the clicks and orders that any other link would, wherever it is looked at', async () => {
  assert.equal(campaign.kind, 'campaign');
  await bothShow(figures({ customers: 2, new_customers: 2, orders: 3, tickets: 4, face_value: { EUR: 10_000 } }));
  const report = await reportOf(manager);
  assert.deepEqual(rowOf(report, campaign).link, { id: campaign.id, slug: campaign.slug, kind: 5, description: 'Spring mailing', event_id: event.id, referred_by: null, promoter: null });
  assert.deepEqual(report.total.orders, { gross: 6, net: 6 });
});

test('PX-09 an order names the campaign that is credited', async () => {
  for (const { id } of orders) assert.equal((await manager.get(`orders/${id}`)).json.link_id, campaign.id);
});

test('PX-09 refunds, voids and scans count against a campaign as against any other link', async () => {
  for (const [first, second] of [orders, twinOrders]) {
    assert.equal((await manager.post(`orders/${first.id}/refunds`, { amount: 2_500 })).status, 201);
    assert.equal((await manager.post(`orders/${second.id}/cancel`, { refund: true })).status, 200);
    await manager.made('check-ins', { event_id: event.id, barcode: first.tickets[0].barcode });
  }
  const after = figures({ customers: 2, new_customers: 2, orders: [3, 2], tickets: [4, 3], scanned: 1, face_value: { EUR: [10_000, 5_000] } });
  await bothShow(after);
  assert.equal((await operator.post('report/rebuild', {})).status, 200);
  assert.equal((await operator.post('clicks/rebuild', {})).status, 200);
  await bothShow(after);
  await assertConsistent(hb);
});

test('PX-09 the tracking-links API shows a campaign and its counts, and neither makes nor changes one', async () => {
  assert.deepEqual(await demo.venue.ids(), [twin.id, campaign.id]);
  for (const query of ['?via=5', `?event=${event.id}&via=5`, '?search=mailing']) assert.deepEqual(await demo.venue.ids(query), [campaign.id], query);
  const shown = async ({ id }: typeof campaign): Promise<unknown> => {
    const { views, visitors, stats } = (await demo.venue.read(id)).json;
    return { views, visitors, stats };
  };
  assert.deepEqual(await shown(campaign), await shown(twin));
  assert.equal((await changesNothing(hb, () => demo.venue.update(campaign.id, { via: 4, extra: [{ ticket_type: floor, quantity: 1 }] }))).status, 405);
  // It has sold, so only its own API deletes it (SP-06).
  assert.equal((await changesNothing(hb, () => demo.venue.remove(campaign.id))).status, 405);
  const { status, json } = await changesNothing(hb, () => demo.venue.create({ via: 5 }));
  assert.deepEqual([status, Object.keys(json)], [400, ['via']]);
});
