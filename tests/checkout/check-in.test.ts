import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout, Clock, HOUR, assertRefused, eventOf, fieldsOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const { manager } = demo;
const checkout = new Checkout(hb);
const clock = new Clock(hb);

const event = await eventOf(manager);
const later = await eventOf(manager);
const seat = await typeOf(manager, event, { quantity: 10_000 });
const scan = (barcode: unknown, at: unknown = event, by = manager): Promise<Answer> => by.post('check-ins', { event_id: at, barcode });

/** A ticket just sold, as the organizer sees it. */
async function newTicket(): Promise<any> {
  const { id } = await checkout.bought({ event, items: [{ ticket_type: seat, quantity: 1 }] });
  return (await manager.get(`orders/${id}`)).json.tickets[0];
}

test('BK-10 a ticket opens the door once; the second time the door says when it was', async () => {
  const ticket = await newTicket();
  assert.equal(ticket.checked_in_at, null);
  const first = await scan(ticket.barcode);
  assert.equal(first.status, 201, first.text);
  assert.deepEqual(first.json.ticket, { ...ticket, checked_in_at: first.json.checked_in_at, updated_at: first.json.ticket.updated_at });
  assert.ok(Math.abs(Date.parse(first.json.checked_in_at) - clock.now()) < 60_000);
  await clock.advance(HOUR);
  const second = await changesNothing(hb, () => scan(ticket.barcode));
  assertRefused(second, 409, 'already_checked_in');
  assert.equal(second.json.checked_in_at, first.json.checked_in_at);
  assert.equal((await manager.get(`tickets/${ticket.id}`)).json.checked_in_at, first.json.checked_in_at);
});

test('BK-10 a code that is typed in small letters opens the door, too', async () => {
  const { barcode } = await newTicket();
  assert.equal((await scan(barcode.toLowerCase())).status, 201);
  assertRefused(await scan(barcode), 409, 'already_checked_in');
});

test('BK-10 twenty doors at once let one in, and all others say the same time', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { barcode } = await newTicket();
    const answers = await Promise.all(Array.from({ length: 20 }, () => scan(barcode)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)]);
    assert.deepEqual([...new Set(answers.map(({ json }) => json.checked_in_at))].length, 1, answers.map(({ text }) => text).join('\n'));
  }
});

test('BK-10 undone, it opens the door again', async () => {
  const { id, barcode } = await newTicket();
  assert.equal((await changesNothing(hb, () => manager.remove(`tickets/${id}/check-in`))).status, 404);
  const first = await scan(barcode);
  const undone = await manager.remove(`tickets/${id}/check-in`);
  assert.deepEqual([undone.status, undone.text], [204, '']);
  assert.equal((await manager.get(`tickets/${id}`)).json.checked_in_at, null);
  assert.equal((await manager.remove(`tickets/${id}/check-in`)).status, 404);
  await clock.advance(HOUR);
  const again = await scan(barcode);
  assert.equal(again.status, 201);
  assert.notEqual(again.json.checked_in_at, first.json.checked_in_at);
  assert.equal((await scan(barcode)).json.checked_in_at, again.json.checked_in_at);
  assert.equal(await hb.value('SELECT count(*) FROM check_in WHERE ticket_id = ?1', id), 2, 'what was undone stays on record');
});

test('BK-10 of ten who undo at once one does', async () => {
  const { id, barcode } = await newTicket();
  await scan(barcode);
  const answers = await Promise.all(Array.from({ length: 10 }, () => manager.remove(`tickets/${id}/check-in`)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(9).fill(404)]);
});

test('BK-10 a void ticket opens nothing', async () => {
  const voided = await newTicket();
  await manager.post(`tickets/${voided.id}/void`, {});
  assertRefused(await changesNothing(hb, () => scan(voided.barcode)), 409, 'ticket_void');
  const cancelled = await newTicket();
  await manager.post(`orders/${cancelled.order_id}/cancel`, {});
  assertRefused(await changesNothing(hb, () => scan(cancelled.barcode)), 409, 'ticket_void');
});

test('BK-10 a void and a scan at once: whoever was let in had a ticket then', async () => {
  for (let round = 0; round < 6; round += 1) {
    const { id, barcode } = await newTicket();
    const [voided, scanned] = await Promise.all([manager.post(`tickets/${id}/void`, {}), scan(barcode)]);
    assert.equal(voided.status, 200, voided.text);
    if (scanned.status !== 201) assertRefused(scanned, 409, 'ticket_void');
    assertRefused(await scan(barcode), 409);
  }
});

