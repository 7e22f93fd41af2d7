// The report: the state of the page, and what its reader can do to it.
import type { Answer, Refusal } from '../../ask.ts';
import { readEvents, readHistory, readReport } from '../api.ts';
import type { Question } from '../api.ts';
import type { History, Report, Show } from '../wire.ts';
import { choiceOf, queryOf } from './choice.ts';
import type { Choice } from './choice.ts';
import { spanOf, today } from './days.ts';

const SIGN_IN = '/dashboard/sign-in/';

/** What was read, and for which question. */
export interface Found {
  question: Question;
  link: number | null;
  /** The day that it was then. */
  now: string;
  report: Report;
  history: History;
}

export interface State {
  choice: Choice;
  events: Show[] | undefined;
  /** Stays on the page until what was chosen last has come; undefined before the first, and when that could not be read. */
  found: Found | undefined;
  isBusy: boolean;
  refusal: Refusal | undefined;
  search: string;
  /** Links whose ticket types are shown. */
  open: ReadonlySet<number>;
}

const isSame = (a: Question, b: Question): boolean => a.event === b.event && a.span.from === b.span.from && a.span.until === b.span.until;

const known = <T>(value: T): Answer<T> => ({ ok: true, value });

export class LinkReport {
  /** IANA name, of the organizer. */
  readonly timeZone: string;
  readonly #listeners = new Set<(state: State) => void>();
  #state: State;
  /** How often something was asked for: only the last answer counts. */
  #asked = 0;

  constructor(timeZone: string, search: string) {
    this.timeZone = timeZone;
    this.#state = { choice: choiceOf(search), events: undefined, found: undefined, isBusy: true, refusal: undefined, search: '', open: new Set() };
  }

  get state(): State {
    return this.#state;
  }

  /** Calls `listener` with each state from now on; returns how to end that. */
  subscribe(listener: (state: State) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener(this.#state);
  }

  /** Reads what is chosen, as far as it isn't there. */
  async read(): Promise<void> {
    const { choice, events: shows, found } = this.#state;
    const now = today(this.timeZone);
    const question = { span: spanOf(choice.range, now), event: choice.event };
    const before = found && isSame(found.question, question) ? found : undefined;
    const asked = (this.#asked += 1);
    if (before?.link === choice.link) return this.#update({ isBusy: false });

    this.#update({ isBusy: true, refusal: undefined });
    const [events, report, history] = await Promise.all([shows ? known(shows) : readEvents(), before ? known(before.report) : readReport(question), readHistory(question, choice.link)]);
    if (asked !== this.#asked) return;
    if (events.ok && report.ok && history.ok) {
      return this.#update({ isBusy: false, events: events.value, found: { question, link: choice.link, now, report: report.value, history: history.value } });
    }
    const refusal = [events, report, history].find(({ ok }) => !ok)!.refusal;
    if (refusal?.status === 401) return location.assign(SIGN_IN);
    this.#update({ isBusy: false, refusal, found: undefined });
  }

  /** Chooses something else. The address says so, and the back button takes it back. */
  choose(change: Partial<Choice>): void {
    const choice = { ...this.#state.choice, ...change };
    history.pushState(null, '', queryOf(choice));
    this.#update({ choice });
    void this.read();
  }

  /** Shows what an address stands for. */
  goTo(search: string): void {
    this.#update({ choice: choiceOf(search) });
    void this.read();
  }

  search(text: string): void {
    this.#update({ search: text });
  }

  /** Shows a link's ticket types, or hides them. */
  toggle(link: number): void {
    const open = new Set(this.#state.open);
    if (!open.delete(link)) open.add(link);
    this.#update({ open });
  }
}
