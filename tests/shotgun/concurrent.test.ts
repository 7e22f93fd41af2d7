import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BUYER, Checkout, eventOf, typeOf } from '../support/checkout.ts';
import { assertConsistent } from '../support/consistency.ts';
import { Feed, assertInOrder, cursorOf, storeTickets } from '../support/feed.ts';
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
/** Of the tickets, how many the writers sell one by one; the others are there from the start. */
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
await storeTickets(hb, { organizer: demo.id, event, type, tickets: TICKETS - SOLD, prefix: 'T', at: Date.now() - 60_000 });
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
  passes = 0;
  #query: string;
  #last: Told | undefined;

  constructor(query: string) {
    this.#query = query;
  }

  /** Follows `next` until it is dry. In one pass a ticket comes again only when it changed. */
  async pass(): Promise<void> {
    this.passes += 1;
    const inPass = new Map<number, string>();
    let next: string | null = `http://x/tickets?organizer_id=${demo.id}${this.#query}${this.#last ? `&after=${encodeURIComponent(cursorOf(this.#last))}` : ''}`;
    while (next !== null) {
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
  }
}

/** Somebody who sells, scans, confirms, makes void, refunds; now and then by a clock that is wrong. */
async function write(dice: Dice, orders: number): Promise<void> {
  const bought: any[] = [];
  const any = (): number => dice.whole(1, TICKETS - SOLD);
  const did = async (answer: Promise<Answer>): Promise<void> => {
    const { status, text } = await answer;
    assert.ok([200, 201, 204, 404, 409].includes(status), text);
  };
  for (let left = orders; left > 0; ) {
    const at = dice.next();
    if (at < 0.18) {
      const quantity = Math.min(left, dice.whole(1, 4));
      left -= quantity;
      bought.push(await checkout.bought({ event, items: [{ ticket_type: type, quantity }] }, { buyer: { ...BUYER, email: `buyer-${dice.whole(0, 9)}@example.org`, ...(dice.isLikely(0.1) && { country: dice.oneOf(['France', 'Spain']) }) } }));
    } else if (at < 0.24) {
      await checkout.bought({ event: hostedEvent, items: [{ ticket_type: hostedType, quantity: dice.whole(1, 3) }] });
    } else if (at < 0.5) {
      await did(manager.post('check-ins', { event_id: event, barcode: `T-${any()}` }));
    } else if (at < 0.6) {
      await did(manager.remove(`tickets/${any()}/check-in`));
    } else if (at < 0.72) {
      await did(manager.post(`tickets/${any()}/void`, { reason: dice.oneOf(['canceled', 'refunded', 'resold']) }));
    } else if (at < 0.94) {
      const order = bought.length > 0 ? dice.oneOf(bought) : undefined;
      if (order === undefined) continue;
      const [ticket] = order.tickets;
      await did(dice.oneOf([
        () => manager.post(`tickets/${ticket.id}/confirm`, {}), () => manager.post(`tickets/${ticket.id}/reject`, {}), () => manager.post(`orders/${order.id}/refunds`, {}), () => manager.post(`orders/${order.id}/cancel`, {}),
        () => manager.post('check-ins', { event_id: event, barcode: ticket.barcode }),
      ])());
    } else {
      await hb.setClockAhead(dice.whole(-120_000, 120_000));
    }
  }
}

test(`SG-05 while ${WRITERS} write, two readers miss nothing of ${TICKETS} tickets, and loop never (SEED=${SEED})`, async () => {
  let isWriting = true;
  const readers = [new Reader(''), new Reader(HOSTED)];
  const reading = readers.map(async (reader) => {
    while (isWriting) await reader.pass();
    // Once more for what came after the last look.
    await reader.pass();
  });
  await Promise.all(Array.from({ length: WRITERS }, (_, n) => write(new Dice(SEED + n), SOLD / WRITERS)));
  isWriting = false;
  await Promise.all(reading);
  await hb.setClockAhead(0);

  for (const [reader, query] of [[readers[0]!, ''], [readers[1]!, HOSTED]] as const) {
    assert.ok(reader.passes > 2, 'it came back while there was writing');
    const now = await feed.all(query);
    assertInOrder(now);
    assert.equal(now.length, reader.seen.size);
    const states = (tickets: Iterable<Told>): Record<number, unknown[]> => Object.fromEntries([...tickets].map((ticket) => [ticket.ticket_id, stateOf(ticket)]));
    assert.deepEqual(states(reader.seen.values()), states(now));
    await reader.pass();
    assert.equal(reader.seen.size, now.length, 'nothing is left');
  }
  // What the feed says is what the table says.
  const stored = await hb.rows('SELECT id, voided_at IS NOT NULL AS void, EXISTS (SELECT 1 FROM check_in c WHERE c.ticket_id = ticket.id AND undone_at IS NULL) AS scanned FROM ticket ORDER BY id');
  const told = [...readers[1]!.seen.values()].sort((a, b) => a.ticket_id - b.ticket_id);
  assert.deepEqual(told.map((ticket) => [ticket.ticket_id, ticket.ticket_canceled_at !== null, ticket.ticket_scanned_at !== null]), stored.map(({ id, void: gone, scanned }) => [id, gone === 1, scanned === 1]));
  assert.ok(told.length >= TICKETS);
  const changed = await hb.value('SELECT count(*) FROM ticket WHERE version > 1');
  assert.ok(changed > 200, `${changed} tickets changed`);
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
    const fresh = await theirs.page(`&after=${encodeURIComponent(cursorOf(end))}`);
    assertInOrder(fresh, end);
    if (isOne) fresh.sort((a, b) => a.ticket_id - b.ticket_id);
    assert.deepEqual(fresh.map(({ ticket_id: id }) => id), isOne ? [...some].sort((a, b) => a - b) : some, `round ${round}`);
  }
});

test('SG-05 everything stored agrees', () => assertConsistent(hb));
