// Webhooks in Fastify.
import { verify, WebhookError, type Body, type Secrets, type VerifyOptions } from '../webhooks.ts';

/** What of a Fastify scope is needed. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(type: string, options: { parseAs: 'buffer' }, parser: (request: unknown, body: Body, done: (error: null, body: Body) => void) => void): unknown;
  addHook(name: 'preValidation', hook: (request: FastifyRequest) => Promise<void>): unknown;
}

/** What of Fastify's request is needed. */
export interface FastifyRequest {
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/**
 * Makes all routes of a scope take webhooks: their body is the event. The rest of
 * the server keeps its parsers.
 *
 * @example
 * server.register(async (scope) => {
 *   webhooks(scope, process.env.WEBHOOK_SECRET);
 *   scope.post('/webhooks', async (request, reply) => reply.code(204).send());
 * });
 */
export function webhooks(scope: FastifyScope, secrets: Secrets, options: VerifyOptions = {}): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  scope.addHook('preValidation', async (request) => {
    try {
      request.body = verify(request.body as Body, request.headers, secrets, options);
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      // What Fastify answers with: it has no place for the cause.
      const message = error.cause ? `${error.message}: ${error.cause.message}` : error.message;
      throw Object.assign(error, { message, statusCode: error.status });
    }
  });
}
