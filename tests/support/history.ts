// An account's history as the contract tells it, and the report that it comes
// to: clicks, purchases, refunds, scans, kept as plain lists and added up anew for
// each question. It shares nothing with the product.
import { DAY, HOUR } from './checkout.ts';
import type { Both, Figures, Said } from './report.ts';
import { figures } from './report.ts';

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, but not, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  whole = (from: number, to: number): number => from + Math.floor(this.next() * (to - from + 1));
  isLikely = (chance: number): boolean => this.next() < chance;
  oneOf = <T>(list: readonly T[]): T => list[this.whole(0, list.length - 1)]!;
}

/** When a request was under way, by the Worker's clock: the moment it was handled is one between the two. */
export interface Span {
  sent: number;
  received: number;
}

export interface LinkFact {
  id: number;
  /** Null: the whole account. */
  event: number | null;
  /** Of another account, whose links count for nothing here. */
  isForeign: boolean;
  isDeleted: boolean;
  /** Made over the campaigns API. */
  isCampaign: boolean;
  /** Deleted with all that was known of it (PX-04). */
  isPurged: boolean;
}

export interface TypeFact {
  id: number;
  event: number;
  price: number;
}

/** A contact with a link. No two of one history are at the same time. */
export interface TouchFact {
  link: LinkFact;
  at: Span;
}

/** A request that a link answered with its destination. */
export interface ClickFact {
  link: LinkFact;
  /** Who came: two clicks are one visitor's when these are the same. */
  visitor: string;
  isView: boolean;
  isRobot: boolean;
  /** The moment, by the Worker's clock. */
  at: number;
}

export interface TicketFact {
  id: number;
  barcode: string;
  type: TypeFact;
  isVoid: boolean;
  /** Whoever made it void said that it was cancelled. */
  isSaidCanceled: boolean;
  isScanned: boolean;
}

export interface OrderFact {
  id: number;
  /** The mail address, without its case. */
  customer: string;
  currency: string;
  total: number;
  refunded: number;
  isCancelled: boolean;
  link: LinkFact | null;
  tickets: TicketFact[];
  /** When it was paid; null while it waits for that. */
  completed: Span | null;
  isFirst: boolean;
}

/** What a report is asked about; bounds are included, and no request is under way at one. */
export interface Asked {
  from?: number;
  until?: number;
  event?: number;
}

export interface ExpectedRow {
  views: number;
  visitors: number;
  figures: Figures;
  types: Record<number, Figures>;
}

/** What a link says of its clicks, of all time. */
export interface Counted {
  raw: number;
  robots: number;
  views: number;
  visitors: number;
}

export interface Expected {
  rows: Record<number, ExpectedRow>;
  total: Figures;
  all: Figures;
}

/** What an order comes to in one group of tickets. */
interface Part {
  order: OrderFact;
  tickets: TicketFact[];
}

export class Account {
  window: number;
  readonly links: LinkFact[] = [];
  readonly orders: OrderFact[] = [];
  /** Those that the consumer has been given, each once, in the order in which it got them. */
  readonly counted: ClickFact[] = [];

  constructor(window: number) {
    this.window = window;
  }

  /** The link that a purchase of these ticket types is credited to (AT-01, ST-02 to ST-04). */
  credit(touches: TouchFact[], types: TypeFact[], at: Span): LinkFact | null {
    const events = types.map(({ event }) => event);
    const counts = ({ link, at: touched }: TouchFact): boolean =>
      !link.isForeign && !link.isDeleted && (link.event === null || events.includes(link.event)) && touched.sent <= at.sent && touched.sent >= at.sent - this.window * DAY;
    const [last] = touches.filter(counts).sort((a, b) => b.at.sent - a.at.sent);
    return last?.link ?? null;
  }

  /** An order is paid: from now on it counts. */
  complete(order: OrderFact, at: Span): void {
    order.completed = at;
    order.isFirst = !this.orders.some((other) => other !== order && other.completed !== null && other.customer === order.customer);
  }

  /** The link is gone, with its clicks and its credits. */
  purge(link: LinkFact): void {
    link.isDeleted = true;
    link.isPurged = true;
    for (const order of this.orders) if (order.link === link) order.link = null;
    this.counted.splice(0, this.counted.length, ...this.counted.filter((click) => click.link !== link));
  }

  /** The consumer was given a click; one of a link that is gone counts nowhere. */
  count(click: ClickFact): void {
    if (!click.link.isPurged) this.counted.push(click);
  }

  /** The completed orders that a link is credited for. */
  ordersOf = (link: LinkFact): number => this.orders.filter(({ link: credited, completed }) => credited === link && completed !== null).length;

  cancel(order: OrderFact, isRefunded: boolean): void {
    order.isCancelled = true;
    for (const ticket of order.tickets) ticket.isVoid = true;
    if (isRefunded && order.completed !== null) order.refunded = order.total;
  }

  /** Bounds at which nothing was under way, so that it is certain what is before and what after. */
  bounds(): number[] {
    const spans = this.orders.flatMap(({ completed }) => (completed === null ? [] : [completed]));
    const hours = this.counted.flatMap(({ at }) => [Math.floor(at / HOUR) * HOUR - 1, Math.ceil(at / HOUR) * HOUR]);
    return [...spans.map(({ received }) => received), ...hours].filter((bound) => spans.every(({ sent, received }) => received <= bound || sent > bound));
  }

