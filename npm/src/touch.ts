// Who sent the buyer, and who is credited. Times are unix milliseconds.

/** The UTM parameters of a link, or those that a buyer came with. */
export interface Utm {
  source?: string;
  medium?: string;
  campaign?: string;
  term?: string;
  content?: string;
}

/** A buyer came by a link. */
export interface Touch {
  link: number;
  /** What the link may be credited for: `a1` an account, `s2` a series, `e3` an event. */
  scope: string;
  at: number;
  /** What the buyer arrived with, if there was any. */
  utm?: Utm;
}

/** One touch of a journey cookie. */
export interface Step extends Touch {
  /** Later touches have larger numbers. */
  sequence: number;
}

/** Who told of a touch: the browser's cookie, a click token, or the checkout that the link opened. */
export type Source = 'journey' | 'click_token' | 'checkout';

/** A touch that may have led to a purchase. */
export interface Candidate extends Touch {
  /** Its place in the journey cookie; 0 where there is none. */
  sequence: number;
  source: Source;
}

/** What of a purchase its attribution depends on. */
export interface Purchase {
  /** The organizer that sold. */
  organizer: number;
  /** The events bought, each with the series it is one of. */
  events: [event: number, series: number | null][];
  at: number;
  /** How long a touch counts; 30 unless the organizer has chosen otherwise. */
  window_days: number;
}

/** What a touch came to. The first that applies is said, in this order after `won`. */
export type Verdict = 'won' | 'out_of_scope' | 'too_old' | 'in_future' | 'earlier';

/** A touch that was considered. */
export interface Considered extends Candidate {
  utm: Utm;
  verdict: Verdict;
}

/** Who is credited for a purchase, and why the others are not. */
export interface Receipt {
  rule: 'last_click';
  /** Another one for every change of the rule that could name another winner. */
  version: number;
  window_days: number;
  /** The time of the purchase. */
  at: number;
  /** The link that is credited; null for none. */
  winner: number | null;
  /** At most 100, newest first. */
  considered: Considered[];
}
