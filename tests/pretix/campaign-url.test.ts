import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BROWSERS, ROBOTS } from '../support/agents.ts';
import { Campaigns } from '../support/campaigns.ts';
import { figuresOf } from '../support/clicks.ts';
import { eventually } from '../support/eventually.ts';
import { cookieValue } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Visitor, orderOf, verdictsOf } from '../support/visitor.ts';

// As in production: links in memory are answered on the way that has no promise.
const hb = await startHandbill({ vars: { ENVIRONMENT: 'production' }, elsewhere: true });
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const other = await organizerNamed(hb, operator, 'other');
const campaigns = new Campaigns(hb, demo.slug, demo.event.slug, demo.manager.token);
const later = new Campaigns(hb, demo.slug, demo.laterEvent.slug, demo.manager.token);
const agent = BROWSERS[0]!;
const eventPage = (code: string): string => `${hb.url.origin}/shop/${demo.slug}/${demo.event.slug}/?hb=${code}`;

test('PX-06 the campaign URL leads to the event page, with and without its last slash', async () => {
  await campaigns.made({ code: 'Bar_1' });
  // Twice: from the stores, and from the memory of the isolate.
  for (let round = 0; round < 2; round += 1) {
    for (const path of ['/demo/rock-night/c/Bar_1/', '/demo/rock-night/c/Bar_1', '/demo/rock-night/c/bar_1/', '/DEMO/Rock-Night/c/BAR_1', '/demo/rock-night/c/Bar%5F1', '/demo/rock-night/c/Bar_1.', '/demo/rock-night/c/Bar_1/?', '/demo/rock-night/c/Bar_1/)']) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers, leadsTo, text } = await hb.send(path, { method });
        assert.deepEqual([path, status, leadsTo, headers['cache-control'], text], [path, 302, eventPage('Bar_1'), 'private, no-store', '']);
      }
    }
    assert.equal((await hb.sendElsewhere('/demo/rock-night/c/bar_1/')).status, 302);
  }
});

test('PX-06 UTM parameters and whatever else a visitor brings come along', async () => {
  await campaigns.made({ code: 'utm', external_target: 'https://shop.example/a?x=1#part' });
  const { leadsTo, headers } = await hb.send('/demo/rock-night/c/utm/?utm_source=radio&x=2&y=%20');
  assert.equal(leadsTo, 'https://shop.example/a?x=1&utm_source=radio&y=%20#part');
  assert.match(String(headers.location), /[?&]hb_click=/);
});

test("PX-06 a campaign is under its own organizer's and event's path alone", async () => {
  const { code } = await campaigns.made({ code: 'mine' });
  assert.equal((await hb.send(campaigns.path(code))).status, 302);
  const { slug } = await demo.manager.made('links', { kind: 'venue', slug: 'no-campaign', event_id: demo.event.id });
  for (let round = 0; round < 2; round += 1) {
    for (const path of [later.path(code), `/${other.slug}/${other.event.slug}/c/${code}/`, `/${demo.slug}/nothing/c/${code}/`, `/nobody/${demo.event.slug}/c/${code}/`, `/${demo.event.slug}/${demo.slug}/c/${code}/`, campaigns.path('unknown'), campaigns.path(slug), campaigns.path('%00'), campaigns.path('%ZZ'), campaigns.path('a%2Fb'), campaigns.path('x'.repeat(65)), '/demo/rock-night/c/', '/demo/rock-night/c', '/demo/rock-night/c//', `/demo/rock-night/c/${code}/x`, `/demo/c/${code}/`, `/demo/rock-night/x/c/${code}`, `//rock-night/c/${code}/`, `/demo//c/${code}/`, `/demo/rock-night/C/${code}/`]) {
      const { status, cookies } = await hb.send(path);
      assert.deepEqual([path, status, cookies], [path, 404, []]);
    }
    assert.equal((await hb.send(`/l/${code}`)).status, 302);
  }
});

