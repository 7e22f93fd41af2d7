import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, eventOf, shirtOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { figures, reportOf, rowOf } from '../support/report.ts';
import type { Said } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const { manager } = await organizerNamed(hb, operator, 'demo');
const event = await eventOf(manager, { transaction_charge: 100 });
const floor = await typeOf(manager, event, { price: 2_500, booking_fee: 150, quantity: 10_000 });
const box = await typeOf(manager, event, { price: 5_001, quantity: 10_000 });
const gratis = await typeOf(manager, event, { price: 0, quantity: 10_000 });
const shirt = await shirtOf(manager);
await manager.made('discounts', { code: 'ALL', name: 'x', kind: 'percentage', price_percent: 100, booking_fee_percent: 100 });
const { secret } = await manager.made('payment-keys', { label: 'till' });

let buyers = 0;
const of = (ticketType: number, quantity = 1): Record<string, number> => ({ ticket_type: ticketType, quantity });

/** An order of a new customer by a link of its own, and how to look at and change it. */
async function sold(items: Record<string, number>[], more: object = {}): Promise<any> {
  const link: Followed = await manager.made('links', { kind: 'venue' });
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const order = await visitor.buys({ event, items, ...more }, { buyer: { ...BUYER, email: `buyer-${(buyers += 1)}@example.org` } });
  const row = async (): Promise<any> => rowOf(await reportOf(manager), link);
  return {
    order,
    /** Fails unless the link's row is so. */
    is: async (said: Said, what: string) => assert.deepEqual((await row()).figures, figures({ customers: 1, new_customers: 1, orders: 1, ...said }), what),
    /** Tickets and face value by ticket type, gross and net. */
    types: async () => (await row()).ticket_types.map(({ id, figures: { tickets, face_value: faces } }: any) => [id, tickets.gross, tickets.net, faces.EUR?.gross, faces.EUR?.net]),
    refund: (amount?: number) => manager.made(`orders/${order.id}/refunds`, amount === undefined ? {} : { amount }),
    voids: async (at: number) => assert.equal((await manager.post(`tickets/${order.tickets[at].id}/void`, {})).status, 200),
    cancel: async (refund: boolean) => assert.equal((await manager.post(`orders/${order.id}/cancel`, { refund })).status, 200),
    scan: (at: number) => manager.made('check-ins', { event_id: event, barcode: order.tickets[at].barcode }),
  };
}

const GONE: [number, number] = [1, 0];
const REVERSED = { customers: GONE, new_customers: GONE, orders: GONE };

test('ST-11 refund by refund and ticket by ticket an order leaves what is net, and stays in what is gross', async () => {
  const sale = await sold([of(floor, 2), of(box)]);
  assert.equal(sale.order.total, 10_401);
  await sale.is({ tickets: 3, face_value: { EUR: 10_001 } }, 'sold');
  await sale.refund(1_000);
  // Of 10 001 the part 9 401 / 10 401 is kept, 9 039; of it 5 000 / 10 001 and 5 001 / 10 001.
  await sale.is({ tickets: 3, face_value: { EUR: [10_001, 9_038] } }, '10.00 refunded');
  assert.deepEqual(await sale.types(), [[floor, 2, 2, 5_000, 4_519], [box, 1, 1, 5_001, 4_519]]);
  await sale.voids(0);
  await sale.is({ tickets: [3, 2], face_value: { EUR: [10_001, 7_501] } }, 'one void: what was refunded is more than made up for');
  await sale.refund(5_000);
  await sale.is({ tickets: [3, 2], face_value: { EUR: [10_001, 4_230] } }, '60.00 refunded');
  assert.deepEqual(await sale.types(), [[floor, 2, 1, 5_000, 1_410], [box, 1, 1, 5_001, 2_820]]);
  await sale.refund();
  await sale.is({ ...REVERSED, tickets: [3, 2], face_value: { EUR: [10_001, 0] } }, 'all refunded');
  await sale.cancel(true);
  await sale.is({ ...REVERSED, tickets: [3, 0], face_value: { EUR: [10_001, 0] } }, 'cancelled');
});

test('AT-06 a full refund takes the order, the customer and the face value back', async () => {
  const sale = await sold([of(floor, 2)]);
  await sale.refund();
  await sale.is({ ...REVERSED, tickets: 2, face_value: { EUR: [5_000, 0] } }, 'refunded');
});

test('AT-06 a partial refund takes its part', async () => {
  const sale = await sold([of(box)]);
  await sale.refund(1);
  await sale.is({ tickets: 1, face_value: { EUR: [5_001, 5_000] } }, 'a cent');
  await sale.refund(2_550);
  await sale.is({ tickets: 1, face_value: { EUR: [5_001, 2_500] } }, 'half');
  await sale.refund(2_549);
  await sale.is({ tickets: 1, face_value: { EUR: [5_001, 0] } }, 'all but a cent, which is not a cent of the face value');
});

test('AT-06 amounts are exact however large they are', async () => {
  const dear = await typeOf(manager, event, { price: 4_000_000_001, quantity: 1_000 });
  const sale = await sold([of(dear, 10), of(floor)]);
  await sale.refund(1);
  const [face, total] = [40_000_002_510n, 40_000_002_760n];
  const kept = (face * (total - 1n)) / total;
  const net = (40_000_000_010n * kept) / face + (2_500n * kept) / face;
  await sale.is({ tickets: 11, face_value: { EUR: [Number(face), Number(net)] } }, 'a cent of 400 million');
});

