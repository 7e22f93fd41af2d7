import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, HOUR, MINUTE, NO_BASKET, assertRefused, eventOf, fieldsOf, macOf, signature, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;
const checkout = new Checkout(hb);

const event = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 10_000 });
const { secret } = await manager.made('payment-keys', { label: 'till' });
const { secret: foreignSecret } = await other.manager.made('payment-keys', { label: 'till' });

let reports = 0;
/** The report of a payment for a new pending order. */
async function newReport(): Promise<Record<string, unknown>> {
  reports += 1;
  const basket = await checkout.opened({ event, items: [{ ticket_type: seat, quantity: 1 }] });
  const { order } = await checkout.completed(basket, { payment_method: 'external' });
  return { basket: basket.key, txn_id: `txn-${reports}`, amount: order.total, currency: order.currency };
}

/** Asserts that a report under this header is not believed, and that the same body under a good one is. */
async function notBelieved(header: (body: string) => string | undefined, what: string): Promise<void> {
  const body = JSON.stringify(await newReport());
  const answer = await changesNothing(hb, () => checkout.reported(body, header(body)));
  assert.equal(answer.status, 401, `${what}: ${answer.status} ${answer.text}`);
  assert.equal(typeof answer.json.error.code, 'string');
  assert.ok(!answer.text.includes(secret));
  const believed = await checkout.reported(body, signature(secret, Date.now(), body));
  assert.equal(believed.status, 200, `${what}: ${believed.text}`);
}

test('BK-09 a report without a signature, or under one of another form, is not believed', async () => {
  const t = Math.floor(Date.now() / 1000);
  const headers: Record<string, (mac: string) => string | undefined> = {
    missing: () => undefined, empty: () => '', noise: () => 'x', 'no time': (mac) => `v1=${mac}`, 'no mac': () => `t=${t}`, 'empty mac': () => `t=${t},v1=`, 'other version': (mac) => `t=${t},v0=${mac}`,
    'half a mac': (mac) => `t=${t},v1=${mac.slice(0, 32)}`, 'longer mac': (mac) => `t=${t},v1=${mac}00`, 'no hex': (mac) => `t=${t},v1=${'z'.repeat(mac.length)}`, 'two times': (mac) => `t=${t},t=${t},v1=${mac}`,
    'signed time': (mac) => `t=+${t},v1=${mac}`, 'time with a point': (mac) => `t=${t}.0,v1=${mac}`, 'time in hex': (mac) => `t=0x${t.toString(16)},v1=${mac}`, 'negative time': (mac) => `t=-${t},v1=${mac}`, 'huge time': (mac) => `t=99999999999999999999,v1=${mac}`, 'no number': (mac) => `t=now,v1=${mac}`,
    'equals missing': (mac) => `t${t},v1${mac}`, 'other separator': (mac) => `t=${t};v1=${mac}`,
  };
  for (const [what, header] of Object.entries(headers)) await notBelieved((body) => header(macOf(secret, t * 1000, body)), what);
});

test('BK-09 a report under another secret is not believed', async () => {
  for (const wrong of [`${secret}x`, secret.slice(0, -1), secret.toUpperCase(), '', 'hunter2', demo.manager.token, foreignSecret]) {
    await notBelieved((body) => signature(wrong, Date.now(), body), wrong.slice(0, 4));
  }
});

test('BK-09 a report whose body is not the signed one is not believed', async () => {
  for (const tamper of [(body: string) => body.replace('"txn-', '"own-'), (body: string) => `${body} `, (body: string) => body.replace(/"amount":\d+/, '"amount":1'), (body: string) => body.replace(/,/, ', '), () => '{}', () => '']) {
    await notBelieved((body) => signature(secret, Date.now(), tamper(body)), 'signed another body');
  }
});

test('BK-09 the time is under the signature, and a report is fresh', async () => {
  const t = Date.now();
  await notBelieved((body) => `t=${Math.floor(t / 1000) + 1},v1=${macOf(secret, t, body)}`, 'moved time');
  for (const [what, at] of [['stale', -HOUR], ['future', HOUR], ['ancient', -400 * 24 * HOUR], ['in milliseconds', Date.now() * 999]] as const) await notBelieved((body) => signature(secret, Date.now() + at, body), what);
  for (const off of [-MINUTE, MINUTE]) {
    const body = JSON.stringify(await newReport());
    const answer = await checkout.reported(body, signature(secret, Date.now() + off, body));
    assert.equal(answer.status, 200, answer.text);
  }
});

test('BK-09 of several signatures one good one is enough: keys are changed without a gap', async () => {
  const next = await manager.made('payment-keys', { label: 'next' });
  const t = Math.floor(Date.now() / 1000);
  for (const order of [[secret, 'wrong'], ['wrong', secret], [next.secret, 'wrong'], ['wrong', 'wrong as well', next.secret]]) {
    const body = JSON.stringify(await newReport());
    const header = [`t=${t}`, ...order.map((each) => `v1=${macOf(each, t * 1000, body)}`)].join(',');
    const answer = await checkout.reported(body, header);
    assert.equal(answer.status, 200, answer.text);
  }
  await notBelieved((body) => [`t=${t}`, ...['wrong', 'wrong as well'].map((each) => `v1=${macOf(each, t * 1000, body)}`)].join(','), 'two wrong ones');
});

