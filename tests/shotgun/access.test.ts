import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Feed } from '../support/feed.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const partner = await organizerNamed(hb, operator, 'partner');
await new Visitor(hb).buys({ event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 2 }] });
const { token } = demo.manager;
const key = partner.manager.token;
const GRANT = `organizers/${demo.id}/ticket-grants/${partner.id}`;

/** Asks with whatever is given; the status and how many tickets came. */
async function asked(query: string, authorization?: string): Promise<[number, number | string]> {
  const { status, json, headers } = await hb.send(`/tickets?${query}`, { headers: { ...(authorization !== undefined && { authorization }) } });
  assert.equal(headers['content-type'], 'application/json');
  return [status, status === 200 ? json.data.length : json.error.code];
}
const own = `organizer_id=${demo.id}`;

test('SG-01 an organizer reads its own tickets with a token in the header or in the query', async () => {
  const cases: [string, string | undefined][] = [
    [own, `Bearer ${token}`], [own, `bearer ${token}`], [`${own}&token=${token}`, undefined], [`${own}&token=${token}`, `Bearer ${token}`], [`${own}&token=nonsense`, `Bearer ${token}`],
    [`${own}&token=${token}`, 'Basic c2l0ZTpwYXNzd29yZA=='], [own, `Bearer ${demo.reader}`], [`${own}&token=${demo.reader}`, undefined], [`${own}&key=${token}`, undefined], [`${own}&key=&token=${token}`, undefined],
  ];
  for (const [query, authorization] of cases) assert.deepEqual([query, ...(await asked(query, authorization))], [query, 200, 2]);
});

test('SG-01 without a token, or with a bad one, 401', async () => {
  const revoked = await demo.manager.made('tokens', { label: 'x', access: 'read' });
  assert.deepEqual(await asked(`${own}&token=${revoked.token}`), [200, 2]);
  await demo.manager.remove(`tokens/${revoked.id}`);
  const cases: [string, string | undefined][] = [
    [own, undefined], ['', undefined], [own, 'Basic c2l0ZTpwYXNzd29yZA=='], [own, `Token ${token}`], [own, 'Bearer nonsense'], [own, 'Bearer'], [own, `Bearer hb_${'x'.repeat(43)}`],
    [`${own}&token=`, undefined], [`${own}&token=nonsense`, undefined], [`${own}&key=hb_${'x'.repeat(43)}`, undefined], [`${own}&token=${revoked.token}`, undefined], [own, `Bearer ${revoked.token}`], [`${own}&key=${revoked.token}`, undefined],
  ];
  for (const [query, authorization] of cases) assert.deepEqual([query, ...(await asked(query, authorization))], [query, 401, 'unauthenticated']);
});

test('SG-01 the organizer must be that of the token', async () => {
  for (const query of [`organizer_id=${partner.id}`, `organizer_id=${NOBODY}`]) {
    for (const [rest, authorization] of [['', `Bearer ${token}`], [`&token=${token}`, undefined], [`&key=${token}`, undefined]] as const) assert.deepEqual(await asked(query + rest, authorization), [403, 'forbidden']);
  }
  assert.deepEqual(await asked(own, `Bearer ${operator.token}`), [403, 'forbidden']);
  assert.deepEqual(await asked(`${own}&key=${operator.token}`), [403, 'forbidden']);
});

test('SG-01 organizer_id is required, and a whole number', async () => {
  for (const query of ['', 'organizer_id=', 'organizer_id=0', 'organizer_id=-1', 'organizer_id=x', 'organizer_id=1.5', 'organizer_id=1e3', 'organizer_id=99999999999999999999', 'organizer_id=%00', `organizer_id=${demo.id};1`]) {
    const { status, json } = await changesNothing(hb, () => hb.send(`/tickets?${query}&token=${token}`));
    assert.deepEqual([query, status, json.error.code, json.error.parameter], [query, 400, 'invalid_parameter', 'organizer_id']);
    assert.ok(json.error.message.length > 0);
  }
  // Of two the last counts.
  assert.deepEqual(await asked(`organizer_id=${NOBODY}&${own}&token=${token}`), [200, 2]);
});

