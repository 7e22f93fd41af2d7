// Days as the report counts them: texts like `2026-11-24`, of no time zone.

export const DAY_MS = 86_400_000;

/** Days, both included; null where it is open. */
export interface Span {
  from: string | null;
  until: string | null;
}

export const PRESETS = ['today', '7d', '30d', 'month', 'all'] as const;
export type Preset = (typeof PRESETS)[number];

/** A stretch that moves with the calendar, or one that was typed. */
export type Range = Preset | Span;

const textOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** A day some days later. */
export const plus = (day: string, days: number): string => textOf(Date.parse(day) + days * DAY_MS);

/** Whether a text is a day that is in the calendar. The report starts with the century: no link is older. */
export const isDay = (text: string): boolean => /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && textOf(Date.parse(text)) === text;

/** The day that it is in a time zone. */
export function today(timeZone: string, now = Date.now()): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value;
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** The days of a range. */
export function spanOf(range: Range, now: string): Span {
  switch (range) {
    case 'today':
      return { from: now, until: now };
    case '7d':
      return { from: plus(now, -6), until: now };
    case '30d':
      return { from: plus(now, -29), until: now };
    case 'month':
      return { from: `${now.slice(0, 8)}01`, until: now };
    case 'all':
      return { from: null, until: null };
    default:
      return range;
  }
}

/** Every day from one to another, both included. */
export function daysBetween(first: string, last: string): string[] {
  const [start, end] = [Date.parse(first), Date.parse(last)];
  return Array.from({ length: Math.max(0, (end - start) / DAY_MS + 1) }, (_, n) => textOf(start + n * DAY_MS));
}
