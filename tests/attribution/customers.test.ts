// What one buyer may ask for: a copy, and to be forgotten (docs/privacy.md).
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout } from '../support/checkout.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const checkout = new Checkout(hb);
const { floor } = demo.types;

/** Buys one ticket under a mail address, from an organizer's event. */
async function buys(email: string, event: number, type: number, details: object = { last_name: 'Mustermann-Gabler', phone: '+49 30 901820', address: 'Heidestraße 17' }): Promise<any> {
  const basket = await checkout.opened({ event, items: [{ ticket_type: type, quantity: 1 }] });
  const answer = await hb.send(`/checkout/baskets/${basket.key}/complete`, {
    method: 'POST',
    headers: { 'idempotency-key': `key-${basket.key}` },
    body: {
      payment_method: 'offline', total: basket.quote.total, currency: basket.quote.currency,
      buyer: { first_name: 'Erika', email, ...details },
    },
  });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.order;
}

const personal = ['Mustermann-Gabler', 'erika@example.com', '901820', 'Heidestra'];

test('AU-02 a copy of a buyer holds all that one organizer has of them, and nothing of another', async () => {
  const first = await buys('erika@example.com', demo.event.id, floor);
  const second = await buys('Erika@Example.COM', demo.event.id, floor);
  await buys('somebody@example.com', demo.event.id, floor, { last_name: 'Jemand' });
  await buys('erika@example.com', other.event.id, other.types.floor);
  const copy = await demo.manager.get('customers/export?email=ERIKA@example.com');
  assert.equal(copy.status, 200, copy.text);
  assert.deepEqual([copy.json.customer.email, copy.json.customer.first_order_id], ['erika@example.com', first.id]);
  assert.deepEqual(copy.json.orders.map(({ id }: { id: number }) => id), [first.id, second.id]);
  for (const word of personal) assert.ok(copy.text.includes(word), word);
  assert.equal((await demo.manager.get('customers/export?email=nobody@example.com')).status, 404);
  assert.equal((await demo.manager.get('customers/export')).status, 422);
});

test('AU-02 a forgotten buyer is in no row of that organizer, and the books stay', async () => {
  const before = await demo.manager.get('report/links');
  const erased = await demo.manager.post('customers/erase', { email: 'ERIKA@example.com' });
  assert.deepEqual([erased.status, erased.json], [200, { orders: 2 }]);
  const stored = JSON.stringify([
    await hb.rows('SELECT * FROM sale_order WHERE organizer_id = ?1', demo.id),
    await hb.rows('SELECT * FROM customer WHERE organizer_id = ?1', demo.id),
  ]);
  for (const word of personal) assert.ok(!stored.includes(word), word);
  assert.ok(stored.includes('Jemand'));
  const [row] = await hb.rows("SELECT first_name, last_name, email, phone, address, answer FROM sale_order WHERE organizer_id = ?1 AND email = 'erased' LIMIT 1", demo.id);
  assert.deepEqual(row, { first_name: 'erased', last_name: 'erased', email: 'erased', phone: null, address: null, answer: null });
  assert.deepEqual((await demo.manager.get('report/links')).json, before.json);
  assert.equal((await demo.manager.get('customers/export?email=erika@example.com')).status, 404);
  assert.equal((await demo.manager.post('customers/erase', { email: 'erika@example.com' })).status, 404);
  // Another organizer's buyer of the same name is another matter.
  assert.equal((await other.manager.get('customers/export?email=erika@example.com')).json.orders.length, 1);
});

test('AU-06 erasing asks for a mail address, and for a token that may write', async () => {
  for (const [body, status] of [[{}, 422], [{ email: 5 }, 422], [{ email: ' ' }, 422], [{ email: 'x' }, 404], [{ email: 'a@b.example', all: true }, 422], [[], 400]] as const) {
    const answer = await changesNothing(hb, () => demo.manager.post('customers/erase', body));
    assert.equal(answer.status, status, JSON.stringify(body));
  }
  const reader = await hb.send('/manage/customers/erase', { method: 'POST', headers: { authorization: `Bearer ${demo.reader}` }, body: { email: 'somebody@example.com' } });
  assert.equal(reader.status, 403);
});
