// The webhooks' adapters of the packed tarball in the frameworks they are for, over
// real sockets; in Workers on workerd, with ids in its D1 and KV.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import type * as ExpressAdapter from '../src/adapters/express.ts';
import type * as FastifyAdapter from '../src/adapters/fastify.ts';
import type * as HonoAdapter from '../src/adapters/hono.ts';
import type * as WorkerAdapter from '../src/adapters/worker.ts';
import type * as Testing from '../src/testing.ts';
import type * as Explain from '../src/webhooks/explain.ts';
import type { WebhookEvent } from '../src/webhooks.ts';
import { Project } from './packed.ts';
import { startWorker } from './worker.ts';

const project = new Project();
after(() => project.remove());
const { webhook }: typeof ExpressAdapter = await project.load('dist/adapters/express.js');
const { webhooks }: typeof FastifyAdapter = await project.load('dist/adapters/fastify.js');
const { webhook: ofHono }: typeof HonoAdapter = await project.load('dist/adapters/hono.js');
const { webhook: ofWorker }: typeof WorkerAdapter = await project.load('dist/adapters/worker.js');
const { explain }: typeof Explain = await project.load('dist/webhooks/explain.js');
const { testHeaders }: typeof Testing = await project.load('dist/testing.js');

const SECRET = 'ABCD123';
const EVENT = { id: 'wh_1', created_at: '2026-11-23 12:00:00', event: 'ORDER.CREATED', resource_url: 'https://tickets.example/v1/orders/or_1', payload: { name: 'Zoë – 12,50 €' } };
/** As PHP writes it: a body that is parsed and written again is another one. */
const BODY = JSON.stringify(EVENT).replaceAll('/', '\\/');

interface Answer {
  status: number;
  text: string;
}

async function post(url: string, body: BodyInit | undefined, headers: Record<string, string>): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, text: await response.text() };
}

const refusal = ({ status, text }: Answer) => [status, JSON.parse(text).code];

/** What holds for every framework: `url` answers the name of the event. */
async function takesWebhooks(url: string): Promise<void> {
  const headers = testHeaders(BODY, SECRET);
  assert.deepEqual(await post(url, BODY, headers), { status: 200, text: 'ORDER.CREATED Zoë – 12,50 €' });
  // Whatever the sender calls it.
  assert.deepEqual(await post(url, BODY, { ...headers, 'content-type': 'text/plain' }), { status: 200, text: 'ORDER.CREATED Zoë – 12,50 €' });

  assert.deepEqual(refusal(await post(url, BODY.replace('wh_1', 'wh_2'), headers)), [400, 'no_match']);
  assert.deepEqual(refusal(await post(url, JSON.stringify(EVENT), headers)), [400, 'no_match']);
  assert.deepEqual(refusal(await post(url, BODY, { 'content-type': 'application/json' })), [400, 'missing_header']);
  assert.deepEqual(refusal(await post(url, '', headers)), [400, 'empty_body']);
  assert.deepEqual(refusal(await post(url, undefined, headers)), [400, 'empty_body']);
  assert.deepEqual(refusal(await post(url, BODY, testHeaders(BODY, SECRET, { signedAt: Date.now() - 400_000 }))), [400, 'stale']);
  assert.deepEqual(refusal(await post(url, BODY, testHeaders(BODY, 'other'))), [400, 'no_match']);
}

