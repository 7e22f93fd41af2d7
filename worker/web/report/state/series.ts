// The chart's numbers: a day each, also those on which nothing happened.
import type { HistoryDay } from '../wire.ts';
import { DAY_MS, daysBetween } from './days.ts';
import type { Span } from './days.ts';

const nothing = (day: string): HistoryDay => ({ day, views: 0, visitors: 0, orders: 0, tickets: 0, face_value: {} });

/** Every day of a span. Where it is open it starts with the first day that has something, and ends today. */
export function filled(days: HistoryDay[], span: Span, now: string): HistoryDay[] {
  const byDay = new Map(days.map((one) => [one.day, one]));
  const last = days.at(-1)?.day ?? now;
  const until = span.until ?? (last > now ? last : now);
  const first = span.from ?? days[0]?.day ?? until;
  return daysBetween(first, until).map((day) => byDay.get(day) ?? nothing(day));
}

/** The sum of some days. */
export function summed(days: HistoryDay[]): Omit<HistoryDay, 'day'> {
  const sum = { views: 0, visitors: 0, orders: 0, tickets: 0, face_value: {} as Record<string, number> };
  for (const one of days) {
    for (const key of ['views', 'visitors', 'orders', 'tickets'] as const) sum[key] += one[key];
    for (const [currency, amount] of Object.entries(one.face_value)) sum.face_value[currency] = (sum.face_value[currency] ?? 0) + amount;
  }
  return sum;
}

/** Which days are named below a chart that has room for so many names. Weeks start on Mondays; a longer time is marked by months. */
export function ticks(days: readonly string[], room: number): { at: number[]; isByMonth: boolean } {
  const where = (isMarked: (day: string, index: number) => boolean) => days.flatMap((day, index) => (isMarked(day, index) ? [index] : []));
  const needed = days.length / Math.max(1, room);
  for (const step of [1, 2]) if (needed <= step) return { at: where((_, index) => index % step === 0), isByMonth: false };
  // The first of January 1970 was a Thursday.
  for (const weeks of [1, 2]) if (needed <= 7 * weeks) return { at: where((day) => (Date.parse(day) / DAY_MS + 3) % (7 * weeks) === 0), isByMonth: false };
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((step) => needed <= step * 30) ?? 1200;
  const month = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  return { at: where((day) => day.endsWith('-01') && month(day) % months === 0), isByMonth: true };
}
