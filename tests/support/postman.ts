// The queue at its worst: messages come late, twice, in any order, those of all
// accounts mixed.
import assert from 'node:assert/strict';
import { DAY } from './checkout.ts';
import { eventually } from './eventually.ts';
import type { ClickFact, Dice } from './history.ts';
import type { Handbill } from './runtime.ts';
import type { Storyteller } from './storyteller.ts';

/** How QUEUE_TELLS (faults.ts) begins its lines. */
const QUEUED = 'queued ';
/** As wrangler.toml has it. */
const MOST_IN_A_BATCH = 100;

interface Letter {
  body: string;
  /** Of a link that several accounts click, and that none of them sees: nobody's. */
  fact: ClickFact | undefined;
  owner: Storyteller | undefined;
}

export class Postman {
  readonly #hb: Handbill;
  readonly #dice: Dice;
  #waiting: Letter[] = [];
  readonly #delivered: string[] = [];

  constructor(hb: Handbill, dice: Dice) {
    this.#hb = hb;
    this.#dice = dice;
  }

  /** Takes the messages of all clicks that were made since it last did, each to the click it tells of. */
  async collect(stories: Storyteller[]): Promise<void> {
    const expected = stories.reduce((sum, { sent }) => sum + sent.length, 0);
    const lines = (): string[] => this.#hb.logs.filter((line) => line.startsWith(QUEUED));
    await eventually('a message for each click', async () => lines().length >= expected);
    const bodies = lines().map((line) => line.slice(QUEUED.length));
    assert.equal(bodies.length, expected, 'no click has two messages');
    this.#hb.logs.length = 0;
    for (const body of bodies) {
      const { link, at } = JSON.parse(body);
      const owner = stories.find(({ account }) => account.links.some(({ id, isForeign }) => id === link && !isForeign));
      const of = owner?.sent.filter((sent) => sent.link.id === link && sent.when.sent <= at && at <= sent.when.received) ?? [];
      assert.equal(of.length, owner ? 1 : 0, body);
      const fact = of.map(({ when: _, isAnonymous, visitor, ...sent }) => ({ ...sent, at, visitor: isAnonymous ? `${visitor} on day ${Math.floor(at / DAY)}` : visitor }))[0];
      this.#waiting.push({ body, fact, owner });
    }
    for (const story of stories) story.sent = [];
  }

  /** Delivers some of what waits, and some of what was delivered before once more. */
  async someOfIt(): Promise<void> {
    const [now, later]: [Letter[], Letter[]] = [[], []];
    for (const letter of this.#waiting) (this.#dice.isLikely(0.6) ? now : later).push(letter);
    this.#waiting = later;
    await this.#deliver(now);
  }

  /** Delivers all that still waits. */
  async theRest(): Promise<void> {
    await this.#deliver(this.#waiting.splice(0));
  }

  async #deliver(letters: Letter[]): Promise<void> {
    const again = (letters.length > 0 ? letters : this.#waiting).map(({ body }) => body).slice(0, this.#delivered.length).filter(() => this.#dice.isLikely(0.3)).map(() => this.#dice.oneOf(this.#delivered));
    const all = this.#shuffled([...letters.map(({ body }) => body), ...again, ...letters.filter(() => this.#dice.isLikely(0.1)).map(({ body }) => body)]);
    const open = new Map(letters.map((letter) => [letter.body, letter]));
    while (all.length > 0) {
      const batch = all.splice(0, this.#dice.whole(1, MOST_IN_A_BATCH));
      const bodies = this.#dice.isLikely(0.1) ? [...batch, 'no click at all'] : batch;
      const { outcome, again: refused } = await this.#hb.deliver(bodies);
      assert.deepEqual([outcome, refused], ['ok', 0]);
      for (const body of batch) {
        const letter = open.get(body);
        open.delete(body);
        if (letter?.fact !== undefined) letter.owner!.account.count(letter.fact);
        if (letter !== undefined) this.#delivered.push(body);
      }
    }
  }

  #shuffled(list: string[]): string[] {
    for (let at = list.length - 1; at > 0; at -= 1) {
      const other = this.#dice.whole(0, at);
      [list[at], list[other]] = [list[other]!, list[at]!];
    }
    return list;
  }
}