  /** The clicks of a link that are counted; a visitor's first is the first that was, whenever it was made. */
  clicksOn(link: LinkFact): (ClickFact & { isFirst: boolean })[] {
    const seen = new Set<string>();
    return this.counted.filter((click) => click.link === link).map((click) => {
      const isFirst = click.isView && !seen.has(click.visitor);
      if (isFirst) seen.add(click.visitor);
      return { ...click, isFirst };
    });
  }

  /** What a link says of its clicks (RD-08). */
  countedOn(link: LinkFact): Counted {
    const clicks = this.clicksOn(link);
    const of = (is: (click: (typeof clicks)[number]) => boolean): number => clicks.filter(is).length;
    return { raw: clicks.length, robots: of(({ isRobot }) => isRobot), views: of(({ isView }) => isView), visitors: of(({ isFirst }) => isFirst) };
  }

  /** The report (ST-08 to ST-12). Clicks are those of every hour that begins in the range. */
  report({ from = -Infinity, until = Infinity, event }: Asked): Expected {
    const parts = this.orders.flatMap((order): Part[] => {
      if (order.completed === null || order.completed.received < from || order.completed.received > until) return [];
      const tickets = order.tickets.filter(({ type }) => event === undefined || type.event === event);
      return event !== undefined && tickets.length === 0 ? [] : [{ order, tickets }];
    });
    const rows: Expected['rows'] = {};
    for (const link of this.links) {
      const own = parts.filter(({ order }) => order.link === link);
      const isListed = !link.isForeign && !link.isDeleted && (event === undefined || link.event === null || link.event === event);
      if (!isListed && own.length === 0) continue;
      const ids = new Set(own.flatMap(({ tickets }) => tickets.map(({ type }) => type.id)));
      const ofType = (id: number): Part[] => own.flatMap(({ order, tickets }) => {
        const some = tickets.filter(({ type }) => type.id === id);
        return some.length === 0 ? [] : [{ order, tickets: some }];
      });
      const clicks = this.clicksOn(link).filter(({ at }) => at - (at % HOUR) >= from && at - (at % HOUR) <= until);
      const views = clicks.filter(({ isView }) => isView).length;
      const visitors = clicks.filter(({ isFirst }) => isFirst).length;
      rows[link.id] = { views, visitors, figures: added(own), types: Object.fromEntries([...ids].map((id) => [id, added(ofType(id))])) };
    }
    return { rows, total: added(parts.filter(({ order }) => order.link !== null)), all: added(parts) };
  }
}

const isValid = ({ isVoid }: TicketFact): boolean => !isVoid;

/** What the feed calls a ticket of an order (SG-07). */
export function statusOf({ total, refunded }: OrderFact, { isVoid, isSaidCanceled }: TicketFact): string {
  if (isSaidCanceled) return 'canceled';
  if (total > 0 && refunded === total) return 'refunded';
  return isVoid ? 'canceled' : 'valid';
}

/** An order that earns nothing any more (AT-06, ST-11). */
function isReversed({ isCancelled, total, refunded, tickets }: OrderFact): boolean {
  return isCancelled || (total > 0 && refunded === total) || (tickets.length > 0 && !tickets.some(isValid));
}

const faceOf = (tickets: TicketFact[]): bigint => tickets.reduce((sum, { type }) => sum + BigInt(type.price), 0n);

/**
 * What is left of the face value of an order's tickets of one type: that of the
 * valid ones, but of all valid ones no larger a part of the order's face value
 * than the part of its price that was not refunded, rounded down.
 */
function netFace(order: OrderFact, type: number): bigint {
  const mine = faceOf(order.tickets.filter((ticket) => isValid(ticket) && ticket.type.id === type));
  const valid = faceOf(order.tickets.filter(isValid));
  const whole = faceOf(order.tickets);
  const kept = order.total === 0 ? whole : (whole * BigInt(order.total - order.refunded)) / BigInt(order.total);
  return valid <= kept ? mine : (mine * kept) / valid;
}

function added(parts: Part[]): Figures {
  const left = parts.filter(({ order }) => !isReversed(order));
  const people = (of: Part[]): number => new Set(of.map(({ order }) => order.customer)).size;
  const fresh = (of: Part[]): number => people(of.filter(({ order }) => order.isFirst));
  const tickets = parts.flatMap((part) => part.tickets);
  const faces: Record<string, Both> = {};
  for (const { order, tickets: some } of parts) {
    const gross = Number(faceOf(some));
    if (gross === 0) continue;
    const net = [...new Set(some.map(({ type }) => type.id))].reduce((sum, type) => sum + Number(netFace(order, type)), 0);
    const sum = (faces[order.currency] ??= { gross: 0, net: 0 });
    sum.gross += gross;
    sum.net += net;
  }
  const said: Said = {
    customers: [people(parts), people(left)],
    new_customers: [fresh(parts), fresh(left)],
    orders: [parts.length, left.length],
    tickets: [tickets.length, tickets.filter(isValid).length],
    scanned: tickets.filter((ticket) => isValid(ticket) && ticket.isScanned).length,
  };
  return { ...figures(said), face_value: faces };
}
