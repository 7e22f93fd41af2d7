// @ts-nocheck -- the shapes are those of JSON.parse; that they are right, the comparison of bytes tells
// The peer of pricing: the rules of docs/pricing.md, written by hand in
// JavaScript for speed. Text in and text out, as the wasm has it.
import { MAX_AMOUNT, MILLION, isEligible, linesOf } from './pricing-peer-lines.js';

const CONTROL = /\p{Cc}/u;

function refuse(message) {
  throw new TypeError(message);
}

const codeKey = (code) => code.trim().replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const keyOf = (item) => (item.ticket_type !== undefined ? item.ticket_type : -item.product_attribute);

const namelessly = (item) => (item.ticket_type !== undefined ? `ticket type ${item.ticket_type}` : `product attribute ${item.product_attribute}`);

const isId = (id) => Number.isSafeInteger(id) && id > 0;

function readCode(code) {
  if (typeof code !== 'string') return refuse('a code is a text');
  const text = code.trim();
  if (text === '' || (text.length > 64 && [...text].length > 64) || CONTROL.test(text)) return refuse('a code has 1 to 64 printable characters');
  return text;
}

function readCodes(codes) {
  if (codes === undefined || codes === null) return [];
  if (!Array.isArray(codes) || codes.length > 10) return refuse('at most 10 codes');
  return codes.map(readCode);
}

function readSelection(text) {
  const chosen = JSON.parse(text);
  for (const name in chosen) {
    if (name !== 'items' && name !== 'donation' && name !== 'discount' && name !== 'vouchers' && name !== 'access_codes') refuse(`${name} is unknown`);
  }
  const { items, donation = null, discount = null } = chosen;
  if (!Array.isArray(items) || items.length > 100) refuse('at most 100 items');
  for (const { ticket_type = null, product_attribute = null, quantity } of items) {
    const isOne = ticket_type === null ? isId(product_attribute) : isId(ticket_type) && product_attribute === null;
    if (!isOne || !Number.isInteger(quantity) || quantity < 1 || quantity > 1_000) refuse('an item is a ticket type or product attribute, 1 to 1,000 of it');
  }
  if (donation !== null && (!Number.isSafeInteger(donation) || donation < 0)) refuse('a donation is a whole amount');
  readCodes(chosen.access_codes);
  return { items, donation: donation ?? 0, discount: discount === null ? undefined : readCode(discount), vouchers: readCodes(chosen.vouchers) };
}