test('BK-09 a revoked key is not believed any more', async () => {
  const { id, secret: lost } = await manager.made('payment-keys', { label: 'lost' });
  assert.equal((await checkout.pay(await newReport(), lost)).status, 200);
  const paid = await newReport();
  assert.equal((await checkout.pay(paid, lost)).status, 200);
  assert.equal((await manager.remove(`payment-keys/${id}`)).status, 204);
  assert.equal((await manager.remove(`payment-keys/${id}`)).status, 404);
  await notBelieved((body) => signature(lost, Date.now(), body), 'revoked');
  assert.equal((await changesNothing(hb, () => checkout.pay(paid, lost))).status, 401, 'not even for what it paid before');
});

test("BK-09 another organizer's key pays nothing of this one's, and sees nothing of it", async () => {
  const report = await newReport();
  const answer = await changesNothing(hb, () => checkout.pay(report, foreignSecret));
  assert.equal(answer.status, 401, answer.text);
  assert.ok(!answer.text.includes(String(report['amount'])), answer.text);
});

test('BK-09 a basket that is not there is as good as a bad signature', async () => {
  for (const key of [NO_BASKET, 'B'.repeat(22)]) {
    const answer = await changesNothing(hb, () => checkout.pay({ basket: key, txn_id: 'x', amount: 1, currency: 'EUR' }, secret));
    assert.ok([401, 404].includes(answer.status), answer.text);
  }
});

test('BK-09 what a report must say', async () => {
  const report = await newReport();
  const bad: [object, string][] = [
    ...[null, '', 'x', 1, {}, 'A'.repeat(21), 'A'.repeat(23), "' OR 1=1--"].map((basket): [object, string] => [{ basket }, 'basket']),
    ...[null, '', 'x'.repeat(256), 1, [], 'a\u0000b'].map((txn): [object, string] => [{ txn_id: txn }, 'txn_id']),
    ...[null, -1, 1.5, '2500', [], 2 ** 53].map((amount): [object, string] => [{ amount }, 'amount']),
    ...[null, '', 'eur', 'XXXX', 978].map((currency): [object, string] => [{ currency }, 'currency']),
  ];
  for (const [change, field] of bad) {
    const answer = await changesNothing(hb, () => checkout.pay({ ...report, ...change }, secret));
    // Who can't be told apart by the basket can't have signed either.
    if (field === 'basket' && answer.status !== 422) assert.ok([401, 404].includes(answer.status), answer.text);
    else {
      assertRefused(answer, 422, 'invalid');
      assert.deepEqual(fieldsOf(answer), [field], JSON.stringify(change).slice(0, 60));
    }
  }
  for (const body of ['', '{', '[]', 'null', '"x"', `${JSON.stringify(report)}}`]) {
    const answer = await changesNothing(hb, () => checkout.pay(body, secret));
    assert.ok([400, 401].includes(answer.status), `${body}: ${answer.text}`);
  }
  assert.equal((await checkout.pay(report, secret)).status, 200);
});

test('BK-09 the bytes are signed, not what they mean', async () => {
  const report = await newReport();
  const body = `{ "currency":"EUR",\n "amount":${report['amount']}, "txn_id":"Ünï-🎸", "basket":"${report['basket']}" }\n`;
  const answer = await checkout.pay(body, secret);
  assert.deepEqual([answer.status, answer.json?.order?.txn_id], [200, 'Ünï-🎸'], answer.text);
});

test('BK-09 a payment key: its secret is shown once, its owner sees the rest', async () => {
  const made = await manager.made('payment-keys', { label: 'shop' });
  assert.ok(made.secret.length >= 32);
  assert.deepEqual(Object.keys(made).sort(), ['created_at', 'id', 'label', 'secret']);
  const list = await manager.get('payment-keys');
  assert.ok(list.json.data.some(({ id, label }: { id: number; label: string }) => id === made.id && label === 'shop'));
  assert.ok(!list.text.includes(made.secret));
  assert.notEqual((await manager.made('payment-keys', { label: 'shop' })).secret, made.secret);
  assert.ok(!(await hb.log()).some((line) => line.includes(made.secret)));
  for (const [body, field] of [[{}, 'label'], [{ label: '' }, 'label'], [{ label: 1 }, 'label'], [{ label: 'x'.repeat(201) }, 'label'], [{ label: 'x', secret: 'y'.repeat(32) }, 'secret']] as const) {
    const answer = await changesNothing(hb, () => manager.post('payment-keys', body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), [field]);
  }
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
