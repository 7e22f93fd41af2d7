// What the buyer chose, and how it changes. Nothing here changes its arguments.
import { quickPurchase } from 'handbill/basket';
import type { Item, Selection } from 'handbill/basket';

/** An item without how many of it. */
export type Target = Omit<Item, 'quantity'>;

/** The most of one item that may be asked for; what may be bought is for the rules to say. */
export const MAX_QUANTITY = 1_000;

/** One text for one item. */
export const keyOf = (target: Target): string => (target.ticket_type !== undefined ? `ticket-${target.ticket_type}` : `product-${target.product_attribute}`);

/** Only what names the item. */
export const targetOf = ({ ticket_type, product_attribute }: Target): Target => (ticket_type !== undefined ? { ticket_type } : { product_attribute });

/** Two codes are the same without regard to ASCII case. */
export const sameCode = (a: string, b: string): boolean => a.trim().toUpperCase() === b.trim().toUpperCase();

export const quantityOf = (selection: Selection, key: string): number =>
  selection.items.reduce((sum, item) => (keyOf(item) === key ? sum + item.quantity : sum), 0);

/** So many of an item: it keeps its place, a new one comes last, none of it takes it out. */
export function withQuantity(selection: Selection, target: Target, quantity: number): Selection {
  const key = keyOf(target);
  const place = selection.items.findIndex((item) => keyOf(item) === key);
  const items = selection.items.filter((item, index) => keyOf(item) !== key || index === place);
  const changed = { ...targetOf(target), quantity: Math.min(quantity, MAX_QUANTITY) };
  if (place === -1) items.push(changed);
  else items[place] = changed;
  return { ...selection, items: items.filter((item) => item.quantity > 0) };
}

/** Without some items. */
export const without = (selection: Selection, keys: ReadonlySet<string>): Selection => ({ ...selection, items: selection.items.filter((item) => !keys.has(keyOf(item))) });

/** Each item once, at its first place: a line of the page is a line of the quote. */
export const merged = (selection: Selection): Selection => ({ ...selection, items: quickPurchase(selection.items).items });

/** What a code is for. */
export type Role = 'discount' | 'voucher' | 'access';

export function codesOf({ discount, vouchers, access_codes }: Selection): { role: Role; code: string }[] {
  return [
    ...(discount === null ? [] : [{ role: 'discount' as const, code: discount }]),
    ...vouchers.map((code) => ({ role: 'voucher' as const, code })),
    ...access_codes.map((code) => ({ role: 'access' as const, code })),
  ];
}

/** With one more code; a discount takes the place of another. */
export function withCode(selection: Selection, role: Role, code: string): Selection {
  if (role === 'discount') return { ...selection, discount: code };
  if (role === 'voucher') return { ...selection, vouchers: [...selection.vouchers, code] };
  return { ...selection, access_codes: [...selection.access_codes, code] };
}

export function withoutCode(selection: Selection, role: Role, code: string): Selection {
  const others = (codes: string[]) => codes.filter((one) => one !== code);
  if (role === 'discount') return { ...selection, discount: null };
  if (role === 'voucher') return { ...selection, vouchers: others(selection.vouchers) };
  return { ...selection, access_codes: others(selection.access_codes) };
}
