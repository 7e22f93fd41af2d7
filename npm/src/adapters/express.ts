// Webhooks in Express, or anything else with the requests of Node.
import { verify, WebhookError, type Secrets, type VerifyOptions } from '../webhooks.ts';

/** What of Node's request is needed; `body` is there if a parser has read it. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  headers: Record<string, string | string[] | undefined>;
  body?: any;
  readableEnded: boolean;
}

/** What of Node's response is needed. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

/** The limit of a body besides what verifying is told. */
export interface ExpressOptions extends VerifyOptions {
  /** Bytes; 1 MiB when left out. */
  limit?: number;
}

/**
 * A handler that verifies a webhook and puts its event into `request.body`, or
 * answers with the error. It reads the request itself: put it before
 * `express.json()`, or behind `express.raw`.
 *
 * @example
 * app.post('/webhooks', webhook(process.env.WEBHOOK_SECRET), (request, response) => {
 *   console.log(request.body.event);
 *   response.sendStatus(204);
 * });
 */
export function webhook(secrets: Secrets, options: ExpressOptions = {}) {
  return async (request: NodeRequest, response: NodeResponse, next: (error?: unknown) => void): Promise<void> => {
    try {
      request.body = verify(await bodyOf(request, options.limit ?? 2 ** 20), request.headers, secrets, options);
    } catch (error) {
      if (!(error instanceof WebhookError)) return next(error);
      response.statusCode = error.status;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(error));
      return;
    }
    next();
  };
}

async function bodyOf(request: NodeRequest, limit: number): Promise<Uint8Array> {
  // Whoever read it has left the bytes, or something that is refused.
  if (request.readableEnded) return request.body ?? {};
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) throw new WebhookError('too_large', `the body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  for (const chunk of chunks.reverse()) body.set(chunk, (length -= chunk.length));
  return body;
}
