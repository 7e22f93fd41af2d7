import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Campaigns } from '../support/campaigns.ts';
import { BUYER, assertRefused, eventOf, fieldsOf, stockOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { Feed, behind } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { reportOf } from '../support/report.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';
import { Visitor } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
const { manager } = demo;
const feed = new Feed(hb, demo.id, manager.token);
const event = await eventOf(manager);
const types = {
  valid: await typeOf(manager, event),
  pending_approval: await typeOf(manager, event, { issued_as: 'pending_approval' }),
  payment_plan_pending: await typeOf(manager, event, { issued_as: 'payment_plan_pending' }),
};
const visitor = new Visitor(hb);

/** An order of one ticket. */
const sold = (type: number, more: object = {}): Promise<any> => visitor.buys({ event, items: [{ ticket_type: type, quantity: 1 }] }, more);
const did = async (path: string, body: unknown = {}): Promise<any> => {
  const { status, json, text } = await manager.post(path, body);
  assert.equal(status, 200, text);
  return json;
};

test('SG-07 each state of a ticket is reached, and each change comes', async () => {
  let last: Told | undefined;
  /** The ticket as the feed tells it: changed since it was last looked at, and after all others. */
  const told = async (id: number): Promise<[string, boolean]> => {
    const all = await feed.all();
    const ticket = all.at(-1)!;
    assert.equal(ticket.ticket_id, id, 'what changed last comes last');
    assert.notEqual(`${ticket.ticket_id} ${ticket.ticket_updated_at}`, `${last?.ticket_id} ${last?.ticket_updated_at}`);
    last = ticket;
    // The management API says the same of why one is void.
    const { json: shown } = await manager.get(`tickets/${id}`);
    assert.deepEqual([shown.status === 'void', shown.void_reason], ticket.ticket_canceled_at === null ? [false, null] : [true, ticket.ticket_status]);
    return [ticket.ticket_status, ticket.ticket_canceled_at !== null];
  };
  for (const [status, type] of Object.entries(types)) assert.deepEqual(await told((await sold(type)).tickets[0].id), [status, false]);
  for (const type of [types.pending_approval, types.payment_plan_pending]) {
    const { tickets: [{ id }] } = await sold(type);
    await did(`tickets/${id}/confirm`);
    assert.deepEqual(await told(id), ['valid', false]);
  }
  const rejected = (await sold(types.pending_approval)).tickets[0].id;
  await did(`tickets/${rejected}/reject`);
  assert.deepEqual(await told(rejected), ['rejected', true]);
  for (const [body, status] of [[{}, 'canceled'], [{ reason: 'canceled' }, 'canceled'], [{ reason: 'refunded' }, 'refunded'], [{ reason: 'resold' }, 'resold'], [{ reason: null }, 'canceled']] as const) {
    const { id } = (await sold(types.valid)).tickets[0];
    const { status: shown, void_reason: reason } = await did(`tickets/${id}/void`, body);
    assert.deepEqual([shown, reason, ...(await told(id))], ['void', status, status, true]);
  }
  const refunded = await sold(types.valid);
  await manager.made(`orders/${refunded.id}/refunds`, { amount: 1 });
  assert.deepEqual(await told(refunded.tickets[0].id), ['valid', false]);
  await manager.made(`orders/${refunded.id}/refunds`, {});
  assert.deepEqual(await told(refunded.tickets[0].id), ['refunded', false]);
  const cancelled = await sold(types.valid);
  await did(`orders/${cancelled.id}/cancel`, { refund: false });
  assert.deepEqual(await told(cancelled.tickets[0].id), ['canceled', true]);
  // Nobody said why it is void, so what becomes of the money says it.
  const unsaid = await sold(types.valid);
  await did(`tickets/${unsaid.tickets[0].id}/void`);
  await manager.made(`orders/${unsaid.id}/refunds`, {});
  assert.deepEqual(await told(unsaid.tickets[0].id), ['refunded', true]);
  const said = await sold(types.valid);
  await did(`tickets/${said.tickets[0].id}/void`, { reason: 'resold' });
  await manager.made(`orders/${said.id}/refunds`, {});
  assert.deepEqual(await told(said.tickets[0].id), ['resold', true]);
  const both = await sold(types.valid);
  await did(`orders/${both.id}/cancel`, { refund: true });
  assert.deepEqual(await told(both.tickets[0].id), ['refunded', true]);
  const scanned = (await sold(types.valid)).tickets[0];
  await manager.made('check-ins', { event_id: event, barcode: scanned.barcode });
  assert.deepEqual(await told(scanned.id), ['valid', false]);
  assert.notEqual(last!.ticket_scanned_at, null);
  assert.equal((await manager.remove(`tickets/${scanned.id}/check-in`)).status, 204);
  assert.deepEqual(await told(scanned.id), ['valid', false]);
  assert.equal(last!.ticket_scanned_at, null);
  await assertConsistent(hb);
});

test('SG-07 BK-10 a ticket that waits lets nobody in, and its page shows no code', async () => {
  for (const type of [types.pending_approval, types.payment_plan_pending]) {
    const order = await sold(type);
    const [ticket] = order.tickets;
    const scan = (): Promise<any> => manager.post('check-ins', { event_id: event, barcode: ticket.barcode });
    assertRefused(await changesNothing(hb, scan), 409, 'ticket_pending');
    const page = async (): Promise<string> => (await hb.send(`/checkout/orders/${order.key}/`)).text;
    assert.ok(!(await page()).includes(ticket.barcode) && (await page()).includes('This ticket waits for'));
    assert.equal((await visitor.checkout.confirmation(order.key)).json.order.tickets[0].status, type === types.pending_approval ? 'pending_approval' : 'payment_plan_pending');
    await did(`tickets/${ticket.id}/confirm`);
    assert.ok((await page()).includes(ticket.barcode));
    assert.equal((await scan()).status, 201);
  }
});

test('SG-07 only what waits is confirmed or rejected, and once', async () => {
  const [valid, approval, plan] = [(await sold(types.valid)).tickets[0].id, (await sold(types.pending_approval)).tickets[0].id, (await sold(types.payment_plan_pending)).tickets[0].id];
  for (const path of [`tickets/${valid}/confirm`, `tickets/${valid}/reject`, `tickets/${plan}/reject`]) assertRefused(await changesNothing(hb, () => manager.post(path, {})), 409, 'not_pending');
  for (const [id, other] of [[approval, 'reject'], [plan, 'confirm']] as const) {
    await did(`tickets/${id}/confirm`);
    for (const what of ['confirm', other]) assertRefused(await changesNothing(hb, () => manager.post(`tickets/${id}/${what}`, {})), 409, 'not_pending');
  }
  await did(`tickets/${approval}/void`);
  for (const what of ['confirm', 'reject']) assertRefused(await changesNothing(hb, () => manager.post(`tickets/${approval}/${what}`, {})), 409, 'not_pending');
  for (const id of [NOBODY, 0, 'x']) for (const what of ['confirm', 'reject']) assert.equal((await manager.post(`tickets/${id}/${what}`, {})).status, 404);
  const { tickets: [{ id }] } = await sold(types.pending_approval);
  const answers = await Promise.all([...Array(3)].flatMap(() => ['confirm', 'reject']).map((what) => manager.post(`tickets/${id}/${what}`, {})));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
});

test('SG-07 a reason to make a ticket void is one of three', async () => {
  const { tickets: [{ id }] } = await sold(types.valid);
  for (const body of [{ reason: 'rejected' }, { reason: '' }, { reason: 7 }, { reason: ['resold'] }, { reason: 'RESOLD' }, { why: 'resold' }]) {
    const answer = await changesNothing(hb, () => manager.post(`tickets/${id}/void`, body));
    assertRefused(answer, 422, 'invalid');
    assert.deepEqual(fieldsOf(answer), Object.keys(body));
  }
});

test('SG-07 a rejected ticket gives its stock back and leaves the report; one that waits is sold', async () => {
  const before = await stockOf(manager, types.pending_approval);
  const [gross, net] = await reportOf(manager, { event_id: event }).then(({ all_orders: { tickets } }) => [tickets.gross, tickets.net]);
  const { tickets: [{ id }] } = await sold(types.pending_approval);
  assert.deepEqual(await stockOf(manager, types.pending_approval), { ...before, issued: before.issued + 1, available: before.available - 1 });
  assert.deepEqual((await reportOf(manager, { event_id: event })).all_orders.tickets, { gross: gross! + 1, net: net! + 1 });
  await did(`tickets/${id}/reject`);
  assert.deepEqual(await stockOf(manager, types.pending_approval), before);
  assert.deepEqual((await reportOf(manager, { event_id: event })).all_orders.tickets, { gross: gross! + 1, net });
});

test('SG-07 what a ticket type may say of its tickets and its costs', async () => {
  for (const body of [{ issued_as: 'void' }, { issued_as: '' }, { issued_as: 1 }, { organizer_fee: -1 }, { organizer_fee: 1.5 }, { organizer_fee: '1' }, { producer_cost: -1 }, { producer_cost: 2 ** 53 }]) {
    const answer = await changesNothing(hb, () => manager.patch(`ticket-types/${types.valid}`, body));
    assert.deepEqual([answer.status, fieldsOf(answer)], [422, Object.keys(body)]);
  }
});

const CONTACT = { gender: 'female', company_name: 'Byron & Co.', birthday: '1985-01-01', newsletter_optin: true, country: 'France', postal_code: '31000', locality: 'Toulouse' };
const contactOf = (told: Told): Record<string, unknown> => Object.fromEntries(Object.keys(CONTACT).map((name) => [name, told[`contact_${name}`]]));

test('SG-06 what buyers tell of themselves is kept, until they say otherwise or are forgotten', async () => {
  const email = 'cleo@example.org';
  const buy = (more: object = {}): Promise<any> => sold(types.valid, { buyer: { ...BUYER, email, ...more } });
  const first = await buy(CONTACT);
  assert.deepEqual(contactOf(await feed.ticket(first.tickets[0].id)), CONTACT);
  // What is left out stays, what is given is for all their tickets; which come again.
  const mark = (await feed.all()).at(-1)!;
  await buy({ country: 'Spain', newsletter_optin: false });
  const now = { ...CONTACT, country: 'Spain', newsletter_optin: false };
  const since = await feed.all(behind(mark));
  assert.ok(since.some(({ ticket_id: id }) => id === first.tickets[0].id));
  for (const told of since) assert.deepEqual(contactOf(told), now);
  const customer = (await manager.get(`customers/export?email=${email}`)).json.customer;
  const fieldsFrom = (from: any): Record<string, unknown> => Object.fromEntries(Object.keys(CONTACT).map((name) => [name, from[name]]));
  assert.deepEqual(fieldsFrom(customer), now);
  assert.deepEqual((await manager.get(`customers/${customer.id}`)).json, customer);
  const patched = await manager.patch(`customers/${customer.id}`, { gender: null, locality: 'Madrid' });
  assert.deepEqual([patched.status, fieldsFrom(patched.json)], [200, { ...now, gender: null, locality: 'Madrid' }]);
  assert.deepEqual(contactOf(await feed.ticket(first.tickets[0].id)), { ...now, gender: null, locality: 'Madrid' });

  const before = await feed.all();
  assert.equal((await manager.post('customers/erase', { email })).status, 200);
  const again = await feed.all(behind(before.at(-1)!));
  assert.equal(again.length, 2);
  for (const told of again) {
    const { contact_id: id, ...contact } = Object.fromEntries(Object.entries(told).filter(([name]) => name.startsWith('contact_')));
    assert.equal(id, customer.id);
    assert.deepEqual([...new Set(Object.values(contact))], [null]);
  }
  // Nobody is that buyer any more, and nobody can write who they were.
  for (const answer of [await manager.get(`customers/${customer.id}`), await manager.patch(`customers/${customer.id}`, { locality: 'Madrid' }), await manager.get(`customers/export?email=${email}`)]) assertRefused(answer, 404);
  assert.deepEqual(await feed.all(behind(again.at(-1)!)), []);
  await assertConsistent(hb);
});

test('SG-06 BK-07 what breaks a rule of a contact is refused, at the checkout and by hand', async () => {
  await sold(types.valid, { buyer: { ...BUYER, email: 'dora@example.org' } });
  const { id } = (await manager.get('customers/export?email=dora@example.org')).json.customer;
  const bad: [string, unknown[]][] = [
    ['gender', ['x', '', 1, [], 'Female', true]], ['birthday', ['1985', '1985-13-01', '1985-02-30', '01-01-1985', '1985-01-01T00:00:00Z', '0001-01-01', '2999-01-01', 5]], ['newsletter_optin', ['true', 1, 0, 'yes', []]],
    ['company_name', [7, 'x'.repeat(201), 'two\nlines', {}]], ['country', [7, 'x'.repeat(101), 'two\nlines']], ['postal_code', [31_000, 'x'.repeat(21)]], ['locality', [true, 'x'.repeat(101), '\u0000']],
  ];
  const basket = await visitor.checkout.opened({ event, items: [{ ticket_type: types.valid, quantity: 1 }] });
  await changesNothing(hb, async () => {
    for (const [field, values] of bad) {
      for (const value of values) {
        const bought = await visitor.checkout.complete(basket.key, { payment_method: 'offline', total: basket.quote.total, currency: 'EUR', buyer: { ...BUYER, [field]: value } });
        assert.deepEqual([field, value, bought.status, fieldsOf(bought)], [field, value, 422, [`buyer.${field}`]]);
        const patched = await manager.patch(`customers/${id}`, { [field]: value });
        assert.deepEqual([field, value, patched.status, fieldsOf(patched)], [field, value, 422, [field]]);
      }
    }
    for (const body of [{ email: 'x@example.org' }, { first_name: 'x' }, { colour: 'red' }]) assert.equal((await manager.patch(`customers/${id}`, body)).status, 422);
    for (const other of [NOBODY, 0, 'x']) assert.equal((await manager.patch(`customers/${other}`, {})).status, 404);
  });
});

test('SG-06 a change that was read before the buyer was forgotten does not bring them back', async () => {
  const email = 'eve@example.org';
  await sold(types.valid, { buyer: { ...BUYER, email, country: 'France' } });
  const { id } = (await manager.get(`customers/export?email=${email}`)).json.customer;
  const answers = await Promise.all([manager.patch(`customers/${id}`, { locality: 'Lyon' }), manager.post('customers/erase', { email }), manager.patch(`customers/${id}`, { locality: 'Paris' }), manager.patch(`customers/${id}`, { company_name: 'Eve Ltd' })]);
  for (const { status, text } of answers) assert.ok([200, 404, 409].includes(status), text);
  assert.deepEqual(await hb.rows('SELECT gender, company_name, birthday, country, locality FROM customer WHERE id = ?1', id), [{ gender: null, company_name: null, birthday: null, country: null, locality: null }]);
});

test('SG-06 what buyers tell comes from the later of two purchases, whatever their clocks say', async () => {
  const email = 'fay@example.org';
  const buy = (country: string): Promise<any> => sold(types.valid, { buyer: { ...BUYER, email, country } });
  await buy('France');
  const { id } = (await manager.get(`customers/export?email=${email}`)).json.customer;
  const read = (await manager.get(`customers/${id}`)).json;
  await hb.setClockAhead(-60_000);
  await buy('Spain');
  await hb.setClockAhead(0);
  const now = (await manager.get(`customers/${id}`)).json;
  assert.deepEqual([now.country, now.updated_at > read.updated_at], ['Spain', true]);
});

test('SG-08 PX-03 a ticket comes again when the campaign that is its source is renamed', async () => {
  const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, manager.token);
  const campaign = await campaigns.made({ code: 'LETTER' });
  const floor = { event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] };
  const buy = async (query: string): Promise<number> => {
    const buyer = new Visitor(hb);
    await buyer.send(campaigns.path('LETTER') + query);
    return (await buyer.buys(floor)).tickets[0].id;
  };
  const [own, radio] = [await buy(''), await buy('?utm_source=radio')];
  const mark = (await feed.all()).at(-1)!;
  const since = async (): Promise<[number, string][]> => (await feed.all(behind(mark))).map(({ ticket_id: id, utm_source: source }) => [id, source]);
  assert.equal((await campaigns.change(campaign.id, { description: 'x' })).status, 200);
  assert.deepEqual(await since(), []);
  for (const code of ['Letter', 'BRIEF-2']) {
    assert.equal((await campaigns.change(campaign.id, { code })).status, 200);
    assert.deepEqual(await since(), [[own, code]]);
  }
  assert.equal((await feed.ticket(radio)).utm_source, 'radio');
});

test('SG-08 a ticket comes again when its credit goes', async () => {
  const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, manager.token);
  const campaign = await campaigns.made({ code: 'BRIEF' });
  const buyer = new Visitor(hb);
  await buyer.send(campaigns.path('BRIEF'));
  const { tickets: [{ id }] } = await buyer.buys({ event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] });
  const before = (await feed.all()).at(-1)!;
  assert.deepEqual([before.ticket_id, before.utm_source], [id, 'BRIEF']);
  await campaigns.remove(campaign.id);
  const after_ = (await feed.all()).at(-1)!;
  assert.deepEqual([after_.ticket_id, after_.utm_source, after_.ticket_updated_at > before.ticket_updated_at], [id, 'direct', true]);
});
