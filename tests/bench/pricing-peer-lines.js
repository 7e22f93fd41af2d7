// @ts-nocheck -- the shapes are those of JSON.parse; that they are right, the comparison of bytes tells
// The amounts of the peer of pricing: what is sold, charge, tax, discount, voucher.

export const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;
export const MILLION = 1_000_000;
/** What decides between equal claims, besides ids: kinds of lines, for ticket types and products. */
const TIES = { ticket: 0, booking_fee: 2, product_fee: 3, product: 5, transaction_charge: 6 };

/** `amount × numerator ÷ denominator`, rounded down. */
function share(amount, numerator, denominator) {
  if (denominator === 0) return 0;
  const product = amount * numerator;
  if (product <= MAX_AMOUNT) return Math.floor(product / denominator);
  return Number((BigInt(amount) * BigInt(numerator)) / BigInt(denominator));
}

/** What {@link share} leaves over. */
function rest(amount, numerator, denominator) {
  if (denominator === 0) return 0;
  const product = amount * numerator;
  if (product <= MAX_AMOUNT) return product % denominator;
  return Number((BigInt(amount) * BigInt(numerator)) % BigInt(denominator));
}

function halfUp(amount, numerator, denominator) {
  const over = rest(amount, numerator, denominator);
  return share(amount, numerator, denominator) + (over > 0 && over >= denominator - over ? 1 : 0);
}

/** Splits an amount over weights by largest remainder. */
function split(amount, weights) {
  let sum = 0;
  for (const { weight } of weights) sum += weight;
  let left = amount;
  const parts = [];
  for (const claim of weights) {
    const part = share(amount, claim.weight, sum);
    claim.over = rest(amount, claim.weight, sum);
    claim.at = parts.length;
    left -= part;
    parts.push(part);
  }
  if (left > 0) {
    weights.sort((a, b) => b.over - a.over || a.tie - b.tie || a.id - b.id || a.at - b.at);
    for (let n = 0; n < left && n < weights.length; n += 1) parts[weights[n].at] += 1;
  }
  return parts;
}

export const isEligible = (discount, item) => item.ticket_type !== undefined && (discount.ticket_types.length === 0 || discount.ticket_types.includes(item.ticket_type));

/** Writes to each line what the discount takes off. */
function applyDiscount(discount, sold) {
  const eligible = sold.filter(({ item }) => isEligible(discount, item));
  let prices = 0;
  let fees = 0;
  for (const { price, fee } of eligible) {
    prices += price;
    fees += fee;
  }
  const off = Math.min(prices, discount.kind === 'fixed_amount' ? discount.price : halfUp(prices, discount.price_percent, 100));
  const feesOff = Math.min(fees, (discount.booking_fee ?? 0) + halfUp(fees, discount.booking_fee_percent ?? 0, 100));
  const weights = (weight) => eligible.map((each) => ({ weight: weight(each), tie: 0, id: each.item.ticket_type, over: 0, at: 0 }));
  const shares = split(off, weights(({ price }) => price));
  const feeShares = split(feesOff, weights(({ fee }) => fee));
  for (let at = 0; at < eligible.length; at += 1) {
    const each = eligible[at];
    each.off = shares[at];
    each.feeOff = feeShares[at];
  }
}

const once = (kind, name, price) => ({ kind, name, quantity: 1, unit_price: price, price, value: price, tax: 0, total: price });

const taxOn = (amount, ppm, isInclusive) => halfUp(amount, ppm, isInclusive ? MILLION + ppm : MILLION);

/** The charge that adds most; undefined for one that can't be counted. */
function chargeOf(sold, parts) {
  const events = new Set();
  for (const { event } of sold) if (event && event.transaction_charge !== 0) events.add(event);
  let most = -1;
  let charging = null;
  for (const event of events) {
    const { id, transaction_charge: charge, tax_rate_ppm: ppm, tax_inclusive: isInclusive } = event;
    if (charge < 0 || charge > MAX_AMOUNT || ppm < 0 || ppm > MILLION) return undefined;
    let adds = charge;
    if (!isInclusive) {
      let base = 0;
      for (const { rate, price } of parts) if (rate === 2 * ppm) base += price;
      adds += taxOn(base + charge, ppm, false) - taxOn(base, ppm, false);
    }
    if (adds > most || (adds === most && id < charging.id)) {
      most = adds;
      charging = event;
    }
  }
  return charging;
}

