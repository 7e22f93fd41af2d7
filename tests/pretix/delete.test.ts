import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { Campaigns } from '../support/campaigns.ts';
import { bodyOf, clickOn, derived } from '../support/clicks.ts';
import { assertConsistent } from '../support/consistency.ts';
import { samples } from '../support/metrics.ts';
import { reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf, verdictsOf } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);
const agent = BROWSERS[0]!;

/** What the feed says of an order's tickets. */
async function sourcesOf(order: number): Promise<unknown[]> {
  const { json } = await hb.send(`/tickets?organizer_id=${demo.id}`, { headers: { authorization: `Bearer ${demo.manager.token}` } });
  return json.data.filter(({ order_id: of }: any) => of === order).map(({ utm_source: source }: any) => source);
}

test('PX-04 a deleted campaign takes its clicks, its counts and its credits along; the orders stay', async () => {
  const campaign = await campaigns.made({ code: 'GONE', description: 'a secret plan' });
  const kept = await campaigns.made({ code: 'KEPT' });
  const visitor = new Visitor(hb, { 'user-agent': agent });
  assert.equal((await visitor.send(campaigns.path('GONE'))).status, 302);
  const bought = { event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 2 }] };
  const order = await visitor.buys(bought);
  const waiting = await visitor.checkout.opened({ ...bought, link: 'GONE' });
  const also = new Visitor(hb, { 'user-agent': agent });
  await also.send(campaigns.path('KEPT'));
  const stays = await also.buys(bought);
  await hb.drain(2);
  assert.deepEqual([(await campaigns.shown(campaign.id)).click_count, (await campaigns.shown(campaign.id)).order_count], [1, 1]);
  assert.deepEqual(await sourcesOf(order.id), ['GONE', 'GONE']);
  // The other APIs keep what has sold (SP-06).
  assert.equal((await demo.venue.remove(campaign.id)).status, 405);
  assert.equal((await demo.manager.remove(`links/${campaign.id}`)).status, 405);

  const { status, text, headers } = await campaigns.remove(campaign.id);
  assert.deepEqual([status, text, headers.vary], [204, '', 'Accept']);
  for (const answer of [await campaigns.read(campaign.id), await campaigns.change(campaign.id, {}), await campaigns.replace(campaign.id, {}), await campaigns.remove(campaign.id), await demo.venue.read(campaign.id), await demo.manager.get(`links/${campaign.id}`)]) assert.equal(answer.status, 404, answer.text);
  for (const path of [campaigns.path('gone'), '/l/gone', '/GONE', '/l/GONE/qr.svg']) assert.equal((await hb.send(path)).status, 404, path);
  assert.deepEqual(await campaigns.ids(), [kept.id]);
  const { link_id: link, receipt, utm, status: state, total } = await orderOf(demo.manager, order);
  assert.deepEqual([link, receipt, utm, state, total], [null, null, {}, 'completed', order.total]);
  assert.deepEqual(await sourcesOf(order.id), ['direct', 'direct']);
  assert.deepEqual(await sourcesOf(stays.id), ['KEPT', 'KEPT']);
  const report = await reportOf(demo.manager);
  assert.ok(!report.links.some(({ link: { id } }) => id === campaign.id));
  assert.deepEqual([report.total.orders.gross, report.all_orders.orders.gross, report.all_orders.tickets.gross], [1, 2, 4]);

  // What was on its way when it happened: a message of the queue, a basket, a cookie.
  await hb.deliver([bodyOf(clickOn(campaign.id, { agent }))]);
  const late = await visitor.checkout.completed(waiting);
  assert.equal((await orderOf(demo.manager, late.order)).link_id, null);
  const again = await visitor.buys(bought);
  assert.equal((await orderOf(demo.manager, again)).link_id, null);
  await assertConsistent(hb);
  const before = await derived(hb);
  for (const what of ['report', 'clicks']) assert.equal((await operator.post(`${what}/rebuild`, {})).status, 200);
  assert.deepEqual(await derived(hb), before);
  await assertConsistent(hb);
  assert.equal(await hb.value("SELECT count(*) FROM link WHERE description LIKE '%secret%'"), 0);
});

