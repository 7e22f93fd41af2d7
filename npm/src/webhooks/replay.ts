// Each event once, however often it is delivered.
import { WebhookError } from './error.ts';

/** Where the ids of events are kept: memory, D1, KV, Redis. */
export interface ReplayStore {
  /** Whether a key is there. */
  has(key: string): boolean | Promise<boolean>;
  /** Puts a key there for so many seconds, unless it is there; whether it was not. Of two at once one must be told `true`. */
  add(key: string, seconds: number): boolean | Promise<boolean>;
  /** Takes a key away. */
  delete(key: string): unknown;
}

/** What became of one delivery. */
export type Once<Value> = { isDuplicate: false; value: Value } | { isDuplicate: true };

/** Keeps an event from being handled twice. */
export interface ReplayGuard {
  /**
   * Handles an event unless that was done before. A handler that throws will be
   * called again by the next attempt.
   *
   * @throws what the handler throws; a `WebhookError` with the code `busy` while another delivery of the event is being handled, so that the sender tries again
   */
  once<Value>(id: string, handle: () => Value | Promise<Value>): Promise<Once<Value>>;
}

/** How long a guard remembers. */
export interface ReplayOptions {
  /** Seconds after which a handled event is forgotten: 7 days when left out, well over the 72 hours of retries and what is sent again by hand after them. */
  remember?: number;
  /** Seconds after which a handler that has not returned is taken for dead: 60 when left out. */
  lease?: number;
}

/** @param store where the ids are kept; all servers that take the same webhooks must share it */
export function createReplayGuard(store: ReplayStore, { remember = 604_800, lease = 60 }: ReplayOptions = {}): ReplayGuard {
  return {
    async once(id, handle) {
      const [done, running] = [`webhook:done:${id}`, `webhook:running:${id}`];
      if (await store.has(done)) return { isDuplicate: true };
      if (!(await store.add(running, lease))) throw new WebhookError('busy', `\`${id}\` is being handled`);
      // The other one may have come to its end between the two questions.
      if (await store.has(done)) return { isDuplicate: true };
      try {
        const value = await handle();
        await store.add(done, remember);
        return { isDuplicate: false, value };
      } catch (error) {
        await store.delete(running);
        throw error;
      }
    },
  };
}

/**
 * Ids in the memory of one process, for development and for single servers: a
 * restart forgets them.
 *
 * @param options `limit`: the most ids, 100,000 when left out, the oldest of which go first; `now`: unix milliseconds
 */
export function memoryStore({ limit = 100_000, now = Date.now }: { limit?: number; now?: () => number } = {}): ReplayStore {
  const ends = new Map<string, number>();
  const has = (key: string) => (ends.get(key) ?? 0) > now();
  return {
    has,
    add(key, seconds) {
      if (has(key)) return false;
      ends.delete(key);
      for (const oldest of ends.keys()) {
        if (ends.size < limit && has(oldest)) break;
        ends.delete(oldest);
      }
      ends.set(key, now() + seconds * 1000);
      return true;
    },
    delete: (key) => ends.delete(key),
  };
}
