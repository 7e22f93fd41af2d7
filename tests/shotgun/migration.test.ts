import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fillDemo } from '../../tools/demo.mjs';
import { Manager } from '../support/api.ts';
import { Campaigns } from '../support/campaigns.ts';
import { DAY } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { fillAsIn, rowsOf } from '../support/downgrade.ts';
import { Feed, assertInOrder, behind } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { Dice } from '../support/history.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';
import { Storyteller } from '../support/storyteller.ts';
import { Visitor } from '../support/visitor.ts';

// A deployment with the demo in it and two accounts that have sold for days, and the
// same as it was before there were campaigns and the feed.
const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await fillDemo(hb.url.origin, operator.token);
const foreign = await (await organizerNamed(hb, operator, 'foreign')).manager.made('links', { kind: 'venue' });
const ahead = { milliseconds: 0 };
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
const stories = [await Storyteller.begin(hb, operator, 'one', new Dice(seed), ahead, foreign), await Storyteller.begin(hb, operator, 'two', new Dice(seed + 1), ahead, foreign)];
for (let day = 0; day < 4; day += 1) {
  for (const story of stories) await story.tell(40);
  ahead.milliseconds += DAY;
  await hb.setClockAhead(ahead.milliseconds);
}
await hb.drain(stories.flatMap(({ sent }) => sent.filter(({ link }) => !link.isPurged)).length);
await hb.runCron();
// Why a ticket is void nobody noted then.
await hb.execute('UPDATE ticket SET void_reason = NULL WHERE void_reason IS NOT NULL');
await assertConsistent(hb);

const old = await startHandbill({ migrateTo: '0007' });
after(() => old.stop());
await fillAsIn(hb, old);
const before = await rowsOf(old);

test(`AU-08 a filled database of before keeps every row of every table (SEED=${seed})`, async () => {
  for (const table of ['organizer', 'event', 'ticket_type', 'link', 'click', 'sale_order', 'ticket', 'check_in', 'refund', 'customer', 'report_line', 'link_sales']) assert.ok(before[table]!.length > 0, `${table} is filled`);
  const tables = new Map(Object.entries(before).map(([table, rows]) => [table, new Set(rows.flatMap((row) => Object.keys(row as object)))]));
  await old.migrate();
  const now = await rowsOf(old);
  for (const [table, columns] of tables) assert.deepEqual(now[table]!.map((row) => Object.fromEntries(Object.entries(row as object).filter(([name]) => columns.has(name)))), before[table], table);
  await assertConsistent(old);
});

test('AU-08 a migration is applied once', async () => {
  const rows = await rowsOf(old);
  await old.migrate();
  assert.deepEqual(await rowsOf(old), rows);
});

/** What another way of coming to it can't give: when a ticket changed. */
const withoutTime = ({ ticket_updated_at: _, ...told }: Told): Told => told;
const accounts = [...stories.map(({ manager }) => manager), new Manager(hb, demo!.token)];

test(`SG-05 SG-06 each account's feed tells the same as if it had always been there (SEED=${seed})`, async () => {
  for (const { token } of accounts) {
    const organizer = await organizerOf(token);
    const [then, now] = [await new Feed(hb, organizer, token).all(), await new Feed(old, organizer, token).all()];
    assertInOrder(now);
    assert.equal(new Set(now.map(({ ticket_updated_at: at }) => at)).size, now.length);
    const byId = (tickets: Told[]): Told[] => tickets.map(withoutTime).sort((a, b) => a.ticket_id - b.ticket_id);
    assert.deepEqual(byId(now), byId(then));
  }
});

/** The organizer that a token speaks for. */
async function organizerOf(token: string): Promise<number> {
  const { json } = await hb.send('/manage/organizers', { headers: { authorization: `Bearer ${token}` } });
  return json.data[0].id;
}

test(`AU-08 everything else is answered as before (SEED=${seed})`, async () => {
  for (const { token } of accounts) {
    for (const path of ['events', 'ticket-types', 'links?limit=100', 'orders?limit=100', 'tickets?limit=100', 'report/links', 'report/history', 'discounts', 'organizers']) {
      const ask = async (of: typeof hb): Promise<unknown> => {
        const { status, text } = await of.send(`/manage/${path}`, { headers: { authorization: `Bearer ${token}` } });
        assert.equal(status, 200, text);
        // Each has its own address, and its own key to sign private ones with.
        return JSON.parse(text.replaceAll(of.url.origin, ''), (name, value) => (name === 'stats_url' ? undefined : value));
      };
      assert.deepEqual(await ask(old), await ask(hb), path);
    }
  }
});

const campaignsEvent = await hb.value("SELECT id FROM event WHERE slug = 'rock-night'");
const standing = await hb.value("SELECT id FROM ticket_type WHERE event_id = ?1 AND name = 'Standing'", campaignsEvent);

test('PX-03 RD-12 every slug leads where it led, and none can be taken for a code', async () => {
  const token = demo!.token;
  const campaigns = new Campaigns(old, 'demo', 'rock-night', token);
  const slugs = await old.rows('SELECT slug, deleted_at IS NOT NULL AS gone FROM link');
  for (const { slug, gone } of slugs) {
    assert.equal((await old.send(`/l/${slug}`)).status, gone ? 404 : 302, slug);
    assert.deepEqual((await campaigns.create({ code: slug.toUpperCase() })).json, { code: [`\`${slug.toUpperCase()}\` is taken`] });
  }
  const campaign = await campaigns.made({ code: 'FRESH' });
  const visitor = new Visitor(old);
  await visitor.send(campaigns.path('FRESH'));
  await visitor.buys({ event: campaignsEvent, items: [{ ticket_type: standing, quantity: 1 }] });
  assert.equal((await campaigns.shown(campaign.id)).order_count, 1);
});

test('SG-05 what changes after the upgrade comes after all that was there, whatever the clock says', async () => {
  const [story] = stories;
  const organizer = await organizerOf(story!.manager.token);
  const feed = new Feed(old, organizer, story!.manager.token);
  const all = await feed.all();
  const last = all.at(-1)!;
  await old.setClockAhead(-30 * DAY);
  const some = all.filter(({ ticket_status: status }) => status === 'valid').slice(0, 3);
  assert.ok(some.length > 0);
  for (const { ticket_id: id } of some) assert.equal((await old.send(`/manage/tickets/${id}/void`, { method: 'POST', body: {}, headers: { authorization: `Bearer ${story!.manager.token}` } })).status, 200);
  await old.setClockAhead(0);
  const fresh = await feed.page(behind(last));
  assert.deepEqual(fresh.map(({ ticket_id: id, ticket_status: status }) => [id, status]), some.map(({ ticket_id: id }) => [id, 'canceled']));
  assertInOrder(fresh, last);
});

test('AU-08 in the end everything stored agrees', () => assertConsistent(old));
