// Buying: once, at the price the buyer was shown, and again with the same key
// when nobody knows whether it went through.
import { completeBasket } from '../api.ts';
import { isPassing } from '../ask.ts';
import type { Refusal } from '../ask.ts';
import { sentence } from '../text.ts';
import type { Buyer, Completion, PaymentMethod } from '../wire.ts';
import type { Checkout } from './checkout.ts';
import { obstacles } from './obstacles.ts';
import { keyOf } from './selection.ts';
import { FIELDS, IDS, quantityId } from './state.ts';
import type { Open } from './state.ts';

const NO_ANSWER = 'We could not reach the shop. Everything you typed is still here. Please try again: you will not be charged twice.';

const GONE = 'Your basket was too old, so we have made it anew. Please check it and buy again.';

export class Purchase {
  readonly #checkout: Checkout;
  #sent = '';
  #idempotencyKey = '';

  constructor(checkout: Checkout) {
    this.#checkout = checkout;
  }

  /** Orders the basket and leaves for the confirmation, or says why not. */
  async buy(buyer: Buyer, method: PaymentMethod): Promise<void> {
    const checkout = this.#checkout;
    const { purchase, quote } = checkout.open;
    if (purchase.isBusy) return;
    if (quote.problems.length > 0) return checkout.update({ focus: { id: firstProblem(checkout.open) } });

    this.#show({ isBusy: true, refusal: undefined, fields: [] });
    const isSaved = await checkout.sync.now();
    if (checkout.state.view !== 'open') return;
    if (!isSaved) return this.#stop(NO_ANSWER);
    // The Worker may just have said that it costs something else, or is sold out.
    const { basket, quote: now } = checkout.open;
    if (now.total !== quote.total || now.problems.length > 0) return this.#objected(quote.total);

    const completion: Completion = { payment_method: method, total: now.total, currency: now.currency, buyer };
    const { ok, value, refusal } = await completeBasket(basket.key, completion, this.#keyOf(basket.key, completion));
    if (ok) return location.assign(value.pay_url ?? value.url);
    if (refusal.basket) checkout.take(refusal.basket, checkout.open.selection);
    if (refusal.status === 404 && (await checkout.sync.again())) return this.#stop(GONE);
    this.#refused(refusal, completion);
  }

  /** The same key for the same content. */
  #keyOf(basket: string, completion: Completion): string {
    const content = JSON.stringify([basket, completion]);
    if (content !== this.#sent) {
      this.#sent = content;
      this.#idempotencyKey = crypto.randomUUID();
    }
    return this.#idempotencyKey;
  }

  #refused(refusal: Refusal, { total }: Completion): void {
    if (refusal.code === 'basket_closed') return this.#checkout.close(this.#checkout.open.basket.key);
    if (refusal.code === 'price_changed' || refusal.code === 'not_sellable') return this.#objected(total);
    const id = refusal.fields.map(({ field }) => FIELDS.get(field)).find((place) => place !== undefined);
    if (id === undefined) return this.#stop(isPassing(refusal) ? NO_ANSWER : sentence(refusal.message));
    this.#show({ isBusy: false, fields: refusal.fields });
    this.#checkout.update({ focus: { id } });
  }

  /** Shows what has changed since the buyer looked: the price, or what can be had. */
  #objected(before: number): void {
    const { quote } = this.#checkout.open;
    if (quote.problems.length === 0) {
      this.#show({ isBusy: false, changed: { before, now: quote.total } });
      return this.#checkout.update({ focus: { id: IDS.changed } });
    }
    this.#show({ isBusy: false, changed: undefined });
    this.#checkout.update({ touched: new Set() });
    this.#checkout.update({ focus: { id: firstProblem(this.#checkout.open) } });
  }

  #stop(text: string): void {
    this.#show({ isBusy: false, refusal: text });
    this.#checkout.update({ focus: { id: IDS.refusal } });
  }

  #show(change: Partial<Open['purchase']>): void {
    const { state } = this.#checkout;
    if (state.view === 'open') this.#checkout.update({ purchase: { ...state.purchase, ...change } });
  }
}

/** The element that tells of the first thing that keeps the basket from being sold. */
function firstProblem(open: Open): string {
  if (obstacles(open).length > 0) return IDS.notice;
  const [problem] = open.quote.problems;
  const item = problem?.line == null ? undefined : open.selection.items[problem.line];
  if (item) return quantityId(keyOf(item));
  if (/^(discount|voucher)_/.test(problem?.code ?? '')) return IDS.code;
  return problem?.code === 'donation_not_accepted' ? IDS.donation : IDS.choice;
}
