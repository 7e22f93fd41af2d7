// What travels between the page and the Worker, in JSON.
import type { Catalogue, Item, Quote, Selection } from 'handbill/basket';

/** The query the page was opened with: whose basket this is going to be. */
export interface Origin {
  /** Slug of a link. */
  link?: string;
  event?: number;
}

/** A show as the page names it. */
export interface Show {
  id: number;
  name: string;
  slug: string;
  description: string;
  /** RFC 3339. */
  starts_at: string;
  ends_at: string;
  /** IANA name. */
  time_zone: string;
  place: string;
  currency: string;
}

/** What the page says of an item besides its name and price. */
export interface ItemText extends Omit<Item, 'quantity'> {
  description: string;
  group: string | null;
  /** The event's or product's name. */
  of: string;
}

export type PaymentMethod = 'offline' | 'external' | 'no_cost';

/** A basket as the Worker keeps it. */
export interface Basket {
  /** Whoever knows it may change and buy the basket. */
  key: string;
  state: 'open' | 'pending' | 'completed' | 'cancelled';
  /** RFC 3339; null when no stock is held. */
  hold_until: string | null;
  /** The Worker's clock, unix milliseconds. */
  now: number;
  organizer: { id: number; name: string; slug: string; payment_methods: PaymentMethod[] };
  events: Show[];
  link: string | null;
  items: ItemText[];
  catalogue: Catalogue;
  selection: Selection;
  quote: Quote;
  offline_instructions: string;
}

/** What was left empty is left out. */
export interface Buyer {
  first_name?: string;
  last_name?: string;
  email?: string;
  phone?: string;
}

/** What the buyer agrees to. */
export interface Completion {
  payment_method: PaymentMethod;
  /** Minor units. */
  total: number;
  currency: string;
  buyer: Buyer;
}

/** What was ordered, as far as the page needs it: the confirmation is a page of its own. */
export interface Confirmation {
  order: { id: number; status: 'completed' | 'pending' };
  /** The confirmation's path. */
  url: string;
  /** Where an external payment is made. */
  pay_url: string | null;
}

/** What is wrong with one field of what was sent. */
export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}
