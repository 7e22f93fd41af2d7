// Purchases to credit: as people make them, and random ones that touch any rule.

/** What is resolved, as texts. */
export interface Case {
  candidates: string;
  purchase: string;
}

const NOW = 1_795_341_600_000;
const DAY = 86_400_000;
const UTM = { source: 'newsletter', medium: 'mail', campaign: 'autumn tour' };

/** A purchase of an event after so many touches in the last month: of the event, of others, of the account; the newest with UTM values. */
export function touched(times: number): Case {
  const candidates = Array.from({ length: times }, (_, n) => ({
    link: 1_000 + n,
    scope: ['e7', 'e8', 'a1', 'e9'][n % 4],
    at: NOW - (times - n) * 7_777_777,
    sequence: n,
    source: 'journey',
    ...(n === times - 1 ? { utm: UTM } : {}),
  }));
  return { candidates: JSON.stringify(candidates), purchase: JSON.stringify({ organizer: 1, events: [[7, 3]], at: NOW, window_days: 30 }) };
}

/** Numbers that look random and are the same in each run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A purchase whose touches are often equal in much, and may be anywhere in time. */
export function randomCase(seed: number): Case {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(...choices: T[]): T => choices[below(choices.length)]!;
  const value = (): string | undefined => oneOf(undefined, undefined, 'mail', 'ma', '\u{1f337}', '\uff01', 'a"\\\n\u0001', '');
  const moment = (): number => oneOf(NOW - below(3), NOW - below(60) * DAY, NOW + below(3), NOW + below(9) * DAY, -below(1e15), oneOf(-1, 1) * Number.MAX_SAFE_INTEGER);
  const candidate = () => ({
    utm: oneOf(undefined, { content: value(), source: value(), term: value(), medium: value(), campaign: value() }),
    link: oneOf(1, 2, below(9), Number.MAX_SAFE_INTEGER, -below(3)),
    scope: oneOf('a', 's', 'e') + oneOf(1, 2, 3, 7, 8, 11, 2 ** 53 - 1),
    at: moment(),
    sequence: oneOf(0, 0, below(3), 2 ** 32 - 1),
    source: oneOf('journey', 'click_token', 'checkout'),
  });
  const purchase = {
    organizer: oneOf(1, 2),
    events: Array.from({ length: below(4) }, () => [oneOf(3, 7, 8), oneOf(null, 1, 3, 11)]),
    at: oneOf(NOW, NOW, moment()),
    window_days: oneOf(30, 30, 1, 0, -5, below(100_000), Number.MAX_SAFE_INTEGER),
  };
  return { candidates: JSON.stringify(Array.from({ length: oneOf(below(4), below(20), below(240)) }, candidate)), purchase: JSON.stringify(purchase) };
}
