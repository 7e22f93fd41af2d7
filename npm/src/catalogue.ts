// What may be sold in one checkout, as the server tells it. Amounts are whole
// minor units, times are unix milliseconds, rates are millionths.

/** What one checkout may sell. Members that are not listed here are ignored. */
export interface Catalogue {
  /** The organizer that sells. */
  organizer_id: number;
  /** The one currency of the basket, an ISO 4217 code. */
  currency: string;
  /** The events of the items. */
  events?: CatalogueEvent[];
  /** The groups of the items. */
  groups?: CatalogueGroup[];
  /** What is sold. What is not in here is unknown. */
  items?: CatalogueItem[];
  /** The discount that the buyer's code names, if there is one. */
  discount?: CatalogueDiscount | null;
  /** The vouchers that the buyer's codes name, those there are. */
  vouchers?: CatalogueVoucher[];
}

/** An event, as far as it bears on the price. */
export interface CatalogueEvent {
  id: number;
  /** The series it is one of. */
  series_id: number | null;
  name: string;
  /** From then on nothing of it is sold. */
  ends_at: number;
  /** Once an order. */
  transaction_charge: number;
  /** Of the charge. */
  tax_rate_ppm: number;
  /** Whether the charge holds its tax. */
  tax_inclusive: boolean;
  /** Whether its buyers may donate. */
  accepts_donations: boolean;
}

/** Items that are limited together. */
export interface CatalogueGroup {
  id: number;
  name: string;
  /** Most of the group in one order. */
  max_per_order: number | null;
}

/** A ticket type or a product attribute: exactly one of the two ids is there. */
export interface CatalogueItem {
  ticket_type?: number;
  product_attribute?: number;
  organizer_id: number;
  event_id: number | null;
  group_id: number | null;
  name: string;
  currency: string;
  /** For one. */
  price: number;
  /** For one, on a line of its own. */
  booking_fee: number;
  /** Of price and booking fee. */
  tax_rate_ppm: number;
  /** Whether price and booking fee hold their tax. */
  tax_inclusive: boolean;
  /** How many this basket may have: free stock and what it already holds. */
  available: number;
  /** Fewest in one order. */
  min_per_order: number;
  /** Most in one order. */
  max_per_order: number | null;
  on_sale_from: number | null;
  on_sale_until: number | null;
  /** Whether it is hidden, and neither link nor access code unlocked it. */
  locked: boolean;
}

/** A discount on ticket prices, booking fees or both. */
export interface CatalogueDiscount {
  code: string;
  /** Which of the next two counts. */
  kind: 'percentage' | 'fixed_amount';
  /** Off the tickets' prices. */
  price: number | null;
  /** Hundredths of them. */
  price_percent: number | null;
  /** Off the tickets' booking fees. */
  booking_fee: number | null;
  /** Hundredths of them. */
  booking_fee_percent: number | null;
  /** Of the amounts. */
  currency: string;
  /** The ticket types it is for; empty for all. */
  ticket_types: number[];
  expires_at: number | null;
  /** How many more orders may use it; null for any number. */
  redemptions_left: number | null;
}

/** A voucher. */
export interface CatalogueVoucher {
  code: string;
  /** What it pays. */
  value: number;
  currency: string;
  /** The series it is for; empty for any basket. */
  series_ids: number[];
  expires_at: number | null;
  /** Whether an order has used it. */
  used: boolean;
}
