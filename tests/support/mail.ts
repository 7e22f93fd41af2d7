// A provider of mail: an HTTP server that takes mails as Resend's `POST /emails`
// does, and can have bad days.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A mail as it is handed over. */
export interface Mail {
  from: string;
  to: string[];
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
  attachments: { filename: string; content: string; content_type: string; content_id: string }[];
}

/** One request. */
export interface Tried {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  key: string;
  body: string;
  mail: Mail;
}

/**
 * What it does with a request: takes the mail, answers with an error, says
 * nothing, hangs up, or takes the mail and then says nothing or hangs up.
 */
export type Mood = 'takes' | number | 'hangs' | 'drops' | 'takes and hangs' | 'takes and drops';

export class MailProvider {
  /** Where mails are to be posted. */
  readonly url: string;
  readonly tried: Tried[] = [];
  /** What went out to people: of several with one key, the first. */
  readonly delivered: Tried[] = [];
  /** What it does with the next requests, one each; then `mood` holds. */
  moods: Mood[] = [];
  mood: Mood = 'takes';
  /** Called at each request, before it is answered. */
  onTry: ((tried: Tried) => void) | undefined;
  readonly #server;

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/emails`;
  }

  static async start(): Promise<MailProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const provider = new MailProvider(server);
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      provider.#answer({ method: request.method!, path: request.url!, headers: request.headers, key: String(request.headers['idempotency-key']), body, mail: JSON.parse(body) }, response);
    });
    return provider;
  }

  #answer(tried: Tried, response: ServerResponse): void {
    const mood = this.moods.shift() ?? this.mood;
    this.tried.push(tried);
    const say = (status: number, json: object): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const first = this.delivered.find(({ key }) => key === tried.key);
    const isTaken = typeof mood === 'string' && mood.startsWith('takes');
    if (isTaken && first === undefined) this.delivered.push(tried);
    this.onTry?.(tried);
    if (typeof mood === 'number') say(mood, { statusCode: mood, name: 'error', message: 'not now' });
    else if (mood.endsWith('drops')) response.destroy();
    else if (mood === 'takes' && first !== undefined && first.body !== tried.body) say(409, { statusCode: 409, name: 'invalid_idempotent_request', message: 'this key was used with another body' });
    else if (mood === 'takes') say(200, { id: `mail-${tried.key}` });
  }

  /** The mails that went out to an address. */
  to = (email: string): Tried[] => this.delivered.filter(({ mail }) => mail.to.includes(email));

  /** The tries for an address. */
  triedTo = (email: string): Tried[] => this.tried.filter(({ mail }) => mail.to.includes(email));

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
