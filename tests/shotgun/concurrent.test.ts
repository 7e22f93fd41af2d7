import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, Checkout, eventOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { eventually } from '../support/eventually.ts';
import { Feed, assertInOrder, behind, cursorOf, storeTickets } from '../support/feed.ts';
import type { Told } from '../support/feed.ts';
import { Dice } from '../support/history.ts';
import { pathOf } from '../support/http.ts';
import type { Answer } from '../support/http.ts';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

/** What is random, and can be had again. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const TICKETS = 5_000;
const WRITERS = 4;
/** Of the tickets, how many are bought in orders; the others are stored some hundred at a time. */
const SOLD = 400;

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const demo = await organizerNamed(hb, operator, 'demo');
const host = await organizerNamed(hb, operator, 'host');
const checkout = new Checkout(hb);
const { manager } = demo;
const event = await eventOf(manager);
const type = await typeOf(manager, event, { quantity: 10_000, issued_as: 'pending_approval' });
const feed = new Feed(hb, demo.id, manager.token);
// Another organizer's, that the feed holds too: one order over both.
const hostedEvent = await eventOf(host.manager);
const hostedType = await typeOf(host.manager, hostedEvent, { quantity: 10_000 });
await host.manager.put(`events/${hostedEvent}/cohosts/${demo.id}`);
const HOSTED = '&include_cohosted_events=1';

/** What a ticket is, as far as it changes. */
const stateOf = ({ ticket_updated_at: at, ticket_status: status, ticket_scanned_at: scanned, ticket_canceled_at: canceled, contact_country: country }: Told): unknown[] => [at, status, scanned, canceled, country];

/** Somebody who follows the feed, and comes back with the last cursor. */
class Reader {
  readonly seen = new Map<number, Told>();
  /** Passes, and how many of them had more than a page. */
  passes = 0;
  long = 0;
  readonly #query: string;
  readonly #resume: (last: Told) => string;
  #last: Told | undefined;

  constructor(query: string, resume = cursorOf) {
    this.#query = query;
    this.#resume = resume;
  }

