// The report as an organizer reads it in the browser.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { formatMoney } from 'handbill/basket';
import { money } from '../../worker/web/report/currency.ts';
import { BROWSERS } from '../support/agents.ts';
import { startBrowser } from '../support/browser.ts';
import { BUYER, DAY, HOUR, eventOf, typeOf } from '../support/checkout.ts';
import { dashboard, REPORT, SIGN_IN } from '../support/dashboard.ts';
import type { Dashboard } from '../support/dashboard.ts';
import { parseCsv, reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const browser = await startBrowser();
after(() => browser.close());
const operator = await operatorOf(hb);
const { id, manager, users } = await organizerNamed(hb, operator, 'demo');
const empty = await organizerNamed(hb, operator, 'empty');
// Half a day ahead of the browser and the Worker: their today is not always the organizer's. Its day does not end while this runs.
const isSoonOver = new Date(Date.now() + 14 * HOUR).getUTCHours() === 23;
const [zone, ahead] = isSoonOver ? ['Pacific/Apia', 13 * HOUR] : ['Pacific/Kiritimati', 14 * HOUR];
await manager.patch(`organizers/${id}`, { time_zone: zone });

const night = await eventOf(manager, { name: 'Night' });
const brunch = await eventOf(manager, { name: 'Brunch', currency: 'JPY' });
const floor = await typeOf(manager, night, { name: 'Floor', price: 2_500 });
const box = await typeOf(manager, night, { name: 'Box', price: 100_050 });
const table = await typeOf(manager, brunch, { name: 'Table', price: 1_200 });
const linkOf = (description: string, more: object = {}): Promise<Followed> => manager.made('links', { kind: 'venue', description, ...more });
const poster = await linkOf('Poster 10', { event_id: night, referred_by: users[0].id });
const banner = await linkOf('Poster 9', { event_id: night });
const mail = await linkOf('mail <b>to</b> friends');
const silent = await linkOf('', { event_id: brunch });
assert.equal((await manager.send('PUT', `links/${banner.id}/promoter`, { name: 'Mary Longstocking', email: 'mary@example.org' })).status, 200);

/** Somebody follows a link so often and buys. */
async function buys(link: Followed, email: string, event: number, ticketType: number, quantity: number, clicks = 1): Promise<any> {
  const visitor = new Visitor(hb, { 'user-agent': BROWSERS[2] });
  for (let click = 0; click < clicks; click += 1) await visitor.follows(link);
  return visitor.buys({ event, items: [{ ticket_type: ticketType, quantity }] }, { buyer: { ...BUYER, email } });
}

/** The organizer's day at a moment. */
const dayOf = (at: number): string => new Date(at + ahead).toISOString().slice(0, 10);
const now = Date.now();

// Nine days ago, three days ago, today.
await hb.setClockAhead(-9 * DAY);
await buys(mail, 'ada@example.org', brunch, table, 3, 2);
await hb.setClockAhead(-3 * DAY);
await buys(poster, 'bob@example.org', night, floor, 4);
await hb.setClockAhead(0);
await buys(poster, 'ada@example.org', night, box, 1, 3);
await buys(banner, 'cleo@example.org', night, floor, 1);
await new Visitor(hb).buys({ event: night, items: [{ ticket_type: floor, quantity: 1 }] }, { buyer: { ...BUYER, email: 'dan@example.org' } });
await hb.drain(7);

async function opened(query = '', options = {}): Promise<Dashboard> {
  const organizer = await dashboard(browser, hb, { timezoneId: 'America/New_York', ...options });
  await organizer.signIn(manager.token);
  await organizer.open(query);
  return organizer;
}

const COLUMNS = ['Link', 'Views', 'Visitors', 'Customers', 'New customers', 'Orders', 'Tickets', 'Scanned', 'Unscanned', 'Face value'];

test('ST-08 the page has a line for each link, and the total below them', async () => {
  const organizer = await opened();
  assert.deepEqual(await organizer.rows(), [
    COLUMNS,
    ['Poster 10', '4', '2', '2', '1', '2', '5', '0', '5', '€1,100.50'],
    ['mail <b>to</b> friends', '2', '1', '1', '1', '1', '3', '0', '3', 'JP¥3,600'],
    ['Poster 9', '1', '1', '1', '1', '1', '1', '0', '1', '€25.00'],
    [silent.slug, '0', '0', '0', '0', '0', '0', '0', '0', '–'],
    ['Total of 4 links', '7', '4', '3', '3', '4', '9', '0', '9', '€1,125.50 JP¥3,600'],
  ]);
  assert.deepEqual(await organizer.headline(), { Views: '7', Visitors: '4 at their first view', Conversion: '57.1% orders per view', Orders: '4 1 more without a link', Tickets: '9', 'Face value': '€1,125.50 JP¥3,600' });
  const about = await organizer.page.locator('tbody .link-cell small').allInnerTexts();
  assert.deepEqual(about, [`/${poster.slug} · Night · ${users[0].username}`, `/${mail.slug} · Whole account`, `/${banner.slug} · Night · Mary Longstocking`, `/${silent.slug} · Brunch`]);
  await organizer.close();
});

test('ST-08 amounts have the digits that the rules give their currency, whatever is usually minted', () => {
  const known = Intl.supportedValuesOf('currency').filter((currency) => formatMoney(0, currency).ok);
  assert.ok(known.length > 140);
  for (const currency of known) {
    for (const amount of [0, 7, 123_456_789, Number.MAX_SAFE_INTEGER]) {
      const rules = formatMoney(amount, currency);
      assert.ok(rules.ok);
      // Some symbols have a full stop of their own.
      const [digits] = /\d[\d,.]*/.exec(money(amount, currency))!;
      assert.equal(`${digits.replaceAll(',', '')} ${currency}`, rules.value);
    }
  }
});

test('ST-08 every column sorts the lines, both ways', async () => {
  const organizer = await opened();
  const head = (name: string) => organizer.page.getByRole('columnheader', { name, exact: true });
  for (const [column, order] of [
    ['Link', [silent.slug, 'mail <b>to</b> friends', 'Poster 9', 'Poster 10'].sort(new Intl.Collator('en', { numeric: true }).compare)],
    ['Views', ['Poster 10', 'mail <b>to</b> friends', 'Poster 9', silent.slug]],
    ['Visitors', ['Poster 10', 'mail <b>to</b> friends', 'Poster 9', silent.slug]],
    ['Customers', ['Poster 10', 'mail <b>to</b> friends', 'Poster 9', silent.slug]],
    ['Tickets', ['Poster 10', 'mail <b>to</b> friends', 'Poster 9', silent.slug]],
    ['Unscanned', ['Poster 10', 'mail <b>to</b> friends', 'Poster 9', silent.slug]],
    ['Face value', ['Poster 10', 'Poster 9', 'mail <b>to</b> friends', silent.slug]],
  ] as const) {
    await organizer.button(column).click();
    const isByName = column === 'Link';
    await head(column).and(organizer.page.locator(`[aria-sort=${isByName ? 'ascending' : 'descending'}]`)).waitFor();
    assert.deepEqual(await organizer.names(), order, column);
    assert.equal(await organizer.page.locator('[aria-sort]').count(), 1);
    await organizer.button(column).click();
    await head(column).and(organizer.page.locator(`[aria-sort=${isByName ? 'descending' : 'ascending'}]`)).waitFor();
    assert.equal((await organizer.names())[isByName ? 3 : 0], isByName ? order[0] : silent.slug, column);
  }
  for (const column of ['New customers', 'Orders', 'Scanned']) {
    await organizer.button(column).click();
    await head(column).and(organizer.page.locator('[aria-sort=descending]')).waitFor();
  }
  assert.match(organizer.query(), /sort=-scanned/);
  await organizer.page.reload();
  await organizer.settled();
  await head('Scanned').and(organizer.page.locator('[aria-sort=descending]')).waitFor();
  await organizer.close();
});

test('ST-08 a search finds links by name, address, promoter and event; the total stays that of all', async () => {
  const organizer = await opened();
  const total = (await organizer.rows()).at(-1);
  for (const [text, names] of [['POSTER', ['Poster 10', 'Poster 9']], ['friends mail', ['mail <b>to</b> friends']], [silent.slug, [silent.slug]], [users[0].username, ['Poster 10']], ['longstocking', ['Poster 9']], ['brunch', [silent.slug]], ['<b>', ['mail <b>to</b> friends']]] as const) {
    await organizer.search().fill(text);
    await organizer.page.getByText(`${names.length} of 4 links.`).waitFor();
    assert.deepEqual(await organizer.names(), names, text);
    assert.deepEqual((await organizer.rows()).at(-1), total);
  }
  await organizer.search().fill('nobody');
  await organizer.page.getByText('No link has “nobody” in its name').waitFor();
  assert.deepEqual((await organizer.rows()).at(-1), total);
  await organizer.close();
});

test('ST-09 a link opens to its ticket types, and closes again', async () => {
  const organizer = await opened();
  const opener = organizer.button('Ticket types of Poster 10');
  assert.equal(await opener.getAttribute('aria-expanded'), 'false');
  await opener.click();
  await organizer.button('Ticket types of mail <b>to</b> friends').click();
  assert.equal(await opener.getAttribute('aria-expanded'), 'true');
  assert.deepEqual((await organizer.rows()).slice(1, 6), [
    ['Poster 10', '4', '2', '2', '1', '2', '5', '0', '5', '€1,100.50'],
    ['Floor', '', '', '1', '1', '1', '4', '0', '4', '€100.00'],
    ['Box', '', '', '1', '0', '1', '1', '0', '1', '€1,000.50'],
    ['mail <b>to</b> friends', '2', '1', '1', '1', '1', '3', '0', '3', 'JP¥3,600'],
    ['Table Brunch', '', '', '1', '1', '1', '3', '0', '3', 'JP¥3,600'],
  ]);
  assert.equal(await organizer.button(`Ticket types of ${silent.slug}`).count(), 0);
  await opener.click();
  assert.equal((await organizer.rows()).length, 7);
  await organizer.close();
});

test("ST-10 a preset is days of the organizer's time zone, whatever the browser's", async () => {
  const organizer = await opened();
  const today = dayOf(now);
  for (const [preset, from, views] of [['Today', today, '4'], ['7 days', dayOf(now - 6 * DAY), '5'], ['30 days', dayOf(now - 29 * DAY), '7']] as const) {
    const asked = organizer.page.waitForRequest((request) => request.url().includes('/report/history'));
    await organizer.after(organizer.link(preset).click());
    const { searchParams } = new URL((await asked).url());
    assert.deepEqual([searchParams.get('from'), searchParams.get('until')], [from, today], preset);
    assert.equal((await organizer.headline()).Views, views, preset);
    assert.equal(await organizer.page.getByLabel('From').inputValue(), from);
  }
  await organizer.after(organizer.link('This month').click());
  assert.equal(await organizer.page.getByLabel('From').inputValue(), `${today.slice(0, 8)}01`);
  await organizer.after(organizer.link('All time').click());
  assert.deepEqual([(await organizer.headline()).Views, organizer.query()], ['7', '?range=all']);
  await organizer.close();
});

test('ST-10 days of your own, an event and a link: the address keeps them, and back takes each of them back', async () => {
  const organizer = await opened();
  const day = dayOf(now - 3 * DAY);
  await organizer.page.getByLabel('From').fill(day);
  await organizer.page.getByLabel('Until').fill(day);
  await organizer.after(organizer.button('Show').click());
  assert.equal(organizer.query(), `?from=${day}&until=${day}`);
  assert.deepEqual((await organizer.rows()).at(-1), ['Total of 4 links', '1', '1', '1', '1', '1', '4', '0', '4', '€100.00']);

  await organizer.after(organizer.page.getByLabel('Event').selectOption({ label: (await organizer.page.getByRole('option', { name: /^Brunch/ }).textContent())! }));
  await organizer.page.getByText('Total of 2 links').waitFor();
  assert.equal(organizer.query(), `?from=${day}&until=${day}&event=${brunch}`);
  await organizer.after(organizer.link('mail <b>to</b> friends').click());
  await organizer.heading('Clicks and sales: mail <b>to</b> friends').waitFor();

  const address = organizer.page.url();
  await organizer.page.goBack();
  await organizer.heading(/^Clicks and sales$/).waitFor();
  await organizer.page.goBack();
  await organizer.page.getByText('Total of 4 links').waitFor();
  assert.equal(await organizer.page.getByLabel('Event').inputValue(), '');
  await organizer.page.goBack();
  await organizer.page.locator('.headline dd', { hasText: /^7$/ }).waitFor();
  assert.equal(organizer.query(), '');

  const later = await opened(new URL(address).search);
  await later.heading('Clicks and sales: mail <b>to</b> friends').waitFor();
  assert.equal(await later.page.getByLabel('Event').inputValue(), String(brunch));
  await later.close();
  await organizer.close();
});

test('ST-10 days that are none are said to be, and nothing is asked for', async () => {
  const organizer = await opened();
  const asked: string[] = [];
  organizer.page.on('request', (request) => void asked.push(request.url()));
  for (const [from, until, message] of [['2026-11-20', '2026-11-19', 'The first day is after the last.'], ['', '', 'Please choose the first or the last day.'], ['1999-12-31', '', 'Please choose days of this century.']] as const) {
    await organizer.page.getByLabel('From').fill(from);
    await organizer.page.getByLabel('Until').fill(until);
    await organizer.button('Show').click();
    await organizer.page.getByRole('alert').filter({ hasText: message }).waitFor();
  }
  assert.deepEqual(asked, []);
  await organizer.close();
});

test('ST-10 an address that says nonsense is the report as it is by default', async () => {
  for (const query of ['?range=ever&event=-1&link=x&sort=-price&sales=no', '?from=2026-02-30&until=tomorrow', '?from=20261101']) {
    const organizer = await opened(query);
    assert.equal((await organizer.headline()).Views, '7', query);
    assert.equal(await organizer.link('30 days').getAttribute('aria-current'), 'true', query);
    await organizer.close();
  }
});

test('ST-10 the chart is a table for those who listen: days on which something happened, of all links or of one', async () => {
  const organizer = await opened();
  const dayText = (at: number) => new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(Date.parse(dayOf(at)));
  const heads = ['Day', 'Views', 'Visitors', 'Orders', 'Tickets', 'Face value'];
  const days = [
    [dayText(now - 9 * DAY), '2', '1', '1', '3', 'JP¥3,600'],
    [dayText(now - 3 * DAY), '1', '1', '1', '4', '€100.00'],
    [dayText(now), '4', '2', '2', '2', '€1,025.50'],
  ];
  assert.deepEqual(await organizer.rows(organizer.chart()), [heads, ...days]);
  await organizer.after(organizer.link('Poster 10').click());
  await organizer.heading('Clicks and sales: Poster 10').waitFor();
  assert.deepEqual(await organizer.rows(organizer.chart()), [heads, days[1], [dayText(now), '3', '1', '1', '1', '€1,000.50']]);
  assert.equal((await organizer.headline()).Views, '7');
  await organizer.after(organizer.link('Show all links').click());
  await organizer.heading(/^Clicks and sales$/).waitFor();
  assert.deepEqual(await organizer.rows(organizer.chart()), [heads, ...days]);
  await organizer.close();
});

test('ST-10 the chart says what is under the cursor, and of the whole time when nothing is', async () => {
  const organizer = await opened('?range=7d');
  const legend = organizer.page.locator('.legend');
  const read = async (): Promise<string> => (await legend.innerText()).replace(/\s+/g, ' ');
  assert.match(await read(), /Views 5 Visitors 3 Orders 3 Tickets 6 Face value €1,125\.50$/);
  const plot = (await organizer.page.locator('.u-over').boundingBox())!;
  // The last of seven days.
  await organizer.page.mouse.move(plot.x + plot.width * (6.5 / 7), plot.y + plot.height / 2);
  await legend.getByText(/Views\s*4/).waitFor();
  assert.match(await read(), /Views 4 Visitors 2 Orders 2 Tickets 2 Face value €1,025\.50$/);
  await organizer.page.mouse.move(1, 1);
  await legend.getByText(/Views\s*5/).waitFor();
  await organizer.after(organizer.link('Tickets').click());
  assert.equal(organizer.query(), '?range=7d&sales=tickets');
  assert.equal(await legend.locator('.of-sales').innerText(), 'Tickets 6');
  await organizer.close();
});

test('ST-10 the files are of what is shown', async () => {
  for (const [query, asked] of [['?range=all', {}], [`?range=today&event=${night}`, { from: dayOf(now), until: dayOf(now), event_id: night }], [`?from=${dayOf(now - 4 * DAY)}`, { from: dayOf(now - 4 * DAY) }]] as [string, Record<string, string | number>][]) {
    const organizer = await opened(query);
    const [, json] = await organizer.file('JSON');
    assert.deepEqual(JSON.parse(json), await reportOf(manager, asked));
    const [name, csv] = await organizer.file('CSV');
    assert.equal(name, 'link-report.csv');
    const views = (rows: string[][]): number => rows.slice(1).reduce((sum, row) => sum + Number(row[4]), 0);
    assert.equal(String(views(parseCsv(csv))), (await organizer.headline()).Views);
    await organizer.close();
  }
});

test('ST-11 what is refunded, made void or scanned is gone from the page at once, with what it was beside it', async () => {
  const seller = await organizerNamed(hb, operator, 'taken-back');
  const { slug } = await seller.manager.made('links', { kind: 'venue', description: 'Flyer', event_id: seller.event.id });
  const visitor = new Visitor(hb);
  const buy = (quantity: number): Promise<any> => visitor.buys({ link: slug, items: [{ ticket_type: seller.types.floor, quantity }] });
  const [two, one] = [await buy(2), await buy(1)];
  const organizer = await dashboard(browser, hb);
  await organizer.signIn(seller.manager.token);
  const line = async (): Promise<string[]> => (await organizer.rows())[1]!.slice(3);
  const total = async (): Promise<string[]> => (await organizer.rows()).at(-1)!.slice(3);
  assert.deepEqual(await line(), ['1', '1', '2', '3', '0', '3', '€75.00']);

  await seller.manager.made('check-ins', { event_id: seller.event.id, barcode: two.tickets[0].barcode });
  assert.equal((await seller.manager.post(`tickets/${two.tickets[1].id}/void`, {})).status, 200);
  await organizer.open();
  assert.deepEqual(await line(), ['1', '1', '2', '2 of 3', '1', '1', '€50.00 of €75.00']);
  assert.equal((await seller.manager.post(`orders/${one.id}/cancel`, {})).status, 200);
  await organizer.open();
  assert.deepEqual(await line(), ['1', '1', '1 of 2', '1 of 3', '1', '0', '€25.00 of €75.00']);
  assert.deepEqual(await total(), await line());
  assert.deepEqual((await organizer.headline()).Orders, '1 of 2');
  assert.deepEqual((await organizer.rows(organizer.chart())).at(-1)!.slice(3), ['1', '1', '€25.00']);
  await organizer.page.getByText('Small print: what it was before refunds and voids.').waitFor();
  await organizer.close();
});

test('ST-08 an account without links is told what to do', async () => {
  const organizer = await dashboard(browser, hb);
  await organizer.signIn(empty.manager.token);
  await organizer.heading('There are no links yet').waitFor();
  await organizer.page.getByText('POST /manage/links').waitFor();
  await organizer.open(`?event=${empty.event.id}`);
  await organizer.heading('No link leads to this event').waitFor();
  await organizer.button('Show all events').click();
  await organizer.heading('There are no links yet').waitFor();
  await organizer.close();
});

test('ST-08 figures that do not come leave none of before, and come when they are asked for again', async () => {
  const organizer = await opened();
  let isAway = true;
  await organizer.page.route('**/manage/report/links?*', (route) => (isAway ? route.abort() : route.continue()));
  await organizer.link('7 days').click();
  await organizer.page.getByRole('alert').filter({ hasText: 'could not be read' }).waitFor();
  assert.equal(await organizer.table().count(), 0);
  isAway = false;
  await organizer.after(organizer.button('Try again').click());
  assert.equal((await organizer.headline()).Views, '5');
  await organizer.close();
});

test('ST-08 the answer to the last question counts, whichever comes last', async () => {
  const organizer = await opened();
  const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>();
  await organizer.page.route(`**/manage/report/links?from=${dayOf(now)}*`, async (route) => {
    await isLetGo;
    await route.continue();
  });
  const late = organizer.page.waitForResponse((response) => response.url().includes(`/report/links?from=${dayOf(now)}`));
  await organizer.link('Today').click();
  await organizer.link('7 days').click();
  await organizer.page.locator('.headline dd', { hasText: /^5$/ }).waitFor();
  letGo();
  await (await late).finished();
  await organizer.settled();
  assert.equal((await organizer.headline()).Views, '5');
  await organizer.close();
});

test('AU-03 a session that is over leads to where one signs in', async () => {
  const { id: token, token: secret } = await manager.made('tokens', { label: 'short', access: 'read' });
  const organizer = await dashboard(browser, hb);
  await organizer.signIn(secret);
  assert.equal(new URL(organizer.page.url()).pathname, REPORT);
  assert.equal((await manager.remove(`tokens/${token}`)).status, 204);
  await organizer.link('7 days').click();
  await organizer.page.waitForURL(`**${SIGN_IN}`);
  await organizer.close();
});