/** What may be sold, ready to price from. */
class PriceList {
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.items = byKey(catalogue.items ?? [], keyOf);
    this.events = byKey(catalogue.events ?? [], ({ id }) => id);
    this.groups = byKey(catalogue.groups ?? [], ({ id }) => id);
    this.vouchers = byKey(catalogue.vouchers ?? [], ({ code }) => codeKey(code));
    this.discountKey = catalogue.discount ? codeKey(catalogue.discount.code) : undefined;
  }

  /** From a selection's text to its quote's. */
  price(text, now) {
    const selection = readSelection(text);
    const problems = [];
    const sold = this.check(selection.items, now, problems);
    if (selection.items.length === 0) problems.push({ line: null, code: 'empty', message: 'there is nothing in this basket' });
    const discount = selection.discount === undefined ? undefined : this.discount(selection.discount, sold, now, problems);
    const vouchers = selection.vouchers.length === 0 ? [] : this.usable(selection.vouchers, sold, now, problems);
    let { donation } = selection;
    if (donation > 0 && !sold.some(({ event }) => event?.accepts_donations)) {
      problems.push({ line: null, code: 'donation_not_accepted', message: 'no event in this basket accepts donations' });
      donation = 0;
    }
    let lines = linesOf(sold, discount, donation, vouchers);
    if (lines === undefined) {
      problems.push({ line: null, code: 'overflow', message: `amounts end at ${MAX_AMOUNT} minor units` });
      lines = [];
    }
    let subtotal = 0;
    let tax = 0;
    let total = 0;
    for (const line of lines) {
      subtotal += line.value;
      tax += line.tax;
      total += line.total;
    }
    return JSON.stringify({ currency: this.catalogue.currency, lines, subtotal, tax, total, problems });
  }

  check(items, now, problems) {
    const merged = new Map();
    for (let line = 0; line < items.length; line += 1) {
      const wanted = items[line];
      const known = merged.get(keyOf(wanted));
      if (known === undefined) merged.set(keyOf(wanted), { line, wanted, quantity: wanted.quantity });
      else known.quantity += wanted.quantity;
    }
    const { organizer_id, currency } = this.catalogue;
    const inGroups = new Map();
    if (this.groups.size > 0) {
      for (const [key, { quantity }] of merged) {
        const item = this.items.get(key);
        if (item && item.group_id !== null && item.organizer_id === organizer_id && !item.locked) inGroups.set(item.group_id, (inGroups.get(item.group_id) ?? 0) + quantity);
      }
    }

    const sold = [];
    for (const [key, { line, wanted, quantity }] of merged) {
      const before = problems.length;
      const broken = (code, message) => void problems.push({ line, code, message });
      const item = this.items.get(key);
      if (item === undefined) {
        broken('unknown_item', `there is no ${namelessly(wanted)}`);
        continue;
      }
      if (item.organizer_id !== organizer_id) {
        broken('foreign_venue', `${namelessly(wanted)} is sold by another organizer`);
        continue;
      }
      if (item.currency !== currency) broken('currency_mismatch', `${namelessly(wanted)} is sold in ${item.currency}, this basket in ${currency}`);
      if (item.locked) {
        broken('locked', `${namelessly(wanted)} is sold only through its link or access code`);
        continue;
      }
      const { name, available, max_per_order } = item;
      const event = item.event_id === null ? undefined : this.events.get(item.event_id);
      if (event && event.ends_at <= now) broken('not_on_sale', `\`${name}\` is no longer on sale: \`${event.name}\` is over`);
      else if (item.on_sale_until !== null && item.on_sale_until <= now) broken('not_on_sale', `\`${name}\` is no longer on sale`);
      else if (item.on_sale_from !== null && now < item.on_sale_from) broken('not_on_sale', `\`${name}\` is not on sale yet`);

      const least = Math.max(item.min_per_order, 1);
      if (available <= 0) broken('sold_out', `\`${name}\` is sold out`);
      else if (available < quantity) broken('not_enough_stock', `only ${available} of \`${name}\` ${available === 1 ? 'is' : 'are'} left`);
      if (quantity < least) broken('below_minimum', `an order with \`${name}\` needs at least ${least} of it`);
      if (max_per_order !== null && quantity > max_per_order) broken('above_maximum', `one order may have at most ${max_per_order} of \`${name}\``);
      const group = item.group_id === null ? undefined : this.groups.get(item.group_id);
      const count = inGroups.get(item.group_id) ?? 0;
      if (group && group.max_per_order !== null && count > group.max_per_order) broken('above_group_maximum', `one order may have at most ${group.max_per_order} of \`${group.name}\`, not ${count}`);

      const price = item.price * quantity;
      const fee = item.booking_fee * quantity;
      const isCountable = item.price >= 0 && item.booking_fee >= 0 && price <= MAX_AMOUNT && fee <= MAX_AMOUNT && item.tax_rate_ppm >= 0 && item.tax_rate_ppm <= MILLION;
      if (!isCountable) broken('overflow', `the price of \`${name}\` is beyond what can be counted`);
      if (problems.length === before) sold.push({ line, item, event, quantity, price, fee, off: 0, feeOff: 0 });
    }
    return sold;
  }

  discount(code, sold, now, problems) {
    const before = problems.length;
    const broken = (code, message) => void problems.push({ line: null, code, message });
    const { currency, discount } = this.catalogue;
    if (this.discountKey === undefined || codeKey(code) !== this.discountKey) {
      broken('discount_unknown', `there is no discount \`${code}\``);
      return undefined;
    }
    const name = discount.code;
    if (discount.expires_at !== null && discount.expires_at <= now) broken('discount_expired', `the discount \`${name}\` is over`);
    if (discount.redemptions_left !== null && discount.redemptions_left <= 0) broken('discount_used_up', `the discount \`${name}\` is used up`);
    const hasAmount = discount.kind === 'fixed_amount' || discount.booking_fee !== null;
    if (hasAmount && discount.currency !== currency) broken('discount_not_applicable', `the discount \`${name}\` is in ${discount.currency}, this basket in ${currency}`);
    else if (!sold.some(({ item }) => isEligible(discount, item))) broken('discount_not_applicable', `the discount \`${name}\` is for none of the tickets in this basket`);
    return problems.length === before ? discount : undefined;
  }

  usable(codes, sold, now, problems) {
    const { currency } = this.catalogue;
    const seen = new Set();
    const found = [];
    for (const code of codes) {
      const before = problems.length;
      const broken = (code, message) => void problems.push({ line: null, code, message });
      const key = codeKey(code);
      const voucher = this.vouchers.get(key);
      if (seen.has(key)) {
        broken('voucher_twice', `the voucher \`${code}\` is in this basket more than once`);
        continue;
      }
      seen.add(key);
      if (voucher === undefined) {
        broken('voucher_unknown', `there is no voucher \`${code}\``);
        continue;
      }
      const name = voucher.code;
      const isFor = ({ item, event }) => item.ticket_type !== undefined && voucher.series_ids.includes(event?.series_id);
      if (voucher.expires_at !== null && voucher.expires_at <= now) broken('voucher_expired', `the voucher \`${name}\` has expired`);
      if (voucher.used) broken('voucher_used', `the voucher \`${name}\` has been used`);
      if (voucher.currency !== currency) broken('voucher_not_applicable', `the voucher \`${name}\` is in ${voucher.currency}, this basket in ${currency}`);
      else if (voucher.series_ids.length > 0 && !sold.some(isFor)) broken('voucher_not_applicable', `the voucher \`${name}\` is for none of the events in this basket`);
      if (problems.length === before) found.push(voucher);
    }
    return found;
  }
}

/** By key; of equal keys the first counts. */
function byKey(list, key) {
  const found = new Map();
  for (const one of list) if (!found.has(key(one))) found.set(key(one), one);
  return found;
}

/** Reads a catalogue. */
export const priceList = (catalogue) => new PriceList(JSON.parse(catalogue));
