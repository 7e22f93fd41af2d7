import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { Campaigns } from '../support/campaigns.ts';
import { sessionOf } from '../support/dashboard.ts';
import { startHandbill } from '../support/runtime.ts';
import { reportOf, rowOf, figures } from '../support/report.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
// Far from any midnight: what happens here is of one day.
await hb.setClockToNoon(0);
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);

test('PX-09 a campaign, its click and its sale are the same in every API', async () => {
  const campaign = await campaigns.made({ code: 'RADIO', description: 'Harbour FM' });
  const visitor = new Visitor(hb, { 'user-agent': BROWSERS[0]! });
  await visitor.send(campaigns.path('RADIO'));
  await visitor.send(campaigns.path('radio'));
  const items = [{ ticket_type: demo.types.floor, quantity: 3 }];
  const order = await visitor.buys({ event: demo.event.id, items });
  await demo.manager.made(`orders/${order.id}/refunds`, { amount: 2_500 });
  const [ticket] = order.tickets;
  assert.equal((await demo.manager.post(`tickets/${ticket.id}/void`, {})).status, 200);
  await hb.drain(2);

  assert.deepEqual(await campaigns.shown(campaign.id), { ...campaign, order_count: 1, click_count: 2 });
  const link = (await demo.venue.read(campaign.id)).json;
  assert.deepEqual([link.via, link.event, link.description, link.views, link.visitors], [5, demo.event.id, 'Harbour FM', 2, 1]);
  assert.deepEqual(link.stats, { baskets_created: 0, baskets_completed: 1, tickets: 2, revenue: { gross: { EUR: 7_500 }, net: { EUR: 5_000 } } });
  const own = (await demo.manager.get(`links/${campaign.id}`)).json;
  assert.deepEqual([own.kind, own.slug, own.views, own.visitors, own.campaign_url], ['campaign', 'RADIO', 2, 1, `${hb.url.origin}${campaigns.path('RADIO')}`]);
  const row = rowOf(await reportOf(demo.manager), campaign);
  assert.deepEqual([row.link.description, row.views, row.visitors], ['Harbour FM', 2, 1]);
  assert.deepEqual(row.figures, figures({ customers: 1, new_customers: 1, orders: 1, tickets: [3, 2], face_value: { EUR: [7_500, 5_000] } }));
  const csv = (await demo.manager.get('report/links.csv')).text;
  assert.match(csv, /^"RADIO","Harbour FM","","",2,1,1,1,1,1,1,1,3,2,0,2,75\.00 EUR,50\.00 EUR\r$/m);
  const feed = await hb.send(`/tickets?organizer_id=${demo.id}`, { headers: { authorization: `Bearer ${demo.manager.token}` } });
  assert.deepEqual(feed.json.data.map(({ order_id: of, utm_source: source, ticket_status: status }: any) => [of, source, status]), [[order.id, 'RADIO', 'valid'], [order.id, 'RADIO', 'valid'], [order.id, 'RADIO', 'canceled']]);
  assert.equal((await orderOf(demo.manager, order)).link_id, campaign.id);
  // The pages read the same: a promoter's own, and the dashboard's report.
  const page = await hb.send(new URL(own.stats_url).pathname);
  assert.ok(page.status === 200 && page.text.includes('RADIO'), page.text);
  assert.deepEqual((await hb.send(`${new URL(own.stats_url).pathname}report.json`)).json, row);
  const session = await sessionOf(hb, demo.manager.token);
  assert.deepEqual(rowOf((await hb.send('/manage/report/links', { headers: session })).json, campaign), row);
  const { days } = (await hb.send(`/manage/report/history?link_id=${campaign.id}`, { headers: session })).json;
  assert.deepEqual(days.map(({ day, ...figures }: any) => figures), [{ views: 2, visitors: 1, orders: 1, tickets: 2, face_value: { EUR: 5_000 } }]);
  for (const what of ['report', 'clicks']) assert.equal((await operator.post(`${what}/rebuild`, {})).status, 200);
  assert.deepEqual(rowOf(await reportOf(demo.manager), campaign), row);
  assert.deepEqual(await campaigns.shown(campaign.id), { ...campaign, order_count: 1, click_count: 2 });
});

test('PX-09 SP-08 the tracking-links API lists, finds and filters campaigns, but makes and changes none', async () => {
  const campaign = await campaigns.made({ description: 'needle in a haystack' });
  for (const query of ['', '?via=5', '?search=needle', `?event=${demo.event.id}`, `?via=5&search=haystack&event__in=${demo.event.id}`]) assert.ok((await demo.venue.ids(query)).includes(campaign.id), query);
  for (const query of ['?via=4', '?via=3&search=needle', `?event=${demo.laterEvent.id}`]) assert.ok(!(await demo.venue.ids(query)).includes(campaign.id), query);
  assert.equal((await demo.venue.create({ via: 5, event: demo.event.id })).status, 400);
  assert.equal((await demo.venue.update(campaign.id, { via: 4, extra: [{ ticket_type: demo.types.floor, quantity: 1 }] })).status, 405);
  assert.equal((await demo.venue.remove(campaign.id)).status, 204);
  assert.equal((await campaigns.read(campaign.id)).status, 404);
});
