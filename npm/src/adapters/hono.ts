// Webhooks in Hono.
import { verify, WebhookError, type Secrets, type VerifyOptions } from '../webhooks.ts';

/** What of Hono's context is needed. */
export interface HonoContext {
  req: { raw: { headers: Headers }; arrayBuffer(): Promise<ArrayBuffer> };
  set(name: 'webhook', event: unknown): void;
}

/**
 * Middleware that verifies a webhook and sets the variable `webhook` to its event,
 * or answers with the error.
 *
 * @example
 * app.post('/webhooks', webhook(secret), (context) => {
 *   console.log(context.get('webhook').event);
 *   return context.body(null, 204);
 * });
 *
 * @param secrets or what finds them in the context, as `(context) => context.env.WEBHOOK_SECRET`
 */
export function webhook<Context extends HonoContext>(secrets: Secrets | ((context: Context) => Secrets), options: VerifyOptions = {}) {
  return async (context: Context, next: () => Promise<void>): Promise<Response | void> => {
    try {
      const given = typeof secrets === 'function' ? secrets(context) : secrets;
      context.set('webhook', verify(await context.req.arrayBuffer(), context.req.raw.headers, given, options));
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      return Response.json(error, { status: error.status });
    }
    await next();
  };
}
