// The checkout page without a mouse, without sight, and on a small screen.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertContrast, assertFits, assertNamed, isFocused, tabTo } from '../support/access.ts';
import { startBrowser } from '../support/browser.ts';
import { Checkout, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { ADA, visit } from '../support/page.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const { id, manager } = await organizerNamed(hb, operator, 'demo');
const checkout = new Checkout(hb);
await manager.patch(`organizers/${id}`, { payment_url: 'https://pay.example/now', offline_instructions: 'Bring cash.' });
await manager.made('payment-keys', { label: 'pay.example' });

const event = await eventOf(manager, { name: 'Rock Night', place: 'Alter Pier', accepts_donations: true, transaction_charge: 100 });
const group = (await manager.made('ticket-groups', { event_id: event, name: 'Floor', max_per_order: 8 })).id;
const standing = await typeOf(manager, event, { name: 'Standing', price: 3_500, booking_fee: 150, group_id: group, description: 'Under the open sky' });
await typeOf(manager, event, { name: 'Seat', price: 5_200, quantity: 3 });
const gone = await typeOf(manager, event, { name: 'Box', price: 9_900, quantity: 1 });
const shirt = await shirtOf(manager, { price: 2_500 });
await manager.made('discounts', { code: 'EARLY', name: 'Early', kind: 'percentage', price_percent: 10 });

async function linkWith(...items: object[]): Promise<string> {
  const { short_url: url } = await manager.made('links', { kind: 'quick_purchase', event_id: event, items });
  return new URL(url).pathname;
}
const path = await linkWith({ ticket_type: standing, quantity: 2 }, { product_attribute: shirt, quantity: 1 });
const troubled = await linkWith({ ticket_type: gone, quantity: 1 }, { ticket_type: standing, quantity: 2 });
await checkout.bought({ event, items: [{ ticket_type: gone, quantity: 1 }] });

for (const [width, height] of [[1280, 900], [360, 640]] as const) {
  test(`BK-11 a purchase by keyboard alone, ${width} pixels wide`, async () => {
    const buyer = await visit(browser, hb, { viewport: { width, height } });
    await buyer.open(path);
    const { keyboard } = buyer.page;
    await tabTo(buyer.page, buyer.quantity('Standing'));
    await keyboard.press('ArrowUp');
    await buyer.total('135.50 EUR');
    assert.ok(await isFocused(buyer.quantity('Standing')), 'the focus stays through what changes around it');
    await keyboard.type('4');
    await buyer.total('172.00 EUR');
    await tabTo(buyer.page, buyer.button('One less: Tour shirt, Size M'));
    await keyboard.press('Space');
    await buyer.total('147.00 EUR');
    assert.ok(await isFocused(buyer.button('One less: Tour shirt, Size M')));
    await tabTo(buyer.page, buyer.code());
    await keyboard.type('early');
    await keyboard.press('Enter');
    await buyer.total('133.00 EUR');
    assert.ok(await isFocused(buyer.code()));
    await tabTo(buyer.page, buyer.button('Remove EARLY'));
    await keyboard.press('Enter');
    await buyer.total('147.00 EUR');
    assert.ok(await isFocused(buyer.code()), 'the button is gone, the focus is not');
    for (const [label, text] of Object.entries(ADA)) {
      await tabTo(buyer.page, buyer.page.getByLabel(label));
      await keyboard.type(text);
    }
    await tabTo(buyer.page, buyer.page.getByRole('radio', { name: 'Pay online' }));
    await keyboard.press('ArrowDown');
    assert.ok(await buyer.page.getByRole('radio', { name: 'Pay offline' }).isChecked());
    await tabTo(buyer.page, buyer.buy());
    await keyboard.press('Enter');
    const { order } = (await checkout.confirmation(await buyer.confirmed())).json;
    assert.deepEqual([order.total, order.payment_method, order.buyer.last_name], [14_700, 'offline', 'Lovelace']);
    await buyer.close();
  });
}

test('BK-11 a screen reader finds everything by role and name', async () => {
  const buyer = await visit(browser, hb);
  await buyer.open(path);
  const tree = await buyer.page.locator('body').ariaSnapshot();
  const parts = [
    /- main:/,
    /- paragraph: demo presents/,
    /- heading "Rock Night" \[level=1\]/,
    /- timer:/,
    /- heading "Tickets" \[level=2\]/,
    /- list:/,
    /button "One less: Standing"/,
    /spinbutton "Quantity: Standing"'?: "2"/,
    /button "One more: Standing"/,
    /- heading "Extras" \[level=2\]/,
    /- textbox "Add a donation \(optional\)"/,
    /- form "Codes":/,
    /- textbox "Discount, voucher or access code"/,
    /- button "Apply"/,
    /- form "Your order":/,
    /- group "Your details":/,
    /- textbox "First name"/,
    /- textbox "Last name"/,
    /- textbox "Email"/,
    /- textbox "Phone \(optional\)"/,
    /- group "Payment":/,
    /- radio "Pay online" \[checked\]/,
    /- radio "Pay offline"/,
    /- region "Summary":/,
    /- table "What it costs":/,
    /- columnheader "Item"/,
    /- rowheader "2 × Standing"/,
    /- cell "70\.00 EUR"/,
    /- status:\s+- text: Total\s+- strong: 99\.00 EUR/,
    /- button "Buy for 99\.00 EUR"/,
  ];
  let place = 0;
  for (const part of parts) {
    const found = tree.slice(place).search(part);
    assert.notEqual(found, -1, `${part} is missing, or in another place of\n${tree}`);
    place += found;
  }
  await buyer.close();
});

for (const [what, address] of [['a basket', path], ['a basket with what is gone', troubled]] as const) {
  test(`BK-11 ${what}: every control has a name, every reference leads somewhere, no heading skips a level`, async () => {
    const buyer = await visit(browser, hb);
    await buyer.open(address);
    await assertNamed(buyer.page);
    const small = await buyer.page.evaluate(() => [...document.querySelectorAll<HTMLElement>('button, .stepper input')].filter(({ offsetHeight, offsetWidth }) => offsetHeight < 44 || offsetWidth < 44).map(({ outerHTML }) => outerHTML.slice(0, 150)));
    assert.deepEqual(small, []);
    await buyer.close();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`BK-11 every text stands out from what is behind it, ${colorScheme}`, async () => {
    const buyer = await visit(browser, hb, { colorScheme, reducedMotion: 'reduce' });
    await buyer.open(troubled);
    await buyer.button('Continue without it').waitFor();
    await assertContrast(buyer.page);
    await buyer.close();
  });
}

for (const width of [320, 360, 768, 1280]) {
  test(`BK-11 nothing is wider than a screen of ${width} pixels`, async () => {
    const buyer = await visit(browser, hb, { viewport: { width, height: 640 } });
    await buyer.open(troubled);
    await assertFits(buyer.page, 'with a notice');
    await buyer.button('Continue without it').click();
    await buyer.quantity('Standing').fill('999');
    await buyer.button('Remove Standing').waitFor();
    await assertFits(buyer.page, 'with an error');
    await buyer.quantity('Standing').fill('8');
    await buyer.apply('a code that is as long as a code may be, 64 characters, or nearly', /don.t know/);
    await assertFits(buyer.page, 'with a long code');
    await buyer.buy().click();
    await buyer.page.getByText('Email is required.').waitFor();
    await assertFits(buyer.page, 'with a form that is wrong');
    await buyer.introduce();
    await buyer.page.getByRole('radio', { name: 'Pay offline' }).check();
    await buyer.order();
    await assertFits(buyer.page, 'the confirmation');
    await buyer.close();
  });
}

test('BK-11 on a phone the total and the button are in sight from the beginning', async () => {
  const buyer = await visit(browser, hb, { viewport: { width: 360, height: 640 } });
  await buyer.open(path);
  for (const element of [buyer.buy(), buyer.page.locator('.total')]) {
    const box = (await element.boundingBox())!;
    assert.ok(box.y > 320 && box.y + box.height <= 640, JSON.stringify(box));
  }
  await buyer.close();
});

test('BK-11 without a script the page still shows what the basket would be', async () => {
  const buyer = await visit(browser, hb, { javaScriptEnabled: false });
  await buyer.page.goto(path);
  await buyer.page.getByText('Standing').first().waitFor();
  await buyer.page.getByText('99.00 EUR').waitFor();
  await buyer.close();
});
