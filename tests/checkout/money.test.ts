import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, completionOf, eventOf, problemsOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const checkout = new Checkout(hb);

const ORDERS = 300;
const SEED = Number(process.env['SEED'] ?? Date.now());
const CURRENCIES = ['EUR', 'JPY', 'KWD'];

/** Numbers that look random and come again with the seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = randomFrom(SEED);
const pick = <T>(values: readonly T[]): T => values[random(values.length)]!;
const maybe = (percent: number): boolean => random(100) < percent;
/** Prices of every size: free, cheap, odd, dear. */
const amount = (): number => pick([0, 1, random(10), random(100), random(10_000), random(10_000), random(1_000_000_000)]);

interface Event {
  id: number;
  charge: number;
  rate: number;
  inclusive: boolean;
}
interface Thing {
  item: { ticket_type: number } | { product_attribute: number };
  event: Event | undefined;
  price: number;
  fee: number;
  rate: number;
  inclusive: boolean;
}
interface Discount {
  code: string;
  price: number | null;
  percent: number;
  fee: number;
  feePercent: number;
  types: number[];
}
interface Voucher {
  code: string;
  value: number;
}
interface Shop {
  slug: string;
  currency: string;
  things: Thing[];
  discounts: Discount[];
  newVoucher(): Promise<Voucher>;
}

async function shopIn(currency: string): Promise<Shop> {
  const { manager, slug } = await organizerNamed(hb, operator, `money-${currency.toLowerCase()}`, currency);
  const things: Thing[] = [];
  const taxed = (): { rate: number; inclusive: boolean } => ({ rate: pick([0, 70_000, 88_750, 190_000, 1_000_000, random(1_000_001)]), inclusive: maybe(50) });
  for (let n = 0; n < 4; n += 1) {
    const { rate, inclusive } = taxed();
    const charge = maybe(60) ? random(500) : 0;
    const id = await eventOf(manager, { currency, transaction_charge: charge, tax_rate_ppm: rate, tax_inclusive: inclusive, accepts_donations: true });
    const event = { id, charge, rate, inclusive };
    for (let type = 0; type < 3; type += 1) {
      const [price, fee] = [amount(), maybe(60) ? amount() : 0];
      things.push({ item: { ticket_type: await typeOf(manager, id, { price, booking_fee: fee, quantity: 1_000_000 }) }, event, price, fee, rate, inclusive });
    }
  }
  for (let n = 0; n < 3; n += 1) {
    const { rate, inclusive } = taxed();
    const price = amount();
    things.push({ item: { product_attribute: await shirtOf(manager, { price, quantity: 1_000_000 }, { currency, tax_rate_ppm: rate, tax_inclusive: inclusive }) }, event: undefined, price, fee: 0, rate, inclusive });
  }
  const ids = things.flatMap(({ item }) => ('ticket_type' in item ? [item.ticket_type] : []));
  const discounts: Discount[] = [];
  for (let n = 0; n < 6; n += 1) {
    const isFixed = maybe(50);
    const [price, percent] = isFixed ? [amount(), 0] : [null, 1 + random(100)];
    const [fee, feePercent] = [maybe(40) ? amount() : 0, maybe(40) ? 1 + random(100) : 0];
    const types = maybe(50) ? [] : ids.filter(() => maybe(50));
    const code = `CODE-${n}`;
    await manager.made('discounts', { code, name: 'x', ...(isFixed ? { kind: 'fixed_amount', price } : { kind: 'percentage', price_percent: percent }), ...(fee > 0 && { booking_fee: fee }), ...(feePercent > 0 && { booking_fee_percent: feePercent }), ticket_types: types });
    discounts.push({ code, price, percent, fee, feePercent, types });
  }
  let vouchers = 0;
  const newVoucher = async (): Promise<Voucher> => {
    vouchers += 1;
    const [code, value] = [`GIFT-${vouchers}`, 1 + amount()];
    const { id } = await manager.made('vouchers', { name: 'x', value });
    await manager.made(`vouchers/${id}/codes`, { codes: [code] });
    return { code, value };
  };
  return { slug, currency, things, discounts, newVoucher };
}

const halfUp = (base: bigint, times: bigint, by: bigint): bigint => (2n * base * times + by) / (2n * by);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sum = (values: bigint[]): bigint => values.reduce((all, each) => all + each, 0n);

