// What the report reads of the management API.
import { ask } from '../ask.ts';
import type { Answer } from '../ask.ts';
import type { Span } from './state/days.ts';
import type { History, Report, Show } from './wire.ts';

interface Page<T> {
  data: T[];
  /** Path of what comes after it. */
  next: string | null;
}

/** All of the organizer's events, those that are archived too: what they sold stays in the report. */
export async function readEvents(): Promise<Answer<Show[]>> {
  const shows: Show[] = [];
  for (let next: string | null = '/manage/events?archived=true&limit=100'; next !== null; ) {
    const { ok, value, refusal }: Answer<Page<Show>> = await ask<Page<Show>>('GET', next);
    if (!ok) return { ok, refusal };
    shows.push(...value.data);
    next = value.next;
  }
  return { ok: true, value: shows };
}

/** What a report is about. */
export interface Question {
  span: Span;
  event: number | null;
}

function query({ span, event }: Question, link: number | null = null): string {
  const parts = Object.entries({ from: span.from, until: span.until, event_id: event, link_id: link });
  const given = parts.flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export const jsonPath = (question: Question): string => `/manage/report/links${query(question)}`;
export const csvPath = (question: Question): string => `/manage/report/links.csv${query(question)}`;

export const readReport = (question: Question): Promise<Answer<Report>> => ask('GET', jsonPath(question));

/** Day by day, of all links or of one. */
export const readHistory = (question: Question, link: number | null): Promise<Answer<History>> => ask('GET', `/manage/report/history${query(question, link)}`);
