import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';

const hb = await startHandbill();
after(() => hb.stop());

const SCRIPT = '/assets/checkout.js';
const TYPES: Record<string, string> = { [SCRIPT]: 'text/javascript; charset=utf-8', '/assets/checkout.css': 'text/css; charset=utf-8' };

test("BK-11 the page's script and style come with their type and a tag", async () => {
  for (const [path, type] of Object.entries(TYPES)) {
    const got = await hb.send(path);
    const { status, headers } = got;
    assert.deepEqual([status, headers['content-type'], headers['cache-control'], headers['x-content-type-options']], [200, type, 'no-cache', 'nosniff']);
    assert.match(headers.etag ?? '', /^"[\w-]{22}"$/);
    assert.ok(got.text.length > 0);

    const head = await hb.send(`${path}?v=1`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.headers.etag, head.headers['content-type'], head.text], [200, headers.etag, type, '']);
  }
});

test('BK-11 a browser that has them is told to keep them', async () => {
  const { etag = '' } = (await hb.send(SCRIPT)).headers;
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const { status, headers, text } = await hb.send(SCRIPT, { headers: { 'if-none-match': known } });
    assert.deepEqual([known, status, headers.etag, headers['cache-control'], text], [known, 304, etag, 'no-cache', '']);
  }
  for (const other of ['"other"', etag.replaceAll('"', ''), '']) {
    assert.equal((await hb.send(SCRIPT, { headers: { 'if-none-match': other } })).status, 200, other);
  }
});

test('BK-11 they are only read, and nothing else is there', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await hb.send(SCRIPT, { method });
    assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD']);
  }
  for (const path of ['/assets/', '/assets/checkout', '/assets/checkout.js/', '/assets/tags.js', '/assets/CHECKOUT.JS', '/assets/..%2fcheckout.js']) {
    assert.equal((await hb.send(path)).status, 404, path);
  }
});
