import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { priceList, quickPurchase } from 'handbill/basket';
import { Checkout, eventOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import type { Organizer } from '../support/seed.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const checkout = new Checkout(hb);

interface Shop {
  organizer: Organizer;
  event: number;
  seat: number;
  box: number;
  shirt: number;
}

/** An organizer that charges, discounts and taxes in one currency. */
async function shopIn(currency: string): Promise<Shop> {
  const organizer = await organizerNamed(hb, operator, `shop-${currency.toLowerCase()}`, currency);
  const { manager } = organizer;
  const event = await eventOf(manager, { currency, transaction_charge: 199, tax_rate_ppm: 88_750, tax_inclusive: false, accepts_donations: true });
  const seat = await typeOf(manager, event, { name: 'Seat', price: 3_333, booking_fee: 77 });
  const box = await typeOf(manager, event, { name: 'Box "Ä" 🎸', price: 12_345, booking_fee: 0 });
  const shirt = await shirtOf(manager, { price: 1_999 }, { currency, tax_rate_ppm: 190_000, tax_inclusive: true });
  await manager.made('discounts', { code: 'THIRD', name: 'x', kind: 'percentage', price_percent: 33, booking_fee_percent: 50 });
  const { id } = await manager.made('vouchers', { name: 'x', value: 700 });
  await manager.made(`vouchers/${id}/codes`, { codes: ['GIFT-1', 'GIFT-2'] });
  return { organizer, event, seat, box, shirt };
}

const shops = new Map<string, Shop>();
for (const currency of ['EUR', 'JPY', 'KWD']) shops.set(currency, await shopIn(currency));
const euro = shops.get('EUR')!;

/** The quote in an answer's text, as it came over the wire. */
function quoteText(text: string, json: { quote: unknown }): string {
  const quote = JSON.stringify(json.quote);
  assert.ok(text.includes(`"quote":${quote}`), text);
  return quote;
}

for (const [currency, shop] of shops) {
  const { organizer, event, seat, box, shirt } = shop;
  const selections: object[] = [
    { items: [{ ticket_type: seat, quantity: 1 }] },
    { items: [{ product_attribute: shirt, quantity: 2 }, { ticket_type: box, quantity: 3 }, { ticket_type: seat, quantity: 2 }] },
    { items: [{ ticket_type: seat, quantity: 3 }, { product_attribute: shirt, quantity: 1 }], donation: 501, discount: 'third', vouchers: ['GIFT-2', 'gift-1'] },
    { items: [{ ticket_type: seat, quantity: 200 }, { ticket_type: 987_654_321, quantity: 1 }], discount: 'NOPE', vouchers: ['NOPE'], access_codes: ['x'] },
    { items: [] },
  ];

  test(`BK-02 ${currency}: the server prices as the npm package does, byte for byte`, async () => {
    for (const selection of selections) {
      const { status, text, json } = await checkout.open({ event, ...selection });
      assert.equal(status, 201, text);
      const sent = JSON.stringify(json.selection);
      assert.ok(text.includes(`"selection":${sent}`));
      assert.equal(priceList(json.catalogue).priceText(sent, json.now), quoteText(text, json));
      assert.equal(json.quote.currency, currency);
      // Catalogue, selection and quote survive their way through the store.
      const again = await checkout.read(json.key);
      assert.equal(priceList(again.json.catalogue).priceText(JSON.stringify(again.json.selection), again.json.now), quoteText(again.text, again.json));
      assert.deepEqual(again.json.quote.lines, json.quote.lines);
    }
  });

  test(`BK-02 ${currency}: a quick purchase link's basket is the one the npm package opens`, async () => {
    const extra = [{ ticket_type: seat, quantity: 1 }, { product_attribute: shirt, quantity: 2 }, { ticket_type: seat, quantity: 2 }];
    const link = await organizer.manager.made('links', { kind: 'quick_purchase', items: extra });
    const expected = quickPurchase(extra);
    assert.deepEqual(expected.items, [{ ticket_type: seat, quantity: 3 }, { product_attribute: shirt, quantity: 2 }]);
    const basket = await checkout.open({ link: link.slug });
    const offer = await checkout.offer(link.slug);
    for (const { text, json } of [basket, offer]) {
      assert.equal(JSON.stringify(json.selection), JSON.stringify(expected));
      assert.equal(priceList(json.catalogue).priceText(JSON.stringify(expected), Date.now()), quoteText(text, json));
    }
    assert.equal(JSON.stringify(offer.json.quote), JSON.stringify(basket.json.quote));
  });
}

test('BK-02 an order keeps the lines that its buyer saw', async () => {
  const { event, seat, box, shirt, organizer } = euro;
  const basket = await checkout.opened({ event, items: [{ ticket_type: box, quantity: 1 }, { product_attribute: shirt, quantity: 1 }, { ticket_type: seat, quantity: 3 }], donation: 250, discount: 'THIRD', vouchers: ['GIFT-1'] });
  const { order } = await checkout.completed(basket);
  const { lines, subtotal, tax, total, currency } = basket.quote;
  for (const shown of [order, (await checkout.confirmation(basket.key)).json.order, (await organizer.manager.get(`orders/${order.id}`)).json]) {
    assert.equal(JSON.stringify(shown.lines), JSON.stringify(lines));
    assert.deepEqual([shown.subtotal, shown.tax, shown.total, shown.currency], [subtotal, tax, total, currency]);
  }
});

/** Kind, price, value, tax and total of each line. */
const amounts = ({ quote }: any): [string, number, number, number, number][] => quote.lines.map(({ kind, price, value, tax, total }: any) => [kind, price, value, tax, total]);

/** A basket with one ticket type at one event of these settings. */
async function basketAt(event: object, type: object, quantity: number, more: object = {}): Promise<any> {
  const { manager } = euro.organizer;
  const id = await eventOf(manager, event);
  const basket = await checkout.opened({ event: id, items: [{ ticket_type: await typeOf(manager, id, type), quantity }], ...more });
  assert.deepEqual(problemsOf(basket), []);
  return basket;
}

test('BK-05 booking fee per ticket, charge per order, each on its own line', async () => {
  const basket = await basketAt({ transaction_charge: 100 }, { price: 3_500, booking_fee: 150 }, 2);
  assert.deepEqual(amounts(basket), [['ticket', 7_000, 7_000, 0, 7_000], ['booking_fee', 300, 300, 0, 300], ['transaction_charge', 100, 100, 0, 100]]);
  assert.deepEqual([basket.quote.subtotal, basket.quote.tax, basket.quote.total], [7_400, 0, 7_400]);
});

test('BK-05 tax in the price', async () => {
  const basket = await basketAt({ transaction_charge: 119, tax_rate_ppm: 190_000, tax_inclusive: true }, { price: 1_190, booking_fee: 238 }, 1);
  assert.deepEqual(amounts(basket), [['ticket', 1_190, 1_000, 190, 1_000], ['booking_fee', 238, 200, 38, 200], ['transaction_charge', 119, 100, 19, 100], ['tax', 0, 0, 0, 247]]);
  assert.deepEqual([basket.quote.subtotal, basket.quote.tax, basket.quote.total], [1_300, 247, 1_547]);
  assert.deepEqual(basket.quote.lines.at(-1), { kind: 'tax', name: 'Tax 19 %, included', quantity: 1, unit_price: 247, price: 0, value: 0, tax: 0, total: 247, rate_ppm: 190_000, inclusive: true });
});

test('BK-05 tax on top of the price', async () => {
  const basket = await basketAt({ transaction_charge: 100, tax_rate_ppm: 88_750, tax_inclusive: false }, { price: 1_000, booking_fee: 200 }, 3);
  // 8.875 % of 3000 + 600 + 100 = 328.375; split by largest remainder: 266.25, 53.25, 8.875.
  assert.deepEqual(amounts(basket), [['ticket', 3_000, 3_000, 266, 3_000], ['booking_fee', 600, 600, 53, 600], ['transaction_charge', 100, 100, 9, 100], ['tax', 328, 0, 0, 328]]);
  assert.deepEqual([basket.quote.subtotal, basket.quote.tax, basket.quote.total], [3_700, 328, 4_028]);
  assert.equal(basket.quote.lines.at(-1).name, 'Tax 8.875 %');
});

test('BK-05 half a unit of tax is rounded up, once for a rate', async () => {
  const one = await basketAt({ tax_rate_ppm: 50_000, tax_inclusive: false }, { price: 10 }, 1);
  assert.equal(one.quote.tax, 1); // 0.5
  const many = await basketAt({ tax_rate_ppm: 50_000, tax_inclusive: false }, { price: 10, booking_fee: 10 }, 1);
  assert.equal(many.quote.tax, 1); // 1.0, not 0.5 twice
});

test('BK-05 tickets and products of several rates have a tax line each', async () => {
  const { manager } = euro.organizer;
  const event = await eventOf(manager, { tax_rate_ppm: 70_000, tax_inclusive: true });
  const [seat, shirt, book] = [await typeOf(manager, event, { price: 1_070 }), await shirtOf(manager, { price: 1_000 }, { tax_rate_ppm: 190_000, tax_inclusive: false }), await shirtOf(manager, { price: 1_000 }, { tax_rate_ppm: 70_000, tax_inclusive: false })];
  const basket = await checkout.opened({ event, items: [{ ticket_type: seat, quantity: 1 }, { product_attribute: shirt, quantity: 1 }, { product_attribute: book, quantity: 1 }] });
  assert.deepEqual(amounts(basket), [['ticket', 1_070, 1_000, 70, 1_000], ['product', 1_000, 1_000, 190, 1_000], ['product', 1_000, 1_000, 70, 1_000], ['tax', 70, 0, 0, 70], ['tax', 0, 0, 0, 70], ['tax', 190, 0, 0, 190]]);
  assert.deepEqual(basket.quote.lines.filter(({ kind }: any) => kind === 'tax').map(({ name }: any) => name), ['Tax 7 %', 'Tax 7 %, included', 'Tax 19 %']);
  assert.deepEqual([basket.quote.subtotal, basket.quote.tax, basket.quote.total], [3_000, 330, 3_330]);
});

test('BK-05 one charge an order, of the event that charges most', async () => {
  const { manager } = euro.organizer;
  const events = [await eventOf(manager, { transaction_charge: 50 }), await eventOf(manager, { transaction_charge: 80 }), await eventOf(manager, { transaction_charge: 80 }), await eventOf(manager)];
  const types = await Promise.all(events.map((event) => typeOf(manager, event, { price: 1_000 })));
  const basket = await checkout.opened({ organizer: euro.organizer.slug, items: types.map((type) => ({ ticket_type: type, quantity: 1 })) });
  assert.deepEqual(basket.quote.lines.filter(({ kind }: any) => kind === 'transaction_charge').map(({ price }: any) => price), [80]);
  assert.equal(basket.quote.total, 4_080);
});

test('BK-05 what costs nothing is charged nothing', async () => {
  const basket = await basketAt({ transaction_charge: 100, tax_rate_ppm: 190_000 }, { price: 0 }, 2);
  assert.deepEqual([amounts(basket), basket.quote.total], [[['ticket', 0, 0, 0, 0]], 0]);
});

test('BK-05 a donation is a line without tax, not discounted', async () => {
  const { manager } = euro.organizer;
  await manager.made('discounts', { code: 'ALL', name: 'x', kind: 'percentage', price_percent: 100 });
  const basket = await basketAt({ accepts_donations: true, tax_rate_ppm: 190_000, tax_inclusive: false }, { price: 1_000 }, 1, { donation: 500, discount: 'ALL' });
  assert.deepEqual(amounts(basket), [['ticket', 1_000, 1_000, 190, 1_000], ['discount', -1_000, -1_000, -190, -1_000], ['donation', 500, 500, 0, 500]]);
  assert.deepEqual([basket.quote.tax, basket.quote.total], [0, 500]);
  assert.equal((await checkout.completed(basket)).order.total, 500);
});

test('BK-05 discount, tax and voucher together', async () => {
  const { manager } = euro.organizer;
  await manager.made('discounts', { code: 'TENTH', name: 'x', kind: 'percentage', price_percent: 10 });
  const { id } = await manager.made('vouchers', { name: 'x', value: 1_000 });
  await manager.made(`vouchers/${id}/codes`, { codes: ['TOGETHER'] });
  const basket = await basketAt({ tax_rate_ppm: 190_000, tax_inclusive: true }, { price: 1_190 }, 2, { discount: 'tenth', vouchers: ['together'] });
  // 2380 hold 380; less 238 they are 2142 and hold 342.
  assert.deepEqual(amounts(basket), [['ticket', 2_380, 2_000, 380, 2_000], ['discount', -238, -200, -38, -200], ['tax', 0, 0, 0, 342], ['voucher', -1_000, -1_000, 0, -1_000]]);
  assert.deepEqual([basket.quote.subtotal, basket.quote.tax, basket.quote.total], [800, 342, 1_142]);
});

test('BK-04 yen have no decimals, dinars three: the same whole numbers', async () => {
  for (const currency of ['JPY', 'KWD'] as const) {
    const { event, seat } = shops.get(currency)!;
    const order = await checkout.bought({ event, items: [{ ticket_type: seat, quantity: 1 }] });
    // 3333 + 77 + 199 = 3609, and 8.875 % of it, 320.29875.
    assert.deepEqual([order.subtotal, order.tax, order.total, order.currency], [3_609, 320, 3_929, currency]);
  }
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