/** Writes to each line its tax, and answers the sums of each rate. */
function applyTax(parts) {
  const byRate = new Map();
  for (const part of parts) {
    const others = byRate.get(part.rate);
    if (others === undefined) byRate.set(part.rate, [part]);
    else others.push(part);
  }
  const groups = [];
  for (const rate of [...byRate.keys()].sort((a, b) => a - b)) {
    if (rate < 2) continue;
    const taxed = byRate.get(rate);
    const isInclusive = rate % 2 === 1;
    const ppm = (rate - (isInclusive ? 1 : 0)) / 2;
    let base = 0;
    let offPrices = 0;
    let offFees = 0;
    for (const { price, off, isFee } of taxed) {
      base += price;
      if (isFee) offFees += off;
      else offPrices += off;
    }
    const before = taxOn(base, ppm, isInclusive);
    const shares = split(before, taxed.map(({ price, tie, id }) => ({ weight: price, tie, id, over: 0, at: 0 })));
    for (let at = 0; at < taxed.length; at += 1) setTax(taxed[at].line, shares[at], isInclusive ? shares[at] : 0);
    const between = offPrices === 0 ? before : taxOn(base - offPrices, ppm, isInclusive);
    const after = offFees === 0 ? between : taxOn(base - offPrices - offFees, ppm, isInclusive);
    groups.push({ ppm, isInclusive, before, offPrices: between - before, offFees: after - between });
  }
  return groups;
}

function setTax(line, tax, held) {
  line.tax = tax;
  line.value = line.price - held;
  line.total = line.value;
}

function discountLine(name, off, groups, change) {
  const line = once('discount', name, -off);
  let tax = 0;
  let held = 0;
  for (const group of groups) {
    tax += change(group);
    if (group.isInclusive) held += change(group);
  }
  setTax(line, tax, held);
  return line;
}

/** Every line, or undefined when the sums are beyond what can be counted. */
export function linesOf(sold, discount, donation, vouchers) {
  let goods = 0;
  for (const { price, fee } of sold) goods += price + fee;
  if (goods > MAX_AMOUNT) return undefined;
  if (discount) applyDiscount(discount, sold);

  const lines = [];
  const parts = [];
  for (const { line, item, quantity, price, fee, off, feeOff } of sold) {
    const { ticket_type, product_attribute, name, price: unit_price, booking_fee } = item;
    const kind = ticket_type !== undefined ? 'ticket' : 'product';
    const id = ticket_type ?? product_attribute;
    const rate = 2 * item.tax_rate_ppm + (item.tax_inclusive ? 1 : 0);
    const goodsLine = { kind, line, ticket_type, product_attribute, name, quantity, unit_price, price, value: price, tax: 0, total: price };
    lines.push(goodsLine);
    parts.push({ rate, tie: TIES[kind], id, price, off, isFee: false, line: goodsLine });
    if (fee > 0) {
      const feeLine = { kind: 'booking_fee', line, ticket_type, product_attribute, name: `Booking fee: ${name}`, quantity, unit_price: booking_fee, price: fee, value: fee, tax: 0, total: fee };
      lines.push(feeLine);
      parts.push({ rate, tie: ticket_type !== undefined ? TIES.booking_fee : TIES.product_fee, id, price: fee, off: feeOff, isFee: true, line: feeLine });
    }
  }
  let before = goods + donation;
  if (goods > 0) {
    const event = chargeOf(sold, parts);
    if (event === undefined) return undefined;
    if (event !== null) {
      const price = event.transaction_charge;
      const line = once('transaction_charge', 'Transaction charge', price);
      lines.push(line);
      parts.push({ rate: 2 * event.tax_rate_ppm + (event.tax_inclusive ? 1 : 0), tie: TIES.transaction_charge, id: 0, price, off: 0, isFee: false, line });
      before += price;
    }
  }
  const groups = applyTax(parts);
  for (const group of groups) if (!group.isInclusive) before += group.before;
  if (before > MAX_AMOUNT) return undefined;

  if (discount) {
    let off = 0;
    let feesOff = 0;
    for (const each of sold) {
      off += each.off;
      feesOff += each.feeOff;
    }
    if (off > 0) lines.push(discountLine(`Discount ${discount.code}`, off, groups, ({ offPrices }) => offPrices));
    if (feesOff > 0) lines.push(discountLine(`Discount ${discount.code}: fees`, feesOff, groups, ({ offFees }) => offFees));
  }
  if (donation > 0) lines.push(once('donation', 'Donation', donation));
  for (const { ppm, isInclusive, before: undiscounted, offPrices, offFees } of groups) {
    const tax = undiscounted + offPrices + offFees;
    if (tax === 0) continue;
    const name = `Tax ${ppm / 10_000} %${isInclusive ? ', included' : ''}`;
    lines.push({ kind: 'tax', name, quantity: 1, unit_price: tax, price: isInclusive ? 0 : tax, value: 0, tax: 0, total: tax, rate_ppm: ppm, inclusive: isInclusive });
  }
  let left = 0;
  for (const { total } of lines) left += total;
  for (const { code, value } of vouchers) {
    const pays = Math.min(value, left);
    left -= pays;
    if (pays > 0) lines.push(once('voucher', `Voucher ${code}`, -pays));
  }
  return lines;
}
