// Webhooks in Cloudflare Workers, and where they keep ids.
import { verifyRequest, WebhookError, type ReplayStore, type Secrets, type VerifyOptions, type WebhookEvent } from '../webhooks.ts';

/**
 * A `fetch` that verifies a webhook and calls `handle` with its event. It answers
 * 204, or with the error.
 *
 * @example
 * export default {
 *   fetch: webhook((env) => env.WEBHOOK_SECRET, async (event, env) => {
 *     console.log(event.event);
 *   }),
 * };
 *
 * @param handle may answer a response of its own
 */
export function webhook<Env, Context, Event = WebhookEvent>(secrets: (env: Env) => Secrets, handle: (event: Event, env: Env, context: Context) => unknown, options: VerifyOptions = {}) {
  return async (request: Request, env: Env, context: Context): Promise<Response> => {
    try {
      const event = await verifyRequest<Event>(request, secrets(env), options);
      const answer = await handle(event, env, context);
      return answer instanceof Response ? answer : new Response(null, { status: 204 });
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      return Response.json(error, { status: error.status });
    }
  };
}

/** What of a D1 database is needed. */
export interface D1 {
  prepare(sql: string): { bind(...values: unknown[]): { first(): Promise<unknown>; run(): Promise<{ meta: { changes: number } }> } };
}

/**
 * Ids in a table of D1, which has to be there:
 *
 * ```sql
 * CREATE TABLE webhook_seen (key TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) STRICT;
 * CREATE INDEX webhook_seen_end ON webhook_seen (ends_at);
 * ```
 */
export function d1Store(database: D1): ReplayStore {
  const run = (sql: string, ...values: unknown[]) => database.prepare(sql).bind(...values);
  return {
    has: async (key) => (await run('SELECT 1 FROM webhook_seen WHERE key = ?1 AND ends_at > ?2', key, Date.now()).first()) !== null,
    async add(key, seconds) {
      const now = Date.now();
      await run('DELETE FROM webhook_seen WHERE key IN (SELECT key FROM webhook_seen WHERE ends_at <= ?1 LIMIT 100)', now).run();
      const { meta } = await run('INSERT INTO webhook_seen (key, ends_at) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at WHERE ends_at <= ?3', key, now + seconds * 1000, now).run();
      return meta.changes === 1;
    },
    delete: (key) => run('DELETE FROM webhook_seen WHERE key = ?1', key).run(),
  };
}

/** What of a KV namespace is needed. */
export interface KV {
  get(key: string): Promise<unknown>;
  put(key: string, value: string, options: { expirationTtl: number }): Promise<void>;
  delete(key: string): Promise<void>;
}

/**
 * Ids in KV, which needs no table, and can't tell two at once apart: it keeps
 * retries away, not deliveries within the same minute. Where that matters, take D1.
 */
export function kvStore(namespace: KV): ReplayStore {
  const has = async (key: string) => (await namespace.get(key)) !== null;
  return {
    has,
    async add(key, seconds) {
      if (await has(key)) return false;
      // KV keeps nothing for less than a minute.
      await namespace.put(key, '1', { expirationTtl: Math.max(60, seconds) });
      return true;
    },
    delete: (key) => namespace.delete(key),
  };
}
