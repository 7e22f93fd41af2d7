import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, test } from 'node:test';
import { startBrowser } from '../support/browser.ts';
import { Checkout, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { ADA, scanned, visit } from '../support/page.ts';
import { startHandbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const { manager } = await organizerNamed(hb, operator, 'demo');
const checkout = new Checkout(hb);

const event = await eventOf(manager, { name: 'Rock Night', place: 'Alter Pier', time_zone: 'America/New_York', starts_at: `${SEASON}-03-06T19:00:00-05:00`, ends_at: `${SEASON}-03-06T23:30:00-05:00`, transaction_charge: 100 });
const standing = await typeOf(manager, event, { name: 'Standing', price: 3_500, booking_fee: 150, quantity: 10_000, max_per_order: 8 });
const seat = await typeOf(manager, event, { name: 'Seat', price: 5_200, quantity: 10_000 });
const shirt = await shirtOf(manager, { price: 2_500, quantity: 10_000 });

/** The path of a new quick-purchase link. */
async function linkWith(items: object[], more: object = {}): Promise<string> {
  const { short_url: url } = await manager.made('links', { kind: 'quick_purchase', items, ...more });
  return new URL(url).pathname;
}

const two = [{ ticket_type: standing, quantity: 2 }];
const path = await linkWith([...two, { product_attribute: shirt, quantity: 1 }], { event_id: event });

/** What the API says of an order. */
const orderOf = async (key: string): Promise<any> => (await checkout.confirmation(key)).json.order;

test('BK-11 a quick purchase link leads from click to confirmation', async () => {
  const buyer = await visit(browser, hb);
  await buyer.open(path);
  await buyer.heading('Rock Night').waitFor();
  const weekday = new Date(`${SEASON}-03-06T12:00:00Z`).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' });
  await buyer.page.getByText(`${weekday} 6 March ${SEASON}, 19:00`).waitFor();
  await buyer.page.getByText('Alter Pier').waitFor();
  assert.equal(await buyer.quantity('Standing').inputValue(), '2');
  assert.equal(await buyer.quantity('Tour shirt, Size M').inputValue(), '1');
  assert.equal(await buyer.quantity('Seat').inputValue(), '0');
  await buyer.total('99.00 EUR');
  await buyer.introduce();
  const key = await buyer.order();
  await buyer.heading(/Thank you/).waitFor();

  const order = await orderOf(key);
  assert.deepEqual([order.status, order.total, order.payment_method, order.tickets.length], ['completed', 9_900, 'offline', 2]);
  assert.deepEqual([order.buyer.first_name, order.buyer.last_name, order.buyer.email, order.buyer.phone], [...Object.values(ADA), null]);
  const codes = buyer.page.getByRole('img', { name: /QR code/ });
  const read = await Promise.all((await codes.all()).map((code) => scanned(code)));
  assert.deepEqual(read.sort(), order.tickets.map(({ barcode }: { barcode: string }) => barcode).sort());
  for (const barcode of read) assert.equal((await manager.get(`tickets?barcode=${barcode}`)).json.data.length, 1);
  await buyer.close();
});

test('BK-11 the confirmation needs no script, on a phone in the dark', async () => {
  const { key } = await checkout.bought({ event, items: two });
  const buyer = await visit(browser, hb, { javaScriptEnabled: false, colorScheme: 'dark', viewport: { width: 360, height: 740 } });
  await buyer.page.goto(`/checkout/orders/${key}/`);
  const code = buyer.page.getByRole('img', { name: /QR code/ }).first();
  assert.equal(await scanned(code), (await orderOf(key)).tickets[0].barcode);
  await buyer.close();
});

test('BK-02 the total follows what is typed, without a request', async () => {
  const buyer = await visit(browser, hb);
  await buyer.page.clock.install();
  await buyer.open(path);
  // From here on no timer runs in the page: what it shows, it decided by itself.
  await buyer.page.clock.pauseAt(Date.now() + 60_000);
  const before = buyer.asked.length;
  for (const [typed, total] of [['1', '62.50 EUR'], ['5', '208.50 EUR'], ['3', '135.50 EUR']] as const) {
    await buyer.quantity('Standing').fill(typed);
    await buyer.total(total);
  }
  await buyer.button('One more: Seat').click();
  await buyer.total('187.50 EUR');
  assert.equal(buyer.asked.length, before);

  // When they do, the stock is held: what was typed last, once.
  const held = buyer.page.waitForResponse((response) => response.request().method() === 'PUT');
  await buyer.page.clock.runFor(1_000);
  const basket = await (await held).json();
  assert.deepEqual([basket.quote.total, buyer.count('PUT')], [18_750, 1]);
  assert.deepEqual(basket.selection.items, [{ ticket_type: standing, quantity: 3 }, { product_attribute: shirt, quantity: 1 }, { ticket_type: seat, quantity: 1 }]);
  await buyer.close();
});

test('BK-11 who chooses the first thing can buy it at once', async () => {
  const buyer = await visit(browser, hb);
  await buyer.open(`/checkout/?event=${event}`);
  await buyer.page.clock.install();
  await buyer.page.clock.pauseAt(Date.now() + 60_000);
  await buyer.quantity('Seat').fill('1');
  await buyer.total('53.00 EUR');
  assert.deepEqual([await buyer.page.locator('#reason').textContent(), await buyer.buy().getAttribute('aria-disabled')], ['', 'false']);
  await buyer.page.getByLabel('Pay offline').waitFor();
  // Who is quick buys before the basket was written.
  await buyer.introduce();
  await buyer.page.clock.resume();
  await buyer.order();
  await buyer.close();
});

test('BK-05 every line of the quote is a row with its amount', async () => {
  const donors = await eventOf(manager, { name: 'Gala', accepts_donations: true, transaction_charge: 100, tax_rate_ppm: 88_750, tax_inclusive: false });
  const taxed = await typeOf(manager, donors, { name: 'Table', price: 1_000, booking_fee: 50 });
  const buyer = await visit(browser, hb);
  await buyer.open(await linkWith([{ ticket_type: taxed, quantity: 2 }]));
  const held = buyer.page.waitForResponse((response) => response.request().method() === 'PUT');
  await buyer.page.getByLabel('Add a donation').fill('7,5');
  await buyer.total('31.45 EUR');
  assert.equal((await (await held).json()).quote.total, 3_145);
  const rows = await buyer.page.getByRole('row').allInnerTexts();
  assert.deepEqual(rows.slice(1).map((row) => row.split(/\s*\t\s*/)), [
    ['2 × Table', '20.00 EUR'],
    ['2 × Booking fee: Table', '1.00 EUR'],
    ['Transaction charge', '1.00 EUR'],
    ['Donation', '7.50 EUR'],
    ['Tax 8.875 %', '1.95 EUR'],
  ]);
  await buyer.page.getByLabel('Add a donation').fill('lots');
  await buyer.alert('Please type an amount').waitFor();
  await buyer.close();
});

test('BK-11 one field takes discounts, vouchers and access codes', async () => {
  const series = (await manager.made('series', { name: 'Codes' })).id;
  const gala = await eventOf(manager, { series_id: series });
  const plain = await typeOf(manager, gala, { name: 'Plain', price: 2_000 });
  const secret = await typeOf(manager, gala, { name: 'Backstage', price: 9_000, hidden: true, access_code: 'BAND' });
  await manager.made('discounts', { code: 'EARLY', name: 'Early', kind: 'percentage', price_percent: 10 });
  await manager.made('discounts', { code: 'LATE', name: 'Late', kind: 'percentage', price_percent: 50 });
  await manager.made('discounts', { code: 'OVER', name: 'Over', kind: 'percentage', price_percent: 50, expires_at: '2020-01-01T00:00:00Z' });
  await manager.made(`vouchers/${(await manager.made('vouchers', { name: 'Gift', value: 500 })).id}/codes`, { codes: ['GIFT-1'] });

  const buyer = await visit(browser, hb);
  await buyer.open(await linkWith([{ ticket_type: plain, quantity: 1 }], { event_id: gala }));
  assert.equal(await buyer.page.getByText('Backstage').count(), 0);
  await buyer.apply('early', 'EARLY applied.');
  await buyer.total('18.00 EUR');
  await buyer.apply('gift-1', 'GIFT-1 applied.');
  await buyer.total('13.00 EUR');
  await buyer.apply('band', 'band applied: you can choose from 1 more item.');
  await buyer.button('One more: Backstage').click();
  await buyer.total('94.00 EUR');
  await buyer.apply('Late', 'LATE applied. It takes the place of EARLY.');
  await buyer.total('50.00 EUR');
  await buyer.button('Remove LATE').click();
  await buyer.total('105.00 EUR');

  for (const [code, answer] of [['nonsense', /don.t know the code .nonsense./], ['OVER', /is over/], ['GIFT-1', /applied already/]] as const) {
    await buyer.apply(code, answer);
    assert.equal(await buyer.code().inputValue(), code);
    assert.equal(await buyer.code().getAttribute('aria-invalid'), 'true');
    await buyer.total('105.00 EUR');
  }
  assert.deepEqual(await buyer.page.getByRole('list', { name: 'Codes in use' }).getByRole('listitem').allInnerTexts(), ['Voucher GIFT-1\nRemove', 'Access code band\nRemove']);

  await buyer.introduce();
  const { total, tickets } = await orderOf(await buyer.order());
  assert.deepEqual([total, tickets.map((ticket: any) => ticket.ticket_type).sort()], [10_500, [plain, secret].sort()]);
  await buyer.close();
});

test('BK-09 what is free needs no payment', async () => {
  const open = await eventOf(manager);
  const free = await typeOf(manager, open, { name: 'Free entry', price: 0 });
  const buyer = await visit(browser, hb);
  await buyer.open(await linkWith([{ ticket_type: free, quantity: 2 }]));
  assert.equal(await buyer.page.getByRole('radio').count(), 0);
  assert.equal(await buyer.buy().innerText(), 'Get tickets');
  await buyer.introduce();
  assert.equal((await orderOf(await buyer.order())).payment_method, 'no_cost');
  await buyer.close();
});

test('BK-09 paying online leads to the page of the seller, and back is not a second order', async () => {
  const seller = await organizerNamed(hb, operator, 'online');
  assert.equal((await seller.manager.patch(`organizers/${seller.id}`, { payment_url: 'https://pay.example/now', offline_instructions: 'Bring cash.' })).status, 200);
  await seller.manager.made('payment-keys', { label: 'pay.example' });
  const buyer = await visit(browser, hb);
  await buyer.page.route('https://pay.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Pay here</h1>' }));
  const { short_url: url } = await seller.manager.made('links', { kind: 'quick_purchase', items: [{ ticket_type: seller.types.floor, quantity: 1 }] });
  await buyer.open(new URL(url).pathname);
  await buyer.page.getByText('Bring cash.').waitFor();
  await buyer.page.getByLabel('Pay online').check();
  await buyer.introduce();
  await buyer.buy().click();
  await buyer.heading('Pay here').waitFor();
  const key = new URL(buyer.page.url()).searchParams.get('basket')!;
  assert.deepEqual([(await orderOf(key)).status, (await orderOf(key)).payment_method], ['pending', 'external']);

  await buyer.page.goBack();
  const earlier = buyer.page.getByRole('link', { name: 'see your order' });
  await earlier.waitFor();
  await earlier.click();
  assert.equal(await buyer.confirmed(), key);
  await buyer.close();
});

test('BK-11 a checkout at an event needs no link', async () => {
  const buyer = await visit(browser, hb);
  await buyer.open(`/checkout/?event=${event}`);
  await buyer.page.getByText('Choose something first.').waitFor();
  await buyer.button('One more: Standing').click();
  await buyer.total('37.50 EUR');
  await buyer.introduce();
  assert.equal((await orderOf(await buyer.order())).total, 3_750);
  await buyer.close();
});

test('BK-11 page, script and style are at most 150 KB', async () => {
  const { headers } = await hb.send(path);
  const parts = [new URL(headers.location!).pathname + new URL(headers.location!).search, '/assets/checkout.js', '/assets/checkout.css'];
  const answers = await Promise.all(parts.map((part) => hb.send(part)));
  for (const { status } of answers) assert.equal(status, 200);
  const sizes = answers.map(({ text }) => gzipSync(text).length);
  assert.ok(sizes.reduce((sum, size) => sum + size) <= 150 * 1024, sizes.join(' + '));
});
