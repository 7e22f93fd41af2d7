// Baskets to price: one as people have them, and random ones that break any rule.

/** What is priced, as texts. */
export interface Basket {
  catalogue: string;
  selection: string;
  /** Unix milliseconds. */
  now: number;
}

const NOW = 1_790_000_000_000;
const DAY = 86_400_000;

const EVENT = { series_id: 3, name: 'Rock Night', ends_at: NOW + DAY, transaction_charge: 100, tax_rate_ppm: 190_000, tax_inclusive: true, accepts_donations: true };
const ITEM = {
  organizer_id: 1,
  event_id: 7,
  group_id: null,
  currency: 'EUR',
  price: 3500,
  booking_fee: 150,
  tax_rate_ppm: 190_000,
  tax_inclusive: true,
  available: 500,
  min_per_order: 1,
  max_per_order: 8,
  on_sale_from: null,
  on_sale_until: NOW + DAY,
  locked: false,
};
const DISCOUNT = { code: 'EARLY', kind: 'percentage', price: null, price_percent: 10, booking_fee: null, booking_fee_percent: 50, currency: 'EUR', ticket_types: [], expires_at: null, redemptions_left: 3 };

/** Ten lines, tickets of two events and products, with booking fees, a discount, two rates of tax and a voucher. */
export function tenLines(): Basket {
  const tickets = Array.from({ length: 7 }, (_, n) => ({ ...ITEM, ticket_type: 30 + n, event_id: 7 + (n % 2), group_id: n < 3 ? 2 : null, name: `Standing, block ${n + 1}`, price: 3500 + 150 * n }));
  const products = Array.from({ length: 3 }, (_, n) => ({ ...ITEM, product_attribute: 5 + n, event_id: null, name: `Tour shirt, size ${n + 1}`, price: 2500, booking_fee: 0, tax_rate_ppm: 70_000 }));
  const catalogue = {
    organizer_id: 1,
    currency: 'EUR',
    events: [7, 8].map((id) => ({ ...EVENT, id, transaction_charge: 10 * id })),
    groups: [{ id: 2, name: 'Floor', max_per_order: 10 }],
    items: [...tickets, ...products],
    discount: DISCOUNT,
    vouchers: [{ code: 'GIFT-1', value: 2000, currency: 'EUR', series_ids: [3], expires_at: null, used: false }],
  };
  const items = [...tickets.map(({ ticket_type }, n) => ({ ticket_type, quantity: 1 + (n % 3) })), ...products.map(({ product_attribute }) => ({ product_attribute, quantity: 1 }))];
  const selection = { items, donation: 0, discount: 'early', vouchers: ['GIFT-1'], access_codes: [] };
  return { catalogue: JSON.stringify(catalogue), selection: JSON.stringify(selection), now: NOW };
}

/** Numbers that look random and are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items up to the thousand things that one order may hold. */
function orderable<Item extends { quantity: number }>(items: Item[]): Item[] {
  let left = 1_000;
  return items.filter(({ quantity }) => quantity <= left && ((left -= quantity), true));
}

/** A basket of which anything may be right or wrong. */
export function randomBasket(seed: number): Basket {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(...choices: T[]): T => choices[below(choices.length)]!;
  const rarely = <T>(rare: T, usual: T): T => (random() < 0.06 ? rare : usual);
  const list = <T>(most: number, make: (n: number) => T): T[] => Array.from({ length: below(most + 1) }, (_, n) => make(n));
  const name = (): string => oneOf('Standing', 'Balcony "left"', '指定席', 'Back\\slash\ttab', 'Zürich 🌷', '\u0001', '');
  const currency = (): string => rarely('USD', 'EUR');
  const soon = (): number => NOW + rarely(-1, oneOf(0, 1, DAY));
  // Most are prices as they are; some come near to what can't be counted.
  const amount = (): number => rarely(oneOf(Number.MAX_SAFE_INTEGER, 4_503_599_627_370_497, 90_071_992_547_409, -1), oneOf(0, below(100), below(10_000), below(1_000_000)));
  const taxed = () => ({ tax_rate_ppm: rarely(1_000_001, oneOf(0, 70_000, 88_750, 190_000, 190_000, below(1_000_001))), tax_inclusive: random() < 0.6 });

  const catalogue = {
    organizer_id: 1,
    currency: 'EUR',
    events: list(3, (n) => ({ id: rarely(1, n + 1), series_id: oneOf(null, 3, 4), name: name(), ends_at: soon() + 1, transaction_charge: amount(), ...taxed(), accepts_donations: random() < 0.7 })),
    groups: list(2, (n) => ({ id: n + 1, name: name(), max_per_order: oneOf(null, 5, 50) })),
    items: list(12, (n) => ({
      ...(random() < 0.75 ? { ticket_type: 1 + n } : { product_attribute: 1 + n }),
      organizer_id: rarely(2, 1),
      event_id: oneOf(null, 1, 2, 3),
      group_id: oneOf(null, 1, 2),
      name: name(),
      currency: currency(),
      price: amount(),
      booking_fee: oneOf(0, below(500), amount()),
      ...taxed(),
      available: rarely(oneOf(0, 1, 2), 5_000),
      min_per_order: rarely(3, oneOf(0, 1)),
      max_per_order: oneOf(null, rarely(2, 2_000)),
      on_sale_from: oneOf(null, 2 * NOW - soon()),
      on_sale_until: oneOf(null, soon() + 1),
      locked: rarely(true, false),
    })),
    discount: oneOf(null, {
      code: 'Früh',
      kind: oneOf('percentage', 'fixed_amount'),
      price: below(20_000),
      price_percent: 1 + below(100),
      booking_fee: oneOf(null, below(300)),
      booking_fee_percent: oneOf(null, 1 + below(100)),
      currency: currency(),
      ticket_types: oneOf([], [1, 2, 3, 4, 5]),
      expires_at: oneOf(null, soon() + 1),
      redemptions_left: oneOf(null, rarely(0, 1)),
    }),
    vouchers: list(3, (n) => ({ code: `Gift-${n}`, value: amount(), currency: currency(), series_ids: oneOf([], [3], [4, 3]), expires_at: oneOf(null, soon() + 1), used: rarely(true, false) })).filter(({ value }) => value >= 0),
  };
  const ids = catalogue.items.map((item) => ('ticket_type' in item ? { ticket_type: item.ticket_type } : { product_attribute: item.product_attribute }));
  const target = () => rarely(oneOf({ ticket_type: 99 }, { product_attribute: 1 }), ids.length === 0 ? { ticket_type: 1 } : oneOf(...ids));
  const selection = {
    items: orderable(list(rarely(100, 10), () => ({ ...target(), quantity: 1 + rarely(below(1_000), below(4)) }))),
    donation: oneOf(0, 0, below(5_000), Math.max(0, amount())),
    discount: oneOf(null, 'FRüH', ' früh', 'FRÜH'),
    vouchers: list(3, () => oneOf('GIFT-0', ' gift-1 ', 'gift-2', 'Gift-9')),
    access_codes: list(1, () => 'BAND'),
  };
  return { catalogue: JSON.stringify(catalogue), selection: JSON.stringify(selection), now: NOW };
}
