import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Request, Route } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { Checkout, Clock, MINUTE, eventOf, shirtOf, stockOf, typeOf } from '../support/checkout.ts';
import { eventually } from '../support/eventually.ts';
import { ADA, visit } from '../support/page.ts';
import type { Visit } from '../support/page.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const { manager } = await organizerNamed(hb, await operatorOf(hb), 'demo');
const checkout = new Checkout(hb);
const clock = new Clock(hb);

const event = await eventOf(manager, { name: 'Rock Night' });
const standing = await typeOf(manager, event, { name: 'Standing', price: 3_500, quantity: 10_000, max_per_order: 8 });
await typeOf(manager, event, { name: 'Balcony', price: 5_200, quantity: 10_000, min_per_order: 2 });

/** The path of a new quick-purchase link of the event. */
async function linkWith(...items: object[]): Promise<string> {
  const { short_url: url } = await manager.made('links', { kind: 'quick_purchase', event_id: event, items });
  return new URL(url).pathname;
}

const path = await linkWith({ ticket_type: standing, quantity: 2 });
const orderOf = async (key: string): Promise<any> => (await checkout.confirmation(key)).json.order;
const orders = async (): Promise<number> => await hb.value('SELECT count(*) FROM sale_order');

/** A tab at the checkout of `path`. */
async function buyerAt(address: string): Promise<Visit> {
  const buyer = await visit(browser, hb);
  await buyer.open(address);
  return buyer;
}

/** Asserts that what the buyer typed is all still there. */
async function assertKept(buyer: Visit): Promise<void> {
  for (const [label, text] of Object.entries(ADA)) assert.equal(await buyer.page.getByLabel(label).inputValue(), text);
}

/** What a request to complete sends: its key and its body. */
const sent = (request: Request): [string | undefined, string | null] => [request.headers()['idempotency-key'], request.postData()];

