import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createHash } from 'node:crypto';
import { Manager, Venue } from '../support/api.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing, keyValues, onDisk, stored } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;

test('AU-01 a token is shown once; what is stored is its hash', async () => {
  const made = await manager.made('tokens', { label: 'till 3', access: 'write' });
  assert.match(made.token, /^hb_[A-Za-z0-9_-]{43}$/);
  const { token, ...rest } = made;
  const read = await manager.get(`tokens/${made.id}`);
  assert.equal(read.status, 200);
  for (const shown of [read, await manager.get('tokens?limit=100'), await manager.get(`tokens/${demo.id}`)]) {
    assert.ok(!shown.text.includes(token.slice(3)));
    assert.ok(!shown.text.includes('hash'));
  }
  assert.equal(read.json.label, rest.label);

  const hash = createHash('sha256').update(token).digest('hex');
  const tables = await stored(hb);
  assert.ok(tables['api_token']?.includes(hash));
  assert.ok(!JSON.stringify([tables, await keyValues(hb)]).includes(token.slice(3)));
  const disk = onDisk(hb);
  assert.ok(disk.includes(hash), 'the search finds what is there');
  assert.ok(!disk.includes(token.slice(3)));
  assert.ok(!(await hb.log()).some((line) => line.includes(token.slice(3))));
});

test('AU-01 each token is its own', async () => {
  const tokens = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await manager.made('tokens', { label: `t${n}`, access: 'read' })).token));
  assert.equal(new Set(tokens).size, 20);
});

test('AU-01 a token that may read does not write', async () => {
  const reader = new Manager(hb, demo.reader);
  for (const collection of ['users', 'tokens', 'series', 'events', 'ticket-groups', 'ticket-types', 'products', 'product-attributes', 'links']) {
    assert.equal((await reader.get(collection)).status, 200, collection);
    const { status, json } = await changesNothing(hb, () => reader.post(collection, {}));
    assert.deepEqual([collection, status, json.error.code], [collection, 403, 'forbidden']);
  }
  for (const path of [`events/${demo.event.id}`, `users/${demo.users[0].id}`, `organizers/${demo.id}`]) {
    assert.equal((await changesNothing(hb, () => reader.patch(path, { name: 'x' }))).status, 403);
    assert.equal((await changesNothing(hb, () => reader.remove(path))).status, 403);
  }
  assert.equal((await changesNothing(hb, () => reader.put(`organizers/${demo.id}/partners/${other.id}`))).status, 403);
});

test('AU-01 a revoked token opens nothing, at once and in every API', async () => {
  const { id, token } = await manager.made('tokens', { label: 'lost phone', access: 'write' });
  const holder = new Manager(hb, token);
  const dialect = new Venue(hb, demo.id, token);
  assert.equal((await holder.get('links')).status, 200);
  assert.equal((await dialect.list()).status, 200);
  assert.equal((await manager.remove(`tokens/${id}`)).status, 204);
  assert.equal((await holder.get('links')).status, 401);
  assert.equal((await dialect.list()).status, 401);
  assert.equal((await dialect.create({ via: 1 })).status, 401);
  const { revoked_at: revokedAt } = (await manager.get(`tokens/${id}`)).json;
  assert.ok(Number.isFinite(Date.parse(revokedAt)));
});

test('AU-01 a token says when it was last used', async () => {
  const { id, token, last_used_at: atFirst } = await manager.made('tokens', { label: 'seldom', access: 'read' });
  assert.equal(atFirst, null);
  const holder = new Manager(hb, token);
  const lastUse = async (): Promise<number> => Date.parse((await manager.get(`tokens/${id}`)).json.last_used_at);
  assert.ok(Number.isNaN(await lastUse()));
  await holder.get('links');
  const first = await lastUse();
  assert.ok(Math.abs(first - Date.now()) < 3_600_000);
  await hb.setClockAhead(7_200_000);
  await holder.get('links');
  assert.ok((await lastUse()) - first >= 7_200_000 - 60_000);
  await hb.setClockAhead(0);
});

test('AU-01 a token is made for a label, an access and a user of the organizer', async () => {
  const bad: [object, string][] = [
    [{ access: 'read' }, 'label'], [{ label: 'x' }, 'access'], [{ label: '', access: 'read' }, 'label'], [{ label: 1, access: 'read' }, 'label'], [{ label: 'x'.repeat(100_000), access: 'read' }, 'label'],
    [{ label: 'x', access: 'admin' }, 'access'], [{ label: 'x', access: 1 }, 'access'], [{ label: 'x', access: 'READ ' }, 'access'],
    [{ label: 'x', access: 'read', user_id: NOBODY }, 'user_id'], [{ label: 'x', access: 'read', user_id: other.users[0].id }, 'user_id'], [{ label: 'x', access: 'read', user_id: 'x' }, 'user_id'],
    [{ label: 'x', access: 'read', token: 'hb_mine' }, 'token'], [{ label: 'x', access: 'read', hash: 'x' }, 'hash'],
  ];
  for (const [body, field] of bad) {
    const { status, json, text } = await changesNothing(hb, () => manager.post('tokens', body));
    assert.equal(status, 422, `${JSON.stringify(body).slice(0, 60)}: ${text}`);
    assert.deepEqual(json.error.fields.map((problem: { field: string }) => problem.field), [field]);
  }
});

test('AU-01 an organizer makes no token for another, nor an operator', async () => {
  for (const body of [{ label: 'x', access: 'write', organizer_id: other.id }, { label: 'x', access: 'write', organizer_id: null, operator: true }]) {
    const { status } = await changesNothing(hb, () => manager.post('tokens', body));
    assert.ok(status === 403 || status === 422, String(status));
  }
  const { token } = await manager.made('tokens', { label: 'x', access: 'write' });
  assert.equal((await new Manager(hb, token).get(`organizers/${other.id}`)).status, 404);
  assert.ok([403, 404].includes((await new Manager(hb, token).post('organizers', { name: 'x', slug: 'xx', time_zone: 'UTC', currency: 'EUR' })).status));
});

test('AU-01 a token of the operator has no user', async () => {
  const refused = await changesNothing(hb, () => operator.post('tokens', { label: 'x', access: 'write', user_id: demo.users[0].id }));
  assert.equal(refused.status, 422, refused.text);
  assert.deepEqual(refused.json.error.fields.map(({ field }: { field: string }) => field), ['user_id']);
});

test('AU-01 the token of an archived user or organizer opens nothing', async () => {
  const leaver = demo.users[1];
  const asLeaver = new Manager(hb, leaver.token);
  assert.equal((await asLeaver.get('links')).status, 200);
  assert.equal((await manager.remove(`users/${leaver.id}`)).status, 204);
  assert.equal((await asLeaver.get('links')).status, 401);

  const closing = await organizerNamed(hb, operator, 'closing');
  assert.equal((await operator.remove(`organizers/${closing.id}`)).status, 204);
  assert.equal((await closing.manager.get('links')).status, 401);
  assert.equal((await closing.venue.list()).status, 401);
});
