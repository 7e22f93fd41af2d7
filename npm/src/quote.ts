// What the buyer chose, and what it costs. Amounts are whole minor units.

/** So many of one ticket type or product attribute: exactly one of the two ids is there. */
export interface Item {
  ticket_type?: number;
  product_attribute?: number;
  /** 1 to 1,000. */
  quantity: number;
}

/** What a buyer chose. */
export interface Selection {
  /** At most 100. */
  items: Item[];
  /** What the buyer gives on top. */
  donation: number;
  /** The code of a discount. */
  discount: string | null;
  /** The codes of vouchers, at most 10, in the order they pay. */
  vouchers: string[];
  /** Codes that unlock hidden ticket types, at most 10; the price does not depend on them. */
  access_codes: string[];
}

/** A selection of which only the items must be there. */
export type PartialSelection = Pick<Selection, 'items'> & Partial<Selection>;

/** What a line is for. */
export type LineKind = 'ticket' | 'booking_fee' | 'product' | 'transaction_charge' | 'discount' | 'donation' | 'tax' | 'voucher';

/** One line of a quote. */
export interface QuoteLine {
  kind: LineKind;
  /** Of a ticket, a product or its booking fee: the index in the selection's items. */
  line?: number;
  ticket_type?: number;
  product_attribute?: number;
  name: string;
  quantity: number;
  /** Of one. */
  unit_price: number;
  /** What the buyer reads on the line: with the tax where prices hold it, without where it is added. */
  price: number;
  /** The price without tax. */
  value: number;
  /** The tax on this line, which a line of kind `tax` adds up. */
  tax: number;
  /** What the line adds to the total: its value, or of a tax line the tax. */
  total: number;
  /** Of a tax line: the rate in millionths. */
  rate_ppm?: number;
  /** Of a tax line: whether prices hold the tax. */
  inclusive?: boolean;
}

/** Which rule a basket breaks. */
export type QuoteProblemCode =
  | 'unknown_item'
  | 'foreign_venue'
  | 'currency_mismatch'
  | 'locked'
  | 'not_on_sale'
  | 'sold_out'
  | 'not_enough_stock'
  | 'below_minimum'
  | 'above_maximum'
  | 'above_group_maximum'
  | 'empty'
  | 'discount_unknown'
  | 'discount_expired'
  | 'discount_used_up'
  | 'discount_not_applicable'
  | 'voucher_unknown'
  | 'voucher_expired'
  | 'voucher_used'
  | 'voucher_not_applicable'
  | 'voucher_twice'
  | 'donation_not_accepted'
  | 'overflow';

/** One rule that a basket breaks. */
export interface QuoteProblem {
  /** The index in the selection's items; null for the basket as a whole. */
  line: number | null;
  code: QuoteProblemCode;
  /** For people. */
  message: string;
}

/** What a basket costs. `total` is `subtotal` and `tax`, and the sum of the lines' `total`s and of their `price`s. */
export interface Quote {
  currency: string;
  /** In the order they are shown. */
  lines: QuoteLine[];
  /** Without tax. */
  subtotal: number;
  tax: number;
  /** To pay. */
  total: number;
  /** Every rule the basket breaks. One with problems is never sold. */
  problems: QuoteProblem[];
}
