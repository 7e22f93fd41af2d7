import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import { Checkout, completionOf, eventOf, shirtOf, signature, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { send } from '../support/http.ts';
import type { Answer } from '../support/http.ts';
import { startKillable } from '../support/killable.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const state = mkdtempSync(join(tmpdir(), 'handbill-crash-'));

const BASKETS = 200;
const AT_ONCE = 16;

let hb = await startHandbill({ state });
after(async () => {
  await hb.stop();
  rmSync(state, { recursive: true, force: true });
});
const operator = await operatorOf(hb);
const { token } = (await organizerNamed(hb, operator, 'demo')).manager;
// Each speaks to the Handbill that runs now: it is another one after a crash.
const asOrganizer = (): Manager => new Manager(hb, token);
const asBuyer = (): Checkout => new Checkout(hb);

const manager = asOrganizer();
const event = await eventOf(manager, { transaction_charge: 100, tax_rate_ppm: 190_000 });
const seat = await typeOf(manager, event, { price: 2_500, booking_fee: 100, quantity: 3_000 });
const shirt = await shirtOf(manager, { price: 2_000, quantity: 1_000 });
const link = await manager.made('links', { kind: 'venue' });
const { secret } = await manager.made('payment-keys', { label: 'till' });
const { id: discount } = await manager.made('discounts', { code: 'OFF', name: 'x', kind: 'percentage', price_percent: 10 });
const { id: voucher } = await manager.made('vouchers', { name: 'x', value: 500 });

interface Request {
  /** The key of the basket it completes. */
  key: string;
  path: string;
  sent: { method: 'POST'; body: unknown; headers: Record<string, string> };
}

let baskets = 0;
/** A completion to be sent: of every kind of basket in turn. */
async function newCompletion(): Promise<Request> {
  const n = (baskets += 1);
  const vouchers = n % 5 === 0 ? [`GIFT-${n}`] : [];
  if (vouchers.length > 0) await asOrganizer().made(`vouchers/${voucher}/codes`, { codes: vouchers });
  const basket = await asBuyer().opened({
    event, ...(n % 2 && { link: link.slug }), items: [{ ticket_type: seat, quantity: 1 + (n % 3) }, ...(n % 4 ? [] : [{ product_attribute: shirt, quantity: 1 }])], ...(n % 3 ? {} : { discount: 'off' }), vouchers,
  });
  const method = n % 7 === 0 ? { payment_method: 'external' } : {};
  return { key: basket.key, path: `/checkout/baskets/${basket.key}/complete`, sent: { method: 'POST', body: completionOf(basket, method), headers: { 'idempotency-key': `crash-${n}` } } };
}

/** Sends all requests, `AT_ONCE` at a time; after `until` answers the runtime dies. Answers those that came. */
async function cutOff(requests: Request[], until: number): Promise<Map<Request, Answer>> {
  const dying = await startKillable(state);
  const answers = new Map<Request, Answer>();
  const waiting = [...requests];
  let death: Promise<void> | undefined;
  const worker = async (): Promise<void> => {
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      try {
        answers.set(request, await send(dying.url, request.path, request.sent));
      } catch {
        if (death === undefined) throw new Error('the runtime died before its time');
        return;
      }
      if (answers.size >= until) death ??= dying.kill();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  } finally {
    await (death ?? dying.kill());
  }
  return answers;
}

/** Kills the runtime on its way through `requests`, starts it again and says what was answered before. */
async function crashed(requests: Request[], until: number): Promise<Map<Request, Answer>> {
  await hb.stop();
  const answers = await cutOff(requests, until).finally(async () => {
    hb = await startHandbill({ state });
  });
  for (const { status, text } of answers.values()) assert.ok(status === 201 || status === 200, text);
  assert.ok(answers.size >= until && answers.size < requests.length, `${answers.size} answers`);
  return answers;
}

for (const until of [10, BASKETS / 2, BASKETS - 30]) {
  test(`BK-08 killed after ${until} of ${BASKETS} completions: each order is whole or not there, and no confirmed one is lost`, async () => {
    const before = await hb.value('SELECT count(*) FROM sale_order');
    const requests: Request[] = [];
    for (let n = 0; n < BASKETS; n += 1) requests.push(await newCompletion());
    const answers = await crashed(requests, until);
    await assertConsistent(hb);

    const stored = await hb.value('SELECT count(*) FROM sale_order');
    // What was on its way may have been written without being answered.
    assert.ok(stored - before >= answers.size && stored - before <= answers.size + AT_ONCE, `${stored - before} orders, ${answers.size} answers`);
    for (const [{ key }, { json }] of answers) {
      assert.equal(await hb.value('SELECT o.id FROM sale_order o JOIN basket b ON b.id = o.basket_id WHERE b.key = ?1', key), json.order.id);
    }

    // Each asks again, as after a broken connection.
    for (const request of requests) {
      const again = await hb.send(request.path, request.sent);
      assert.equal(again.status, 201, again.text);
      const first = answers.get(request);
      if (first !== undefined) assert.equal(again.text, first.text);
    }
    assert.equal(await hb.value('SELECT count(*) FROM sale_order'), before + BASKETS);
    await assertConsistent(hb);
  });
}

test('BK-09 killed among refunds and reported payments: each is done or not, and once when asked again', async () => {
  const orders = await hb.rows('SELECT o.id, o.total, o.status, o.currency, b.key FROM sale_order o JOIN basket b ON b.id = o.basket_id WHERE o.total > 300 ORDER BY o.id DESC LIMIT 150');
  const amountOf = (n: number): object => (n % 2 ? { amount: 100 + n } : {});
  const requests = orders.map(({ id, total, status, currency, key }, n): Request => {
    if (status === 'completed') return { key, path: `/manage/orders/${id}/refunds`, sent: { method: 'POST', body: amountOf(n), headers: { authorization: `Bearer ${token}`, 'idempotency-key': 'crash' } } };
    const body = JSON.stringify({ basket: key, txn_id: `txn-${id}`, amount: total, currency });
    return { key, path: '/checkout/payments', sent: { method: 'POST', body, headers: { 'handbill-signature': signature(secret, Date.now(), body) } } };
  });
  assert.equal(new Set(requests.map(({ path }) => path)).size, 1 + orders.filter(({ status }) => status === 'completed').length, 'some are payments');
  const answers = await crashed(requests, 60);
  await assertConsistent(hb);
  for (const request of requests) {
    const again = await hb.send(request.path, request.sent);
    assert.ok(again.status === 200 || again.status === 201, again.text);
    const first = answers.get(request);
    if (first !== undefined) assert.equal(again.text, first.text);
  }
  const refunded = orders.map(({ total, status }, n) => (status !== 'completed' ? 0 : n % 2 ? 100 + n : total));
  assert.equal(await hb.value('SELECT sum(amount) FROM refund'), refunded.reduce((sum, each) => sum + each, 0));
  assert.equal(await hb.value("SELECT count(*) FROM sale_order WHERE status = 'pending' AND id >= ?1", orders.at(-1)?.id), 0);
  await assertConsistent(hb);
});

test('BK-06 after all that stock, redemptions and the figures of the link are what was sold', async () => {
  const issued = await hb.value('SELECT count(*) FROM ticket');
  const held = await hb.value("SELECT sum(l.quantity) FROM sale_order o JOIN order_line l ON l.order_id = o.id WHERE o.status = 'pending' AND l.kind = 'ticket'");
  assert.deepEqual(await stockOf(asOrganizer(), seat), { held, issued, available: 3_000 - held - issued });
  assert.equal((await asOrganizer().get(`discounts/${discount}`)).json.times_redeemed, await hb.value('SELECT count(*) FROM sale_order WHERE discount_id IS NOT NULL'));
  assert.equal((await asOrganizer().get(`vouchers/${voucher}`)).json.available_codes, 0);
  assert.equal(await hb.value('SELECT created FROM link_sales WHERE link_id = ?1', link.id), baskets / 2);
});
