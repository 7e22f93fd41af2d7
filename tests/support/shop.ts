// Links that lead to a page of somebody else's.
import type { Manager } from './api.ts';

/** Makes a link of the organizer behind `manager` to `destination`; returns its path. */
export async function linkTo(manager: Manager, destination: string, more: object = {}): Promise<string> {
  const { short_url: url } = await manager.made('links', { kind: 'venue', destination, ...more });
  return new URL(url).pathname;
}