test('SG-01 a partner reads what it was let, from then on and until it is taken back', async () => {
  const keyed = `${own}&key=${key}`;
  assert.deepEqual(await asked(keyed), [403, 'forbidden']);
  // To sell for somebody is another thing.
  assert.equal((await demo.manager.put(`organizers/${demo.id}/partners/${partner.id}`)).status, 204);
  assert.deepEqual(await asked(keyed), [403, 'forbidden']);
  assert.equal((await demo.manager.put(GRANT)).status, 204);
  assert.deepEqual((await demo.manager.get(`organizers/${demo.id}/ticket-grants`)).json, { data: [partner.id], next: null });
  assert.deepEqual(await asked(keyed), [200, 2]);
  assert.deepEqual(await asked(`${own}&key=${partner.reader}`), [200, 2]);
  // With its own token, which is no key, it reads its own alone; and the grant is for one direction.
  assert.deepEqual(await asked(own, `Bearer ${key}`), [403, 'forbidden']);
  assert.deepEqual(await asked(`${own}&token=${key}`), [403, 'forbidden']);
  assert.deepEqual(await asked(`organizer_id=${partner.id}&key=${token}`), [403, 'forbidden']);
  assert.deepEqual(await asked(`organizer_id=${partner.id}&key=${key}`), [200, 0]);
  assert.equal((await demo.manager.remove(`organizers/${demo.id}/partners/${partner.id}`)).status, 204);
  assert.deepEqual(await asked(keyed), [200, 2]);
  assert.equal((await demo.manager.remove(GRANT)).status, 204);
  assert.deepEqual(await asked(keyed), [403, 'forbidden']);
  assert.equal((await demo.manager.remove(GRANT)).status, 404);
});

test('SG-01 grants are given by the organizer alone, to somebody who is there', async () => {
  assert.equal((await demo.manager.put(GRANT)).status, 204);
  assert.equal((await demo.manager.put(GRANT)).status, 204);
  assert.equal((await demo.manager.remove(GRANT)).status, 204);
  await changesNothing(hb, async () => {
    const refused: [string, number][] = [[`organizers/${demo.id}/ticket-grants/${NOBODY}`, 404], [`organizers/${demo.id}/ticket-grants/x`, 404], [`organizers/${demo.id}/ticket-grants/${demo.id}`, 422], [`organizers/${partner.id}/ticket-grants/${demo.id}`, 404], [`organizers/${NOBODY}/ticket-grants/${partner.id}`, 404]];
    for (const [path, status] of refused) assert.equal((await demo.manager.put(path)).status, status, path);
    for (const secret of [partner.manager, { put: (path: string) => hb.send(`/manage/${path}`, { method: 'PUT', headers: { authorization: `Bearer ${demo.reader}` } }) }]) assert.ok([403, 404].includes((await secret.put(GRANT)).status));
  });
});

test('SG-01 neither an archived organizer nor an archived partner reads on', async () => {
  const [left, right] = [await organizerNamed(hb, operator, 'left'), await organizerNamed(hb, operator, 'right')];
  await left.manager.put(`organizers/${left.id}/ticket-grants/${right.id}`);
  await demo.manager.put(`organizers/${demo.id}/ticket-grants/${right.id}`);
  const leftByRight = `organizer_id=${left.id}&key=${right.manager.token}`;
  assert.deepEqual(await asked(leftByRight), [200, 0]);
  await operator.remove(`organizers/${left.id}`);
  assert.deepEqual(await asked(leftByRight), [403, 'forbidden']);
  assert.deepEqual(await asked(`organizer_id=${left.id}`, `Bearer ${left.manager.token}`), [401, 'unauthenticated']);
  await operator.remove(`organizers/${right.id}`);
  assert.deepEqual(await asked(`${own}&key=${right.manager.token}`), [401, 'unauthenticated']);
});

test('SG-01 no token comes back in the answer but in the URL that it was in, and none is logged', async () => {
  const { text, json } = await new Feed(hb, demo.id, undefined).send(`/tickets?${own}&token=${token}`);
  assert.deepEqual(json.params, { organizer_id: demo.id });
  assert.ok(!text.includes(token));
  assert.ok(!(await hb.log()).some((line) => line.includes(token) || line.includes(key)));
});

test('AU-06 SG-01 other methods are refused, HEAD is as GET', async () => {
  for (const path of [`/tickets?${own}`, `/tickets/?${own}`]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, json, headers } = await changesNothing(hb, () => hb.send(path, { method, body: {}, headers: { authorization: `Bearer ${token}` } }));
      assert.deepEqual([status, json.error.code], [405, 'method_not_allowed']);
      assert.match(String(headers.allow), /GET/);
    }
    const head = await hb.send(path, { method: 'HEAD', headers: { authorization: `Bearer ${token}` } });
    assert.deepEqual([head.status, head.text], [200, '']);
  }
  assert.equal((await hb.send(`/tickets/?${own}`, { headers: { authorization: `Bearer ${token}` } })).json.data.length, 2);
});
