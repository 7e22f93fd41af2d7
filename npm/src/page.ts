// The journey as a page keeps it: the page of a shop on another domain than the
// links, which their cookie does not reach.
import * as wasm from '../build/attribution/handbill_wasm.js';
import bytes from '../build/attribution/handbill_wasm_bg.wasm';
import { load } from './load.ts';
import type { Purchase, Touch, Utm } from './touch.ts';

/** What the journey uses of a page; `window` is one. What is missing or throws is as good as empty. */
export interface Page {
  localStorage?: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  location?: { href: string };
  history?: { state: unknown; replaceState(state: unknown, unused: string, url: string): void };
  navigator?: { globalPrivacyControl?: boolean; doNotTrack?: string | null };
}

/** What a page was landed on with. */
export interface Captured {
  /** What the URL's click token tells of, if there is one. Its signature is not verified: see {@link PageJourney.current}. */
  touch?: Touch;
  /** The URL's UTM parameters, with or without a click token. */
  utm: Utm;
}

/** How a landing is captured. */
export interface CaptureOptions {
  /** Whether the visitor has agreed that something is stored; true when left out. */
  consent?: boolean;
  /** Unix milliseconds; the present when left out. */
  now?: number;
}

/** What a page offers. */
export interface Offered {
  /** The organizer that sells it. */
  organizer: number;
  event: number;
  /** The series that the event is one of. */
  series?: number | null;
}

/** As the organizer has it. */
export interface CurrentOptions {
  /** How long a touch counts; 30 when left out. */
  windowDays?: number;
  /** Unix milliseconds; the present when left out. */
  now?: number;
}

const KEY = 'hb_journey';

const rules = (): typeof wasm => load(wasm, bytes);

/**
 * The click tokens that a browser came with, in the page's first-party storage: at
 * most 1,024 characters, for at most a year. With Global Privacy Control or Do Not
 * Track there is nothing in it.
 */
export class PageJourney {
  readonly #page: Page;
  /** Instead of the storage: while consent is awaited, and when the storage takes nothing. */
  #memory: string | undefined;
  #awaitsConsent = false;

  /** @param page `window` when left out */
  constructor(page: Page = globalThis as Page) {
    this.#page = page;
  }

  /**
   * Keeps the click token in the page's URL. As soon as it is stored it is taken
   * out of the address bar, so that nobody passes it on with the address.
   *
   * Without consent it is kept in memory, and the storage is not even read, until
   * {@link consent} is called.
   */
  capture({ consent = true, now = Date.now() }: CaptureOptions = {}): Captured {
    const url = this.#url();
    const utm: Utm = JSON.parse(rules().parseUtm(url));
    if (this.#isRefused()) {
      this.forget();
      this.#cleanAddress();
      return { utm };
    }
    if (consent) {
      this.consent(now);
    } else if (!this.#awaitsConsent) {
      this.#awaitsConsent = true;
      this.#memory = '';
    }
    const { journey, touch } = JSON.parse(rules().capture(this.#read(), url, now)) as { journey: string; touch?: Touch };
    if (touch === undefined) return { utm };
    this.#write(journey);
    return { touch, utm };
  }

  /**
   * The visitor has agreed: what was captured since is stored.
   *
   * @param now unix milliseconds; the present when left out
   */
  consent(now: number = Date.now()): void {
    if (!this.#awaitsConsent) return;
    this.#awaitsConsent = false;
    const captured = this.#memory;
    this.#memory = undefined;
    if (captured && !this.#isRefused()) {
      const { journey } = JSON.parse(rules().capture(`${this.#read()} ${captured}`, '', now));
      this.#write(journey);
    }
  }

  /** Forgets all that is kept: the visitor has taken the consent back. */
  forget(): void {
    this.#memory = this.#awaitsConsent ? '' : undefined;
    attempt(() => this.#page.localStorage?.removeItem(KEY));
  }

  /**
   * The touch that would earn a purchase of this now: the last one that covers it.
   * The browser's clock may be up to five minutes slow.
   *
   * A page has no key, so it can't tell whether a token is genuine: anybody may have
   * written what this answers. It is good for showing whose guest somebody is. Who
   * is credited decides the server, which verifies what {@link tokens} hands in.
   *
   * @throws an `Error` with the `code` `invalid` for what can't be offered
   */
  current({ organizer, event, series = null }: Offered, { windowDays = 30, now = Date.now() }: CurrentOptions = {}): Touch | undefined {
    const purchase: Purchase = { organizer, events: [[event, series]], at: Math.floor(now), window_days: windowDays };
    const touch = rules().current(this.#read(), JSON.stringify(purchase), now);
    return touch === undefined ? undefined : JSON.parse(touch);
  }

  /**
   * A URL that hands the newest click token on to another of the shop's domains,
   * where {@link capture} finds it. A path of this domain stays as it is.
   */
  decorate(url: string | URL): string {
    return rules().decorate(this.#read(), String(url), Date.now());
  }

  /** What completing a basket hands in as `click_tokens`: oldest first, fewer than 20. */
  tokens(): string[] {
    return JSON.parse(rules().tokens(this.#read(), Date.now()));
  }

  #isRefused(): boolean {
    const navigator = attempt(() => this.#page.navigator);
    return navigator?.globalPrivacyControl === true || navigator?.doNotTrack === '1';
  }

  #url(): string {
    return attempt(() => String(this.#page.location?.href ?? '')) ?? '';
  }

  #read(): string {
    if (this.#isRefused()) return '';
    return this.#memory ?? attempt(() => String(this.#page.localStorage?.getItem(KEY) ?? '')) ?? '';
  }

  #write(journey: string): void {
    this.#memory = journey;
    if (this.#awaitsConsent) return;
    attempt(() => {
      const { localStorage } = this.#page;
      if (localStorage === undefined) return;
      localStorage.setItem(KEY, journey);
      this.#memory = undefined;
      this.#cleanAddress();
    });
  }

  #cleanAddress(): void {
    const url = this.#url();
    const without = rules().withoutClickToken(url);
    if (without !== url) attempt(() => this.#page.history?.replaceState(this.#page.history.state, '', without));
  }
}

/** What a part of the page answers; undefined when it throws, as storage does where it is switched off or full. */
function attempt<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
