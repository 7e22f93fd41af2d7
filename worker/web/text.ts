// Words for people, out of what the rules and the Worker say.
import { formatMoney } from 'handbill/basket';
import type { QuoteProblem } from 'handbill/basket';

/** A message of the rules as a sentence: they start lowercase, end without a full stop and put what they quote in backticks. */
export function sentence(message: string): string {
  const quoted = message.replace(/`([^`]*)`/g, '“$1”');
  return quoted.charAt(0).toUpperCase() + quoted.slice(1) + (/[.!?]$/.test(quoted) ? '' : '.');
}

/** What the rules say of items they don't name. */
const UNNAMED: Partial<Record<QuoteProblem['code'], string>> = {
  unknown_item: 'One item is no longer offered.',
  foreign_venue: 'One item is sold by another organizer.',
  locked: 'One item needs a special link or an access code.',
};

/** A broken rule as the buyer reads it. */
export const problemText = ({ code, message }: QuoteProblem): string => UNNAMED[code] ?? sentence(message);

/** The same where the item's name stands right beside: `Sold out`. */
export function shortProblemText(problem: QuoteProblem, name: string): string {
  const start = `\`${name}\` is `;
  return problem.message.startsWith(start) ? sentence(problem.message.slice(start.length)).replace(/\.$/, '') : problemText(problem);
}

/** `12.34 EUR`. */
export function money(amount: number, currency: string): string {
  const text = formatMoney(amount, currency);
  return text.ok ? text.value : `${amount} ${currency}`;
}

/** How many decimals amounts of a currency have. `Intl` rounds what is rarely minted (it has none for HUF), so the rules are asked. */
function decimals(currency: string): number {
  return (money(0, currency).split(' ')[0]!.split('.')[1] ?? '').length;
}

/** An amount as it stands in a field, to be typed over: `12.34`, nothing for zero. */
export const typedAmount = (amount: number, currency: string): string => (amount === 0 ? '' : money(amount, currency).split(' ')[0]!);

/** The minor units of a typed amount, `12`, `12.5` or `12,50`; undefined when it is none. The decimal point moves in the text: amounts are never fractions. */
export function parseAmount(text: string, currency: string): number | undefined {
  const places = decimals(currency);
  const found = /^(\d{0,9})(?:[.,](\d*))?$/.exec(text.trim());
  const whole = found?.[1] ?? '';
  const fraction = found?.[2] ?? '';
  if (!found || fraction.length > places) return undefined;
  return Number(whole + fraction.padEnd(places, '0'));
}

const PARTS: Intl.DateTimeFormatOptions = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** A moment as people at the place read it: `Thu 24 December 2026, 19:00`, as on the event's page. */
export function localText(instant: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { ...PARTS, timeZone }).formatToParts(new Date(instant));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('weekday')} ${part('day')} ${part('month')} ${part('year')}, ${part('hour')}:${part('minute')}`;
}

/** Seconds as a clock shows them: `14:32`. */
export const clockText = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

/** `1 ticket`, `2 tickets`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
