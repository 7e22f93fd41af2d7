// Makes a random history over HTTP, and tells the model (history.ts) of it.
import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import { BROWSERS, ROBOTS } from './agents.ts';
import { Manager } from './api.ts';
import { BUYER, DAY, shirtOf } from './checkout.ts';
import { pathOf } from './http.ts';
import type { Answer } from './http.ts';
import { Account, statusOf } from './history.ts';
import type { ClickFact, Dice, LinkFact, OrderFact, Span, TicketFact, TouchFact, TypeFact } from './history.ts';
import type { Handbill } from './runtime.ts';
import { Visitor } from './visitor.ts';
import type { Followed } from './visitor.ts';

/** How far the clock is ahead, for all histories of one runtime. */
export interface Ahead {
  milliseconds: number;
}

interface Browser {
  visitor: Visitor;
  /** Its address and agent, by which it is known when it asks not to be tracked. */
  looks: string;
  journey: Map<number, TouchFact>;
}

/** A click whose message is not known yet. */
export interface Sent extends Omit<ClickFact, 'at'> {
  when: Span;
  /** Asked not to be tracked: to be told from others by the day, too. */
  isAnonymous: boolean;
}

interface Pending {
  order: OrderFact;
  key: string;
  until: number;
}

/** A link that leads away, so that clicks on it give tokens. */
const AWAY = 'https://shop.example/night';
const ADDRESSES = Array.from({ length: 14 }, (_, n) => `buyer-${n}@example.org`);
/** Codes: a third, everything, a fixed amount. */
const DISCOUNTS = [{ code: 'THIRD', kind: 'percentage', price_percent: 33 }, { code: 'ALL', kind: 'percentage', price_percent: 100, booking_fee_percent: 100 }, { code: 'FIX', kind: 'fixed_amount', price: 777 }];

export class Storyteller {
  readonly account: Account;
  readonly manager: Manager;
  /** What was done, for whoever has to understand it. */
  readonly told: string[] = [];
  /** Clicks since somebody last took them from here. */
  sent: Sent[] = [];
  readonly events: [number, number];
  readonly #hb: Handbill;
  readonly #dice: Dice;
  readonly #ahead: Ahead;
  readonly #name: string;
  readonly #organizer: number;
  readonly #types: TypeFact[];
  readonly #code: string;
  readonly #secret: string;
  #shirt: number | undefined;
  readonly #browsers: Browser[];
  readonly #shown = new Map<LinkFact, Pick<Followed, 'id' | 'slug'>>();
  /** All that lead to a link. */
  readonly #paths = new Map<LinkFact, string[]>();
  #renamed = 0;
  readonly #tokens: { text: string; touch: TouchFact }[] = [];
  readonly #pending: Pending[] = [];
  #last = 0;

