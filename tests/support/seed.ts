// Organizers with something to sell, made through the management API.
import { createHash, randomBytes } from 'node:crypto';
import { Manager, Venue } from './api.ts';
import type { Handbill } from './runtime.ts';

/** The year of the seed's events: so far ahead that they are still to come for a test that moves the clock by months. */
export const SEASON = new Date().getUTCFullYear() + 2;

export interface User {
  id: number;
  username: string;
  token: string;
}

export interface Organizer {
  id: number;
  slug: string;
  /** Speaks the management API for the organizer. */
  manager: Manager;
  /** Speaks the tracking-links dialect for the organizer. */
  venue: Venue;
  /** A token that may only read. */
  reader: string;
  users: [User, User];
  /** Sells `types`; ends on 6 March of `SEASON`, in New York. */
  event: { id: number; slug: string };
  /** Sells `laterType`; ends on 20 June of `SEASON`, in Berlin; of series `series`. */
  laterEvent: { id: number; slug: string };
  series: number;
  group: number;
  /** Two that everyone sees, one hidden; all of `event`. */
  types: { floor: number; balcony: number; backstage: number };
  laterType: number;
  product: number;
  attribute: number;
}

/** A token as the product makes them. */
const randomToken = (): string => `hb_${randomBytes(32).toString('base64url')}`;

/** The operator of the deployment: the one token that no API can make. */
export async function operatorOf(hb: Handbill): Promise<Manager> {
  const token = randomToken();
  await hb.execute(
    "INSERT INTO api_token (label, access, hash, created_at) VALUES ('operator', 'write', ?1, ?2)",
    createHash('sha256').update(token).digest('hex'),
    Date.now(),
  );
  return new Manager(hb, token);
}

/** Makes an organizer named `slug`, with a catalogue. */
export async function organizerNamed(hb: Handbill, operator: Manager, slug: string, currency = 'EUR'): Promise<Organizer> {
  const { id } = await operator.made('organizers', { name: `${slug} presents`, slug, time_zone: 'America/New_York', currency });
  const { token } = await operator.made('tokens', { organizer_id: id, label: 'seed', access: 'write' });
  const manager = new Manager(hb, token);
  const reader = (await manager.made('tokens', { label: 'reader', access: 'read' })).token;
  const user = async (username: string): Promise<User> => {
    const made = await manager.made('users', { name: `${username} of ${slug}`, username });
    return { id: made.id, username, token: (await manager.made('tokens', { label: username, access: 'write', user_id: made.id })).token };
  };
  const users: [User, User] = [await user(`${slug}-john`), await user(`${slug}-mary`)];
  const series = (await manager.made('series', { name: `Summer of ${slug}` })).id;
  const event = await manager.made('events', {
    name: `Rock Night of ${slug}`, slug: 'rock-night', time_zone: 'America/New_York', currency, published: true,
    starts_at: `${SEASON}-03-06T19:00:00-05:00`, ends_at: `${SEASON}-03-06T23:30:00-05:00`,
  });
  const laterEvent = await manager.made('events', {
    name: `Jazz Brunch of ${slug}`, slug: 'jazz-brunch', time_zone: 'Europe/Berlin', currency, published: true, series_id: series,
    starts_at: `${SEASON}-06-20T11:00:00+02:00`, ends_at: `${SEASON}-06-20T15:00:00+02:00`,
  });
  const group = (await manager.made('ticket-groups', { event_id: event.id, name: `Seats of ${slug}`, max_per_order: 8 })).id;
  const type = async (name: string, more: object = {}): Promise<number> =>
    (await manager.made('ticket-types', { event_id: event.id, name: `${name} of ${slug}`, price: 2_500, quantity: 100, ...more })).id;
  const types = { floor: await type('Floor'), balcony: await type('Balcony', { group_id: group }), backstage: await type('Backstage', { hidden: true }) };
  const laterType = await type('Table', { event_id: laterEvent.id });
  const product = (await manager.made('products', { name: `T-shirt of ${slug}`, currency })).id;
  const attribute = (await manager.made('product-attributes', { product_id: product, name: `Large of ${slug}`, price: 3_000, quantity: 50 })).id;
  return {
    id, slug, manager, reader, users, series, group, types, laterType, product, attribute,
    venue: new Venue(hb, id, token),
    event: { id: event.id, slug: event.slug },
    laterEvent: { id: laterEvent.id, slug: laterEvent.slug },
  };
}

/** An id no row has. */
export const NOBODY = 987_654_321;

/** Puts a link into the store that no API can make: a system kind. */
export async function storedLink(hb: Handbill, organizer: number, kind: number, slug: string, description: string): Promise<number> {
  await hb.execute(
    `INSERT INTO link (slug, slug_key, kind, owner_id, organizer_id, description, hide_public_ticket_types, items, destination, utm, created_at, updated_at)
     VALUES (?1, ?1, ?2, ?3, ?3, ?4, 0, '[]', 'https://shop.example/', '{}', ?5, ?5)`,
    slug, kind, organizer, description, Date.now(),
  );
  return await hb.value('SELECT id FROM link WHERE slug = ?1', slug);
}
