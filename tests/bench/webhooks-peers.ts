// Those that check webhooks, each in its own scheme, and how they are used.
import type { Scheme } from 'handbill/webhooks';

/** Throws for a signature that is wrong; awaited if it answers a promise. Headers have lower-case names, as in Node. */
export type Check = (body: Buffer, headers: Record<string, string>) => unknown;

export interface Verifier {
  scheme: Scheme;
  /** A module that exports what it takes. */
  bundle: string;
  /** The signature alone, or the event too. */
  load(readsEvent: boolean): Promise<Check>;
}

/** In base64, since Standard Webhooks asks for that. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const SIZES = [64, 300, 2_048, 16_384, 262_144, 1_048_576];

const refuse = (): never => {
  throw new Error('a right signature was refused');
};
const json = (body: Buffer): unknown => JSON.parse(body.toString());

export const VERIFIERS: Record<string, Verifier> = {
  handbill: {
    scheme: 'ticket-tailor',
    bundle: `export { verify } from 'handbill/webhooks';`,
    async load(readsEvent) {
      const { verify, verifySignature } = await import('handbill/webhooks');
      return readsEvent ? (body, headers) => verify(body, headers, SECRET) : (body, headers) => verifySignature(body, headers, SECRET);
    },
  },
  'node:crypto': {
    scheme: 'ticket-tailor',
    bundle: '',
    async load(readsEvent) {
      const { createHmac, timingSafeEqual } = await import('node:crypto');
      return (body, headers) => {
        const [time = '', signature = ''] = headers['tickettailor-webhook-signature']!.split(',').map((part) => part.slice(part.indexOf('=') + 1));
        if (Math.abs(Date.now() / 1000 - Number(time)) > 300) refuse();
        const mac = createHmac('sha256', SECRET).update(time).update(body).digest();
        if (!timingSafeEqual(mac, Buffer.from(signature, 'hex'))) refuse();
        return readsEvent && json(body);
      };
    },
  },
  stripe: {
    scheme: 'stripe',
    bundle: `import Stripe from 'stripe'; export const { webhooks } = Stripe;`,
    async load(readsEvent) {
      const { webhooks } = (await import('stripe')).default;
      if (readsEvent) return (body, headers) => webhooks.constructEvent(body, headers['stripe-signature']!, SECRET);
      return (body, headers) => webhooks.signature!.verifyHeader(body, headers['stripe-signature']!, SECRET);
    },
  },
  svix: {
    scheme: 'standard-webhooks',
    bundle: `export { Webhook } from 'svix';`,
    async load(readsEvent) {
      const { Webhook } = await import('svix');
      return (body, headers) => {
        new Webhook(SECRET).verify(body, headers);
        return readsEvent && json(body);
      };
    },
  },
  standardwebhooks: {
    scheme: 'standard-webhooks',
    bundle: `export { Webhook } from 'standardwebhooks';`,
    async load(readsEvent) {
      const { Webhook } = await import('standardwebhooks');
      return (body, headers) => new Webhook(SECRET).verify(body, headers, { jsonParse: readsEvent });
    },
  },
  '@octokit/webhooks-methods': {
    scheme: 'github',
    bundle: `export { verify } from '@octokit/webhooks-methods';`,
    async load(readsEvent) {
      const { verify } = await import('@octokit/webhooks-methods');
      return async (body, headers) => {
        if (!(await verify(SECRET, body.toString(), headers['x-hub-signature-256']!))) refuse();
        return readsEvent && json(body);
      };
    },
  },
};

/** An event of so many bytes. */
export function bodyOf(size: number): Buffer {
  const [head, tail] = ['{"id":"wh_1","event":"ORDER.CREATED","payload":"', '"}'];
  return Buffer.from(head + 'x'.repeat(size - head.length - tail.length) + tail);
}
