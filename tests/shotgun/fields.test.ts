import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, eventOf, typeOf } from '../support/checkout.ts';
import { Feed, storeTickets } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { startHandbill } from '../support/runtime.ts';
import { SEASON, operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor } from '../support/visitor.ts';

const hb = await startHandbill();
after(() => hb.stop());
const demo = await organizerNamed(hb, await operatorOf(hb), 'demo');
const { manager } = demo;
const feed = new Feed(hb, demo.id, manager.token);
const floor = [{ ticket_type: demo.types.floor, quantity: 1 }];

const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/.test(value);
const isSecond = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isWhole = (value: unknown): boolean => Number.isInteger(value);
const isRate = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isDay = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);
const isNever = (): boolean => false;

/** The document's fields in its order: what a value is, and whether it may be null. */
const FIELDS: [string, (value: unknown) => boolean, 'nullable'?][] = [
  ['ticket_id', isWhole], ['ticket_scan_code', isText], ['ticket_scanned_at', isTime, 'nullable'], ['ticket_updated_at', isTime], ['ticket_canceled_at', isTime, 'nullable'], ['ticket_status', isText], ['ticket_seating', isNever, 'nullable'], ['user_id', isNever, 'nullable'],
  ['deal_id', isWhole], ['deal_sub_category', isText, 'nullable'], ['deal_title', isText], ['deal_channel', isText], ['deal_visibilities', areTexts], ['deal_price', isWhole], ['deal_service_fee', isWhole], ['deal_user_service_fee', isWhole], ['deal_producer_cost', isWhole], ['deal_vat_rate', isRate],
  ['order_id', isWhole], ['currency', isText], ['payment_method', isText, 'nullable'], ['utm_source', isText, 'nullable'], ['utm_medium', isText, 'nullable'], ['ordered_at', isTime],
  ['event_id', isWhole], ['event_start_time', isSecond], ['event_end_time', isSecond], ['event_created_at', isTime], ['event_published_at', isTime, 'nullable'], ['event_launched_at', isTime, 'nullable'], ['event_canceled_at', isTime, 'nullable'],
  ['contact_id', isWhole, 'nullable'], ['contact_email', isText, 'nullable'], ['contact_phone', isText, 'nullable'], ['contact_first_name', isText, 'nullable'], ['contact_last_name', isText, 'nullable'], ['contact_gender', isText, 'nullable'], ['contact_company_name', isText, 'nullable'], ['contact_birthday', isDay, 'nullable'],
  ['contact_newsletter_optin', isFlag, 'nullable'], ['contact_country', isText, 'nullable'], ['contact_postal_code', isText, 'nullable'], ['contact_locality', isText, 'nullable'],
];

const CONTACT = { gender: 'female', company_name: 'Byron & Co.', birthday: '1985-01-01', newsletter_optin: true, country: 'France', postal_code: '31000', locality: 'Toulouse' };
const time = (millis: number | string): string => `${new Date(millis).toISOString().replace('T', ' ').replace('Z', '')}000`;

/** A ticket of an order of one. */
async function sold(body: object, more: object = {}, visitor = new Visitor(hb)): Promise<{ order: any; told: Told }> {
  const order = await visitor.buys(body, more);
  return { order, told: await feed.ticket(order.tickets[0].id) };
}

