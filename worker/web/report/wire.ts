// What the Worker says about links and their sales, in JSON (docs/attribution.md).

/** All that was, and what is left of it. */
export interface Both {
  gross: number;
  net: number;
}

/** The columns of ST-08 that are about sales. */
export interface Figures {
  customers: Both;
  new_customers: Both;
  orders: Both;
  tickets: Both;
  scanned: number;
  unscanned: number;
  /** Minor units, by currency. */
  face_value: Record<string, Both>;
}

/** A link as the report names it. */
export interface ReportedLink {
  id: number;
  slug: string;
  description: string;
  /** Null when it is for the whole account. */
  event_id: number | null;
  /** Name of the promoter whose link it is. */
  promoter: string | null;
  /** User name of whoever in the account shares it. */
  referred_by: string | null;
}

/** What was sold of one ticket type by one link (ST-09). */
export interface TypeLine {
  id: number;
  name: string;
  event_id: number;
  figures: Figures;
}

export interface LinkLine {
  link: ReportedLink;
  views: number;
  visitors: number;
  figures: Figures;
  ticket_types: TypeLine[];
}

export interface Report {
  links: LinkLine[];
  /** What links have earned. */
  total: Figures;
  /** The same and what no link is credited for. */
  all_orders: Figures;
}

/** What happened on one day. Sales are net, and those that a link is credited for. */
export interface HistoryDay {
  /** `2026-11-24`, in the organizer's time zone. */
  day: string;
  views: number;
  visitors: number;
  orders: number;
  tickets: number;
  /** Minor units, by currency. */
  face_value: Record<string, number>;
}

/** The days on which something happened, ascending. */
export interface History {
  days: HistoryDay[];
}

export interface Show {
  id: number;
  name: string;
  /** RFC 3339. */
  starts_at: string;
  /** IANA name. */
  time_zone: string;
  /** RFC 3339; its sales outlast it. */
  archived_at: string | null;
}