/** What a basket comes to, worked out without the product: total and tax. */
function reckoned(lines: { thing: Thing; quantity: number }[], donation: number, discount: Discount | undefined, vouchers: Voucher[]): { total: number; tax: number } {
  const parts = lines.flatMap(({ thing, quantity }) => {
    const isEligible = discount !== undefined && 'ticket_type' in thing.item && (discount.types.length === 0 || discount.types.includes(thing.item.ticket_type));
    const id = 'ticket_type' in thing.item ? thing.item.ticket_type : 0;
    return [{ thing, id, isEligible, isFee: false, price: BigInt(thing.price) * BigInt(quantity), off: 0n }, { thing, id, isEligible, isFee: true, price: BigInt(thing.fee) * BigInt(quantity), off: 0n }];
  });
  for (const isFee of [false, true]) {
    const eligible = parts.filter((part) => part.isEligible && part.isFee === isFee).sort((a, b) => a.id - b.id);
    const base = sum(eligible.map(({ price }) => price));
    if (discount === undefined || base === 0n) continue;
    const wanted = isFee ? BigInt(discount.fee) + halfUp(base, BigInt(discount.feePercent), 100n) : discount.price === null ? halfUp(base, BigInt(discount.percent), 100n) : BigInt(discount.price);
    const off = least(wanted, base);
    for (const part of eligible) part.off = (off * part.price) / base;
    const byRemainder = eligible.toSorted((a, b) => Number(((off * b.price) % base) - ((off * a.price) % base)) || a.id - b.id);
    for (let left = off - sum(eligible.map((part) => part.off)), at = 0; left > 0n; left -= 1n, at += 1) byRemainder[at]!.off += 1n;
  }
  const rateOf = ({ rate, inclusive }: { rate: number; inclusive: boolean }): string => `${rate} ${inclusive}`;
  const taxOf = (rate: string, base: bigint): bigint => {
    const [ppm, inclusive] = rate.split(' ');
    return halfUp(base, BigInt(ppm!), inclusive === 'true' ? 1_000_000n + BigInt(ppm!) : 1_000_000n);
  };
  const before = (rate: string): bigint => sum(parts.filter(({ thing }) => rateOf(thing) === rate).map(({ price }) => price));
  // The charge of the event that adds most, the tax that it adds on top included.
  const adds = (event: Event): bigint => {
    const rate = rateOf(event);
    return BigInt(event.charge) + (event.inclusive ? 0n : taxOf(rate, before(rate) + BigInt(event.charge)) - taxOf(rate, before(rate)));
  };
  const charging = lines.flatMap(({ thing }) => thing.event ?? []).sort((a, b) => Number(adds(b) - adds(a)) || a.id - b.id)[0];
  const charge = charging !== undefined && sum(parts.map(({ price }) => price)) > 0n ? charging : undefined;
  let total = sum(parts.map(({ price, off }) => price - off)) + BigInt(donation) + BigInt(charge?.charge ?? 0);
  let tax = 0n;
  for (const rate of new Set([...parts.map(({ thing }) => rateOf(thing)), ...(charge === undefined ? [] : [rateOf(charge)])])) {
    const base = sum(parts.filter(({ thing }) => rateOf(thing) === rate).map(({ price, off }) => price - off)) + (charge !== undefined && rateOf(charge) === rate ? BigInt(charge.charge) : 0n);
    const owed = taxOf(rate, base);
    tax += owed;
    if (rate.endsWith('false')) total += owed;
  }
  for (const { value } of vouchers) total -= least(total, BigInt(value));
  return { total: Number(total), tax: Number(tax) };
}

/** Asserts that money adds up on an order, by its own lines. */
function assertAddsUp(order: any, what: string): void {
  const of = (member: string, kinds?: string[]): number => order.lines.filter(({ kind }: any) => kinds === undefined || kinds.includes(kind)).reduce((all: number, line: any) => all + line[member], 0);
  assert.equal(order.total, order.subtotal + order.tax, what);
  assert.equal(of('value'), order.subtotal, what);
  assert.equal(of('total'), order.total, what);
  assert.equal(of('price'), order.total, what);
  assert.equal(of('total', ['tax']), order.tax, what);
  assert.equal(of('tax'), order.tax, what);
  for (const line of order.lines) {
    for (const member of ['quantity', 'unit_price', 'price', 'value', 'tax', 'total']) assert.ok(Number.isSafeInteger(line[member]), what);
    if (line.kind !== 'tax') assert.deepEqual([line.price, line.total], [line.unit_price * line.quantity, line.value], what);
  }
  assert.ok(order.total >= 0 && order.tax >= 0, what);
}

test(`TT-13 money adds up on every one of ${ORDERS} random orders (SEED=${SEED})`, async () => {
  const shops = await Promise.all(CURRENCIES.map(shopIn));
  const seen = new Set<string>();
  let orders = 0;
  let refused = 0;
  while (orders < ORDERS) {
    const shop = pick(shops);
    const lines = shop.things.filter(() => maybe(25)).map((thing) => ({ thing, quantity: 1 + random(maybe(10) ? 20 : 4) }));
    if (lines.length === 0) continue;
    const donation = maybe(20) && lines.some(({ thing }) => thing.event !== undefined) ? amount() : 0;
    const discount = maybe(50) ? pick(shop.discounts) : undefined;
    const vouchers = maybe(20) ? await Promise.all(Array.from({ length: 1 + random(3) }, shop.newVoucher)) : [];
    const body = { organizer: shop.slug, items: lines.map(({ thing, quantity }) => ({ ...thing.item, quantity })), donation, ...(discount && { discount: discount.code }), vouchers: vouchers.map(({ code }) => code) };
    const what = `SEED=${SEED} ${JSON.stringify(body)}`;
    const basket = await checkout.opened(body);
    const problems = problemsOf(basket).map(([, code]) => code);
    if (problems.length > 0) {
      // A code for tickets that were not chosen is all that can be wrong here.
      assert.deepEqual(problems, ['discount_not_applicable'], what);
      refused += 1;
      continue;
    }
    const { order } = await checkout.completed(basket);
    orders += 1;
    assertAddsUp(order, what);
    assert.deepEqual({ total: order.total, tax: order.tax }, reckoned(lines, donation, discount, vouchers), what);
    assert.equal(completionOf(basket)['total'], order.total);
    for (const { kind } of order.lines) seen.add(kind);
    seen.add(order.payment_method).add(order.currency);
  }
  assert.ok(refused < ORDERS);
  for (const each of ['ticket', 'booking_fee', 'product', 'transaction_charge', 'discount', 'donation', 'tax', 'voucher', 'offline', 'no_cost', ...CURRENCIES]) assert.ok(seen.has(each), `${each} was among them (SEED=${SEED})`);
});

test('TT-13 the same holds of what is stored', async () => {
  assert.equal(await hb.value('SELECT count(*) FROM sale_order'), ORDERS);
  await assertConsistent(hb);
});