test('PX-04 a deleted campaign is nowhere to be seen: pages, search, mail, tokens', async () => {
  const made = await demo.manager.made('promoter-links', { kind: 'campaign', event_id: demo.event.id, description: 'needlework', destination: 'https://shop.example/', name: 'Pat', email: 'pat@example.org' });
  const own = new URL(made.stats_url).pathname;
  const followed = await hb.send(campaigns.path(made.slug), { headers: { 'user-agent': agent } });
  const token = new URL(String(followed.headers.location)).searchParams.get('hb_click');
  assert.ok(token);
  const bought = { event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] };
  const order = await new Visitor(hb).buys(bought, { click_tokens: [token] });
  assert.equal((await orderOf(demo.manager, order)).link_id, made.id);
  const places = [own, `${own}report.json`, `/l/${made.slug}+`, `/l/${made.slug}/qr.png`, `/checkout/offer.json?hb=${made.slug}`];
  for (const path of places) assert.equal((await hb.send(path)).status, 200, path);
  assert.deepEqual(await demo.venue.ids('?search=needlework'), [made.id]);
  assert.deepEqual((await demo.manager.get('mails')).json.data.map(({ to }: any) => to.email), ['pat@example.org']);

  assert.equal((await campaigns.remove(made.id)).status, 204);
  for (const path of places) assert.equal((await hb.send(path)).status, 404, path);
  assert.deepEqual(await demo.venue.ids('?search=needlework'), []);
  assert.equal(await hb.value("SELECT count(*) FROM link_search WHERE link_search MATCH '\"needlework\"'"), 0);
  assert.deepEqual((await demo.manager.get('mails')).json.data, []);
  assert.deepEqual((await demo.manager.get(`report/history?link_id=${made.id}`)).json.days, []);
  const late = await new Visitor(hb).buys({ ...bought, link: made.slug }, { click_tokens: [token] });
  assert.equal((await orderOf(demo.manager, late)).link_id, null);
  // What was sold goes on as any other sale.
  await demo.manager.made(`orders/${order.id}/refunds`, { amount: 2_500 });
  assert.equal((await demo.manager.post(`tickets/${order.tickets[0].id}/void`, {})).status, 200);
  await assertConsistent(hb);
});

test('PX-04 it is gone too from the receipts of orders that others have earned', async () => {
  const [gone, kept] = [await campaigns.made({ code: 'LOSER' }), await campaigns.made({ code: 'WINNER' })];
  const comes = async (): Promise<Visitor> => {
    const visitor = new Visitor(hb);
    for (const code of ['LOSER', 'WINNER']) await visitor.send(`${campaigns.path(code)}?utm_content=${code.toLowerCase()}`);
    return visitor;
  };
  const bought = { event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] };
  const order = await (await comes()).buys(bought);
  const waiting = await comes();
  const before = await orderOf(demo.manager, order);
  assert.deepEqual(verdictsOf(before), [[kept.id, 'won'], [gone.id, 'earlier']]);
  const report = await reportOf(demo.manager);
  assert.equal((await campaigns.remove(gone.id)).status, 204);
  const after = await orderOf(demo.manager, order);
  assert.deepEqual(after.receipt, { ...before.receipt, considered: before.receipt.considered.slice(0, 1) });
  assert.deepEqual([after.link_id, after.utm, after.total], [kept.id, { content: 'winner' }, before.total]);
  assert.deepEqual((await reportOf(demo.manager)).links.find(({ link: { id } }) => id === kept.id), report.links.find(({ link: { id } }) => id === kept.id));
  assert.equal(await hb.value("SELECT count(*) FROM sale_order WHERE receipt LIKE '%loser%'"), 0);
  // The cookie remembers it still, for nothing.
  assert.deepEqual(verdictsOf(await orderOf(demo.manager, await waiting.buys(bought))), [[kept.id, 'won']]);
  await assertConsistent(hb);
});

test('PX-04 AU-07 the counter of clicks only grows', async () => {
  const campaign = await campaigns.made({ code: 'COUNTED' });
  const counted = async (): Promise<number[]> => {
    const { handbill_clicks_total: clicks, handbill_clicks_purged_total: purged } = samples(await hb.send('/metrics', { headers: { authorization: `Bearer ${operator.token}` } }));
    return [clicks!, purged ?? 0];
  };
  // Others may still be on their way.
  let [least, purged] = (await counted()) as [number, number];
  const grows = async (by: number, byPurged: number): Promise<void> => {
    const [clicks, now] = (await counted()) as [number, number];
    assert.ok(clicks >= least + by, `${clicks} after ${least}`);
    assert.equal(now, purged + byPurged);
    [least, purged] = [clicks, now];
  };
  await hb.deliver(Array.from({ length: 7 }, () => bodyOf(clickOn(campaign.id, { agent }))));
  await grows(7, 0);
  assert.equal((await campaigns.remove(campaign.id)).status, 204);
  await grows(0, 7);
  assert.equal((await operator.post('clicks/rebuild', {})).status, 200);
  await grows(0, 0);
});

