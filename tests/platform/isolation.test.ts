import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Manager } from '../support/api.ts';
import { Campaigns } from '../support/campaigns.ts';
import { BUYER, Checkout, NO_BASKET, eventOf, signature, stockOf, typeOf } from '../support/checkout.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';
import { changesNothing } from '../support/snapshot.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const intruder = await organizerNamed(hb, operator, 'intruder');
// Every name and text of the victim's holds this word.
const VICTIM = 'victim';
const victim = await organizerNamed(hb, operator, VICTIM);
const link = await victim.venue.made({ via: 4, event: victim.event.id, referred_by: victim.users[0].id, description: `a ${VICTIM}'s`, extra: [{ ticket_type: victim.types.floor, quantity: 1 }] });
const token = await victim.manager.made('tokens', { label: `till of the ${VICTIM}`, access: 'write' });

// What the victim has sold, and what it gives away.
const checkout = new Checkout(hb);
const coming = await eventOf(victim.manager, { name: `Finale of the ${VICTIM}` });
const seat = await typeOf(victim.manager, coming, { name: `Seat of the ${VICTIM}` });
const left = await victim.manager.made('baskets', { event: coming, items: [{ ticket_type: seat, quantity: 1 }] });
const waiting = await checkout.completed(await checkout.opened({ event: coming, items: [{ ticket_type: seat, quantity: 1 }] }));
const { id: order, key: basketKey } = waiting.order;
const [ticket] = waiting.order.tickets;
const discount = await victim.manager.made('discounts', { code: `code of the ${VICTIM}`, name: VICTIM, kind: 'percentage', price_percent: 10 });
const voucher = await victim.manager.made('vouchers', { name: VICTIM, value: 100 });
const [code] = (await victim.manager.made(`vouchers/${voucher.id}/codes`, { codes: [`gift of the ${VICTIM}`] })).data;
const PROMOTER = { name: `promoter of the ${VICTIM}`, email: `promoter@${VICTIM}.example` };
await victim.manager.made('promoter-links', { kind: 'affiliate', ...PROMOTER });
const [mail] = (await victim.manager.get('mails')).json.data;
const paymentKey = await victim.manager.made('payment-keys', { label: `till of the ${VICTIM}` });
const ownKey = await intruder.manager.made('payment-keys', { label: 'till' });
const ownEvent = await eventOf(intruder.manager);
const ownVoucher = await intruder.manager.made('vouchers', { name: 'x', value: 100 });

const campaigns = new Campaigns(hb, victim.slug, victim.event.slug, victim.manager.token);
const campaign = await campaigns.made({ description: `campaign of the ${VICTIM}` });
const intruders = new Campaigns(hb, intruder.slug, intruder.event.slug, intruder.manager.token);
const customer = (await victim.manager.get(`customers/export?email=${BUYER.email}`)).json.customer.id;

/** What a token of the intruder tries: a path and, for writes, a body. */
interface Attempt {
  path: string;
  body?: unknown;
  /** The token is in the path, and not in the header. */
  isBare?: boolean;
}
type Guard =
  /** Refused, and nothing changes. */
  | { refuses: Attempt[] }
  /** Answered, with nothing of the victim's in it. */
  | { hides: string[] }
  /** Only the operator may. */
  | { operatorOnly: Attempt }
  /** For everyone, with or without a token: a page of the shop, or the state of the deployment. */
  | { isPublic: true }
  /** For everyone who has the key: a token is no key, and does no more than none. */
  | { needsKey: Attempt };

/** The five routes of one collection. */
function collection(path: string, victimsId: number, fields: object, filters: string[] = [], bodies: object[] = []): Record<string, Guard> {
  const one = `/manage/${path}/${victimsId}`;
  return {
    [`GET /manage/${path}`]: { hides: [`/manage/${path}?limit=100`, `/manage/${path}?limit=100&archived=true&after=1`, ...filters.map((filter) => `/manage/${path}?${filter}`)] },
    [`POST /manage/${path}`]: { refuses: [{ path: `/manage/${path}`, body: { ...fields, organizer_id: victim.id } }, ...bodies.map((body) => ({ path: `/manage/${path}`, body: { ...fields, ...body } }))] },
    [`GET /manage/${path}/{id}`]: { refuses: [{ path: one }] },
    [`PATCH /manage/${path}/{id}`]: { refuses: [{ path: one, body: { name: 'taken over' } }, { path: one, body: {} }] },
    [`DELETE /manage/${path}/{id}`]: { refuses: [{ path: one }] },
  };
}