test('SG-06 a ticket with everything filled has every field of the document, in its order', async () => {
  const event = await eventOf(manager, { tax_rate_ppm: 55_000, starts_at: `${SEASON}-06-07T18:00:00Z`, ends_at: `${SEASON}-06-09T16:00:00Z` });
  const group = (await manager.made('ticket-groups', { event_id: event, name: 'Friday' })).id;
  const type = await typeOf(manager, event, { name: 'Early Bird', group_id: group, price: 3_999, booking_fee: 99, organizer_fee: 150, producer_cost: 42 });
  const visitor = new Visitor(hb);
  const link = await manager.made('links', { kind: 'affiliate', event_id: event, utm_source: 'poster', utm_medium: 'print' });
  await visitor.follows(link);
  const { order, told } = await sold({ event, items: [{ ticket_type: type, quantity: 1 }] }, { buyer: { ...BUYER, phone: '+33 5 61', ...CONTACT } }, visitor);
  await manager.made('check-ins', { event_id: event, barcode: order.tickets[0].barcode });
  await manager.post(`tickets/${order.tickets[0].id}/void`, {});
  await manager.patch(`events/${event}`, { cancelled: true });
  const whole = await feed.ticket(told.ticket_id);
  assert.deepEqual(Object.keys(whole), FIELDS.map(([name]) => name));
  for (const [name, is, nullable] of FIELDS) assert.ok(is === isNever ? whole[name] === null && nullable : is(whole[name]), `${name}: ${JSON.stringify(whole[name])}`);
  const shown = (await manager.get(`events/${event}`)).json;
  assert.deepEqual(
    [whole.ticket_scan_code, whole.ticket_status, whole.deal_id, whole.deal_sub_category, whole.deal_title, whole.deal_channel, whole.deal_visibilities, whole.deal_price, whole.deal_service_fee, whole.deal_user_service_fee, whole.deal_producer_cost, whole.deal_vat_rate],
    [order.tickets[0].barcode, 'canceled', type, 'Friday', 'Early Bird', 'online', ['public'], 3_999, 150, 99, 42, 0.055],
  );
  assert.deepEqual([whole.order_id, whole.currency, whole.payment_method, whole.utm_source, whole.utm_medium, whole.ordered_at], [order.id, 'eur', 'cash', 'poster', 'website', time(order.created_at)]);
  assert.deepEqual([whole.event_id, whole.event_start_time, whole.event_end_time, whole.event_created_at, whole.event_published_at, whole.event_launched_at, whole.event_canceled_at], [event, `${SEASON}-06-07 18:00:00`, `${SEASON}-06-09 16:00:00`, time(shown.created_at), time(shown.published_at), time(shown.launched_at), time(shown.cancelled_at)]);
  const [customer] = await hb.rows("SELECT id FROM customer WHERE email_key = ?1", BUYER.email);
  assert.deepEqual(Object.entries(whole).filter(([name]) => name.startsWith('contact_')).map(([, value]) => value), [customer!.id, BUYER.email, '+33 5 61', 'Ada', 'Lovelace', ...Object.values(CONTACT)]);
});

test('SG-06 a ticket with as little as there can be has every field too', async () => {
  const event = await eventOf(manager, { published: false });
  const type = await typeOf(manager, event, { price: 700 });
  await storeTickets(hb, { organizer: demo.id, event, type, tickets: 1, prefix: 'imported' });
  const [told] = (await feed.all(`&event_id=${event}`)) as [Told];
  assert.deepEqual(Object.keys(told), FIELDS.map(([name]) => name));
  for (const [name, is, nullable] of FIELDS) assert.ok(nullable ? told[name] === null : is(told[name]), `${name}: ${JSON.stringify(told[name])}`);
  assert.deepEqual([told.deal_channel, told.deal_price, told.deal_vat_rate, told.order_id, told.currency], ['offline', 700, 0, 0, 'eur']);
});

test('SG-06 params are echoed with their types, those that were given', async () => {
  const cases: [string, object][] = [
    ['', {}], ['&event_id=5', { event_id: 5 }], ['&include_cohosted_events=1', { include_cohosted_events: true }], ['&include_cohosted_events=true', { include_cohosted_events: true }], ['&include_cohosted_events=0', { include_cohosted_events: false }], ['&include_cohosted_events=false', { include_cohosted_events: false }],
    ['&include_cohosted_events=&event_id=&after=', {}], ['&after=2027-01-01', { after: '2027-01-01' }], ['&after=2027-01-01+10%3A00_7&event_id=3&page=9', { event_id: 3, after: '2027-01-01 10:00_7' }],
  ];
  for (const [query, params] of cases) assert.deepEqual([query, (await feed.ask(query)).json.params], [query, { organizer_id: demo.id, ...params }]);
});