test('BK-03 every broken rule stands beside its line, and goes when it is mended', async () => {
  const buyer = await buyerAt(path);
  const field = buyer.quantity('Standing');
  await field.fill('9');
  await buyer.button('Remove Standing').waitFor();
  const described = buyer.page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`);
  assert.equal(await described.innerText(), 'One order may have at most 8 of “Standing”.');
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  await buyer.quantity('Balcony').fill('1');
  await buyer.alert('An order with “Balcony” needs at least 2 of it.').waitFor();
  assert.equal(await buyer.heading(/can.t be bought/).count(), 0, 'what the buyer is typing is no surprise');

  assert.equal(await buyer.buy().getAttribute('aria-disabled'), 'true');
  await buyer.page.getByText('First sort out what is marked above.').waitFor();
  await buyer.buy().click({ force: true });
  assert.equal(await field.evaluate((element) => element === document.activeElement), true);

  await field.fill('8');
  await buyer.button('One more: Balcony').click();
  await buyer.total('384.00 EUR');
  assert.equal(await field.getAttribute('aria-invalid'), 'false');
  assert.equal(await buyer.buy().getAttribute('aria-disabled'), 'false');
  await buyer.close();
});

test('SP-21 what can not be sold is named with its reason, and the rest is bought without it', async () => {
  const gone = await typeOf(manager, event, { name: 'Front row', quantity: 1 });
  const later = await typeOf(manager, event, { name: 'Last minute', on_sale_from: new Date(clock.now() + 60 * MINUTE).toISOString() });
  const few = await typeOf(manager, event, { name: 'Box', quantity: 3, max_per_order: 10 });
  const shirt = await shirtOf(manager, { price: 2_500 });
  const link = await linkWith({ ticket_type: gone, quantity: 1 }, { ticket_type: standing, quantity: 2 }, { ticket_type: later, quantity: 1 }, { ticket_type: few, quantity: 4 }, { product_attribute: shirt, quantity: 1 });
  await checkout.bought({ event, items: [{ ticket_type: gone, quantity: 1 }] });

  const buyer = await buyerAt(link);
  const notice = buyer.alert('3 items can’t be bought like this');
  assert.deepEqual(await notice.getByRole('listitem').allInnerTexts(), ['“Front row” is sold out.', '“Last minute” is not on sale yet.', 'Only 3 of “Box” are left.']);
  for (const name of ['Front row', 'Last minute', 'Box']) await buyer.button(`Remove ${name}`).waitFor();
  await buyer.total('95.00 EUR');
  assert.equal(await buyer.buy().getAttribute('aria-disabled'), 'true');
  await buyer.button('Continue without them').click();
  await notice.waitFor({ state: 'detached' });
  assert.equal(await buyer.page.evaluate(() => document.activeElement?.id), 'choice');
  await buyer.introduce();
  const { total, tickets } = await orderOf(await buyer.order());
  assert.deepEqual([total, tickets.map((ticket: any) => ticket.ticket_type)], [9_500, [standing, standing]]);
  await buyer.close();
});

test('SP-21 when all of it is gone the page says so and offers what there is', async () => {
  const gone = await typeOf(manager, event, { name: 'Single', quantity: 1 });
  const link = await linkWith({ ticket_type: gone, quantity: 1 });
  await checkout.bought({ event, items: [{ ticket_type: gone, quantity: 1 }] });
  const buyer = await buyerAt(link);
  await buyer.alert('This can’t be bought now').waitFor();
  await buyer.button('Remove Single').click();
  await buyer.page.getByText('Choose something first.').waitFor();
  assert.equal(await buyer.quantity('Single').count(), 0, 'nobody can choose it again');
  await buyer.button('One more: Balcony').click();
  assert.equal(await buyer.quantity('Balcony').inputValue(), '2', 'the fewest there may be');
  await buyer.total('104.00 EUR');
  await buyer.close();
});

test('SP-21 what sells out while the page is open is named when it is bought', async () => {
  const last = await typeOf(manager, event, { name: 'Last seat', quantity: 1 });
  const buyer = await buyerAt(await linkWith({ ticket_type: standing, quantity: 1 }, { ticket_type: last, quantity: 1 }));
  // The hold runs out, somebody else takes the seat.
  await clock.advance(20 * MINUTE);
  await checkout.bought({ event, items: [{ ticket_type: last, quantity: 1 }] });
  await buyer.introduce();
  await buyer.buy().click();
  await buyer.alert('“Last seat” is sold out.').first().waitFor();
  await buyer.heading('1 item can’t be bought like this').waitFor();
  assert.equal(await buyer.page.evaluate(() => document.activeElement?.id), 'notice');
  await assertKept(buyer);
  await buyer.button('Continue without it').click();
  assert.equal((await orderOf(await buyer.order())).total, 3_500);
  await buyer.close();
});

test('BK-07 a price that has changed is shown with the old one, and bought only when the buyer agrees', async () => {
  const type = await typeOf(manager, event, { name: 'Gallery', price: 2_000 });
  const buyer = await buyerAt(await linkWith({ ticket_type: type, quantity: 2 }));
  await buyer.introduce();
  assert.equal((await manager.patch(`ticket-types/${type}`, { price: 2_250 })).status, 200);
  const before = await orders();
  await buyer.buy().click();
  const notice = buyer.alert('The price has changed');
  await notice.waitFor();
  assert.match(await notice.innerText(), /Before\s+40\.00 EUR\s+Now\s+45\.00 EUR/);
  assert.equal(await buyer.page.evaluate(() => document.activeElement?.id), 'price-changed');
  assert.equal(await orders(), before);
  assert.equal(await buyer.buy().innerText(), 'Buy for 45.00 EUR');
  await assertKept(buyer);
  assert.equal((await orderOf(await buyer.order())).total, 4_500);
  await buyer.close();
});

test('BK-06 the page counts down how long the stock is held, and holds it again', async () => {
  const rare = await typeOf(manager, event, { name: 'Rare', quantity: 2 });
  const buyer = await visit(browser, hb);
  await buyer.page.clock.install();
  await buyer.open(await linkWith({ ticket_type: rare, quantity: 2 }));
  const timer = buyer.page.getByRole('timer');
  assert.match(await timer.innerText(), /We keep these for you for 1[45]:\d\d/);
  assert.equal(await timer.getAttribute('aria-live'), 'off');
  assert.deepEqual(await stockOf(manager, rare), { held: 2, issued: 0, available: 0 });

  await clock.advance(16 * MINUTE);
  await buyer.page.clock.fastForward(16 * MINUTE);
  await buyer.alert('We can’t keep these for you any longer').waitFor();
  await buyer.button('Hold them again').click();
  await buyer.page.getByRole('timer').waitFor();
  assert.equal(await buyer.page.evaluate(() => document.activeElement?.id), 'hold');
  assert.deepEqual(await stockOf(manager, rare), { held: 2, issued: 0, available: 0 });
  await buyer.close();
});

test('BK-06 five minutes and one minute before the end it is said aloud, once', async () => {
  const buyer = await visit(browser, hb);
  await buyer.page.clock.install();
  await buyer.open(path);
  // From here on it is moved by hand alone.
  await buyer.page.clock.pauseAt(Date.now() + 1_000);
  await buyer.page.clock.runFor(9 * MINUTE);
  const spoken = buyer.page.getByRole('status').filter({ hasText: 'We keep these for you for' });
  assert.equal(await spoken.count(), 0);
  await buyer.page.clock.runFor(61_000);
  assert.equal(await spoken.innerText(), 'We keep these for you for 5 more minutes.');
  await buyer.page.clock.runFor(4 * MINUTE);
  assert.equal(await spoken.innerText(), 'We keep these for you for 1 more minute.');
  await buyer.close();
});

test('BK-11 a reload returns to the same basket, with what had not been sent yet', async () => {
  const buyer = await buyerAt(path);
  await buyer.onChange((route) => route.abort());
  await buyer.quantity('Standing').fill('5');
  await buyer.alert('We could not save your last change').waitFor();
  await buyer.page.unrouteAll();
  await buyer.page.reload();
  await buyer.total('175.00 EUR');
  assert.equal(buyer.count('POST'), 1, 'no second basket');
  await buyer.introduce();
  assert.equal((await orderOf(await buyer.order())).total, 17_500);
  await buyer.close();
});

test('BK-11 a change that does not arrive keeps what was typed, and is sent again', async () => {
  const buyer = await buyerAt(path);
  await buyer.introduce();
  await buyer.onChange((route) => route.fulfill({ status: 503, json: { error: { code: 'busy', message: 'try later' } } }));
  await buyer.quantity('Standing').fill('4');
  const notice = buyer.alert('We could not save your last change');
  await notice.waitFor();
  await buyer.total('140.00 EUR');
  await assertKept(buyer);
  await buyer.page.unrouteAll();
  await buyer.button('Try again').click();
  await notice.waitFor({ state: 'detached' });
  assert.equal(await buyer.page.evaluate(() => document.activeElement?.id), 'summary');
  assert.equal((await orderOf(await buyer.order())).total, 14_000);
  await buyer.close();
});

test('BK-11 a basket that is not there any more is made anew with what was chosen', async () => {
  const forget = (key: string) => hb.execute('UPDATE basket SET key = ?2 WHERE key = ?1', key, [...key].reverse().join(''));
  const keyOf = async (buyer: Visit): Promise<string> => new URL(buyer.asked.at(-1)!.url()).pathname.split('/')[3] ?? (await (await buyer.asked.at(-1)!.response())!.json()).key;
  const buyer = await buyerAt(path);
  await buyer.introduce();
  await forget(await keyOf(buyer));
  const anew = buyer.page.waitForResponse((response) => response.request().method() === 'POST');
  await buyer.quantity('Standing').fill('3');
  const second = await (await anew).json();
  assert.equal(second.quote.total, 10_500);
  await forget(second.key);
  await buyer.buy().click();
  await buyer.alert('we have made it anew').waitFor();
  await assertKept(buyer);
  assert.equal((await orderOf(await buyer.order())).total, 10_500);
  await buyer.close();
});

test('BK-11 of changes that overlap the last one wins', async () => {
  const buyer = await buyerAt(path);
  const held: Route[] = [];
  await buyer.onChange((route) => held.push(route));
  const arrived = (count: number): Promise<void> => eventually(`change ${count}`, async () => held.length >= count);
  await buyer.quantity('Standing').fill('3');
  await arrived(1);
  for (const typed of ['4', '5', '6']) await buyer.quantity('Standing').fill(typed);
  await buyer.introduce();
  await buyer.buy().click();
  assert.equal(held.length, 1, 'one request at a time');
  await held[0]!.continue();
  await arrived(2);
  assert.deepEqual(held[1]!.request().postDataJSON().items, [{ ticket_type: standing, quantity: 6 }]);
  await held[1]!.continue();
  assert.equal((await orderOf(await buyer.confirmed())).total, 21_000);
  await buyer.close();
});

test('BK-07 a double click makes one order', async () => {
  const buyer = await buyerAt(path);
  await buyer.introduce();
  const before = await orders();
  const basket = buyer.count('POST');
  await buyer.buy().dblclick();
  await buyer.confirmed();
  assert.deepEqual([await orders() - before, buyer.count('POST') - basket], [1, 1]);
  await buyer.close();
});

test('BK-07 when the answer is lost, trying again with the same key finds the same order', async () => {
  const buyer = await buyerAt(path);
  await buyer.introduce();
  const before = await orders();
  const requests: Request[] = [];
  await buyer.onBuy(async (route) => {
    requests.push(route.request());
    if (requests.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await buyer.buy().click();
  await buyer.alert('We could not reach the shop.').waitFor();
  assert.equal(await orders() - before, 1);
  await assertKept(buyer);
  await buyer.order();
  assert.equal(await orders() - before, 1);
  const [first, second] = requests.map(sent);
  assert.deepEqual(second, first);
  assert.ok(first![0]);
  await buyer.close();
});

test('BK-07 other details are another key, and a basket that is an order already leads to it', async () => {
  const buyer = await buyerAt(path);
  await buyer.introduce();
  const keys: (string | undefined)[] = [];
  await buyer.onBuy(async (route) => {
    keys.push(sent(route.request())[0]);
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await buyer.buy().click();
  await buyer.alert('We could not reach the shop.').waitFor();
  await buyer.page.getByLabel('First name').fill('Augusta');
  await buyer.buy().click();
  await buyer.heading('This basket has been ordered').waitFor();
  assert.notEqual(keys[0], keys[1]);
  await buyer.page.getByRole('link', { name: 'See your order' }).click();
  assert.equal((await orderOf(await buyer.confirmed())).buyer.first_name, 'Ada');
  await buyer.close();
});

test('BK-11 a field that is wrong says so itself, and the first one has the focus', async () => {
  const buyer = await buyerAt(path);
  await buyer.introduce({ 'First name': 'Ada', Email: 'nowhere' });
  await buyer.buy().click();
  await buyer.page.getByText('Last name is required.').waitFor();
  const [last, email] = [buyer.page.getByLabel('Last name'), buyer.page.getByLabel('Email')];
  assert.equal(await last.evaluate((element) => element === document.activeElement), true);
  for (const field of [last, email]) {
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    const described = buyer.page.locator(`[id="${await field.getAttribute('aria-describedby')}"]`);
    assert.match(await described.innerText(), /^(Last name|Email) /);
  }
  await last.fill('Lovelace');
  assert.equal(await last.getAttribute('aria-invalid'), 'false');
  await email.fill('ada@example.org');
  await buyer.order();
  await buyer.close();
});

test('BK-11 a link that leads nowhere says so', async () => {
  const buyer = await visit(browser, hb);
  await buyer.page.goto('/checkout/?hb=nobody-made-this');
  await buyer.page.getByRole('heading').waitFor();
  assert.match(await buyer.page.locator('main').innerText(), /nowhere|nothing|not found/i);
  await buyer.close();
});