const times = { starts_at: '2027-01-01T10:00:00Z', ends_at: '2027-01-01T12:00:00Z' };
const eventFields = { name: 'x', slug: 'x-y', time_zone: 'UTC', currency: 'EUR', ...times };

/** The routes of the tracking-links dialect, with and without the last slash. */
function trackingLinks(slash: '/' | ''): Record<string, Guard> {
  const pattern = '/api/venue/{venue}/analytics/tracking/links';
  const of = (venue: number): string => `/api/venue/${venue}/analytics/tracking/links`;
  const own = of(intruder.id);
  const foreign = of(victim.id);
  const purchase = { via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }] };
  const one = [`${foreign}/${link.id}${slash}`, `${own}/${link.id}${slash}`];
  return {
    [`GET ${pattern}${slash}`]: { refuses: [{ path: `${foreign}${slash}` }, { path: `${foreign}${slash}?search=${VICTIM}` }] },
    [`POST ${pattern}${slash}`]: {
      refuses: [
        { path: `${foreign}${slash}`, body: { via: 1 } },
        { path: `${own}${slash}`, body: { via: 1, venue: victim.id } },
        { path: `${own}${slash}`, body: { via: 1, event: victim.event.id } },
        { path: `${own}${slash}`, body: { via: 1, referred_by: victim.users[0].id } },
        { path: `${own}${slash}`, body: { via: 1, ticket_types: [victim.types.floor] } },
        { path: `${own}${slash}`, body: { via: 4, extra: [{ ticket_type: victim.types.floor, quantity: 1 }] } },
        { path: `${own}${slash}`, body: { via: 4, extra: [{ product_attribute: victim.attribute, quantity: 1 }] } },
      ],
    },
    [`GET ${pattern}/me${slash}`]: { refuses: [{ path: `${foreign}/me${slash}` }] },
    [`GET ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path })) },
    [`PUT ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path, body: purchase })) },
    [`DELETE ${pattern}/{id}${slash}`]: { refuses: one.map((path) => ({ path })) },
  };
}

/** The routes of the campaigns dialect; those without the last slash only say where it is. */
function campaignRoutes(): Record<string, Guard> {
  const all = '/api/v1/organizers/{organizer}/events/{event}/campaigns';
  const one = `${all}/{id}`;
  const bases = [campaigns.base, `/api/v1/organizers/${intruder.slug}/events/${victim.laterEvent.slug}x/campaigns/`];
  const ofOne = [`${campaigns.base}${campaign.id}/`, `${intruders.base}${campaign.id}/`];
  const guards: Record<string, Guard> = {
    [`GET ${all}/`]: { refuses: [campaigns.base, `${campaigns.base}?page_size=100`].map((path) => ({ path })) },
    [`POST ${all}/`]: { refuses: [...bases.map((path) => ({ path, body: {} })), { path: intruders.base, body: { code: campaign.code } }] },
    [`GET ${one}/`]: { refuses: ofOne.map((path) => ({ path })) },
    [`PUT ${one}/`]: { refuses: ofOne.map((path) => ({ path, body: { description: 'taken over' } })) },
    [`PATCH ${one}/`]: { refuses: ofOne.map((path) => ({ path, body: { description: 'taken over' } })) },
    [`DELETE ${one}/`]: { refuses: ofOne.map((path) => ({ path })) },
  };
  for (const path of [all, one]) for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) guards[`${method} ${path}`] = { isPublic: true };
  return guards;
}

/** The feed of tickets, for whom the victim has given nothing. */
function feed(path: string): Guard {
  const secret = intruder.manager.token;
  return {
    refuses: [
      { path: `${path}?organizer_id=${victim.id}` }, { path: `${path}?organizer_id=${victim.id}&event_id=${coming}&include_cohosted_events=1` },
      { path: `${path}?organizer_id=${victim.id}&token=${secret}`, isBare: true }, { path: `${path}?organizer_id=${victim.id}&key=${secret}`, isBare: true },
    ],
  };
}