async function listening(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const answer: express.RequestHandler = (request, response) => void response.send(`${request.body.event} ${request.body.payload.name}`);

test('NP-07 Express takes webhooks', async () => {
  const app = express();
  app.post('/first', webhook(SECRET), answer);
  app.post('/raw', express.raw({ type: '*/*' }), webhook(SECRET), answer);
  app.post('/no-secret', webhook(''), answer);
  app.post('/small', webhook(SECRET, { limit: 100 }), answer);
  app.post('/broken', webhook(SECRET), () => assert.fail('the handler is broken'));
  app.use(express.json());
  app.post('/late', webhook(SECRET), answer);
  app.post('/other', (request, response) => void response.send(request.body.a));
  app.use(((_error, _request, response, _next) => void response.status(502).send('broken')) as express.ErrorRequestHandler);

  await listening(app, async (url) => {
    await takesWebhooks(`${url}/first`);
    const headers = testHeaders(BODY, SECRET);
    assert.equal((await post(`${url}/raw`, BODY, headers)).status, 200);
    assert.deepEqual(refusal(await post(`${url}/late`, BODY, headers)), [500, 'parsed_body']);
    assert.deepEqual(refusal(await post(`${url}/no-secret`, BODY, headers)), [500, 'empty_secret']);
    assert.deepEqual(refusal(await post(`${url}/small`, BODY, headers)), [413, 'too_large']);
    assert.deepEqual(await post(`${url}/broken`, BODY, headers), { status: 502, text: 'broken' });
    assert.deepEqual(await post(`${url}/other`, '{"a":"as ever"}', { 'content-type': 'application/json' }), { status: 200, text: 'as ever' });
  });
});

test('NP-07 Express takes a body that comes in pieces', async () => {
  const app = express();
  app.post('/', webhook(SECRET), (request, response) => void response.send(`${request.body.payload.length}`));
  await listening(app, async (url) => {
    const body = JSON.stringify({ ...EVENT, payload: 'x'.repeat(700_000) });
    const pieces = new ReadableStream({
      start(controller) {
        for (let from = 0; from < body.length; from += 99_991) controller.enqueue(new TextEncoder().encode(body.slice(from, from + 99_991)));
        controller.close();
      },
    });
    const response = await fetch(url, { method: 'POST', body: pieces, headers: testHeaders(body, SECRET), duplex: 'half' } as RequestInit);
    assert.equal(await response.text(), '700000');
  });
});

test('NP-07 a server of Node alone takes webhooks by the same handler', async () => {
  const take = webhook(SECRET);
  await listening(
    (request, response) => void take(request, response, () => response.end(`${(request as { body?: { event: string } }).body?.event} Zoë – 12,50 €`)),
    takesWebhooks,
  );
});

test('NP-07 Fastify takes webhooks', async () => {
  const server = fastify();
  server.register(async (scope) => {
    webhooks(scope, SECRET);
    scope.post('/first', async (request) => {
      const { event, payload } = request.body as typeof EVENT;
      return `${event} ${payload.name}`;
    });
    scope.get('/first', async () => 'never');
  });
  server.register(async (scope) => {
    webhooks(scope, '');
    scope.post('/no-secret', async () => 'never');
  });
  server.post('/other', async (request) => (request.body as { a: string }).a);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  try {
    await takesWebhooks(`${url}/first`);
    assert.equal((await fetch(`${url}/first`)).status, 400);
    assert.deepEqual(refusal(await post(`${url}/no-secret`, BODY, testHeaders(BODY, SECRET))), [500, 'empty_secret']);
    assert.deepEqual(await post(`${url}/other`, '{"a":"as ever"}', { 'content-type': 'application/json' }), { status: 200, text: 'as ever' });
  } finally {
    await server.close();
  }
});

test('NP-07 Hono takes webhooks in Node', async () => {
  const app = new Hono<{ Variables: { webhook: WebhookEvent<{ name: string }> } }>();
  app.post('/first', ofHono(SECRET), (context) => context.text(`${context.get('webhook').event} ${context.get('webhook').payload.name}`));
  app.post('/again', ofHono(() => [SECRET]), async (context) => context.text((await context.req.json()).event));
  const listener: RequestListener = async (request, response) => {
    const { method, headers } = request;
    const answer = await app.fetch(new Request(`http://node${request.url}`, { method, headers: headers as Record<string, string>, body: Readable.toWeb(request), duplex: 'half' } as RequestInit));
    response.writeHead(answer.status).end(await answer.text());
  };
  await listening(listener, async (url) => {
    await takesWebhooks(`${url}/first`);
    // Whoever comes behind can still read the request.
    assert.deepEqual(await post(`${url}/again`, BODY, testHeaders(BODY, SECRET)), { status: 200, text: 'ORDER.CREATED' });
  });
});

test('NP-06 NP-07 with `explain` each adapter answers the usual mistake', async () => {
  const headers = testHeaders(BODY, SECRET);
  const request = (): Request => new Request('https://shop.example/', { method: 'POST', body: JSON.stringify(EVENT), headers });
  const found = async (response: Response) => {
    const { code, message, cause } = (await response.json()) as { code: string; message: string; cause?: { code: string } };
    return [response.status, code, cause?.code ?? message];
  };
  const app = express();
  app.post('/', webhook(SECRET, { explain }), () => assert.fail('it was accepted'));
  await listening(app, async (url) => assert.deepEqual(await found(await fetch(new Request(url, request()))), [400, 'no_match', 'body_reserialized']));

  const hono = new Hono();
  hono.post('/', ofHono(SECRET, { explain }));
  assert.deepEqual(await found(await hono.fetch(request())), [400, 'no_match', 'body_reserialized']);
  assert.deepEqual(await found(await ofWorker(() => SECRET, () => undefined, { explain })(request(), {}, {})), [400, 'no_match', 'body_reserialized']);

  const server = fastify();
  webhooks(server, SECRET, { explain });
  server.post('/', async () => assert.fail('it was accepted'));
  const { statusCode, body } = await server.inject({ method: 'POST', url: '/', headers, body: JSON.stringify(EVENT) });
  assert.equal(statusCode, 400);
  // Fastify's own form of an error has nothing but the message to put it in.
  assert.match(JSON.parse(body).message, /^no signature .*: .*parser/);
});

const WORKER = `
import { Hono } from 'hono';
import { createReplayGuard } from 'handbill/webhooks';
import { explain } from 'handbill/webhooks/explain';
import { webhook as ofHono } from 'handbill/adapters/hono';
import { d1Store, kvStore, webhook } from 'handbill/adapters/worker';

const app = new Hono();
app.post('/hono', ofHono((context) => context.env.SECRET), async (context) => {
  const { event, payload } = context.get('webhook');
  return context.text(event + ' ' + payload.name);
});
app.post('/no-secret', ofHono(''), (context) => context.text('never'));
const plain = webhook((env) => env.SECRET, ({ event, payload }) => new Response(event + ' ' + payload.name));
const silent = webhook((env) => env.SECRET, () => undefined, { tolerance: 60 });
const once = (store) => webhook((env) => env.SECRET, async ({ id }, env) => Response.json(await createReplayGuard(store(env)).once(id, () => 'handled')));
const stores = { '/d1': once((env) => d1Store(env.DB)), '/kv': once((env) => kvStore(env.KV)) };
const slow = webhook((env) => env.SECRET, async ({ id }, env) => Response.json(await createReplayGuard(d1Store(env.DB)).once(id, async () => {
  while ((await env.KV.get('gate')) === null) await new Promise((resolve) => setTimeout(resolve, 20));
  return 'slowly';
})));

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === '/plain') return plain(request, env, context);
    if (pathname === '/silent') return silent(request, env, context);
    if (pathname === '/slow') return slow(request, env, context);
    if (pathname === '/explain') return Response.json(explain(await request.arrayBuffer(), request.headers, env.SECRET));
    return stores[pathname]?.(request, env, context) ?? app.fetch(request, env, context);
  },
};
`;

test('NP-07 Workers and Hono take webhooks, each event once', async () => {
  project.link('hono');
  const runtime = startWorker(project, WORKER, { bindings: { SECRET }, d1Databases: ['DB'], kvNamespaces: ['KV'] });
  try {
    const database = await runtime.getD1Database('DB');
    await database.exec('CREATE TABLE webhook_seen (key TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) STRICT');
    await database.exec('CREATE INDEX webhook_seen_end ON webhook_seen (ends_at)');
    const { origin } = await runtime.ready;
    const headers = testHeaders(BODY, SECRET);
    await takesWebhooks(`${origin}/hono`);
    await takesWebhooks(`${origin}/plain`);
    assert.deepEqual(refusal(await post(`${origin}/no-secret`, BODY, headers)), [500, 'empty_secret']);
    assert.deepEqual(await post(`${origin}/silent`, BODY, headers), { status: 204, text: '' });
    assert.deepEqual(refusal(await post(`${origin}/silent`, BODY, testHeaders(BODY, SECRET, { signedAt: Date.now() - 70_000 }))), [400, 'stale']);
    assert.equal(JSON.parse((await post(`${origin}/explain`, JSON.stringify(EVENT), headers)).text).code, 'body_reserialized');

    for (const path of ['/d1', '/kv']) {
      assert.deepEqual(await post(origin + path, BODY, headers), { status: 200, text: '{"isDuplicate":false,"value":"handled"}' });
      assert.deepEqual(await post(origin + path, BODY, testHeaders(BODY, SECRET, { signedAt: Date.now() + 2000 })), { status: 200, text: '{"isDuplicate":true}' });
    }
    const other = JSON.stringify({ ...EVENT, id: 'wh_2' });
    // The first to come takes until the others were told to come again.
    const gate = (await runtime.getKVNamespace('KV')) as unknown as { put(key: string, value: string): Promise<void> };
    let told = 0;
    const sent = async () => {
      const answer = await post(`${origin}/slow`, other, testHeaders(other, SECRET));
      if ((told += 1) === 9) await gate.put('gate', 'open');
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: 10 }, sent));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 9 }, () => 503)]);
    assert.equal(answers.filter(({ text }) => text.includes('slowly')).length, 1);

    // What is over is forgotten.
    await database.prepare('UPDATE webhook_seen SET ends_at = 0').run();
    assert.deepEqual(await post(`${origin}/d1`, BODY, headers), { status: 200, text: '{"isDuplicate":false,"value":"handled"}' });
    assert.equal(await database.prepare('SELECT COUNT(*) AS n FROM webhook_seen WHERE ends_at = 0').first('n'), 0);
  } finally {
    await runtime.dispose();
  }
});