  /** Follows `next` until it is dry. In one pass a ticket comes again only when it changed. */
  async pass(): Promise<void> {
    this.passes += 1;
    const inPass = new Map<number, string>();
    let pages = 0;
    for (let next: string | null = `http://x/tickets?organizer_id=${demo.id}${this.#query}${this.#last ? `&after=${encodeURIComponent(this.#resume(this.#last))}` : ''}`; next !== null; pages += 1) {
      const { status, json, text }: Answer = await feed.send(pathOf(next));
      assert.equal(status, 200, text);
      assertInOrder(json.data, this.#last);
      for (const ticket of json.data as Told[]) {
        assert.notEqual(inPass.get(ticket.ticket_id), ticket.ticket_updated_at, cursorOf(ticket));
        inPass.set(ticket.ticket_id, ticket.ticket_updated_at);
        this.seen.set(ticket.ticket_id, ticket);
      }
      this.#last = json.data.at(-1) ?? this.#last;
      next = json.pagination.next;
    }
    if (pages > 1) this.long += 1;
  }
}

/** How often each thing was done, and not refused. */
const did: Record<string, number> = {};

/** Somebody who issues, sells, scans, confirms, makes void, refunds; now and then by a clock that is wrong. */
async function write(dice: Dice, name: string): Promise<void> {
  const bought: any[] = [];
  const scanned: number[] = [];
  const act = async (what: string, answer: Promise<Answer>): Promise<boolean> => {
    const { status, text } = await answer;
    assert.ok([200, 201, 204, 404, 409].includes(status), text);
    const isDone = status < 300;
    if (isDone) did[what] = (did[what] ?? 0) + 1;
    return isDone;
  };
  /** Any ticket there is, whoever made it. */
  const some = async (): Promise<{ id: number; barcode: string } | undefined> => {
    const [row] = await hb.rows('SELECT id, barcode FROM ticket WHERE event_id = ?1 AND id >= ?2 ORDER BY id LIMIT 1', event, dice.whole(1, TICKETS));
    return row as { id: number; barcode: string } | undefined;
  };
  const scan = async ({ id, barcode }: { id: number; barcode: string }): Promise<void> => {
    if (await act('scan', manager.post('check-ins', { event_id: event, barcode }))) scanned.push(id);
  };
  let [left, bulk, batch] = [SOLD / WRITERS, (TICKETS - SOLD) / WRITERS, 0];
  while (left > 0 || bulk > 0) {
    const at = dice.next();
    const ticket = at > 0.3 ? await some() : undefined;
    if (at < 0.12 && bulk > 0) {
      const tickets = Math.min(bulk, dice.whole(90, 260));
      bulk -= tickets;
      await storeTickets(hb, { organizer: demo.id, event, type, tickets, prefix: `${name}-${(batch += 1)}`, at: Date.now() + dice.oneOf([-60_000, 0, 0, 400]) });
    } else if (at < 0.25 && left > 0) {
      const quantity = Math.min(left, dice.whole(1, 4));
      left -= quantity;
      bought.push(await checkout.bought({ event, items: [{ ticket_type: type, quantity }] }, { buyer: { ...BUYER, email: `buyer-${dice.whole(0, 9)}@example.org`, ...(dice.isLikely(0.1) && { country: dice.oneOf(['France', 'Spain']) }) } }));
    } else if (at < 0.3) {
      await checkout.bought({ event: hostedEvent, items: [{ ticket_type: hostedType, quantity: dice.whole(1, 3) }] });
    } else if (at < 0.5 && ticket) {
      await scan(ticket);
    } else if (at < 0.6 && scanned.length > 0) {
      await act('undo', manager.remove(`tickets/${dice.oneOf(scanned)}/check-in`));
    } else if (at < 0.72 && ticket) {
      await act('void', manager.post(`tickets/${ticket.id}/void`, dice.oneOf([{}, { reason: 'canceled' }, { reason: 'refunded' }, { reason: 'resold' }])));
    } else if (at < 0.95 && bought.length > 0) {
      const order = dice.oneOf(bought);
      const own = dice.oneOf(order.tickets as any[]);
      const what = dice.oneOf(['confirm', 'confirm', 'reject', 'refund', 'cancel', 'scan']);
      if (what === 'scan') await scan(own);
      else if (what === 'refund') await act(what, manager.post(`orders/${order.id}/refunds`, {}));
      else if (what === 'cancel') await act(what, manager.post(`orders/${order.id}/cancel`, {}));
      else await act(what, manager.post(`tickets/${own.id}/${what}`, {}));
    } else if (at > 0.97) {
      await hb.setClockAhead(dice.whole(-120_000, 120_000));
    }
  }
}

/** What the tables say of each ticket, reckoned here. */
const STORED = `
SELECT k.id, CASE
    WHEN k.void_reason IS NOT NULL THEN k.void_reason
    WHEN o.total > 0 AND o.total = (SELECT sum(amount) FROM refund WHERE order_id = o.id) THEN 'refunded'
    WHEN k.voided_at IS NOT NULL THEN 'canceled' WHEN k.pending = 'approval' THEN 'pending_approval' ELSE 'valid' END AS status,
  k.voided_at IS NOT NULL AS void, EXISTS (SELECT 1 FROM check_in c WHERE c.ticket_id = k.id AND undone_at IS NULL) AS scanned, u.country
FROM ticket k LEFT JOIN sale_order o ON o.id = k.order_id LEFT JOIN customer u ON u.id = o.customer_id ORDER BY k.id`;

test(`SG-05 while ${WRITERS} write, readers miss nothing of ${TICKETS} tickets, and loop never (SEED=${SEED})`, async () => {
  let isWriting = true;
  // The third knows no ids: it comes back with the time alone.
  const readers: [Reader, string][] = [[new Reader(''), ''], [new Reader(HOSTED), HOSTED], [new Reader('', ({ ticket_updated_at: at }) => at), '']];
  const reading = readers.map(async ([reader]) => {
    while (isWriting) await reader.pass();
    // Once more for what came after the last look.
    await reader.pass();
  });
  await Promise.all(Array.from({ length: WRITERS }, (_, n) => write(new Dice(SEED + n), `W${n}`)));
  // However slow the readers are, each comes back at least once to more than a page.
  await eventually('a pass of more than a page', async () => readers.every(([{ long }]) => long > 0));
  await storeTickets(hb, { organizer: demo.id, event, type, tickets: 150, prefix: 'last' });
  isWriting = false;
  await Promise.all(reading);
  await hb.setClockAhead(0);

  for (const [reader, query] of readers) {
    assert.ok(reader.passes > 1 && reader.long > 1, `${reader.passes} passes, ${reader.long} of more than a page`);
    const now = await feed.all(query);
    assertInOrder(now);
    assert.equal(now.length, reader.seen.size);
    const states = (tickets: Iterable<Told>): Record<number, unknown[]> => Object.fromEntries([...tickets].map((ticket) => [ticket.ticket_id, stateOf(ticket)]));
    assert.deepEqual(states(reader.seen.values()), states(now));
    const { passes } = reader;
    await reader.pass();
    assert.deepEqual([reader.seen.size, reader.passes], [now.length, passes + 1], 'nothing is left');
  }
  // What the feed says is what the tables say.
  const stored = await hb.rows(STORED);
  const told = [...readers[1]![0].seen.values()].sort((a, b) => a.ticket_id - b.ticket_id);
  assert.deepEqual(
    told.map((ticket) => [ticket.ticket_id, ticket.ticket_status, ticket.ticket_canceled_at !== null, ticket.ticket_scanned_at !== null, ticket.contact_country]),
    stored.map(({ id, status, void: gone, scanned, country }) => [id, status, gone === 1, scanned === 1, country]),
  );
  assert.ok(told.length >= TICKETS);
  for (const what of ['scan', 'undo', 'void', 'confirm', 'reject', 'refund', 'cancel']) assert.ok((did[what] ?? 0) > 0, `${what}: ${JSON.stringify(did)}`);
});

test(`SG-05 the order is that of the commits, in whatever way they fell together (SEED=${SEED})`, async () => {
  const dice = new Dice(SEED + 99);
  const other = await organizerNamed(hb, operator, 'random');
  const theirs = new Feed(hb, other.id, other.manager.token);
  await storeTickets(hb, { organizer: other.id, event: other.event.id, type: other.types.floor, tickets: 60, prefix: 'R' });
  const ids = (await theirs.all()).map(({ ticket_id: id }) => id);
  for (let round = 0; round < 40; round += 1) {
    // Some change, at times that lie back or fall together; then some are new to who stood at the end.
    const end = (await theirs.all()).at(-1)!;
    const some = [...new Set(Array.from({ length: dice.whole(1, 12) }, () => dice.oneOf(ids)))];
    const at = Date.now() + dice.oneOf([-90_000, -1, 0, 0, 0, 1, 5_000]);
    const isOne = dice.isLikely(0.5);
    if (isOne) await hb.execute('UPDATE ticket SET updated_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))', JSON.stringify(some), at);
    else for (const id of some) await hb.execute('UPDATE ticket SET updated_at = ?2 WHERE id = ?1', id, at);
    const fresh = await theirs.page(behind(end));
    assertInOrder(fresh, end);
    if (isOne) fresh.sort((a, b) => a.ticket_id - b.ticket_id);
    assert.deepEqual(fresh.map(({ ticket_id: id }) => id), isOne ? [...some].sort((a, b) => a - b) : some, `round ${round}`);
  }
});

test('SG-05 everything stored agrees', () => assertConsistent(hb));