const GUARDS: Record<string, Guard> = {
  'GET /': { isPublic: true },
  'GET /shop/{organizer}/': { isPublic: true },
  'GET /shop/{organizer}/offer.json': { isPublic: true },
  'GET /shop/{organizer}/{event}/': { isPublic: true },
  'GET /shop/{organizer}/{event}/offer.json': { isPublic: true },
  'GET /l/{slug}/qr.svg': { isPublic: true },
  'GET /l/{slug}/qr.png': { isPublic: true },
  'GET /l/{slug+}': { isPublic: true },
  'GET /checkout/': { isPublic: true },
  'GET /checkout/offer.json': { isPublic: true },
  'POST /checkout/baskets': { needsKey: { path: '/checkout/baskets', body: { event: NOBODY, items: [{ ticket_type: seat, quantity: 1 }] } } },
  'GET /checkout/baskets/{key}': { needsKey: { path: `/checkout/baskets/${NO_BASKET}` } },
  'PUT /checkout/baskets/{key}': { needsKey: { path: `/checkout/baskets/${NO_BASKET}`, body: { items: [] } } },
  'POST /checkout/baskets/{key}/complete': { needsKey: { path: `/checkout/baskets/${NO_BASKET}/complete`, body: { payment_method: 'offline', total: 1, currency: 'EUR', buyer: BUYER } } },
  'POST /checkout/payments': { needsKey: { path: '/checkout/payments', body: { basket: basketKey, txn_id: 'x', amount: waiting.order.total, currency: 'EUR' } } },
  'GET /checkout/orders/{key}/': { needsKey: { path: `/checkout/orders/${NO_BASKET}/` } },
  'GET /checkout/orders/{key}/order.json': { needsKey: { path: `/checkout/orders/${NO_BASKET}/order.json` } },
  'GET /stats/{token}/': { needsKey: { path: '/stats/MQ.local.AAAA/' } },
  'GET /stats/{token}/report.json': { needsKey: { path: '/stats/MQ.local.AAAA/report.json' } },
  'GET /dashboard/': { isPublic: true },
  'GET /dashboard/sign-in/': { isPublic: true },
  'POST /dashboard/sign-in/': { isPublic: true },
  'POST /dashboard/sign-out/': { isPublic: true },
  'GET /dashboard/report/': { isPublic: true },
  'GET /healthz': { isPublic: true },
  'GET /metrics': { operatorOnly: { path: '/metrics' } },
  'GET /manage/routes': { operatorOnly: { path: '/manage/routes' } },
  'POST /manage/clicks/rebuild': { operatorOnly: { path: '/manage/clicks/rebuild', body: {} } },
  'GET /manage/organizers': { hides: ['/manage/organizers', '/manage/organizers?limit=100&archived=true'] },
  'POST /manage/organizers': { operatorOnly: { path: '/manage/organizers', body: { name: 'x', slug: 'xx', time_zone: 'UTC', currency: 'EUR' } } },
  'GET /manage/organizers/{id}': { refuses: [{ path: `/manage/organizers/${victim.id}` }] },
  'PATCH /manage/organizers/{id}': { refuses: [{ path: `/manage/organizers/${victim.id}`, body: { name: 'taken over' } }] },
  'DELETE /manage/organizers/{id}': { operatorOnly: { path: `/manage/organizers/${victim.id}` } },
  'GET /manage/organizers/{id}/partners': { refuses: [{ path: `/manage/organizers/${victim.id}/partners` }] },
  'PUT /manage/organizers/{id}/partners/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/partners/${intruder.id}` }] },
  'DELETE /manage/organizers/{id}/partners/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/partners/${intruder.id}` }] },
  'GET /manage/organizers/{id}/ticket-grants': { refuses: [{ path: `/manage/organizers/${victim.id}/ticket-grants` }] },
  'PUT /manage/organizers/{id}/ticket-grants/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/ticket-grants/${intruder.id}` }] },
  'DELETE /manage/organizers/{id}/ticket-grants/{partner}': { refuses: [{ path: `/manage/organizers/${victim.id}/ticket-grants/${intruder.id}` }] },
  'GET /manage/events/{id}/cohosts': { refuses: [{ path: `/manage/events/${coming}/cohosts` }] },
  'PUT /manage/events/{id}/cohosts/{cohost}': { refuses: [coming, victim.event.id].map((id) => ({ path: `/manage/events/${id}/cohosts/${intruder.id}` })) },
  'DELETE /manage/events/{id}/cohosts/{cohost}': { refuses: [{ path: `/manage/events/${coming}/cohosts/${intruder.id}` }] },
  'GET /manage/tokens': { hides: ['/manage/tokens?limit=100'] },
  'POST /manage/tokens': {
    refuses: [
      { path: '/manage/tokens', body: { label: 'x', access: 'write', organizer_id: victim.id } },
      { path: '/manage/tokens', body: { label: 'x', access: 'write', user_id: victim.users[0].id } },
    ],
  },
  'GET /manage/tokens/{id}': { refuses: [{ path: `/manage/tokens/${token.id}` }] },
  'DELETE /manage/tokens/{id}': { refuses: [{ path: `/manage/tokens/${token.id}` }] },
  ...collection('users', victim.users[0].id, { name: 'x', username: 'x' }),
  ...collection('series', victim.series, { name: 'x' }),
  ...collection('events', victim.event.id, eventFields, [], [{ series_id: victim.series }]),
  ...collection('ticket-groups', victim.group, { event_id: intruder.event.id, name: 'x' }, [`event_id=${victim.event.id}`], [{ event_id: victim.event.id }]),
  ...collection('ticket-types', victim.types.floor, { event_id: intruder.event.id, name: 'x', price: 1, quantity: 1 }, [`event_id=${victim.event.id}`], [{ event_id: victim.event.id }, { group_id: victim.group }]),
  ...collection('products', victim.product, { name: 'x', currency: 'EUR' }),
  ...collection('product-attributes', victim.attribute, { product_id: intruder.product, name: 'x', price: 1, quantity: 1 }, [`product_id=${victim.product}`], [{ product_id: victim.product }]),
  ...collection('links', link.id, { kind: 'venue' }, [], [
    { event_id: victim.event.id }, { referred_by: victim.users[0].id }, { ticket_types: [victim.types.floor] },
    { kind: 'quick_purchase', items: [{ ticket_type: victim.types.floor, quantity: 1 }] }, { kind: 'quick_purchase', items: [{ product_attribute: victim.attribute, quantity: 1 }] },
    { kind: 'campaign', event_id: victim.event.id }, { kind: 'campaign', event_id: intruder.event.id, slug: campaign.code },
  ]),
  'POST /manage/promoter-links': { refuses: [{ event_id: victim.event.id }, { kind: 'campaign', event_id: victim.event.id }, { referred_by: victim.users[0].id }, { organizer_id: victim.id }].map((fields) => ({ path: '/manage/promoter-links', body: { kind: 'affiliate', ...PROMOTER, ...fields } })) },
  'PUT /manage/links/{id}/promoter': { refuses: [{ path: `/manage/links/${link.id}/promoter`, body: PROMOTER }] },
  'DELETE /manage/links/{id}/promoter': { refuses: [{ path: `/manage/links/${link.id}/promoter` }] },
  'GET /manage/mails': { hides: ['/manage/mails', '/manage/mails?limit=100&after=1000'] },
  'POST /manage/mails/{id}/retry': { refuses: [{ path: `/manage/mails/${mail.id}/retry`, body: {} }] },
  ...collection('discounts', discount.id, { code: 'x', name: 'x', kind: 'percentage', price_percent: 1 }, [], [{ ticket_types: [seat] }]),
  ...collection('vouchers', voucher.id, { name: 'x', value: 1 }, [], [{ series_ids: [victim.series] }]),
  'GET /manage/vouchers/{id}/codes': { refuses: [{ path: `/manage/vouchers/${voucher.id}/codes` }] },
  'POST /manage/vouchers/{id}/codes': { refuses: [{ path: `/manage/vouchers/${voucher.id}/codes`, body: { count: 1 } }] },
  'POST /manage/vouchers/{id}/codes/{code_id}/void': { refuses: [voucher.id, ownVoucher.id].map((id) => ({ path: `/manage/vouchers/${id}/codes/${code.id}/void`, body: {} })) },
  'GET /manage/baskets': { hides: ['/manage/baskets?limit=100', '/manage/baskets?limit=100&after=1'] },
  'POST /manage/baskets': { refuses: [{ path: '/manage/baskets', body: { event: coming } }, { path: '/manage/baskets', body: { event: coming, items: [{ ticket_type: seat, quantity: 1 }] } }] },
  'GET /manage/baskets/{id}': { refuses: [{ path: `/manage/baskets/${left.id}` }] },
  'GET /manage/orders': { hides: ['/manage/orders?limit=100', `/manage/orders?event_id=${coming}`, `/manage/orders?link_id=${link.id}`, '/manage/orders?status=completed'] },
  'GET /manage/orders/{id}': { refuses: [{ path: `/manage/orders/${order}` }] },
  'POST /manage/orders/{id}/cancel': { refuses: [{ path: `/manage/orders/${order}/cancel`, body: {} }] },
  'POST /manage/orders/{id}/refunds': { refuses: [{ path: `/manage/orders/${order}/refunds`, body: {} }, { path: `/manage/orders/${order}/refunds`, body: { amount: 1 } }] },
  'GET /manage/tickets': { hides: ['/manage/tickets?limit=100', `/manage/tickets?order_id=${order}`, `/manage/tickets?event_id=${coming}`, `/manage/tickets?barcode=${ticket.barcode}`] },
  'GET /manage/tickets/{id}': { refuses: [{ path: `/manage/tickets/${ticket.id}` }] },
  'POST /manage/tickets/{id}/void': { refuses: [{ path: `/manage/tickets/${ticket.id}/void`, body: {} }] },
  'POST /manage/tickets/{id}/confirm': { refuses: [{ path: `/manage/tickets/${ticket.id}/confirm`, body: {} }] },
  'POST /manage/tickets/{id}/reject': { refuses: [{ path: `/manage/tickets/${ticket.id}/reject`, body: {} }] },
  'DELETE /manage/tickets/{id}/check-in': { refuses: [{ path: `/manage/tickets/${ticket.id}/check-in` }] },
  'POST /manage/check-ins': { refuses: [{ path: '/manage/check-ins', body: { event_id: coming, barcode: ticket.barcode } }, { path: '/manage/check-ins', body: { event_id: ownEvent, barcode: ticket.barcode } }] },
  'GET /manage/customers/export': { refuses: [{ path: `/manage/customers/export?email=${BUYER.email}` }] },
  'GET /manage/customers/{id}': { refuses: [{ path: `/manage/customers/${customer}` }] },
  'PATCH /manage/customers/{id}': { refuses: [{ path: `/manage/customers/${customer}`, body: { country: 'taken over' } }] },
  'POST /manage/customers/erase': { refuses: [{ path: '/manage/customers/erase', body: { email: BUYER.email } }] },
  'GET /manage/report/links': { hides: ['/manage/report/links', `/manage/report/links?event_id=${coming}`] },
  'GET /manage/report/links.csv': { hides: ['/manage/report/links.csv', `/manage/report/links.csv?event_id=${coming}`] },
  'GET /manage/report/history': { hides: ['/manage/report/history', `/manage/report/history?event_id=${coming}`, `/manage/report/history?link_id=${link.id}`] },
  'POST /manage/report/rebuild': { operatorOnly: { path: '/manage/report/rebuild', body: {} } },
  'GET /manage/payment-keys': { hides: ['/manage/payment-keys?limit=100'] },
  'POST /manage/payment-keys': { refuses: [{ path: '/manage/payment-keys', body: { label: 'x', organizer_id: victim.id } }] },
  'DELETE /manage/payment-keys/{id}': { refuses: [{ path: `/manage/payment-keys/${paymentKey.id}` }] },
  ...campaignRoutes(),
  'GET /tickets': feed('/tickets'),
  'GET /tickets/': feed('/tickets/'),
  ...trackingLinks('/'),
  ...trackingLinks(''),
};

