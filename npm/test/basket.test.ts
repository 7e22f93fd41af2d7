// The entry `handbill/basket` of the packed tarball, against the vectors that
// core and the Worker run too.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type * as Basket from '../src/basket.ts';
import { Project } from './packed.ts';

const project = new Project();
after(() => project.remove());
const basket: typeof Basket = await project.load('dist/basket.js');

interface Case {
  name: string;
  catalogue: Basket.Catalogue;
  selection: Basket.Selection;
  now: number;
  quote: Basket.Quote;
}
const VECTORS = new URL('../../crates/core/vectors/price.json', import.meta.url);
const { cases }: { cases: Case[] } = JSON.parse(readFileSync(VECTORS, 'utf8'));

const NOW = 1_790_000_000_000;
const CATALOGUE: Basket.Catalogue = {
  organizer_id: 1,
  currency: 'EUR',
  items: [
    {
      ticket_type: 3,
      organizer_id: 1,
      event_id: null,
      group_id: null,
      name: 'Standing',
      currency: 'EUR',
      price: 3500,
      booking_fee: 0,
      tax_rate_ppm: 0,
      tax_inclusive: true,
      available: 10,
      min_per_order: 1,
      max_per_order: null,
      on_sale_from: NOW,
      on_sale_until: null,
      locked: false,
    },
  ],
};
const ITEMS = [{ ticket_type: 3, quantity: 2 }];

test('NP-05 quotes are those of the server, byte for byte', () => {
  assert.ok(cases.length > 0);
  for (const { name, catalogue, selection, now, quote } of cases) {
    const list = basket.priceList(catalogue);
    assert.equal(list.priceText(JSON.stringify(selection), now), JSON.stringify(quote), name);
    assert.deepEqual(list.price(selection, now), quote, name);
    assert.deepEqual(basket.price(catalogue, selection, { now }), quote, name);
  }
});

test('NP-05 a list of items will do, and the time is now', () => {
  assert.equal(basket.price(CATALOGUE, ITEMS, { now: NOW }).total, 7000);
  assert.deepEqual(basket.price(CATALOGUE, ITEMS, { now: NOW - 1 }).problems, [{ line: 0, code: 'not_on_sale', message: '`Standing` is not on sale yet' }]);
  const onSale = { ...CATALOGUE, items: CATALOGUE.items!.map((item) => ({ ...item, on_sale_from: Date.now() - 1, on_sale_until: Date.now() + 3_600_000 })) };
  assert.deepEqual(basket.price(onSale, ITEMS).problems, []);
  assert.deepEqual(basket.priceList(onSale).price({ items: ITEMS }).problems, []);
  assert.ok(basket.priceList(onSale).priceText(JSON.stringify({ items: ITEMS })).endsWith('"problems":[]}'));
});

test('NP-05 a list can be used again and again, and many at a time', () => {
  const lists = Array.from({ length: 200 }, (_, n) => basket.priceList({ ...CATALOGUE, items: [{ ...CATALOGUE.items![0]!, price: n }] }));
  for (let round = 0; round < 3; round += 1) {
    for (const [n, list] of lists.entries()) assert.equal(list.price({ items: ITEMS }, NOW).total, 2 * n);
  }
});

test('NP-05 what is no catalogue and no selection is refused', () => {
  assert.throws(() => basket.priceList({} as Basket.Catalogue), { name: 'Error', code: 'invalid' });
  assert.throws(() => basket.priceList(7 as never), { code: 'type' });
  const list = basket.priceList(CATALOGUE);
  assert.throws(() => list.priceText('{"items":[', NOW), { code: 'malformed', message: 'the selection is no JSON from character 11 on' });
  assert.throws(() => list.price({ items: [{ ticket_type: 3, quantity: 0 }] }, NOW), { code: 'invalid' });
  assert.throws(() => list.price({ items: ITEMS, coupon: 'X' } as never, NOW), { code: 'invalid' });
  // It is as good as before.
  assert.equal(list.price({ items: ITEMS }, NOW).total, 7000);
});

test('NP-05 the link of a quick purchase is in the URL of the checkout page', () => {
  const cases: [string | URL, string | undefined][] = [
    ['https://tickets.example/checkout/?hb=Rock-Night', 'rock-night'],
    [new URL('https://tickets.example/checkout/?event=7&hb=abc#top'), 'abc'],
    ['/checkout/?hb=abc', 'abc'],
    ['?hb=abc', 'abc'],
    ['https://tickets.example/checkout/', undefined],
    ['https://tickets.example/checkout/?hb=', undefined],
    // A campaign's code.
    ['https://tickets.example/checkout/?hb=a', 'a'],
    ['https://tickets.example/checkout/?event=7&hb=Summer.2027', 'summer.2027'],
    ['https://tickets.example/checkout/?hb=a%20b', undefined],
    ['https://tickets.example/checkout/?hb=%3Cscript%3E', undefined],
  ];
  for (const [url, slug] of cases) assert.equal(basket.parseQuickPurchase(url), slug, String(url));
});

test('NP-05 a quick purchase becomes a selection', () => {
  const selection = basket.quickPurchase([...ITEMS, { product_attribute: 3, quantity: 1 }, ...ITEMS]);
  assert.deepEqual(selection, {
    items: [
      { ticket_type: 3, quantity: 4 },
      { product_attribute: 3, quantity: 1 },
    ],
    donation: 0,
    discount: null,
    vouchers: [],
    access_codes: [],
  });
  assert.throws(() => basket.quickPurchase([{ quantity: 1 }]), { code: 'invalid' });
});

test('BK-04 amounts as text', () => {
  assert.deepEqual(basket.formatMoney(-1234, 'KWD'), { ok: true, value: '-1.234 KWD' });
  assert.equal(basket.formatMoney(0.5, 'EUR').error?.code, 'type');
  assert.equal(basket.formatMoney(1, 'Taler').error?.code, 'invalid');
});

test('NP-01 ES modules import it, CommonJS requires it', () => {
  const use = `console.log(price(${JSON.stringify(CATALOGUE)}, ${JSON.stringify(ITEMS)}, { now: ${NOW} }).total);`;
  assert.equal(project.run('esm.mjs', `import { price } from 'handbill/basket'; ${use}`), '7000');
  assert.equal(project.run('cjs.cjs', `const { price } = require('handbill/basket'); ${use}`), '7000');
});

test('NP-01 its types are those of both', () => {
  const use = `const quote: Quote = price({ organizer_id: 1, currency: 'EUR' }, { items: [] }, { now: 0 });\nexport const lines: QuoteLine[] = quote.lines;\n`;
  writeFileSync(project.path('esm.mts'), `import { price, type Quote, type QuoteLine } from 'handbill/basket';\n${use}`);
  writeFileSync(project.path('cjs.cts'), `import { price, type Quote, type QuoteLine } from 'handbill/basket';\n${use}`);
  // Neither Node's types nor a browser's: the package's own must do.
  const options = ['--module', 'nodenext', '--target', 'esnext', '--lib', 'esnext,dom', '--types', '', '--strict', '--skipLibCheck', 'false', '--noEmit'];
  execFileSync('tsc', [...options, 'esm.mts', 'cjs.cts'], { cwd: project.folder, stdio: ['ignore', 'inherit', 'inherit'] });
});
