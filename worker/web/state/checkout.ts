// The checkout: the state of the page and what a buyer can do to it. Prices come
// from the rules in the page at once; the Worker follows and holds the stock.
import { priceList } from 'handbill/basket';
import type { Selection } from 'handbill/basket';
import { createBasket, holdBasket, readBasket } from '../api.ts';
import { isPassing } from '../ask.ts';
import type { Answer, Refusal } from '../ask.ts';
import type { Basket, Origin } from '../wire.ts';
import { Memory } from './memory.ts';
import { keyOf, merged, withQuantity, without, withoutCode } from './selection.ts';
import type { Role, Target } from './selection.ts';
import { barredItems } from './shelf.ts';
import { IDS, quantityId, serverNow } from './state.ts';
import type { Open, State } from './state.ts';
import { Sync } from './sync.ts';

export class Checkout {
  readonly #origin: Origin;
  readonly #memory: Memory;
  readonly #listeners = new Set<(state: State) => void>();
  readonly sync = new Sync(() => this.#send());
  #state: State = { view: 'loading' };

  constructor(origin: Origin, query: string) {
    this.#origin = origin;
    this.#memory = new Memory(query);
  }

  get state(): State {
    return this.#state;
  }

  /** Calls `listener` with each state from now on; returns how to end that. */
  subscribe(listener: (state: State) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }

  /** Changes what an open basket's page shows; nothing on any other page. */
  update(change: Partial<Open>): void {
    if (this.#state.view === 'open') this.#set({ ...this.#state, ...change });
  }

  /** The page of an open basket; those who ask have one. */
  get open(): Open {
    if (this.#state.view !== 'open') throw new Error('there is no open basket');
    return this.#state;
  }

  /** Returns to the tab's basket, or makes a new one. */
  async load(): Promise<void> {
    this.#set({ view: 'loading' });
    const remembered = this.#memory.read();
    let earlier: string | undefined;
    if (remembered) {
      const { ok, value, refusal } = await readBasket(remembered.key);
      if (ok && value.state === 'open') return this.#reopen(value, remembered.unsent);
      if (ok && value.state !== 'cancelled') earlier = remembered.key;
      // Anything but "there is no such basket": it may be there again in a moment.
      if (!ok && isPassing(refusal)) return this.#set({ view: 'failed', refusal });
    }
    const answer = await createBasket(this.#origin);
    if (!answer.ok) return this.#set({ view: 'failed', refusal: answer.refusal });
    this.#memory.keep({ key: answer.value.key, unsent: null });
    this.#show(answer.value, merged(answer.value.selection), earlier);
  }

  #reopen(basket: Basket, unsent: Selection | null): void {
    this.#show(basket, unsent ?? merged(basket.selection), undefined);
    const isHeld = basket.hold_until !== null && Date.parse(basket.hold_until) > basket.now;
    if (unsent || !isHeld) void this.sync.again();
  }

  #show(basket: Basket, selection: Selection, earlier: string | undefined): void {
    this.#set({
      view: 'open',
      ...this.#priced(basket, selection),
      basket,
      selection,
      first: selection.items.map(keyOf),
      touched: new Set(),
      sync: 'saved',
      earlier,
      code: { isBusy: false, note: undefined },
      purchase: { isBusy: false, refusal: undefined, fields: [], changed: undefined },
      focus: undefined,
      announcement: '',
    });
  }

  #priced(basket: Basket, selection: Selection): Pick<Open, 'skew' | 'prices' | 'quote' | 'barred'> {
    const prices = priceList(basket.catalogue);
    return { skew: basket.now - Date.now(), prices, quote: prices.price(selection, basket.now), barred: barredItems(prices, basket) };
  }

  /** Makes `selection` what the buyer chose: priced at once, sent soon. */
  choose(selection: Selection, change: Partial<Open> = {}): void {
    const { basket, prices, purchase } = this.open;
    this.#memory.keep({ key: basket.key, unsent: selection });
    const quote = prices.price(selection, serverNow(this.open));
    this.update({ selection, quote, sync: 'waiting', purchase: { ...purchase, refusal: undefined, changed: undefined }, ...change });
    this.sync.later();
  }

  setQuantity(target: Target, quantity: number): void {
    const { selection, touched } = this.open;
    this.choose(withQuantity(selection, target, quantity), { touched: new Set([...touched, keyOf(target)]) });
  }

  /** Takes lines out. */
  remove(keys: ReadonlySet<string>): void {
    const [only, ...more] = keys;
    const focus = only !== undefined && more.length === 0 ? { id: quantityId(only), or: IDS.choice } : { id: IDS.choice };
    this.choose(without(this.open.selection, keys), { focus, announcement: 'Removed' });
  }

  donate(amount: number): void {
    this.choose({ ...this.open.selection, donation: amount });
  }

  removeCode(role: Role, code: string): void {
    this.choose(withoutCode(this.open.selection, role, code), { code: { isBusy: false, note: { text: `${code} removed.`, isError: false } }, focus: { id: IDS.code } });
  }

  /** Holds what is not held any more. */
  async holdAgain(): Promise<void> {
    this.update({ focus: { id: IDS.hold } });
    await this.sync.again();
  }

  /** Sends what could not be sent. */
  async retry(): Promise<void> {
    if (await this.sync.again()) this.update({ focus: { id: IDS.summary } });
  }

  async #send(): Promise<boolean> {
    if (this.#state.view !== 'open') return true;
    const { selection } = this.open;
    return this.received(await this.hold(selection), selection);
  }

  /** Asks the Worker to hold a selection; where it has forgotten the basket, in a new one. */
  async hold(selection: Selection): Promise<Answer<Basket>> {
    const answer = await holdBasket(this.open.basket.key, selection);
    return !answer.ok && answer.refusal.status === 404 ? createBasket(this.#origin, selection) : answer;
  }

  /** Takes over what the Worker said of `sent`; whether it has it now. */
  received(answer: Answer<Basket>, sent: Selection): boolean {
    if (this.#state.view !== 'open') return true;
    if (!answer.ok) return this.#refused(answer.refusal);
    this.take(answer.value, sent);
    return true;
  }

  #refused(refusal: Refusal): boolean {
    if (refusal.code === 'basket_closed') {
      this.close(this.open.basket.key);
      return true;
    }
    this.update({ sync: 'failed' });
    return false;
  }

  /** Shows the basket as the Worker has it; what the buyer chose since `sent` stays. */
  take(basket: Basket, sent: Selection, change: Partial<Open> = {}): void {
    const { quote, purchase } = this.open;
    const selection = change.selection ?? this.open.selection;
    const isNewest = selection === sent;
    this.#memory.keep({ key: basket.key, unsent: isNewest ? null : selection });
    const priced = this.#priced(basket, selection);
    const bothSell = quote.problems.length === 0 && priced.quote.problems.length === 0;
    const changed = bothSell && quote.total !== priced.quote.total ? { before: purchase.changed?.before ?? quote.total, now: priced.quote.total } : purchase.changed;
    this.update({ basket, ...priced, sync: isNewest ? 'saved' : 'waiting', purchase: { ...purchase, changed }, ...change });
  }

  /** The basket has become an order. */
  close(key: string): void {
    this.#set({ view: 'closed', key });
  }

  /** A new basket, whatever became of the last. */
  async startAnew(): Promise<void> {
    this.#memory.forget();
    await this.load();
  }
}
