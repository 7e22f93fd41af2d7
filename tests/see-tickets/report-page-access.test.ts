// The report without a mouse, without sight, on a small screen, and with many links.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { after, test } from 'node:test';
import { assertContrast, assertFits, assertNamed, isFocused, tabTo } from '../support/access.ts';
import { BROWSERS } from '../support/agents.ts';
import { startBrowser } from '../support/browser.ts';
import { eventOf, typeOf } from '../support/checkout.ts';
import { dashboard } from '../support/dashboard.ts';
import type { Dashboard } from '../support/dashboard.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const { manager } = await organizerNamed(hb, operator, 'demo');

const LONG = 'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung and all that a very eager promoter has to say about it';
const event = await eventOf(manager, { name: LONG.slice(0, 100) });
const yen = await eventOf(manager, { name: 'Tokyo', currency: 'JPY' });
const seat = await typeOf(manager, event, { name: LONG.slice(0, 80), price: 99_999_999 });
const mat = await typeOf(manager, yen, { name: 'Mat', price: 98_765 });
const linkOf = (description: string): Promise<any> => manager.made('links', { kind: 'venue', description });
const long = await linkOf(LONG);
await linkOf('Silent');
const visitor = new Visitor(hb, { 'user-agent': BROWSERS[1] });
await visitor.follows(long);
const order = await visitor.buys({ event, items: [{ ticket_type: seat, quantity: 3 }] });
await visitor.buys({ event: yen, items: [{ ticket_type: mat, quantity: 2 }] });
assert.equal((await manager.post(`tickets/${order.tickets[0].id}/void`, {})).status, 200);
await hb.drain(1);

const crowd = await organizerNamed(hb, operator, 'crowd');
await Promise.all(Array.from({ length: 300 }, (_, n) => crowd.manager.made('links', { kind: 'venue', description: `Promoter number-${n}` })));

async function opened(options = {}, query = ''): Promise<Dashboard> {
  const organizer = await dashboard(browser, hb, options);
  await organizer.signIn(manager.token);
  await organizer.open(query);
  return organizer;
}

for (const [width, height] of [[1280, 900], [360, 640]] as const) {
  test(`AU-04 the report by keyboard alone, ${width} pixels wide`, async () => {
    const organizer = await opened({ viewport: { width, height } });
    const { page } = organizer;
    const { keyboard } = page;
    await tabTo(page, organizer.link('7 days'));
    await organizer.after(keyboard.press('Enter'));
    assert.ok(await isFocused(organizer.link('7 days')), 'the focus stays where it was');
    await tabTo(page, page.getByLabel('Event'));
    await keyboard.press('T');
    await page.getByText('Total of 2 links').waitFor();
    await organizer.after(keyboard.press('A'));
    await tabTo(page, organizer.button('Views'));
    await keyboard.press('Enter');
    await page.getByRole('columnheader', { name: 'Views' }).and(page.locator('[aria-sort=descending]')).waitFor();
    assert.ok(await isFocused(organizer.button('Views')));
    await tabTo(page, organizer.button(`Ticket types of ${LONG}`));
    await keyboard.press('Space');
    await page.getByRole('rowheader', { name: 'Mat' }).waitFor();
    assert.ok(await isFocused(organizer.button(`Ticket types of ${LONG}`)));
    await tabTo(page, organizer.link(LONG));
    await keyboard.press('Enter');
    await organizer.heading(`Clicks and sales: ${LONG}`).waitFor();
    assert.ok(await isFocused(organizer.heading(/^Clicks and sales/)), 'the focus is where the link led to');
    await tabTo(page, organizer.link('Show all links'));
    await keyboard.press('Enter');
    await organizer.heading(/^Clicks and sales$/).waitFor();
    assert.ok(await isFocused(organizer.heading(/^Clicks and sales/)), 'the link is gone, the focus is not');
    await tabTo(page, organizer.button('Sign out'));
    await keyboard.press('Enter');
    await organizer.heading('Sign in').waitFor();
    await organizer.close();
  });
}