test('PX-06 only GET and HEAD follow a campaign', async () => {
  await campaigns.made({ code: 'methods' });
  for (const path of [campaigns.path('methods'), campaigns.path('never-made')]) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await hb.send(path, { method });
      assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD']);
    }
  }
});

test('PX-06 a click counts once, robots and those who only look ahead do not', async () => {
  const campaign = await campaigns.made({ code: 'counted' });
  const visitor = new Visitor(hb, { 'user-agent': agent });
  await visitor.send(campaigns.path('counted'));
  await visitor.send(campaigns.path('COUNTED').replace(/\/$/, ''));
  await hb.send(campaigns.path('counted'), { headers: { 'user-agent': agent, 'sec-gpc': '1' } });
  await hb.send(campaigns.path('counted'), { headers: { 'user-agent': ROBOTS[0]! } });
  await hb.send(campaigns.path('counted'), { method: 'HEAD', headers: { 'user-agent': agent } });
  await hb.send(campaigns.path('counted'), { headers: { 'user-agent': agent, 'sec-purpose': 'prefetch' } });
  await eventually('six clicks are counted', async () => (await figuresOf(hb, demo.manager.token, campaign.id)).raw === 6);
  assert.deepEqual(await figuresOf(hb, demo.manager.token, campaign.id), { raw: 6, robots: 1, views: 3, visitors: 2 });
  assert.equal((await campaigns.shown(campaign.id)).click_count, 3);
  const anonymous = await hb.send(campaigns.path('counted'), { headers: { 'sec-gpc': '1' } });
  assert.deepEqual([cookieValue(anonymous, 'hb_visitor'), cookieValue(anonymous, 'hb_journey')], [undefined, undefined]);
});

test('PX-06 a purchase after it is credited to the campaign, for its event alone', async () => {
  const campaign = await campaigns.made({ code: 'credited' });
  const visitor = new Visitor(hb, { 'user-agent': agent });
  await visitor.send(campaigns.path('credited'));
  const sold = await visitor.buys({ event: demo.event.id, items: [{ ticket_type: demo.types.floor, quantity: 1 }] });
  const elsewhere = await visitor.buys({ event: demo.laterEvent.id, items: [{ ticket_type: demo.laterType, quantity: 1 }] });
  const order = await orderOf(demo.manager, sold);
  assert.deepEqual([order.link_id, verdictsOf(order)], [campaign.id, [[campaign.id, 'won']]]);
  const other = await orderOf(demo.manager, elsewhere);
  assert.deepEqual([other.link_id, verdictsOf(other)], [null, [[campaign.id, 'out_of_scope']]]);
  assert.equal((await campaigns.shown(campaign.id)).order_count, 1);
  // Who copies the address of the page that it led to bought through it, too.
  const copied = await new Visitor(hb).buys({ event: demo.event.id, link: 'credited', items: [{ ticket_type: demo.types.floor, quantity: 1 }] });
  assert.equal((await orderOf(demo.manager, copied)).link_id, campaign.id);
});

test('PX-06 a campaign takes no path of another page, whatever its code and its event are called', async () => {
  for (const code of ['healthz', 'manage', 'shop', 'tickets', 'codes', 'favicon.ico']) await campaigns.made({ code, external_target: 'https://shop.example/' });
  const statuses = await Promise.all(['/healthz', '/shop/demo/', '/shop/demo/rock-night/', '/dashboard/sign-in/', '/manage/links', '/manage/vouchers/1/codes', '/tickets', campaigns.base].map(async (path) => (await hb.send(path)).status));
  assert.deepEqual(statuses, [200, 200, 200, 200, 401, 401, 401, 401]);
  for (const code of ['healthz', 'manage', 'shop', 'tickets', 'codes', 'favicon.ico']) assert.equal((await hb.send(campaigns.path(code))).leadsTo, 'https://shop.example/', code);
});
