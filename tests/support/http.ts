// A plain HTTP client: what is given goes over the wire as it stands. `fetch`
// would tidy paths, follow redirects and refuse to set some headers, and the
// tests are about just those.
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** What came back. `json` is undefined where the body is not JSON. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The `Set-Cookie` headers, each as it came. */
  cookies: string[];
  /** The `Location` header without the click token, which is another for each click (RD-03). */
  leadsTo: string | undefined;
  text: string;
  // The tests assert on its members; a type here would only repeat them.
  json: any;
}

export interface Sent {
  method?: string;
  headers?: Record<string, string | string[]>;
  /** Strings and bytes go as they are, anything else as JSON. */
  body?: unknown;
  /** Sends the body without saying how long it is. */
  isChunked?: boolean;
}

// A connection for each request: workerd hangs up on idle ones after some
// seconds, and a request that meets that would have to be sent twice.
const plain = new PlainAgent({ maxSockets: 64 });
// The runtime signs its own certificate.
const tls = new TlsAgent({ maxSockets: 64, rejectUnauthorized: false });

const encoded = (body: unknown): string | Uint8Array | undefined =>
  body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends one request. `path` is used byte for byte, never normalised. */
export function send(base: URL, path: string, { method = 'GET', headers = {}, body, isChunked = false }: Sent = {}): Promise<Answer> {
  const payload = encoded(body);
  const secure = base.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? tlsRequest : plainRequest)(
      {
        host: base.hostname,
        port: base.port,
        agent: secure ? tls : plain,
        method,
        path,
        headers: {
          ...(payload !== undefined && { 'content-type': 'application/json' }),
          ...(payload !== undefined && !isChunked && { 'content-length': Buffer.byteLength(payload) }),
          ...(isChunked && { 'transfer-encoding': 'chunked' }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            cookies: response.headers['set-cookie'] ?? [],
            leadsTo: response.headers.location?.replace(/([?&])hb_click=[\w.-]+(&|(?=#|$))/, (_, before, behind) => (behind === '' ? '' : before)),
            text,
            json: parsed(text),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}

/** Path and query of an absolute URL, for following it on another host. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** The value of one cookie an answer sets, or undefined. */
export function cookieValue(answer: Answer, name: string): string | undefined {
  const found = answer.cookies.find((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1).split(';')[0];
}

/** The cookies of an answer as a browser would send them back. */
export const cookieJar = (answer: Answer): string => answer.cookies.map((cookie) => cookie.split(';')[0]).join('; ');
