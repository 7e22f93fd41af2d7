// From the click to the page an organizer reads: two people follow links in
// several orders and buy at the checkout, and every figure is written out here.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { startBrowser } from '../support/browser.ts';
import { eventOf, typeOf } from '../support/checkout.ts';
import { dashboard } from '../support/dashboard.ts';
import { pathOf } from '../support/http.ts';
import { ADA, visit } from '../support/page.ts';
import type { Visit } from '../support/page.ts';
import { figures, parseCsv, rowOf } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { orderOf, verdictsOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');

const night = await eventOf(manager, { name: 'Night' });
const brunch = await eventOf(manager, { name: 'Brunch' });
const floor = await typeOf(manager, night, { name: 'Floor', price: 2_500 });
const box = await typeOf(manager, night, { name: 'Box', price: 5_000 });
const table = await typeOf(manager, brunch, { name: 'Table', price: 1_200 });

const linkOf = (description: string, more: object): Promise<Followed> => manager.made('links', { kind: 'affiliate', description, ...more });
const mary = await linkOf('Mary’s flyer', { event_id: night });
const john = await linkOf('John’s story', { event_id: night });
const profile = await linkOf('Profile page', {});

const BOB = { ...ADA, 'First name': 'Bob', Email: 'bob@example.org' };

async function follows(buyer: Visit, link: Followed): Promise<void> {
  const answer = await buyer.page.goto(pathOf(link.short_url));
  assert.equal(answer?.status(), 200, await answer?.text());
}

/** Buys at the checkout of an event; the order as its organizer sees it. */
async function buys(buyer: Visit, event: number, type: string, quantity: number, person: Record<string, string>): Promise<any> {
  await buyer.open(`/checkout/?event=${event}`);
  await buyer.quantity(type).fill(String(quantity));
  await buyer.introduce(person);
  const { order } = (await hb.send(`/checkout/orders/${await buyer.order()}/order.json`)).json;
  return orderOf(manager, order);
}

test('ST-04 ST-08 two promoters and the account, two browsers, five orders: page, CSV and JSON say what was earned, and each receipt says why', async () => {
  const ada = await visit(browser, hb, { userAgent: BROWSERS[0] });
  await follows(ada, mary);
  await follows(ada, profile);
  const first = await buys(ada, night, 'Floor', 2, ADA);
  await follows(ada, john);
  const second = await buys(ada, night, 'Box', 1, ADA);
  const third = await buys(ada, brunch, 'Table', 1, ADA);
  await ada.close();

  const bob = await visit(browser, hb, { userAgent: BROWSERS[4] });
  await follows(bob, john);
  await follows(bob, mary);
  const fourth = await buys(bob, night, 'Floor', 3, BOB);
  await follows(bob, profile);
  await follows(bob, mary);
  const fifth = await buys(bob, brunch, 'Table', 2, BOB);
  await bob.close();

  // One is refunded and its ticket void, one scanned; five orders, seven clicks.
  assert.equal((await manager.send('POST', `orders/${second.id}/refunds`, { amount: 5_000 }, { 'idempotency-key': 'all' })).status, 201);
  assert.equal((await manager.post(`tickets/${second.tickets[0].id}/void`, {})).status, 200);
  await manager.made('check-ins', { event_id: night, barcode: fourth.tickets[0].barcode });
  await hb.drain(7);

  // Why: the last click that covers what was bought, whatever came after it.
  const receipts = [first, second, third, fourth, fifth].map((order) => [order.link_id, verdictsOf(order)]);
  assert.deepEqual(receipts, [
    [profile.id, [[profile.id, 'won'], [mary.id, 'earlier']]],
    [john.id, [[john.id, 'won'], [profile.id, 'earlier'], [mary.id, 'earlier']]],
    [profile.id, [[john.id, 'out_of_scope'], [profile.id, 'won'], [mary.id, 'out_of_scope']]],
    [mary.id, [[mary.id, 'won'], [john.id, 'earlier']]],
    [profile.id, [[mary.id, 'out_of_scope'], [profile.id, 'won'], [john.id, 'out_of_scope']]],
  ]);

  const organizer = await dashboard(browser, hb);
  await organizer.signIn(manager.token);
  for (const name of ['Mary’s flyer', 'John’s story', 'Profile page']) await organizer.button(`Ticket types of ${name}`).click();
  assert.deepEqual(await organizer.rows(), [
    ['Link', 'Views', 'Visitors', 'Customers', 'New customers', 'Orders', 'Tickets', 'Scanned', 'Unscanned', 'Face value'],
    ['Profile page', '2', '2', '2', '1', '3', '5', '0', '5', '€86.00'],
    ['Floor Night', '', '', '1', '1', '1', '2', '0', '2', '€50.00'],
    ['Table Brunch', '', '', '2', '0', '2', '3', '0', '3', '€36.00'],
    ['Mary’s flyer', '3', '2', '1', '1', '1', '3', '1', '2', '€75.00'],
    ['Floor', '', '', '1', '1', '1', '3', '1', '2', '€75.00'],
    ['John’s story', '2', '2', '0 of 1', '0', '0 of 1', '0 of 1', '0', '0', '€0.00 of €50.00'],
    ['Box', '', '', '0 of 1', '0', '0 of 1', '0 of 1', '0', '0', '€0.00 of €50.00'],
    ['Total of 3 links', '7', '6', '2', '2', '4 of 5', '8 of 9', '1', '7', '€161.00 of €211.00'],
  ]);
  assert.deepEqual(await organizer.headline(), {
    Views: '7', Visitors: '6 at their first view', Conversion: '57.1% orders per view', Orders: '4 of 5', Tickets: '8 of 9', 'Face value': '€161.00 of €211.00',
  });

  const [csvName, csv] = await organizer.file('CSV');
  assert.equal(csvName, 'link-report.csv');
  assert.deepEqual(parseCsv(csv), [
    ['link', 'description', 'promoter', 'ticket_type', 'views', 'visitors', 'customers', 'customers_net', 'new_customers', 'new_customers_net', 'orders', 'orders_net', 'tickets', 'tickets_net', 'scanned', 'unscanned', 'face_value', 'face_value_net'],
    [profile.slug, 'Profile page', '', '', '2', '2', '2', '2', '1', '1', '3', '3', '5', '5', '0', '5', '86.00 EUR', '86.00 EUR'],
    [profile.slug, 'Profile page', '', 'Floor', '', '', '1', '1', '1', '1', '1', '1', '2', '2', '0', '2', '50.00 EUR', '50.00 EUR'],
    [profile.slug, 'Profile page', '', 'Table', '', '', '2', '2', '0', '0', '2', '2', '3', '3', '0', '3', '36.00 EUR', '36.00 EUR'],
    [john.slug, 'John’s story', '', '', '2', '2', '1', '0', '0', '0', '1', '0', '1', '0', '0', '0', '50.00 EUR', '0.00 EUR'],
    [john.slug, 'John’s story', '', 'Box', '', '', '1', '0', '0', '0', '1', '0', '1', '0', '0', '0', '50.00 EUR', '0.00 EUR'],
    [mary.slug, 'Mary’s flyer', '', '', '3', '2', '1', '1', '1', '1', '1', '1', '3', '3', '1', '2', '75.00 EUR', '75.00 EUR'],
    [mary.slug, 'Mary’s flyer', '', 'Floor', '', '', '1', '1', '1', '1', '1', '1', '3', '3', '1', '2', '75.00 EUR', '75.00 EUR'],
    ['total', '', '', '', '', '', '2', '2', '2', '2', '5', '4', '9', '8', '1', '7', '211.00 EUR', '161.00 EUR'],
  ]);

  const [jsonName, json] = await organizer.file('JSON');
  assert.equal(jsonName, 'link-report.json');
  const report: Report = JSON.parse(json);
  const ofMary = figures({ customers: 1, new_customers: 1, orders: 1, tickets: 3, scanned: 1, face_value: { EUR: 7_500 } });
  const ofJohn = figures({ customers: [1, 0], orders: [1, 0], tickets: [1, 0], face_value: { EUR: [5_000, 0] } });
  const line = (link: Followed) => rowOf(report, link);
  assert.deepEqual([mary, john, profile].map((link) => [line(link).views, line(link).visitors, line(link).figures, line(link).ticket_types.map((type) => [type.id, type.figures])]), [
    [3, 2, ofMary, [[floor, ofMary]]],
    [2, 2, ofJohn, [[box, ofJohn]]],
    [2, 2, figures({ customers: 2, new_customers: 1, orders: 3, tickets: 5, face_value: { EUR: 8_600 } }), [
      [floor, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 2, face_value: { EUR: 5_000 } })],
      [table, figures({ customers: 2, orders: 2, tickets: 3, face_value: { EUR: 3_600 } })],
    ]],
  ]);
  assert.deepEqual([report.total, report.all_orders], Array(2).fill(figures({ customers: 2, new_customers: 2, orders: [5, 4], tickets: [9, 8], scanned: 1, face_value: { EUR: [21_100, 16_100] } })));
  await organizer.close();
});
