// A program that calls something of every entry of the package, wherever it runs.

/** The entries, by the names that the program has for them. */
export const ENTRIES = {
  whole: 'handbill',
  attribution: 'handbill/attribution',
  basket: 'handbill/basket',
  robots: 'handbill/robots',
  webhooks: 'handbill/webhooks',
  explain: 'handbill/webhooks/explain',
  testing: 'handbill/testing',
  express: 'handbill/adapters/express',
  fastify: 'handbill/adapters/fastify',
  hono: 'handbill/adapters/hono',
  worker: 'handbill/adapters/worker',
};

/** What each call has to answer. */
export const ANSWERS: Record<keyof typeof ENTRIES, unknown> = {
  whole: 'rock-night',
  attribution: 'poster',
  basket: '12.00 EUR',
  robots: true,
  webhooks: 'ORDER.CREATED',
  explain: 'other_scheme',
  testing: 'application/json',
  express: 'missing_header',
  fastify: 'ORDER.CREATED',
  hono: 400,
  worker: 204,
};

/** Defines `answers()`. */
const CALLS = `
async function answers() {
  const [secret, body] = ['ABCD123', '{"id":"wh_1","event":"ORDER.CREATED"}'];
  const headers = testing.testHeaders(body, secret);
  let refused, hook;
  const fastifyRequest = { headers, body };
  fastify.webhooks({ removeAllContentTypeParsers() {}, addContentTypeParser() {}, addHook: (_, given) => (hook = given) }, secret);
  await hook(fastifyRequest);
  await express.webhook(secret)({ headers: {}, readableEnded: true, body }, { setHeader() {}, end: (text) => (refused = text) });
  const context = { req: { raw: new Request('https://shop.example'), arrayBuffer: async () => new TextEncoder().encode(body).buffer } };
  return {
    whole: whole.checkSlug('Rock-Night').value.key,
    attribution: attribution.parseUtm('?utm_source=poster').source,
    basket: basket.formatMoney(1200, 'EUR').value,
    robots: robots.isRobot('Googlebot/2.1'),
    webhooks: webhooks.verify(body, headers, secret).event,
    explain: explain.explain(body, 'sha256=' + '0'.repeat(64), secret).code,
    testing: headers['content-type'],
    express: JSON.parse(refused).code,
    fastify: fastifyRequest.body.event,
    hono: (await hono.webhook(secret)(context)).status,
    worker: (await worker.webhook(() => secret, () => undefined)(testing.testRequest('https://shop.example', { id: 'wh_1' }, secret))).status,
  };
}
`;

const names = Object.entries(ENTRIES);
/** The program's beginning in each of the two systems of modules. */
export const IMPORTED = names.map(([name, entry]) => `import * as ${name} from '${entry}';`).join('\n') + CALLS;
export const REQUIRED = names.map(([name, entry]) => `const ${name} = require('${entry}');`).join('\n') + CALLS;
