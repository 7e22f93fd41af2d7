// One field for every kind of code: the buyer has a word, and need not know what
// the organizer calls it. The Worker knows, so it is asked, one kind after another.
import { priceList } from 'handbill/basket';
import type { Catalogue, QuoteProblem, Selection } from 'handbill/basket';
import { isPassing } from '../ask.ts';
import { counted, sentence } from '../text.ts';
import type { Basket } from '../wire.ts';
import type { Checkout } from './checkout.ts';
import { codesOf, keyOf, sameCode, withCode } from './selection.ts';
import type { Role } from './selection.ts';
import { IDS } from './state.ts';

const ROLES: readonly Role[] = ['discount', 'voucher', 'access'];

const NO_ANSWER = 'We could not reach the shop to check this code. Please try again.';

/** The code is of use: the basket with it, and between which selections that made the difference. */
interface Applied {
  is: 'applied';
  basket: Basket;
  base: Selection;
  sent: Selection;
  text: string;
}

/** What a code turned out to be. */
type Finding =
  | Applied
  | { is: 'unknown' }
  /** It is known, and can't be used here. */
  | { is: 'refused'; text: string };

/** Tries a code as each kind in turn; keeps it as the first that knows it and lets it be used. */
export async function applyCode(checkout: Checkout, typed: string): Promise<boolean> {
  const code = typed.trim();
  if (checkout.open.code.isBusy) return false;
  if (code === '') return told(checkout, 'Type a code first.', true);
  const known = codesOf(checkout.open.selection).find((applied) => sameCode(applied.code, code));
  if (known) return told(checkout, `${known.code} is applied already.`, true);

  checkout.update({ code: { isBusy: true, note: undefined } });
  return checkout.sync.alone(async () => {
    for (const role of ROLES) {
      const finding = await tried(checkout, role, code);
      if (checkout.state.view !== 'open') return false;
      if (finding.is === 'unknown') continue;
      if (finding.is === 'refused') return restored(checkout, finding.text);
      keep(checkout, role, code, finding);
      return true;
    }
    return restored(checkout, `We don’t know the code “${code}” here.`);
  });
}

async function tried(checkout: Checkout, role: Role, code: string): Promise<Finding> {
  const { basket: before, selection: base } = checkout.open;
  const sent = withCode(base, role, code);
  const { ok, value: basket, refusal } = await checkout.hold(sent);
  if (!ok) return { is: 'refused', text: isPassing(refusal) ? NO_ANSWER : sentence(refusal.fields[0]?.message ?? refusal.message) };

  const fresh = newProblems(basket, base, sent);
  if (role === 'access') {
    const unlocked = unlockedBy(before.catalogue, basket.catalogue);
    return unlocked === 0 ? { is: 'unknown' } : { is: 'applied', basket, base, sent, text: `${code} applied: you can choose from ${counted(unlocked, 'more item')}.` };
  }
  if (fresh.some((problem) => problem.code === `${role}_unknown`)) return { is: 'unknown' };
  if (fresh[0]) return { is: 'refused', text: sentence(fresh[0].message) };
  const replaced = role === 'discount' ? base.discount : null;
  const name = spelled(basket.catalogue, code);
  return { is: 'applied', basket, base, sent, text: replaced === null ? `${name} applied.` : `${name} applied. It takes the place of ${spelled(before.catalogue, replaced)}.` };
}

/** What is wrong with the basket because of the code: not with a line, and not wrong without it. */
function newProblems({ catalogue, now, quote }: Basket, without: Selection, { discount }: Selection): QuoteProblem[] {
  // A discount that is being replaced is not in the catalogue any more.
  const others = priceList(catalogue).price({ ...without, discount: discount === without.discount ? discount : null }, now).problems;
  const isOld = (problem: QuoteProblem) => others.some(({ line, code, message }) => line === null && code === problem.code && message === problem.message);
  return quote.problems.filter((problem) => problem.line === null && !isOld(problem));
}

function unlockedBy(before: Catalogue, after: Catalogue): number {
  const open = ({ items = [] }: Catalogue) => items.filter(({ locked }) => !locked).map(keyOf);
  const already = new Set(open(before));
  return open(after).filter((key) => !already.has(key)).length;
}

/** A code as the organizer spells it; as it was typed where the catalogue does not show it. */
export function spelled({ discount, vouchers = [] }: Catalogue, code: string): string {
  return [discount, ...vouchers].find((known) => known && sameCode(known.code, code))?.code ?? code;
}

function keep(checkout: Checkout, role: Role, code: string, { basket, base, sent, text }: Applied): void {
  const { selection: newest, purchase } = checkout.open;
  // What the buyer changed while the code was tried stays changed.
  const selection = newest === base ? sent : withCode(newest, role, code);
  checkout.take(basket, sent, { selection, purchase: { ...purchase, changed: undefined }, code: { isBusy: false, note: { text, isError: false } } });
}

/** The Worker's basket holds the code that did not fit: sends it the selection again. */
function restored(checkout: Checkout, text: string): boolean {
  void checkout.sync.again();
  return told(checkout, text, true);
}

function told(checkout: Checkout, text: string, isError: boolean): boolean {
  checkout.update({ code: { isBusy: false, note: { text, isError } }, ...(isError && { focus: { id: IDS.code } }) });
  return false;
}
