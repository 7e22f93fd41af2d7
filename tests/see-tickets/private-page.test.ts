// A promoter's own page: the figures of one link behind a private address.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Checkout } from '../support/checkout.ts';
import { pathOf } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { NOBODY, operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const checkout = new Checkout(hb);
const { floor } = demo.types;

const linkNamed = (description: string): Promise<any> => demo.manager.made('links', { kind: 'affiliate', event_id: demo.event.id, description });
const link = await linkNamed('Poster & <b>station</b>');
const neighbour = await linkNamed('another promoter');

/** Buys tickets through a link; the order. */
async function bought(through: { slug: string }, quantity: number): Promise<any> {
  return (await checkout.completed(await checkout.opened({ link: through.slug, items: [{ ticket_type: floor, quantity }] }))).order;
}

test('ST-13 a private page shows what its link has earned, and nobody who bought', async () => {
  const order = await bought(link, 3);
  await bought(neighbour, 5);
  assert.equal((await demo.manager.post(`tickets/${order.tickets[0].id}/void`, {})).status, 200);
  assert.equal((await demo.manager.post('check-ins', { event_id: demo.event.id, barcode: order.tickets[1].barcode })).status, 201);
  const page = await hb.send(pathOf(link.stats_url));
  assert.equal(page.status, 200);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.equal(page.headers['cache-control'], 'no-store');
  for (const shown of ['Poster &amp; &lt;b&gt;station&lt;/b&gt;', '2 (3)', '50.00 EUR (75.00 EUR)', 'Floor of demo']) assert.ok(page.text.includes(shown), shown);
  for (const hidden of ['Lovelace', 'ada@', order.key, order.tickets[1].barcode, 'another promoter']) assert.ok(!page.text.includes(hidden), hidden);
});

test('ST-13 its data are the link\'s line of the report', async () => {
  const { status, json, text } = await hb.send(`${pathOf(link.stats_url)}report.json`);
  assert.equal(status, 200, text);
  const { json: report } = await demo.manager.get('report/links');
  assert.deepEqual(json, report.links.find((line: any) => line.link.id === link.id));
  assert.deepEqual([json.figures.tickets, json.figures.scanned, json.figures.unscanned], [{ gross: 3, net: 2 }, 1, 1]);
});

test('ST-13 no other address opens it, and its own does not open another link', async () => {
  const path = pathOf(link.stats_url);
  const token = path.split('/')[2]!;
  const [payload, key, mac] = token.split('.') as [string, string, string];
  const forged = (id: number): string => `${Buffer.from(String(id)).toString('base64url')}.${key}.${mac}`;
  const cookie = (await hb.send(`/l/${link.slug}`)).cookies.find((one) => one.startsWith('hb_journey='))!;
  const journey = cookie.slice('hb_journey='.length, cookie.indexOf(';'));
  for (const wrong of [forged(neighbour.id), forged(NOBODY), `${payload}.${key}.${mac.slice(1)}`, `${payload}.other.${mac}`, payload, 'x', '%00', journey]) {
    for (const file of ['', 'report.json']) {
      const answer = await hb.send(`/stats/${wrong}/${file}`);
      assert.equal(answer.status, 404, `${wrong} ${file}`);
      assert.ok(!answer.text.includes('station'));
    }
  }
});

test('ST-13 a deleted link has no page any more', async () => {
  const gone = await linkNamed('gone');
  assert.equal((await hb.send(pathOf(gone.stats_url))).status, 200);
  assert.equal((await demo.manager.remove(`links/${gone.id}`)).status, 204);
  assert.equal((await hb.send(pathOf(gone.stats_url))).status, 404);
});

test('ST-13 the private address is in no log line', async () => {
  const token = pathOf(link.stats_url).split('/')[2]!;
  const log = await hb.log();
  assert.ok(log.some((line) => line.includes('/stats/{key}/')));
  assert.ok(!log.some((line) => line.includes(token)));
});
