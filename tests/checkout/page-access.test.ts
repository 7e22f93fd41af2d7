// The checkout page without a mouse, without sight, and on a small screen.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { Checkout, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { ADA, visit } from '../support/page.ts';
import type { Visit } from '../support/page.ts';
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

const isFocused = (element: Locator): Promise<boolean> => element.evaluate((one) => one === document.activeElement);

/** Presses Tab until an element has the focus. Every stop on the way shows that it has it, and is not hidden behind another. */
async function tabTo(buyer: Visit, element: Locator): Promise<void> {
  for (let stops = 0; stops < 60; stops += 1) {
    if (await isFocused(element)) return;
    await buyer.page.keyboard.press('Tab');
    const stop = await buyer.page.evaluate(() => {
      const focused = document.activeElement!;
      const { outlineStyle, outlineWidth } = getComputedStyle(focused);
      const { left, top, width, height } = focused.getBoundingClientRect();
      const above = document.elementFromPoint(left + width / 2, top + height / 2);
      return { name: focused.outerHTML.slice(0, 120), isRinged: outlineStyle !== 'none' && outlineWidth !== '0px', isSeen: focused === document.body || focused.contains(above) || above?.closest('label, .method') !== null };
    });
    assert.ok(stop.isRinged, `no ring around ${stop.name}`);
    assert.ok(stop.isSeen, `something covers ${stop.name}`);
  }
  assert.fail('Tab does not lead there');
}

for (const [width, height] of [[1280, 900], [360, 640]] as const) {
  test(`BK-11 a purchase by keyboard alone, ${width} pixels wide`, async () => {
    const buyer = await visit(browser, hb, { viewport: { width, height } });
    await buyer.open(path);
    const { keyboard } = buyer.page;
    await tabTo(buyer, buyer.quantity('Standing'));
    await keyboard.press('ArrowUp');
    await buyer.total('135.50 EUR');
    assert.ok(await isFocused(buyer.quantity('Standing')), 'the focus stays through what changes around it');
    await keyboard.type('4');
    await buyer.total('172.00 EUR');
    await tabTo(buyer, buyer.button('One less: Tour shirt, Size M'));
    await keyboard.press('Space');
    await buyer.total('147.00 EUR');
    assert.ok(await isFocused(buyer.button('One less: Tour shirt, Size M')));
    await tabTo(buyer, buyer.code());
    await keyboard.type('early');
    await keyboard.press('Enter');
    await buyer.total('133.00 EUR');
    assert.ok(await isFocused(buyer.code()));
    await tabTo(buyer, buyer.button('Remove EARLY'));
    await keyboard.press('Enter');
    await buyer.total('147.00 EUR');
    assert.ok(await isFocused(buyer.code()), 'the button is gone, the focus is not');
    for (const [label, text] of Object.entries(ADA)) {
      await tabTo(buyer, buyer.page.getByLabel(label));
      await keyboard.type(text);
    }
    await tabTo(buyer, buyer.page.getByRole('radio', { name: 'Pay online' }));
    await keyboard.press('ArrowDown');
    assert.ok(await buyer.page.getByRole('radio', { name: 'Pay offline' }).isChecked());
    await tabTo(buyer, buyer.buy());
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
    const faults = await buyer.page.evaluate(() => {
      const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
      const text = (element: HTMLElement) => element.outerHTML.slice(0, 150);
      const nameOf = (element: HTMLElement) => element.getAttribute('aria-label') ?? (element as HTMLInputElement).labels?.[0]?.textContent ?? element.textContent;
      const references = all('[aria-describedby], [aria-labelledby], label[for], [form]').flatMap((element) =>
        ['aria-describedby', 'aria-labelledby', 'for', 'form'].flatMap((name) => (element.getAttribute(name) ?? '').split(' ').filter((id) => id !== '' && !document.getElementById(id))),
      );
      const ids = all('[id]').map(({ id }) => id);
      const levels = all('h1, h2, h3, h4').map(({ tagName }) => Number(tagName[1]));
      return {
        nameless: all('button, input, a[href], form, fieldset, [role=group], section').filter((element) => (nameOf(element) ?? '').trim() === '').map(text),
        references,
        twice: ids.filter((id, index) => ids.indexOf(id) !== index),
        skips: levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1),
        small: all('button, .stepper input').filter((element) => element.offsetHeight < 44 || element.offsetWidth < 44).map(text),
      };
    });
    assert.deepEqual(faults, { nameless: [], references: [], twice: [], skips: [], small: [] });
    await buyer.close();
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`BK-11 every text stands out from what is behind it, ${colorScheme}`, async () => {
    const buyer = await visit(browser, hb, { colorScheme, reducedMotion: 'reduce' });
    await buyer.open(troubled);
    await buyer.button('Continue without it').waitFor();
    const weak = await buyer.page.evaluate(() => {
      const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
      const behind = (element: Element | null): number[] => {
        if (!element) return [255, 255, 255];
        const color = channels(getComputedStyle(element).backgroundColor);
        return color[3] === 0 ? behind(element.parentElement) : color;
      };
      const light = (color: number[]) => {
        const [red, green, blue] = color.slice(0, 3).map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
      };
      const isShown = (element: Element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) && !element.closest('[aria-disabled=true], .unseen');
      return [...document.querySelectorAll('main *')].filter(isShown).flatMap((element) => {
        const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        return ratio < 4.5 ? [`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`] : [];
      });
    });
    assert.deepEqual(weak, []);
    await buyer.close();
  });
}

for (const width of [320, 360, 768, 1280]) {
  test(`BK-11 nothing is wider than a screen of ${width} pixels`, async () => {
    const buyer = await visit(browser, hb, { viewport: { width, height: 640 } });
    const assertFits = async (what: string): Promise<void> => {
      const beyond = await buyer.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(beyond, 0, what);
    };
    await buyer.open(troubled);
    await assertFits('with a notice');
    await buyer.button('Continue without it').click();
    await buyer.quantity('Standing').fill('999');
    await buyer.button('Remove Standing').waitFor();
    await assertFits('with an error');
    await buyer.quantity('Standing').fill('8');
    await buyer.apply('a code that is as long as a code may be, 64 characters, or nearly', /don.t know/);
    await assertFits('with a long code');
    await buyer.buy().click();
    await buyer.page.getByText('Email is required.').waitFor();
    await assertFits('with a form that is wrong');
    await buyer.introduce();
    await buyer.page.getByRole('radio', { name: 'Pay offline' }).check();
    await buyer.order();
    await assertFits('the confirmation');
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