test('ST-11 a cancelled order leaves at once, refunded or not', async () => {
  for (const refund of [true, false]) {
    const sale = await sold([of(floor, 2), of(box)]);
    await sale.scan(0);
    await sale.is({ tickets: 3, scanned: 1, face_value: { EUR: 10_001 } }, 'scanned');
    await sale.cancel(refund);
    await sale.is({ ...REVERSED, tickets: [3, 0], face_value: { EUR: [10_001, 0] } }, `cancelled, refund: ${refund}`);
  }
});

test('ST-11 an order without a valid ticket is reversed', async () => {
  const sale = await sold([of(floor, 2)]);
  await sale.voids(1);
  await sale.is({ tickets: [2, 1], face_value: { EUR: [5_000, 2_500] } }, 'one of two void');
  await sale.voids(0);
  await sale.is({ ...REVERSED, tickets: [2, 0], face_value: { EUR: [5_000, 0] } }, 'both void');
});

test('ST-11 a scan is counted while it stands and its ticket is valid', async () => {
  const sale = await sold([of(floor, 3)]);
  await sale.scan(0);
  await sale.scan(1);
  await sale.is({ tickets: 3, scanned: 2, face_value: { EUR: 7_500 } }, 'two scanned');
  assert.equal((await manager.remove(`tickets/${sale.order.tickets[0].id}/check-in`)).status, 204);
  await sale.is({ tickets: 3, scanned: 1, face_value: { EUR: 7_500 } }, 'one undone');
  await sale.scan(0);
  await sale.is({ tickets: 3, scanned: 2, face_value: { EUR: 7_500 } }, 'and scanned again');
  await sale.voids(1);
  await sale.is({ tickets: [3, 2], scanned: 1, face_value: { EUR: [7_500, 5_000] } }, 'a scanned one void');
});

test('ST-11 an order that cost nothing keeps the face value of its tickets', async () => {
  const sale = await sold([of(box, 2)], { discount: 'ALL' });
  const { total } = sale.order;
  assert.equal(total, 100, 'the charge');
  await sale.is({ tickets: 2, face_value: { EUR: 10_002 } }, 'discounted');
  const free = await sold([of(gratis, 2)]);
  assert.equal(free.order.total, 0);
  await free.is({ tickets: 2 }, 'free');
  await free.voids(0);
  await free.voids(1);
  await free.is({ ...REVERSED, tickets: [2, 0] }, 'both void');
});

test('ST-11 an order without tickets is reversed by a refund or a cancellation only', async () => {
  const shirts = [{ product_attribute: shirt, quantity: 1 }];
  const sale = await sold(shirts);
  await sale.is({}, 'sold');
  await sale.refund(1);
  await sale.is({}, 'a cent refunded');
  await sale.refund();
  await sale.is(REVERSED, 'refunded');
  const cancelled = await sold(shirts);
  await cancelled.cancel(false);
  await cancelled.is(REVERSED, 'cancelled');
});

test('ST-11 a customer with another order stays, and is not new again when the first is reversed', async () => {
  const sale = await sold([of(floor)]);
  const visitor = new Visitor(hb);
  const link: Followed = await manager.made('links', { kind: 'venue' });
  await visitor.follows(link);
  await visitor.buys({ event, items: [of(floor)] }, { buyer: { ...BUYER, email: `BUYER-${buyers}@example.org` } });
  await sale.cancel(true);
  await sale.is({ ...REVERSED, tickets: [1, 0], face_value: { EUR: [2_500, 0] } }, 'the first');
  assert.deepEqual(rowOf(await reportOf(manager), link).figures, figures({ customers: 1, orders: 1, tickets: 1, face_value: { EUR: 2_500 } }));
});

test('ST-11 an order counts from when it was paid, and one that never is does not count', async () => {
  const link: Followed = await manager.made('links', { kind: 'venue' });
  const visitor = new Visitor(hb);
  await visitor.follows(link);
  const pending = async (): Promise<any> => {
    const basket = await visitor.checkout.opened({ event, items: [of(floor)] });
    return (await visitor.checkout.completed(basket, { payment_method: 'external', buyer: { ...BUYER, email: 'late@example.org' } })).order;
  };
  const [dropped, paid] = [await pending(), await pending()];
  assert.deepEqual(rowOf(await reportOf(manager), link).figures, figures({}));
  assert.equal((await manager.post(`orders/${dropped.id}/cancel`, {})).status, 200);
  assert.equal((await visitor.checkout.pay({ basket: paid.key, txn_id: `txn-${paid.id}`, amount: paid.total, currency: 'EUR' }, secret)).status, 200);
  assert.deepEqual(rowOf(await reportOf(manager), link).figures, figures({ customers: 1, new_customers: 1, orders: 1, tickets: 1, face_value: { EUR: 2_500 } }));
});

test('ST-12 a rebuild changes nothing, and only the operator may ask for one', async () => {
  const before = await reportOf(manager);
  const rebuilt = await operator.post('report/rebuild', {});
  assert.equal(rebuilt.status, 200, rebuilt.text);
  assert.equal(rebuilt.json.lines, await hb.value('SELECT count(*) FROM order_figures'));
  assert.deepEqual(await reportOf(manager), before);
  assert.equal((await manager.post('report/rebuild', {})).status, 403);
});

test('ST-12 a rebuild mends a report that has gone wrong', async () => {
  const before = await reportOf(manager);
  await hb.execute('UPDATE report_line SET tickets = tickets + 1, net_face = 0');
  await hb.execute('DELETE FROM report_line WHERE order_id = (SELECT min(order_id) FROM report_line)');
  assert.notDeepEqual(await reportOf(manager), before);
  assert.equal((await operator.post('report/rebuild', {})).status, 200);
  assert.deepEqual(await reportOf(manager), before);
});

test('ST-11 everything stored agrees', () => assertConsistent(hb));