/** The scheme each API wants its tokens under. */
const scheme = (path: string): string => (path.startsWith('/api/') ? 'Token' : 'Bearer');

const attack = (route: string, { path, body, isBare = false }: Attempt, secret: string): Promise<Answer> =>
  hb.send(path, { method: route.split(' ')[0]!, body, headers: isBare ? {} : { authorization: `${scheme(path)} ${secret}` } });

test('AU-02 every route that is served is in the table of guards', async () => {
  const { status, json } = await operator.get('routes');
  assert.equal(status, 200);
  const served = json.map(({ method, path }: { method: string; path: string }) => `${method} ${path}`);
  assert.deepEqual(Object.keys(GUARDS).sort(), served.sort());
});

for (const [route, guard] of Object.entries(GUARDS)) {
  test(`AU-02 ${route} gives a token nothing of another organizer`, async () => {
    if ('isPublic' in guard) {
      const slug = link.short_url.split('/').at(-1);
      const path = route.split(' ')[1]!.replace('{organizer}', victim.slug).replace('{event}', victim.event.slug).replace('{slug}', slug).replace('{slug+}', `${slug}+`);
      const method = route.split(' ')[0]!;
      const without = await hb.send(path, { method });
      const withToken = await hb.send(path, { method, headers: { authorization: `Bearer ${intruder.manager.token}` } });
      assert.deepEqual([withToken.status, withToken.text], [without.status, without.text]);
    } else if ('needsKey' in guard) {
      const without = await hb.send(guard.needsKey.path, { method: route.split(' ')[0]!, body: guard.needsKey.body });
      const withToken = await changesNothing(hb, () => attack(route, guard.needsKey, intruder.manager.token));
      assert.ok([401, 404].includes(without.status), without.text);
      assert.deepEqual([withToken.status, withToken.text], [without.status, without.text]);
      assert.ok(!without.text.includes(VICTIM), without.text);
    } else if ('hides' in guard) {
      for (const path of guard.hides) {
        const answer = await attack(route, { path }, intruder.manager.token);
        assert.ok([200, 403, 404].includes(answer.status), answer.text);
        assert.ok(!answer.text.includes(VICTIM), `${path}: ${answer.text}`);
        assert.equal((await hb.send(path)).status, 401);
      }
    } else {
      const attempts = 'refuses' in guard ? guard.refuses : [guard.operatorOnly];
      for (const attempt of attempts) {
        const answer = await changesNothing(hb, () => attack(route, attempt, intruder.manager.token));
        const expected = 'refuses' in guard ? [400, 403, 404, 405, 422] : [403];
        assert.ok(expected.includes(answer.status), `${JSON.stringify(attempt)} → ${answer.status} ${answer.text}`);
        assert.ok(!answer.text.includes(VICTIM), answer.text);
        if (attempt.isBare) continue;
        const anonymous = await changesNothing(hb, () => hb.send(attempt.path, { method: route.split(' ')[0]!, body: attempt.body }));
        assert.equal(anonymous.status, 401, anonymous.text);
      }
    }
  });
}

