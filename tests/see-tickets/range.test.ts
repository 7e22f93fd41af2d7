import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS } from '../support/agents.ts';
import { BUYER, DAY, assertRefused, eventOf, fieldsOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { figures, reportOf, rowOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf } from '../support/visitor.ts';
import type { Followed } from '../support/visitor.ts';

// The organizer is in New York, where the clocks go forward on 14 March 2027 and
// back on 7 November.
const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const { manager, id: organizer } = await organizerNamed(hb, operator, 'demo');
const event = await eventOf(manager, { starts_at: '2028-06-01T18:00:00Z', ends_at: '2028-06-01T22:00:00Z' });
const seat = await typeOf(manager, event, { quantity: 10_000, price: 1_000 });
const link: Followed = await manager.made('links', { kind: 'venue' });

/** A click and a purchase at a time; the order. Hours are the same on both sides of a minute. */
async function sale(at: string, email: string): Promise<any> {
  await hb.setClockAhead(Date.parse(at) - Date.now());
  const visitor = new Visitor(hb, { 'user-agent': BROWSERS[0] });
  await visitor.follows(link);
  const order = await visitor.buys({ event, items: [{ ticket_type: seat, quantity: 1 }] }, { buyer: { ...BUYER, email } });
  return orderOf(manager, order);
}

// Each a minute away from a midnight of New York.
const SALES: [string, string][] = [
  ['2027-01-15T04:59:00Z', 'a'], // 14 January, 23:59
  ['2027-01-15T05:00:00Z', 'b'], // 15 January, 00:00
  ['2027-01-16T04:59:00Z', 'c'],
  ['2027-01-16T05:00:00Z', 'a'],
  ['2027-03-14T04:59:00Z', 'd'], // 13 March, 23:59, the night the clocks go forward
  ['2027-03-14T05:00:00Z', 'e'], // 14 March, 00:00
  ['2027-03-15T03:59:00Z', 'f'], // 14 March, 23:59, now an hour nearer to UTC
  ['2027-03-15T04:00:00Z', 'g'],
  ['2027-11-07T03:59:00Z', 'h'], // 6 November, 23:59
  ['2027-11-07T04:00:00Z', 'i'], // 7 November, a day of 25 hours
  ['2027-11-08T04:59:00Z', 'j'],
  ['2027-11-08T05:00:00Z', 'k'],
];
const orders: any[] = [];
for (const [at, name] of SALES) orders.push(await sale(at, `${name}@example.org`));
await hb.drain(SALES.length);

/** How many orders, of how many customers, of whom how many new, a range has. */
async function countsOf(query: Record<string, string>): Promise<number[]> {
  const report = await reportOf(manager, query);
  const { figures: sums, views } = rowOf(report, link);
  assert.deepEqual([report.total, report.all_orders], [sums, sums]);
  assert.deepEqual(sums.tickets, sums.orders);
  assert.equal(sums.face_value.EUR?.gross ?? 0, sums.orders.gross * 1_000);
  return [sums.orders.gross, sums.customers.gross, sums.new_customers.gross, views];
}

test("ST-10 days are the organizer's, both ends included", async () => {
  const cases: [Record<string, string>, number[]][] = [
    [{}, [12, 11, 11, 12]],
    [{ from: '2027-01-14', until: '2027-01-14' }, [1, 1, 1, 1]],
    [{ from: '2027-01-15', until: '2027-01-15' }, [2, 2, 2, 2]],
    [{ from: '2027-01-16', until: '2027-01-16' }, [1, 1, 0, 1]],
    [{ from: '2027-01-14', until: '2027-01-16' }, [4, 3, 3, 4]],
    [{ until: '2027-01-14' }, [1, 1, 1, 1]],
    [{ from: '2027-01-15' }, [11, 11, 10, 11]],
    [{ from: '2027-03-13', until: '2027-03-13' }, [1, 1, 1, 1]],
    [{ from: '2027-03-14', until: '2027-03-14' }, [2, 2, 2, 2]],
    [{ from: '2027-03-15', until: '2027-03-15' }, [1, 1, 1, 1]],
    [{ from: '2027-11-06', until: '2027-11-06' }, [1, 1, 1, 1]],
    [{ from: '2027-11-07', until: '2027-11-07' }, [2, 2, 2, 2]],
    [{ from: '2027-11-08' }, [1, 1, 1, 1]],
    [{ from: '2027-11-09' }, [0, 0, 0, 0]],
    [{ from: '2027-01-17', until: '2027-03-12' }, [0, 0, 0, 0]],
    [{ from: '2027-01-16', until: '2027-01-14' }, [0, 0, 0, 0]],
  ];
  for (const [query, expected] of cases) assert.deepEqual([query, await countsOf(query)], [query, expected]);
});

test("ST-10 another time zone makes other days of the same orders", async () => {
  assert.equal((await manager.patch(`organizers/${organizer}`, { time_zone: 'UTC' })).status, 200);
  assert.equal((await reportOf(manager)).time_zone, 'UTC');
  assert.deepEqual(await countsOf({ from: '2027-01-15', until: '2027-01-15' }), [2, 2, 2, 2]);
  assert.deepEqual(await countsOf({ from: '2027-01-14', until: '2027-01-14' }), [0, 0, 0, 0]);
  assert.equal((await manager.patch(`organizers/${organizer}`, { time_zone: 'Pacific/Auckland' })).status, 200);
  assert.deepEqual(await countsOf({ from: '2027-01-15', until: '2027-01-15' }), [2, 2, 2, 2]);
  assert.deepEqual(await countsOf({ from: '2027-01-16', until: '2027-01-16' }), [2, 2, 1, 2]);
  assert.equal((await manager.patch(`organizers/${organizer}`, { time_zone: 'America/New_York' })).status, 200);
});

test('ST-10 a moment is taken to the millisecond, both ends included', async () => {
  const [first, second] = orders;
  const moment = (order: any, off = 0): string => new Date(order.receipt.at + off).toISOString();
  const between = async (from: string, until: string): Promise<number> => (await reportOf(manager, { from, until })).total.orders.gross;
  assert.equal(await between(moment(first), moment(first)), 1);
  assert.equal(await between(moment(first, 1), moment(second)), 1);
  assert.equal(await between(moment(first), moment(second, -1)), 1);
  assert.equal(await between(moment(first), moment(second)), 2);
  assert.equal(await between(moment(first, 1), moment(second, -1)), 0);
  const inNewYork = `${new Date(first.receipt.at - 5 * 3_600_000).toISOString().slice(0, -1)}-05:00`;
  assert.equal(await between(inNewYork, inNewYork), 1);
  assert.equal(await between(inNewYork.slice(0, -6), inNewYork.slice(0, -6)), 1, 'without an offset it is local');
});

test('ST-10 a range within an event is of both', async () => {
  const { total } = await reportOf(manager, { event_id: event, from: '2027-03-14', until: '2027-03-14' });
  assert.deepEqual(total, figures({ customers: 2, new_customers: 2, orders: 2, tickets: 2, face_value: { EUR: 2_000 } }));
  const elsewhere = await eventOf(manager);
  assert.deepEqual((await reportOf(manager, { event_id: elsewhere, from: '2027-03-14', until: '2027-03-14' })).total, figures({}));
});

test('ST-10 what is refunded, voided or scanned later counts for the day of the order', async () => {
  await hb.setClockAhead(Date.parse('2027-11-08T05:00:00Z') + 7 * DAY - Date.now());
  const [, second] = orders;
  await manager.made('check-ins', { event_id: event, barcode: second.tickets[0].barcode });
  assert.deepEqual((await reportOf(manager, { from: '2027-01-15', until: '2027-01-15' })).total, figures({ customers: 2, new_customers: 2, orders: 2, tickets: 2, scanned: 1, face_value: { EUR: 2_000 } }));
  await manager.made(`orders/${second.id}/refunds`, {});
  assert.deepEqual((await reportOf(manager, { from: '2027-01-15', until: '2027-01-15' })).total, figures({ customers: [2, 1], new_customers: [2, 1], orders: [2, 1], tickets: 2, scanned: 1, face_value: { EUR: [2_000, 1_000] } }));
  assert.deepEqual((await reportOf(manager, { from: '2027-11-09' })).total, figures({}));
});

test('ST-10 what is no date is refused by name, as JSON and as CSV', async () => {
  for (const path of ['report/links', 'report/links.csv']) {
    for (const name of ['from', 'until']) {
      for (const bad of ['', 'x', 'yesterday', '0', '-1', '2027', '2027-02-30', '2027-13-01', '2027-00-10', '15.01.2027', '01/15/2027', '2027-01-15T25:00:00Z', '2027-01-15T10:00:00+99:00', '20270115', "2027-01-15'; --", '2027-01-15 ', '1800000000000', '٢٠٢٧-٠١-١٥', '99999-01-01', '2027-01-15T10:00:00Zx', 'NaN', 'null', '%00']) {
        const answer = await manager.get(`${path}?${name}=${encodeURIComponent(bad)}`);
        assertRefused(answer, 422);
        assert.deepEqual(fieldsOf(answer), [name], bad);
      }
    }
    for (const bad of ['', 'x', '0', '-1', '1.5', '1e3', '99999999999999999999', '1 OR 1=1']) {
      const answer = await manager.get(`${path}?event_id=${encodeURIComponent(bad)}`);
      assertRefused(answer, 422);
      assert.deepEqual(fieldsOf(answer), ['event_id'], bad);
    }
    assert.deepEqual(fieldsOf(await manager.get(`${path}?from=x&until=y`)), ['from', 'until']);
  }
});

test('ST-10 everything stored agrees', () => assertConsistent(hb));