test('SG-08 amounts are those of the sale, whatever is changed later', async () => {
  const event = await eventOf(manager, { tax_rate_ppm: 190_000 });
  const type = await typeOf(manager, event, { price: 2_000, booking_fee: 150, organizer_fee: 80, producer_cost: 30 });
  const first = await sold({ event, items: [{ ticket_type: type, quantity: 1 }] });
  await manager.patch(`ticket-types/${type}`, { price: 9_999, booking_fee: 0, organizer_fee: 1, producer_cost: 2 });
  await manager.patch(`events/${event}`, { tax_rate_ppm: 70_000 });
  const amounts = ({ deal_price: price, deal_user_service_fee: fee, deal_service_fee: own, deal_producer_cost: cost, deal_vat_rate: vat }: Told): unknown[] => [price, fee, own, cost, vat];
  assert.deepEqual(amounts(await feed.ticket(first.told.ticket_id)), [2_000, 150, 80, 30, 0.19]);
  assert.deepEqual(amounts((await sold({ event, items: [{ ticket_type: type, quantity: 1 }] })).told), [9_999, 0, 1, 2, 0.07]);
  // A discount is the order's, not the deal's; free is free.
  await manager.made('discounts', { code: 'ALL', name: 'x', kind: 'percentage', price_percent: 100 });
  const free = await sold({ event, items: [{ ticket_type: type, quantity: 1 }], discount: 'ALL' });
  assert.deepEqual([free.told.deal_price, free.told.payment_method, free.told.ticket_status], [9_999, null, 'valid']);
});

test('SG-08 the currency is the order’s, in minor units', async () => {
  for (const [currency, price] of [['JPY', 1_200], ['KWD', 12_345], ['USD', 999]] as const) {
    const event = await eventOf(manager, { currency });
    const type = await typeOf(manager, event, { price });
    const { told } = await sold({ event, items: [{ ticket_type: type, quantity: 1 }] });
    assert.deepEqual([told.currency, told.deal_price], [currency.toLowerCase(), price]);
  }
});

test('SG-08 payment_method is one of the document’s, null where nothing was paid', async () => {
  const key = await manager.made('payment-keys', { label: 'till' });
  const visitor = new Visitor(hb);
  const basket = await visitor.checkout.opened({ event: demo.event.id, items: floor });
  const { order } = await visitor.checkout.completed(basket, { payment_method: 'external' });
  assert.deepEqual((await feed.all()).filter(({ order_id: of }) => of === order.id), [], 'a ticket that is not paid is none yet');
  assert.equal((await visitor.checkout.pay({ basket: basket.key, txn_id: 'paid', amount: order.total, currency: 'EUR' }, key.secret)).status, 200);
  const told = (await feed.all()).filter(({ order_id: of }) => of === order.id);
  assert.deepEqual(told.map(({ payment_method: method }) => method), ['card']);
  const free = await typeOf(manager, demo.event.id, { price: 0 });
  for (const [type, method] of [[demo.types.floor, 'cash'], [free, null]] as const) assert.equal((await sold({ event: demo.event.id, items: [{ ticket_type: type, quantity: 1 }] })).told.payment_method, method);
});

test('SG-08 utm_source says who sent the buyer, utm_medium on what they bought', async () => {
  const named = await manager.made('links', { kind: 'venue', utm_source: 'newsletter', utm_medium: 'mail' });
  const half = await manager.made('links', { kind: 'venue', utm_medium: 'print' });
  const bare = await manager.made('links', { kind: 'venue' });
  const inApp = await manager.made('links', { kind: 'venue', utm_source: 'our-app', utm_medium: 'app' });
  const cases: [any, string, string, string][] = [
    [undefined, '', 'direct', 'website'], [named, '', 'newsletter', 'website'], [named, '?utm_source=mine&utm_medium=app', 'newsletter', 'website'], [half, '', half.slug, 'website'], [bare, '', bare.slug, 'website'], [bare, '?utm_source=radio', 'radio', 'website'],
    [inApp, '', 'our-app', 'app'], [bare, '?utm_medium=widget', bare.slug, 'widget'], [bare, '?utm_medium=Widget', bare.slug, 'website'],
  ];
  for (const [link, query, source, medium] of cases) {
    const visitor = new Visitor(hb);
    if (link !== undefined) await visitor.follows(link, query);
    const { told } = await sold({ event: demo.event.id, items: floor }, {}, visitor);
    assert.deepEqual([query, told.utm_source, told.utm_medium, told.deal_channel], [query, source, medium, 'online']);
  }
});

