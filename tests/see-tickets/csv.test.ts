import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, eventOf, typeOf } from '../support/checkout.ts';
import { parseCsv, reportOf } from '../support/report.ts';
import type { Both, Figures } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const { manager, reader } = await organizerNamed(hb, await operatorOf(hb), 'demo');

// What a spreadsheet would take for a formula, what a table must quote, and what it must not touch.
const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0"];
const TEXTS = [...FORMULAS, 'plain', 'a, b; c', 'she said "hi"', '"', '""', "'quoted'", 'größe 💥', '1.5', '', 'a=b'];

const eur = await eventOf(manager);
const jpy = await eventOf(manager, { currency: 'JPY' });
const kwd = await eventOf(manager, { currency: 'KWD' });
const types = [await typeOf(manager, eur, { name: '=2+2, "quoted"', price: 1_234 }), await typeOf(manager, jpy, { name: 'Table', price: 1_200 }), await typeOf(manager, kwd, { name: '@home', price: 1_005 })];
const events = [eur, jpy, kwd];
for (const [at, description] of TEXTS.entries()) {
  const link: Followed = await manager.made('links', { kind: 'venue', description });
  for (let n = 0; n < at % 4; n += 1) {
    const visitor = new Visitor(hb);
    await visitor.follows(link);
    const order = await visitor.buys({ event: events[n], items: [{ ticket_type: types[n], quantity: 1 + at }] }, { buyer: { ...BUYER, email: `${at % 3}@example.org` } });
    if (at % 3 === 0) await manager.made(`orders/${order.id}/refunds`, { amount: 7 });
    if (at % 5 === 0) assert.equal((await manager.post(`orders/${order.id}/cancel`, {})).status, 200);
  }
}

const HEADER = ['link', 'description', 'promoter', 'ticket_type', 'views', 'visitors', 'customers', 'customers_net', 'new_customers', 'new_customers_net', 'orders', 'orders_net', 'tickets', 'tickets_net', 'scanned', 'unscanned', 'face_value', 'face_value_net'];
const DIGITS: Record<string, number> = { EUR: 2, JPY: 0, KWD: 3 };

/** Amounts as people write them, by currency. */
const money = (faces: Record<string, Both>, which: keyof Both): string =>
  Object.keys(faces).sort().map((currency) => {
    const digits = DIGITS[currency]!;
    const padded = String(faces[currency]![which]).padStart(digits + 1, '0');
    return `${digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`} ${currency}`;
  }).join(' + ');

const cells = ({ customers, new_customers: fresh, orders, tickets, scanned, unscanned, face_value: faces }: Figures): string[] => [
  ...[customers, fresh, orders, tickets].flatMap(({ gross, net }) => [String(gross), String(net)]), String(scanned), String(unscanned), money(faces, 'gross'), money(faces, 'net'),
];
const defused = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

/** The table that the JSON of the same query comes to. */
async function expected(query: Record<string, string | number>): Promise<string[][]> {
  const { links, total } = await reportOf(manager, query);
  const rows = links.flatMap(({ link, views, visitors, figures, ticket_types: ofTypes }) => {
    const name = [link.slug, defused(link.description), defused(link.promoter ?? '')];
    return [[...name, '', String(views), String(visitors), ...cells(figures)], ...ofTypes.map((type) => [...name, defused(type.name), '', '', ...cells(type.figures)])];
  });
  return [HEADER, ...rows, ['total', '', '', '', '', '', ...cells(total)]];
}

test('ST-10 the CSV has the same figures as the JSON, for the account, an event and a range', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const earlier = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);
  for (const query of [{}, { event_id: eur }, { event_id: jpy }, { from: earlier }, { until: earlier }, { from: earlier, until: today, event_id: kwd }] as Record<string, string | number>[]) {
    const path = `report/links.csv?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`;
    const { status, text } = await manager.get(path);
    assert.equal(status, 200, text);
    assert.deepEqual(parseCsv(text), await expected(query), path);
  }
});

test('ST-10 all columns of the table are filled: the comparison is not of nothing', async () => {
  const rows = parseCsv((await manager.get('report/links.csv')).text);
  assert.equal(rows.filter(([, , , type]) => type === '').length, TEXTS.length + 1);
  assert.ok(rows.some((row) => row.at(-1) !== row.at(-2)), 'gross and net differ somewhere');
  assert.match(rows.at(-1)!.at(-1)!, /^\d+\.\d\d EUR \+ \d+ JPY \+ \d+\.\d{3} KWD$/);
});

test('ST-10 what a spreadsheet would run is text', async () => {
  const { text } = await manager.get('report/links.csv');
  const rows = parseCsv(text);
  for (const formula of FORMULAS) {
    assert.ok(rows.some(([, description]) => description === `'${formula}`), formula);
    assert.ok(!rows.some((row) => row.includes(formula)), formula);
  }
  assert.ok(rows.some(([, , , type]) => type === `'=2+2, "quoted"`) && rows.some(([, , , type]) => type === "'@home"));
  for (const row of rows) for (const cell of row) assert.ok(!/^[=+\-@\t\r\n]/.test(cell), cell);
});

test('ST-10 descriptions come out of the table as they went in', async () => {
  const found = new Set(parseCsv((await manager.get('report/links.csv')).text).map(([, description]) => description));
  for (const text of TEXTS) assert.ok(found.has(defused(text)), text);
});

test('ST-10 the table is a file to be kept by who asked for it, and by no cache', async () => {
  const { status, headers, text } = await hb.send('/manage/report/links.csv', { headers: { authorization: `Bearer ${reader}` } });
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^text\/csv; *charset=utf-8$/i);
  assert.match(String(headers['content-disposition']), /^attachment; *filename="[\w.-]+\.csv"$/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.ok(text.endsWith('\r\n') && !text.replaceAll('\r\n', '').includes('\r'));
});

test('ST-10 an account without links has a table with its heads and a total', async () => {
  const empty = await organizerNamed(hb, await operatorOf(hb), 'empty');
  assert.deepEqual(parseCsv((await empty.manager.get('report/links.csv')).text), [HEADER, ['total', '', '', '', '', '', ...Array(10).fill('0'), '', '']]);
});