test('PX-04 deleted here and over another API at once, it keeps all that was counted or nothing', async () => {
  const all = await Promise.all(Array.from({ length: 24 }, () => campaigns.made({})));
  await hb.deliver(all.flatMap(({ id }) => [bodyOf(clickOn(id, { agent })), bodyOf(clickOn(id, { agent }))]));
  const answers = await Promise.all(all.flatMap(({ id }) => [demo.manager.remove(`links/${id}`), campaigns.remove(id)]));
  const statuses = answers.map(({ status }) => status);
  assert.ok(statuses.every((status) => status === 204 || status === 404), statuses.join());
  for (const [n, { id }] of all.entries()) {
    const [byManager, here] = statuses.slice(2 * n, 2 * n + 2);
    const [row] = await hb.rows('SELECT purged_at IS NOT NULL AS purged, (SELECT count(*) FROM click WHERE link_id = link.id) AS clicks, (SELECT count(*) FROM link_count WHERE link_id = link.id) AS counted FROM link WHERE id = ?1 AND deleted_at IS NOT NULL', id);
    assert.deepEqual(row, here === 204 ? { purged: 1, clicks: 0, counted: 0 } : { purged: 0, clicks: 2, counted: 1 }, `${byManager} ${here}`);
  }
  await assertConsistent(hb);
});

test('PX-04 of an order that waits for its payment the credit goes too', async () => {
  const key = await demo.manager.made('payment-keys', { label: 'till' });
  const campaign = await campaigns.made({ code: 'PENDING' });
  const visitor = new Visitor(hb);
  await visitor.send(campaigns.path('PENDING'));
  const basket = await visitor.checkout.opened({ event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] });
  const { order } = await visitor.checkout.completed(basket, { payment_method: 'external' });
  assert.equal((await orderOf(demo.manager, order)).link_id, campaign.id);
  assert.equal((await campaigns.remove(campaign.id)).status, 204);
  assert.equal((await visitor.checkout.pay({ basket: basket.key, txn_id: 'late', amount: order.total, currency: 'EUR' }, key.secret)).status, 200);
  assert.deepEqual([(await orderOf(demo.manager, order)).status, (await orderOf(demo.manager, order)).link_id], ['completed', null]);
  assert.deepEqual(await sourcesOf(order.id), ['direct']);
  await assertConsistent(hb);
});

test('PX-04 deleted while people click, buy and rename, it leaves nothing behind', async () => {
  for (let round = 0; round < 4; round += 1) {
    const campaign = await campaigns.made({ code: `storm-${round}` });
    const visitors = Array.from({ length: 4 }, () => new Visitor(hb));
    for (const visitor of visitors) await visitor.send(campaigns.path(campaign.code));
    const buy = (visitor: Visitor, index: number): Promise<unknown> => visitor.buys({ event: demo.event.id, items: [{ ticket_type: demo.types.balcony, quantity: 1 }], ...(index % 2 === 0 && { link: campaign.code }) });
    const deliver = async (): Promise<void> => assert.equal((await hb.deliver([bodyOf(clickOn(campaign.id, { agent }))])).again, 0);
    const [removed, renamed] = await Promise.all([campaigns.remove(campaign.id), campaigns.change(campaign.id, { code: `storm-${round}-b` }), ...visitors.map(buy), deliver(), deliver()]);
    assert.equal(removed.status, 204, removed.text);
    assert.ok([200, 404, 409].includes(renamed.status), renamed.text);
    await deliver();
    assert.equal(await hb.value('SELECT count(*) FROM sale_order WHERE link_id = ?1', campaign.id), 0);
    assert.equal(await hb.value('SELECT count(*) FROM click WHERE link_id = ?1', campaign.id), 0);
  }
  await assertConsistent(hb);
});