test("AU-02 another organizer's items, links and codes open nothing in a checkout of one's own", async () => {
  const before = await stockOf(victim.manager, seat);
  const attempts: object[] = [
    { items: [{ ticket_type: seat, quantity: 1 }, { product_attribute: victim.attribute, quantity: 1 }] }, { items: [], discount: `code of the ${VICTIM}` }, { items: [], vouchers: [`gift of the ${VICTIM}`] },
    { items: [{ ticket_type: victim.types.backstage, quantity: 1 }], link: link.short_url.split('/').at(-1) },
  ];
  for (const attempt of attempts) {
    const { status, json, text } = await intruder.manager.post('baskets', { event: ownEvent, ...attempt });
    assert.equal(status, 201, text);
    assert.ok(json.quote.problems.length > 0, text);
    assert.ok(json.quote.problems.every(({ code: problem }: { code: string }) => ['foreign_venue', 'unknown_item', 'discount_unknown', 'voucher_unknown', 'empty'].includes(problem)), text);
    assert.deepEqual([json.organizer.id, json.link, json.quote.lines], [intruder.id, null, []]);
    assert.ok(!text.replaceAll(`of the ${VICTIM}`, '').includes(VICTIM), text);
  }
  assert.deepEqual(await stockOf(victim.manager, seat), before);
});