test('AU-04 a screen reader finds everything by role and name', async () => {
  const organizer = await opened();
  await organizer.button(`Ticket types of ${LONG}`).click();
  const tree = await organizer.page.locator('body').ariaSnapshot();
  const parts = [
    /- main:/,
    /- heading "Link report" \[level=1\]/,
    /- button "Sign out"/,
    /- region "What to show":/,
    /- navigation "Time":/,
    /- link "30 days"/,
    /- form "Days of your own":/,
    /- textbox "From"/,
    /- textbox "Until"/,
    /- combobox "Event":/,
    /- region "All links":/,
    /- term: Views/,
    /- definition: "1"/,
    /- region "Clicks and sales":/,
    /- heading "Clicks and sales" \[level=2\]/,
    /- navigation "Sales in the chart":/,
    /- table "Clicks and sales, .*":/,
    /- region "Links":/,
    /- searchbox "Search links"/,
    /- link "CSV"/,
    /- link "JSON"/,
    /- table "Views, customers and sales of each link and its ticket types":/,
    /- columnheader "Link"/,
    /- columnheader "Face value"/,
    /- button "Ticket types of Donau.*" \[expanded\]/,
    /- cell "€1,999,999\.98 of €2,999,999\.97/,
    /- rowheader "Mat Tokyo"/,
    /- rowheader "Total of 2 links"/,
  ];
  let place = 0;
  for (const part of parts) {
    const found = tree.slice(place).search(part);
    assert.notEqual(found, -1, `${part} is missing, or in another place of\n${tree}`);
    place += found;
  }
  await assertNamed(organizer.page);
  await organizer.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`AU-04 every text of the report stands out from what is behind it, ${colorScheme}`, async () => {
    const organizer = await opened({ colorScheme, reducedMotion: 'reduce' }, `?link=${long.id}`);
    await organizer.button(`Ticket types of ${LONG}`).click();
    await assertContrast(organizer.page);
    await organizer.button('Show').click();
    await organizer.page.getByLabel('From').fill('');
    await organizer.page.getByLabel('Until').fill('');
    await organizer.button('Show').click();
    await organizer.page.getByText('Please choose the first or the last day.').waitFor();
    await assertContrast(organizer.page);
    await organizer.close();
  });
}

test('AU-04 the chart is painted anew when the page turns dark', async () => {
  const organizer = await opened({ colorScheme: 'light' });
  const painted = (): Promise<string> => organizer.page.locator('.chart canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await painted();
  await organizer.page.emulateMedia({ colorScheme: 'dark' });
  await organizer.page.waitForFunction((old) => document.querySelector<HTMLCanvasElement>('.chart canvas')?.toDataURL() !== old, before);
  await organizer.close();
});

for (const width of [320, 360, 768, 1280, 1600]) {
  test(`AU-04 the report is not wider than a screen of ${width} pixels`, async () => {
    const organizer = await opened({ viewport: { width, height: 700 } }, `?link=${long.id}&range=all`);
    await organizer.button(`Ticket types of ${LONG}`).click();
    await assertFits(organizer.page, 'with a long name');
    await organizer.search().fill('nobody is called that'.repeat(5));
    await organizer.page.getByText('No link has').waitFor();
    await assertFits(organizer.page, 'with a long search');
    const table = await organizer.page.locator('.scroll').boundingBox();
    assert.ok(table !== null && table.x >= 0 && table.x + table.width <= width, JSON.stringify(table));
    await organizer.close();
  });
}

test('AU-04 a chart grows and shrinks with its page', async () => {
  const organizer = await opened({ viewport: { width: 1280, height: 900 } });
  const isAsWide = (): Promise<unknown> => organizer.page.waitForFunction(() => document.querySelector('.chart')?.clientWidth === document.querySelector('.uplot')?.clientWidth);
  for (const width of [1280, 400, 900]) {
    await organizer.page.setViewportSize({ width, height: 900 });
    await isAsWide();
    await assertFits(organizer.page, `${width}`);
  }
  await organizer.close();
});

test('ST-08 of 300 links each is there; heads and total stay in sight among them', async () => {
  const organizer = await dashboard(browser, hb, { viewport: { width: 1280, height: 800 } });
  await organizer.signIn(crowd.manager.token);
  assert.equal((await organizer.names()).length, 300);
  await organizer.button('Link').click();
  await organizer.page.getByRole('columnheader', { name: 'Link' }).and(organizer.page.locator('[aria-sort=ascending]')).waitFor();
  assert.deepEqual((await organizer.names()).slice(0, 3), ['Promoter number-0', 'Promoter number-1', 'Promoter number-2']);
  await organizer.page.locator('.scroll').evaluate((box) => box.scrollIntoView({ block: 'center' }));
  await organizer.link('Promoter number-150').scrollIntoViewIfNeeded();
  for (const sticky of ['thead', 'tfoot']) {
    const box = await organizer.page.locator(`.scroll ${sticky} th:first-child`).boundingBox();
    assert.ok(box !== null && box.y >= 0 && box.y + box.height <= 800, `${sticky}: ${JSON.stringify(box)}`);
  }
  await organizer.search().fill('promoter number-29');
  await organizer.page.getByText('11 of 300 links.').waitFor();
  assert.equal((await organizer.names()).length, 11);
  await organizer.close();
});

test("AU-04 the report's script and style are at most 60 KB", async () => {
  const answers = await Promise.all(['/assets/report.js', '/assets/report.css'].map((path) => hb.send(path)));
  assert.deepEqual(answers.map(({ status, headers }) => [status, headers['content-type']]), [[200, 'text/javascript; charset=utf-8'], [200, 'text/css; charset=utf-8']]);
  const sizes = answers.map(({ text }) => gzipSync(text).length);
  assert.ok(sizes.reduce((sum, size) => sum + size) <= 60 * 1024, sizes.join(' + '));
});
