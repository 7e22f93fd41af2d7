// Words, numbers and days for people.
import type { Span } from './state/days.ts';
import type { ReportedLink } from './wire.ts';

/** How numbers and dates are written: as on the public pages, whose language is English. */
export const NUMBERS = 'en-GB';

const whole = new Intl.NumberFormat(NUMBERS);
const short = new Intl.NumberFormat(NUMBERS, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(NUMBERS, { style: 'percent', maximumFractionDigits: 1 });

/** `12,345`. */
export const number = (value: number): string => whole.format(value);

/** `12.3K`: where there is no room. */
export const shortNumber = (value: number): string => short.format(value);

/** `12.5%`; a dash where there is nothing to compare with. */
export const share = (part: number, of: number): string => (of === 0 ? '–' : percent.format(part / of));

/** `1 link`, `2 links`. */
export const counted = (count: number, one: string): string => `${number(count)} ${one}${count === 1 ? '' : 's'}`;

/** What a link is called: its description, else its slug. */
export const nameOf = ({ description, slug }: ReportedLink): string => description || slug;

// Days are texts of no time zone; formatting takes them as UTC days on both ends.
const inUtc = (parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(NUMBERS, { ...parts, timeZone: 'UTC' });
const FULL = inUtc({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const DATE = inUtc({ day: 'numeric', month: 'short', year: 'numeric' });
const DAY = inUtc({ day: 'numeric', month: 'short' });
const MONTH = inUtc({ month: 'short', year: 'numeric' });

/** `Tue, 24 Nov 2026`. */
export const dayText = (day: string): string => FULL.format(Date.parse(day));
/** `24 Nov`. */
export const shortDayText = (day: string): string => DAY.format(Date.parse(day));
/** `Nov 2026`. */
export const monthText = (day: string): string => MONTH.format(Date.parse(day));

/** `26 Oct – 24 Nov 2026`. */
export function spanText({ from, until }: Span): string {
  if (from !== null && until !== null) return from === until ? dayText(from) : DATE.formatRange(Date.parse(from), Date.parse(until));
  if (from !== null) return `since ${DATE.format(Date.parse(from))}`;
  return until === null ? 'all time' : `until ${DATE.format(Date.parse(until))}`;
}

/** `6 Mar 2027`: the day of a moment at a place. */
export const dateAt = (instant: string, timeZone: string): string => new Intl.DateTimeFormat(NUMBERS, { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(new Date(instant));