test('AU-02 a payment is reported under a key of the organizer that is paid', async () => {
  const { order: pending } = await checkout.completed(await checkout.opened({ event: coming, items: [{ ticket_type: seat, quantity: 1 }] }), { payment_method: 'external' });
  const body = JSON.stringify({ basket: pending.key, txn_id: 'x', amount: pending.total, currency: 'EUR' });
  const answer = await changesNothing(hb, () => checkout.reported(body, signature(ownKey.secret, Date.now(), body)));
  assert.equal(answer.status, 401, answer.text);
  assert.equal((await checkout.reported(body, signature(paymentKey.secret, Date.now(), body))).status, 200);
});

test('AU-02 an operator, who sells nothing, and a token nobody has given out reach nothing of what is sold', async () => {
  for (const [route, guard] of Object.entries(GUARDS)) {
    if (!/^\w+ \/manage\/(baskets|orders|tickets|check-ins|customers|discounts|vouchers|payment-keys|report\/links)/.test(route)) continue;
    const attempts = 'refuses' in guard ? guard.refuses : 'hides' in guard ? guard.hides.map((path): Attempt => ({ path })) : [];
    for (const attempt of attempts) {
      const asOperator = await changesNothing(hb, () => attack(route, attempt, operator.token));
      assert.ok([403, 404].includes(asOperator.status), `${route}: ${asOperator.status} ${asOperator.text}`);
      for (const secret of [`hb_${'x'.repeat(43)}`, paymentKey.secret, basketKey]) {
        assert.equal((await changesNothing(hb, () => attack(route, attempt, secret))).status, 401, route);
      }
    }
  }
});