test('SG-08 a basket that the organizer opens at its counter is no sale of the shop', async () => {
  const visitor = new Visitor(hb);
  const basket = await manager.made('baskets', { event: demo.event.id, items: floor, channel: 'box_office' });
  assert.equal(basket.channel, 'box_office');
  const { order } = await visitor.checkout.completed(basket);
  const told = await feed.ticket(order.tickets[0].id);
  assert.deepEqual([told.deal_channel, told.utm_source, told.utm_medium], ['onsite', 'direct', null]);
  assert.equal((await manager.made('baskets', { event: demo.event.id, items: floor })).channel, 'online');
  for (const channel of ['phone', '', 7, {}, true]) assert.equal((await manager.post('baskets', { event: demo.event.id, items: floor, channel })).status, 422, String(channel));
  // Buyers don't choose it.
  assert.equal((await visitor.checkout.open({ event: demo.event.id, items: floor, channel: 'box_office' })).status, 422);
});

test('SG-06 visibilities say to whom a ticket type is shown', async () => {
  const event = await eventOf(manager);
  for (const [more, visibilities] of [[{}, ['public']], [{ hidden: true }, ['promoters']], [{ access_code: 'BAND' }, ['private']], [{ hidden: true, access_code: 'CREW' }, ['promoters', 'private']]] as const) {
    const type = await typeOf(manager, event, more);
    await storeTickets(hb, { organizer: demo.id, event, type, tickets: 1, prefix: `v-${type}` });
    const told = (await feed.all(`&event_id=${event}`)).find(({ deal_id: deal }) => deal === type)!;
    assert.deepEqual(told.deal_visibilities, visibilities);
  }
});

test('SG-06 an event is published once, and launched when something of it could be bought', async () => {
  const shown = async (id: number): Promise<unknown[]> => {
    const { published_at: published, launched_at: launched, cancelled_at: cancelled } = (await manager.get(`events/${id}`)).json;
    return [published, launched, cancelled];
  };
  const event = await eventOf(manager, { published: false });
  await typeOf(manager, event, { on_sale_from: `${SEASON}-01-01T10:00:00Z` });
  assert.deepEqual(await shown(event), [null, null, null]);
  const { updated_at: at } = (await manager.patch(`events/${event}`, { published: true })).json;
  assert.deepEqual(await shown(event), [at, `${SEASON}-01-01T10:00:00.000Z`, null]);
  await typeOf(manager, event, { on_sale_from: '2020-01-01T10:00:00Z' });
  assert.deepEqual(await shown(event), [at, at, null]);
  await manager.patch(`events/${event}`, { published: false });
  await manager.patch(`events/${event}`, { published: true, place: 'elsewhere' });
  assert.deepEqual(await shown(event), [at, at, null]);
  const none = await eventOf(manager);
  assert.deepEqual((await shown(none)).slice(1), [null, null]);
  // They are not to be written.
  for (const field of ['published_at', 'launched_at', 'cancelled_at']) assert.equal((await manager.patch(`events/${event}`, { [field]: `${SEASON}-01-01T10:00:00Z` })).status, 422, field);
});

test('SG-06 BK-02 an event that is called off sells nothing, until it is on again', async () => {
  const event = await eventOf(manager);
  const { slug } = (await manager.get(`events/${event}`)).json;
  const type = await typeOf(manager, event);
  const visitor = new Visitor(hb);
  const open = await visitor.checkout.opened({ event, items: [{ ticket_type: type, quantity: 1 }] });
  const off = await manager.patch(`events/${event}`, { cancelled: true });
  assert.deepEqual([off.status, off.json.cancelled, off.json.cancelled_at], [200, true, off.json.updated_at]);
  assert.equal((await hb.send(`/shop/${demo.slug}/${slug}/`)).status, 404);
  assert.equal((await visitor.checkout.open({ event, items: [{ ticket_type: type, quantity: 1 }] })).status, 404);
  assert.equal((await visitor.checkout.complete(open.key, { payment_method: 'offline', total: open.quote.total, currency: 'EUR', buyer: BUYER })).status, 409);
  assert.equal(await hb.value('SELECT count(*) FROM ticket WHERE event_id = ?1', event), 0);
  await manager.patch(`events/${event}`, { cancelled: true, place: 'nowhere' });
  assert.equal((await manager.get(`events/${event}`)).json.cancelled_at, off.json.cancelled_at);
  const on = await manager.patch(`events/${event}`, { cancelled: false });
  assert.deepEqual([on.json.cancelled, on.json.cancelled_at], [false, null]);
  assert.equal((await visitor.buys({ event, items: [{ ticket_type: type, quantity: 1 }] })).status, 'completed');
});