test('BK-10 another event, another organizer, an unknown code: there is no such ticket', async () => {
  const { id, barcode } = await newTicket();
  for (const answer of [
    await changesNothing(hb, () => scan(barcode, later)), await changesNothing(hb, () => scan(barcode, event, other.manager)), await changesNothing(hb, () => scan(barcode, NOBODY)), await changesNothing(hb, () => scan('0'.repeat(16))),
    await changesNothing(hb, () => other.manager.remove(`tickets/${id}/check-in`)), await changesNothing(hb, () => other.manager.post(`tickets/${id}/void`, {})), await other.manager.get(`tickets/${id}`),
  ]) assertRefused(answer, 404, 'not_found');
  assert.equal((await scan(barcode)).status, 201);
  assert.equal((await changesNothing(hb, () => other.manager.remove(`tickets/${id}/check-in`))).status, 404);
});

test('BK-10 what a scan says', async () => {
  const bad: [object, string[]][] = [
    [{}, ['barcode', 'event_id']], [{ event_id: event }, ['barcode']], [{ barcode: 'X' }, ['event_id']],
    ...[null, 'x', 0, -1, 1.5, [], {}, true].map((id): [object, string[]] => [{ event_id: id, barcode: 'X' }, ['event_id']]),
    ...[null, '', 1, 'x'.repeat(10_000), [], {}].map((barcode): [object, string[]] => [{ event_id: event, barcode }, ['barcode']]),
    [{ event_id: event, barcode: 'X', nonsense: 1 }, ['nonsense']],
  ];
  for (const [body, fields] of bad) {
    const answer = await changesNothing(hb, () => manager.post('check-ins', body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), fields, JSON.stringify(body).slice(0, 60));
  }
});

test('BK-10 a token that may only read lets nobody in', async () => {
  const { id, barcode } = await newTicket();
  const reader = { authorization: `Bearer ${demo.reader}` };
  for (const [method, path, body] of [['POST', 'check-ins', { event_id: event, barcode }], ['DELETE', `tickets/${id}/check-in`, undefined], ['POST', `tickets/${id}/void`, {}]] as const) {
    assertRefused(await changesNothing(hb, () => manager.send(method, path, body, reader)), 403, 'forbidden');
  }
});

test('BK-10 barcodes are long, random, each its own, and easy to read out', async () => {
  const { tickets } = await checkout.bought({ event, items: [{ ticket_type: seat, quantity: 200 }] });
  const codes = tickets.map(({ barcode }: { barcode: string }) => barcode);
  assert.equal(new Set(codes).size, 200);
  for (const code of codes) assert.match(code, /^[0-9A-HJKMNP-TV-Z]{16}$/);
  // Every place of the code takes many values.
  for (let place = 0; place < 16; place += 1) assert.ok(new Set(codes.map((code: string) => code[place])).size > 16, `place ${place}`);
});

test('BK-10 tickets are found by event, order and barcode', async () => {
  const mine = await newTicket();
  const ids = async (query: string): Promise<number[]> => {
    const { status, json, text } = await manager.get(`tickets?${query}`);
    assert.equal(status, 200, text);
    return json.data.map(({ id }: { id: number }) => id);
  };
  assert.deepEqual(await ids(`barcode=${mine.barcode}`), [mine.id]);
  assert.deepEqual(await ids(`order_id=${mine.order_id}`), [mine.id]);
  assert.deepEqual(await ids(`event_id=${later}`), []);
  assert.deepEqual(await ids(`barcode=${'0'.repeat(16)}`), []);
  assert.deepEqual(await ids(`barcode=${mine.barcode}&event_id=${later}`), []);
  const seen: number[] = [];
  for (let next: string | null = `/manage/tickets?event_id=${event}&limit=100`; next !== null; ) {
    const page = await manager.get(next);
    seen.push(...page.json.data.map(({ id }: { id: number }) => id));
    next = page.json.next;
  }
  assert.equal(seen.length, await hb.value('SELECT count(*) FROM ticket WHERE event_id = ?1', event));
  assert.equal(new Set(seen).size, seen.length);
  for (const query of ['event_id=x', 'order_id=-1', 'limit=101']) assertRefused(await manager.get(`tickets?${query}`), 422, 'invalid');
  assert.deepEqual((await other.manager.get(`tickets?barcode=${mine.barcode}`)).json.data, []);
});

test('BK-10 a ticket as the organizer sees it', async () => {
  const ticket = await newTicket();
  assert.deepEqual(Object.keys(ticket).sort(), ['barcode', 'checked_in_at', 'created_at', 'event_id', 'id', 'name', 'order_id', 'status', 'ticket_type_id', 'updated_at', 'void_reason', 'voided_at']);
  assert.deepEqual([ticket.event_id, ticket.ticket_type_id, ticket.status, ticket.voided_at, ticket.void_reason], [event, seat, 'valid', null, null]);
  assert.deepEqual((await manager.get(`tickets/${ticket.id}`)).json, ticket);
});

test('TT-13 in the end everything stored agrees', () => assertConsistent(hb));