test('AU-02 the victim sees and changes what the intruder could not: the table aims at what is there', async () => {
  const { manager } = victim;
  for (const [route, guard] of Object.entries(GUARDS)) {
    if (!route.startsWith('GET ') || !('refuses' in guard)) continue;
    const owns = guard.refuses.filter(({ path, isBare }) => !isBare && !path.includes(`/venue/${intruder.id}/`) && !path.startsWith(intruders.base));
    for (const attempt of owns) assert.equal((await attack(route, attempt, manager.token)).status, 200, attempt.path);
  }
  assert.equal((await manager.patch(`events/${victim.event.id}`, { place: 'here' })).status, 200);
});

test("AU-02 an intruder's report counts nothing that the victim sold", async () => {
  const own = (await victim.manager.get('report/links')).json.all_orders;
  assert.ok(own.orders.gross > 0 && own.tickets.gross > 0, 'there is something to hide');
  for (const query of ['', `?event_id=${coming}`, `?event_id=${victim.event.id}`]) {
    const { all_orders: all, total } = (await intruder.manager.get(`report/links${query}`)).json;
    assert.deepEqual([all.orders.gross, all.customers.gross, all.tickets.gross, all.face_value, total.orders.gross], [0, 0, 0, {}, 0]);
  }
});

test('AU-02 ids of another organizer are refused in changes too', async () => {
  const own = new Manager(hb, intruder.manager.token);
  const mine = await intruder.venue.made({ via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }] });
  const attempts: [string, object][] = [
    [`events/${intruder.event.id}`, { series_id: victim.series }],
    [`events/${intruder.event.id}`, { organizer_id: victim.id }],
    [`ticket-types/${intruder.types.floor}`, { event_id: victim.event.id }],
    [`ticket-types/${intruder.types.floor}`, { group_id: victim.group }],
    [`product-attributes/${intruder.attribute}`, { product_id: victim.product }],
    [`links/${mine.id}`, { event_id: victim.event.id }],
    [`links/${mine.id}`, { referred_by: victim.users[0].id }],
    [`links/${mine.id}`, { ticket_types: [victim.types.floor] }],
    [`links/${mine.id}`, { items: [{ ticket_type: victim.types.floor, quantity: 1 }] }],
    [`links/${mine.id}`, { organizer_id: victim.id }],
    [`links/${mine.id}`, { owner_id: victim.id }],
  ];
  for (const [path, body] of attempts) {
    const { status, text } = await changesNothing(hb, () => own.patch(path, body));
    assert.ok([403, 404, 422].includes(status), `${path} ${JSON.stringify(body)} → ${status} ${text}`);
  }
  for (const body of [{ event: victim.event.id }, { venue: victim.id }, { referred_by: victim.users[0].id }, { ticket_types: [victim.types.floor] }, { extra: [{ ticket_type: victim.types.floor, quantity: 1 }] }]) {
    const { status, text } = await changesNothing(hb, () => intruder.venue.update(mine.id, { via: 4, extra: [{ ticket_type: intruder.types.floor, quantity: 1 }], ...body }));
    assert.ok([400, 403].includes(status), `${JSON.stringify(body)} → ${status} ${text}`);
  }
});