  private constructor(parts: { hb: Handbill; dice: Dice; ahead: Ahead; manager: Manager; name: string; organizer: number; events: [number, number]; types: TypeFact[]; code: string; secret: string; account: Account }) {
    this.#hb = parts.hb;
    this.#name = parts.name;
    this.#dice = parts.dice;
    this.#ahead = parts.ahead;
    this.manager = parts.manager;
    this.#organizer = parts.organizer;
    this.events = parts.events;
    this.#types = parts.types;
    this.#code = parts.code;
    this.#secret = parts.secret;
    this.account = parts.account;
    // The last two are behind one address, and look the same.
    this.#browsers = [0, 1, 2, 2].map((look) => {
      const habits = { 'user-agent': BROWSERS[look]!, 'cf-connecting-ip': `203.0.113.${look}` };
      return { visitor: new Visitor(parts.hb, habits), looks: JSON.stringify(habits), journey: new Map() };
    });
  }

  /** An account with two events, and links of all scopes; `foreign` is one of another account. */
  static async begin(hb: Handbill, operator: Manager, name: string, dice: Dice, ahead: Ahead, foreign: Followed): Promise<Storyteller> {
    const { id: organizer } = await operator.made('organizers', { name, slug: name, time_zone: 'America/New_York', currency: 'EUR', payment_minutes: 10_080, attribution_window_days: 5 });
    const manager = new Manager(hb, (await operator.made('tokens', { organizer_id: organizer, label: 'x', access: 'write' })).token);
    const far = (days: number): string => new Date(Date.now() + ahead.milliseconds + days * DAY).toISOString();
    const types: TypeFact[] = [];
    const event = async (slug: string, prices: number[], more: object): Promise<number> => {
      const { id } = await manager.made('events', { name: slug, slug, time_zone: 'UTC', currency: 'EUR', starts_at: far(2_000), ends_at: far(2_001), ...more });
      for (const price of prices) {
        const { id: type } = await manager.made('ticket-types', { event_id: id, name: `${slug} for ${price}`, price, quantity: 1_000_000, booking_fee: price === 0 ? 0 : dice.whole(0, 300) });
        types.push({ id: type, event: id, price });
      }
      return id;
    };
    const price = (): number => dice.whole(1, 9_999);
    const events: [number, number] = [await event('night', [price(), price(), 0], { transaction_charge: dice.whole(0, 199) }), await event('brunch', [price()], { tax_rate_ppm: 88_750, tax_inclusive: false })];
    const discount = dice.oneOf(DISCOUNTS);
    await manager.made('discounts', { name: 'x', ...discount });
    const { secret } = await manager.made('payment-keys', { label: 'till' });
    const story = new Storyteller({ hb, dice, ahead, manager, name, organizer, events, types, code: discount.code, secret, account: new Account(5) });
    story.#knows(foreign, null, true);
    for (const scope of [null, ...events]) await story.#makes(scope);
    return story;
  }

  #knows(shown: Pick<Followed, 'id' | 'slug'>, event: number | null, isForeign: boolean): LinkFact {
    const link = { id: shown.id, event, isForeign, isDeleted: false, isCampaign: false, isPurged: false };
    this.account.links.push(link);
    this.#shown.set(link, shown);
    this.#paths.set(link, [`/l/${shown.slug}`]);
    return link;
  }

  /** The slugs of the account and of one of its events. */
  #page = (event: number): [string, string] => [this.#name, event === this.events[0] ? 'night' : 'brunch'];

  /** A request over the campaigns API; anything but `status` fails the test. */
  async #campaigns(event: number, status: number, path = '', sent: { method?: string; body?: object } = {}): Promise<any> {
    const [organizer, slug] = this.#page(event);
    const answer = await this.#hb.send(`/api/v1/organizers/${organizer}/events/${slug}/campaigns/${path}`, { ...sent, headers: { authorization: `Token ${this.manager.token}` } });
    assert.equal(answer.status, status, answer.text);
    return answer.json;
  }

  /** What the campaigns of an event say: clicks and orders, by id. */
  async campaignsShown(event: number): Promise<Record<number, [number, number]>> {
    const { results } = await this.#campaigns(event, 200, '?page_size=100');
    return Object.fromEntries(results.map(({ id, click_count: clicks, order_count: orders }: any) => [id, [clicks, orders]]));
  }

  /** What they should say. */
  campaignsExpected(event: number): Record<number, [number, number]> {
    const campaigns = this.account.links.filter((link) => link.isCampaign && !link.isDeleted && link.event === event);
    return Object.fromEntries(campaigns.map((link) => [link.id, [this.account.countedOn(link).views, this.account.ordersOf(link)]]));
  }

  /** What the feed of tickets says: order, status, whether it was scanned, and the link that earned it, by id. */
  async ticketsShown(): Promise<Record<number, unknown[]>> {
    const shown: Record<number, unknown[]> = {};
    let next: string | null = `${this.#hb.url.origin}/tickets?organizer_id=${this.#organizer}`;
    while (next !== null) {
      const { status, json, text }: Answer = await this.#hb.send(pathOf(next), { headers: { authorization: `Bearer ${this.manager.token}` } });
      assert.equal(status, 200, text);
      for (const ticket of json.data) {
        assert.ok(!(ticket.ticket_id in shown), `${ticket.ticket_id} comes once in one pass`);
        shown[ticket.ticket_id] = [ticket.order_id, ticket.ticket_status, ticket.ticket_scanned_at !== null, ticket.utm_source];
      }
      next = json.pagination.next;
    }
    return shown;
  }

  /** What it should say. */
  ticketsExpected(): Record<number, unknown[]> {
    const tickets = this.account.orders.flatMap((order) => order.tickets.map((ticket) => [ticket.id, [order.id, statusOf(order, ticket), ticket.isScanned, order.link === null ? 'direct' : this.#shown.get(order.link)!.slug]]));
    return Object.fromEntries(tickets);
  }

  #named(link: LinkFact, slug: string): void {
    this.#shown.set(link, { id: link.id, slug });
    this.#paths.get(link)!.push(`/l/${slug}`, `/${this.#page(link.event!).join('/')}/c/${slug}${this.#dice.oneOf(['', '/'])}`);
  }

  async #makes(event: number | null): Promise<void> {
    if (event !== null && this.#dice.isLikely(0.4)) {
      const { id, code } = await this.#campaigns(event, 201, '', { method: 'POST', body: this.#dice.isLikely(0.4) ? { external_target: AWAY } : {} });
      const link = this.#knows({ id, slug: code }, event, false);
      link.isCampaign = true;
      this.#named(link, code);
      return;
    }
    this.#knows(await this.manager.made('links', { kind: 'venue', ...(event !== null && { event_id: event }), ...(this.#dice.isLikely(0.4) && { destination: AWAY }) }), event, false);
  }

  /** Does something, later than all that was done before; when it was, by the Worker's clock. */
  async #timed<T>(action: () => Promise<T>): Promise<[T, Span]> {
    while (Date.now() <= this.#last) await soon();
    const sent = Date.now() + this.#ahead.milliseconds;
    const result = await action();
    this.#last = Date.now();
    return [result, { sent, received: this.#last + this.#ahead.milliseconds }];
  }

  /** So many steps. */
  async tell(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) this.told.push(await this.#step());
  }

  #step(): Promise<string> {
    const at = this.#dice.next();
    if (at < 0.34) return this.#clicks();
    if (at < 0.60) return this.#buys();
    if (at < 0.69) return this.#refunds();
    if (at < 0.78) return this.#scans();
    if (at < 0.82) return this.#undoes();
    if (at < 0.87) return this.#voids();
    if (at < 0.90) return this.#cancels();
    if (at < 0.93) return this.#pays();
    if (at < 0.95) return this.#moves();
    return this.#dice.isLikely(0.5) ? this.#deletes() : this.#links();
  }

  /** How somebody comes: mostly as people do. */
  #manner(): { method?: 'HEAD'; headers: Record<string, string> } {
    const at = this.#dice.next();
    if (at < 0.1) return { headers: { 'sec-gpc': '1' } };
    if (at < 0.15) return { headers: { 'sec-purpose': 'prefetch' } };
    if (at < 0.2) return { method: 'HEAD', headers: {} };
    if (at < 0.25) return { headers: { 'user-agent': this.#dice.oneOf(ROBOTS) } };
    return { headers: {} };
  }

  async #clicks(): Promise<string> {
    const at = this.#dice.whole(0, this.#browsers.length - 1);
    const { visitor, looks, journey } = this.#browsers[at]!;
    const link = this.#dice.oneOf(this.account.links);
    const manner = this.#manner();
    const { headers } = manner;
    const path = this.#dice.oneOf(this.#paths.get(link)!);
    const [answer, when] = await this.#timed(() => visitor.send(path, manner));
    assert.equal(answer.status, link.isDeleted ? 404 : 302, `${path}: ${answer.text}`);
    const isLook = manner.method === 'HEAD' || 'sec-purpose' in headers;
    const isAnonymous = 'sec-gpc' in headers;
    const isRobot = 'user-agent' in headers;
    if (!link.isDeleted) this.sent.push({ link, visitor: isAnonymous ? looks : String(at), isAnonymous, isRobot, isView: !isLook && !isRobot, when });
    if (!link.isDeleted && !isLook && !isAnonymous) {
      const touch = { link, at: when };
      journey.set(link.id, touch);
      const token = new URL(String(answer.headers.location)).searchParams.get('hb_click');
      if (token !== null) this.#tokens.push({ text: token, touch });
    }
    return `browser ${at} clicks ${link.id} ${JSON.stringify(manner)} at ${when.sent}`;
  }

  async #buys(): Promise<string> {
    const dice = this.#dice;
    const at = dice.whole(0, this.#browsers.length - 1);
    const { visitor, journey } = this.#browsers[at]!;
    const event = dice.oneOf(this.events);
    const near = this.#types.filter((type) => type.event === event);
    const types = Array.from({ length: dice.whole(1, 3) }, () => dice.oneOf(dice.isLikely(0.8) ? near : this.#types));
    const items: object[] = types.map((type) => ({ ticket_type: type.id, quantity: dice.whole(1, 3) }));
    const hasShirt = dice.isLikely(0.1);
    if (hasShirt) items.push({ product_attribute: (this.#shirt ??= await shirtOf(this.manager, { quantity: 1_000_000 })), quantity: 1 });
    const isWithoutTickets = hasShirt && dice.isLikely(0.5);
    if (isWithoutTickets) items.splice(0, types.length);
    const isPaid = !isWithoutTickets && types.some(({ price }) => price > 0);
    const opener = dice.isLikely(0.2) ? dice.oneOf(this.account.links.filter((link) => !link.isForeign && !link.isDeleted && (link.event === null || link.event === event))) : undefined;
    const tokens = dice.isLikely(0.15) && this.#tokens.length > 0 ? Array.from({ length: dice.whole(1, 3) }, () => dice.oneOf(this.#tokens)) : [];
    const body = { event, items, ...(opener && { link: this.#shown.get(opener)!.slug }), ...(isPaid && dice.isLikely(0.35) && { discount: this.#code }) };
    const [basket, opened] = await this.#timed(() => visitor.checkout.opened(body));
    assert.deepEqual(basket.quote.problems, [], JSON.stringify(body));
    const address = dice.oneOf(ADDRESSES);
    const email = dice.isLikely(0.5) ? address : address.toUpperCase();
    const isWaiting = basket.quote.total > 0 && dice.isLikely(0.12);
    const more = { buyer: { ...BUYER, email }, click_tokens: tokens.map(({ text }) => text), ...(isWaiting && { payment_method: 'external' }) };
    const [{ order: sold }, when] = await this.#timed(() => visitor.checkout.completed(basket, more));
    const bought: TypeFact[] = sold.lines.filter(({ kind }: any) => kind === 'ticket').map((line: any) => this.#types.find(({ id }) => id === line.ticket_type)!);
    const touches = [...journey.values(), ...tokens.map(({ touch }) => touch), ...(opener ? [{ link: opener, at: opened }] : [])];
    const order: OrderFact = { id: sold.id, customer: address, currency: 'EUR', total: sold.total, refunded: 0, isCancelled: false, link: this.account.credit(touches, bought, when), tickets: [], completed: null, isFirst: false };
    this.account.orders.push(order);
    if (isWaiting) {
      this.#pending.push({ order, key: basket.key, until: when.sent + 7 * DAY });
    } else {
      order.tickets = sold.tickets.map((ticket: any) => this.#issued(ticket));
      this.account.complete(order, when);
    }
    // One item can stand twice in what was asked for; that it is one line is for the quote to say.
    assert.equal(order.tickets.length, isWaiting || isWithoutTickets ? 0 : items.reduce((sum, item: any) => sum + (item.ticket_type === undefined ? 0 : item.quantity), 0));
    return `browser ${at} buys ${order.id} ${JSON.stringify(body)} as ${email}, total ${order.total}, ${isWaiting ? 'waiting' : 'paid'} at ${when.sent}, by ${order.link?.id}`;
  }

  #issued = ({ id, barcode, ticket_type: type, ticket_type_id: same }: any): TicketFact => ({ id, barcode, type: this.#types.find((fact) => fact.id === (type ?? same))!, isVoid: false, isSaidCanceled: false, isScanned: false });

  /** One of those that fit, or none. */
  #anyOf<T>(list: T[]): T | undefined {
    return list.length === 0 ? undefined : this.#dice.oneOf(list);
  }

  #anyTicket(fits: (ticket: TicketFact) => boolean): TicketFact | undefined {
    return this.#anyOf(this.account.orders.flatMap(({ tickets }) => tickets.filter(fits)));
  }

  async #refunds(): Promise<string> {
    const order = this.#anyOf(this.account.orders.filter(({ completed, total, refunded }) => completed !== null && total > refunded));
    if (order === undefined) return 'nothing to refund';
    const left = order.total - order.refunded;
    const amount = this.#dice.isLikely(0.25) ? left : this.#dice.whole(1, left);
    await this.#timed(() => this.manager.made(`orders/${order.id}/refunds`, amount === left ? {} : { amount }));
    order.refunded += amount;
    return `${amount} of ${order.id} is refunded`;
  }

  async #scans(): Promise<string> {
    const ticket = this.#anyTicket(({ isVoid, isScanned }) => !isVoid && !isScanned);
    if (ticket === undefined) return 'nothing to scan';
    await this.#timed(() => this.manager.made('check-ins', { event_id: ticket.type.event, barcode: ticket.barcode }));
    ticket.isScanned = true;
    return `${ticket.id} is scanned`;
  }

  async #undoes(): Promise<string> {
    const ticket = this.#anyTicket(({ isScanned }) => isScanned);
    if (ticket === undefined) return 'nothing to undo';
    const [{ status, text }] = await this.#timed(() => this.manager.remove(`tickets/${ticket.id}/check-in`));
    assert.equal(status, 204, text);
    ticket.isScanned = false;
    return `the scan of ${ticket.id} is undone`;
  }

  async #voids(): Promise<string> {
    const ticket = this.#anyTicket(({ isVoid }) => !isVoid);
    if (ticket === undefined) return 'nothing to void';
    const isSaid = this.#dice.isLikely(0.5);
    const [{ status, text }] = await this.#timed(() => this.manager.post(`tickets/${ticket.id}/void`, isSaid ? { reason: 'canceled' } : {}));
    assert.equal(status, 200, text);
    ticket.isVoid = true;
    ticket.isSaidCanceled = isSaid;
    return `${ticket.id} is void${isSaid ? ': canceled' : ''}`;
  }

  async #cancels(): Promise<string> {
    const order = this.#anyOf(this.account.orders.filter(({ isCancelled, completed }) => !isCancelled && completed !== null));
    if (order === undefined) return 'nothing to cancel';
    const refund = this.#dice.isLikely(0.6);
    const [{ status, text }] = await this.#timed(() => this.manager.post(`orders/${order.id}/cancel`, { refund }));
    assert.equal(status, 200, text);
    this.account.cancel(order, refund);
    return `${order.id} is cancelled, refund: ${refund}`;
  }

  /** A payment arrives for an order that still waits for it. */
  async #pays(): Promise<string> {
    const now = Date.now() + this.#ahead.milliseconds;
    const waiting = this.#anyOf(this.#pending.filter(({ until }) => now < until - DAY));
    if (waiting === undefined) return 'nobody to pay';
    const { order, key } = waiting;
    const report = { basket: key, txn_id: `txn-${order.id}`, amount: order.total, currency: order.currency };
    const [{ status, text }, when] = await this.#timed(() => this.#browsers[0]!.visitor.checkout.pay(report, this.#secret, Date.now() + this.#ahead.milliseconds));
    // An order that a clock further ahead has closed stays closed.
    this.#pending.splice(this.#pending.indexOf(waiting), 1);
    if (status === 409) return `${order.id} is closed`;
    assert.equal(status, 200, text);
    order.tickets = (await this.manager.get(`orders/${order.id}`)).json.tickets.map((ticket: any) => this.#issued(ticket));
    this.account.complete(order, when);
    return `${order.id} is paid`;
  }

  async #moves(): Promise<string> {
    const days = this.#dice.whole(1, 9);
    const [{ status, text }] = await this.#timed(() => this.manager.patch(`organizers/${this.#organizer}`, { attribution_window_days: days }));
    assert.equal(status, 200, text);
    this.account.window = days;
    return `clicks count for ${days} days`;
  }

  /** A link that sold something stays (SP-06), but for a campaign: that takes its credits along (PX-04). */
  async #deletes(): Promise<string> {
    const waits = (link: LinkFact): boolean => this.#pending.some(({ order }) => order.link === link);
    const link = this.#anyOf(this.account.links.filter((one) => !one.isForeign && !one.isDeleted && (one.isCampaign || !waits(one)) && one !== this.account.links[1]));
    if (link === undefined) return 'nothing to delete';
    if (link.isCampaign) {
      await this.#timed(() => this.#campaigns(link.event!, 204, `${link.id}/`, { method: 'DELETE' }));
      this.account.purge(link);
      return `campaign ${link.id} is deleted`;
    }
    const hasSold = this.account.orders.some(({ link: credited, completed }) => credited === link && completed !== null);
    const [{ status, text }] = await this.#timed(() => this.manager.remove(`links/${link.id}`));
    assert.equal(status, hasSold ? 405 : 204, text);
    link.isDeleted = !hasSold;
    return `link ${link.id} is ${hasSold ? 'kept' : 'deleted'}`;
  }

  async #links(): Promise<string> {
    const campaign = this.#anyOf(this.account.links.filter((link) => link.isCampaign && !link.isDeleted));
    if (campaign !== undefined && this.#dice.isLikely(0.5)) {
      const code = `${this.#name}.${this.#renamed += 1}`;
      await this.#timed(() => this.#campaigns(campaign.event!, 200, `${campaign.id}/`, { method: 'PATCH', body: { code } }));
      this.#named(campaign, code);
      return `campaign ${campaign.id} is ${code} now`;
    }
    if (this.account.links.length >= 12) return 'links enough';
    await this.#timed(() => this.#makes(this.#dice.oneOf([null, ...this.events])));
    return `link ${this.account.links.at(-1)!.id} is made`;
  }
}
