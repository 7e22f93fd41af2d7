import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHandbill } from '../support/runtime.ts';
import { operatorOf, organizerNamed } from '../support/seed.ts';

const hb = await startHandbill();
after(() => hb.stop());
const operator = await operatorOf(hb);
const { id: organizer, slug, manager, venue } = await organizerNamed(hb, operator, 'demo');

// All moments are written out from the published rules of each zone, and all lie
// in the past: no parliament changes them any more.

let events = 0;
async function eventOf(body: object): Promise<{ id: number; slug: string }> {
  events += 1;
  return manager.made('events', { name: 'Show', slug: `show-${events}`, time_zone: 'UTC', currency: 'EUR', starts_at: '1700-01-01T00:00:00Z', ...body });
}

async function inZone(zone: string): Promise<void> {
  assert.equal((await manager.patch(`organizers/${organizer}`, { time_zone: zone })).status, 200, zone);
}

/** Asserts that a filter's bound is just this moment: a link whose event ends then is in, one whose event ends a millisecond beyond is out. */
async function assertBound(zone: string, side: 'gte' | 'lte', text: string, moment: string): Promise<void> {
  const beyond = new Date(Date.parse(moment) + (side === 'gte' ? -1 : 1)).toISOString();
  const [just, out] = [await eventOf({ ends_at: moment }), await eventOf({ ends_at: beyond })];
  const links = [await venue.made({ via: 2, event: just.id }), await venue.made({ via: 2, event: out.id })];
  const found = await venue.ids(`?event__in=${just.id},${out.id}&event__ends_on__${side}=${encodeURIComponent(text)}`);
  assert.deepEqual(found, [links[0].id], `${zone}: ${side} ${text} is ${moment}`);
}

/** A day with its first and its last moment. */
type Day = [day: string, from: string, to: string];
const DAYS: Record<string, Day[]> = {
  UTC: [['2026-02-28', '2026-02-28T00:00:00.000Z', '2026-02-28T23:59:59.999Z']],
  'Europe/Berlin': [
    ['2026-01-15', '2026-01-14T23:00:00.000Z', '2026-01-15T22:59:59.999Z'],
    ['2026-07-15', '2026-07-14T22:00:00.000Z', '2026-07-15T21:59:59.999Z'],
    ['2026-03-29', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'], // of 23 hours
    ['2026-10-25', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'], // of 25 hours
  ],
  'America/New_York': [
    ['2026-03-07', '2026-03-07T05:00:00.000Z', '2026-03-08T04:59:59.999Z'],
    ['2026-03-08', '2026-03-08T05:00:00.000Z', '2026-03-09T03:59:59.999Z'],
    ['2026-11-01', '2026-11-01T04:00:00.000Z', '2026-11-02T04:59:59.999Z'],
  ],
  'Asia/Kathmandu': [['2026-06-01', '2026-05-31T18:15:00.000Z', '2026-06-01T18:14:59.999Z']],
  'Australia/Lord_Howe': [
    ['2026-04-05', '2026-04-04T13:00:00.000Z', '2026-04-05T13:29:59.999Z'], // of 24½ hours
    ['2026-10-04', '2026-10-03T13:30:00.000Z', '2026-10-04T12:59:59.999Z'], // of 23½ hours
  ],
  'Africa/Casablanca': [
    ['2024-03-10', '2024-03-09T23:00:00.000Z', '2024-03-10T23:59:59.999Z'],
    ['2024-04-14', '2024-04-14T00:00:00.000Z', '2024-04-14T22:59:59.999Z'],
  ],
  // Clocks go from 24:00 to 1:00 and from 24:00 back to 23:00.
  'Africa/Cairo': [
    ['2025-04-24', '2025-04-23T22:00:00.000Z', '2025-04-24T21:59:59.999Z'],
    ['2025-04-25', '2025-04-24T22:00:00.000Z', '2025-04-25T20:59:59.999Z'],
    ['2025-10-30', '2025-10-29T21:00:00.000Z', '2025-10-30T21:59:59.999Z'],
    ['2025-10-31', '2025-10-30T22:00:00.000Z', '2025-10-31T21:59:59.999Z'],
  ],
  // From 0:00 to 1:00, and from 1:00 back to 0:00: a day with two midnights.
  'America/Havana': [
    ['2025-03-09', '2025-03-09T05:00:00.000Z', '2025-03-10T03:59:59.999Z'],
    ['2025-11-01', '2025-11-01T04:00:00.000Z', '2025-11-02T03:59:59.999Z'],
    ['2025-11-02', '2025-11-02T04:00:00.000Z', '2025-11-03T04:59:59.999Z'],
  ],
  // West of the date line until the 29th, east of it from the 31st: nobody there lived through the 30th.
  'Pacific/Apia': [
    ['2011-12-29', '2011-12-29T10:00:00.000Z', '2011-12-30T09:59:59.999Z'],
    ['2011-12-30', '2011-12-30T10:00:00.000Z', '2011-12-30T09:59:59.999Z'],
    ['2011-12-31', '2011-12-30T10:00:00.000Z', '2011-12-31T09:59:59.999Z'],
    ['2026-06-01', '2026-05-31T11:00:00.000Z', '2026-06-01T10:59:59.999Z'],
  ],
};

for (const [zone, days] of Object.entries(DAYS)) {
  test(`SP-17 a date is the whole day in ${zone}`, async () => {
    await inZone(zone);
    for (const [day, from, to] of days) {
      await assertBound(zone, 'gte', day, from);
      await assertBound(zone, 'lte', day, to);
    }
  });
}

/** What clocks show, and when that is. */
type Reading = [wall: string, moment: string];
const READINGS: Record<string, Reading[]> = {
  'Europe/Berlin': [
    // At 2:00 on 29 March clocks are set to 3:00.
    ['2026-03-29T01:59:59.999', '2026-03-29T00:59:59.999Z'],
    ['2026-03-29T02:00:00', '2026-03-29T01:00:00.000Z'],
    ['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T03:00:00', '2026-03-29T01:00:00.000Z'],
    // At 3:00 on 25 October they are set back to 2:00.
    ['2026-10-25T01:59:59', '2026-10-24T23:59:59.000Z'],
    ['2026-10-25T02:00:00', '2026-10-25T00:00:00.000Z'],
    ['2026-10-25T02:59:59.999', '2026-10-25T00:59:59.999Z'],
    ['2026-10-25T03:00:00', '2026-10-25T02:00:00.000Z'],
  ],
  'America/New_York': [
    ['2026-03-08T02:30:00', '2026-03-08T07:30:00.000Z'],
    ['2026-11-01T01:30:00', '2026-11-01T05:30:00.000Z'],
    ['2026-11-01T02:00:00', '2026-11-01T07:00:00.000Z'],
    // Before there was standard time: 4:56:02 behind Greenwich.
    ['1800-01-01T12:00:00', '1800-01-01T16:56:02.000Z'],
  ],
  'Asia/Kathmandu': [['2026-06-01T12:00:00', '2026-06-01T06:15:00.000Z']],
  'Australia/Lord_Howe': [
    ['2026-04-05T01:15:00', '2026-04-04T14:15:00.000Z'],
    ['2026-04-05T01:45:00', '2026-04-04T14:45:00.000Z'],
    ['2026-04-05T02:00:00', '2026-04-04T15:30:00.000Z'],
    ['2026-10-04T02:15:00', '2026-10-03T15:45:00.000Z'],
    ['2026-10-04T02:30:00', '2026-10-03T15:30:00.000Z'],
  ],
  'Africa/Casablanca': [
    ['2024-03-10T02:30:00', '2024-03-10T01:30:00.000Z'],
    ['2024-03-10T03:00:00', '2024-03-10T03:00:00.000Z'],
    ['2024-04-14T02:30:00', '2024-04-14T02:30:00.000Z'],
    ['2024-04-14T03:00:00', '2024-04-14T02:00:00.000Z'],
  ],
  'Pacific/Apia': [
    ['2011-12-29T23:59:59', '2011-12-30T09:59:59.000Z'],
    ['2011-12-30T12:00:00', '2011-12-30T22:00:00.000Z'],
    ['2011-12-31T00:00:00', '2011-12-30T10:00:00.000Z'],
  ],
};

for (const [zone, readings] of Object.entries(READINGS)) {
  test(`SP-17 a time without an offset is what clocks show in ${zone}; shown twice it is the first, never shown it is as much later`, async () => {
    await inZone(zone);
    for (const [wall, moment] of readings) {
      await assertBound(zone, 'gte', wall, moment);
      await assertBound(zone, 'lte', wall, moment);
    }
  });
}

test('SP-17 the first and the last day that can be written are days everywhere', async () => {
  for (const zone of ['UTC', 'America/New_York', 'Pacific/Kiritimati']) {
    await inZone(zone);
    const { id } = await eventOf({ ends_at: '2026-01-01T00:00:00Z' });
    const link = await venue.made({ via: 2, event: id });
    for (const [query, found] of [['gte=0001-01-01', true], ['lte=0001-01-01', false], ['gte=9999-12-31', false], ['lte=9999-12-31', true], ['lte=9999-12-31T23:59:59.999', true]] as const) {
      assert.deepEqual(await venue.ids(`?event=${id}&event__ends_on__${query}`), found ? [link.id] : [], `${zone}: ${query}`);
    }
  }
});

test('SP-17 many zones in turn are each read by their own rules', async () => {
  // Whole hours from UTC under names without rules: `Etc/GMT-3` is three hours ahead.
  for (let round = 0; round < 2; round += 1) {
    for (let ahead = -12; ahead <= 14; ahead += 1) {
      const zone = `Etc/GMT${ahead < 0 ? '+' : '-'}${Math.abs(ahead)}`;
      await inZone(zone);
      await assertBound(zone, 'gte', '2026-01-01T00:00:00', new Date(Date.UTC(2026, 0, 1) - ahead * 3_600_000).toISOString());
    }
  }
});

test('BK-01 a zone has a name of the IANA database, in whatever case', async () => {
  for (const zone of ['UTC', 'utc', 'GMT', 'EST', 'WET', 'PRC', 'Zulu', 'EST5EDT', 'Etc/GMT+5', 'GB-Eire', 'NZ-CHAT', 'W-SU', 'US/Eastern', 'europe/BERLIN', 'Europe/Kyiv', 'Europe/Kiev', 'Asia/Calcutta', 'America/Ciudad_Juarez', 'America/North_Dakota/New_Salem', 'Antarctica/DumontDUrville', 'America/Port-au-Prince']) {
    await inZone(zone);
    assert.equal((await manager.get(`organizers/${organizer}`)).json.time_zone, zone, 'kept as it was written');
  }
  for (const zone of ['IST', 'pst', 'CST', 'JST', 'BST', 'EDT', 'CEST', 'MSK', 'Z', 'GMT+5', 'UTC+1', 'UTC0', 'SystemV/EST5', 'US/Pacific-New', '+05:30', '-05', '+0530', '\u221205:00', 'Etc/GMT+15', 'Etc', 'Europe', 'Europe/', '/Berlin', 'Europe/Berlin ', ' UTC', 'Europe\\Berlin', 'Europe/Berl\u0131n', 'Etc/Unknown', 'undefined', 'local', 'posixrules', 'Europe/Berlin\u0000']) {
    const { status, json, text } = await manager.patch(`organizers/${organizer}`, { time_zone: zone });
    assert.equal(status, 422, `${zone}: ${text}`);
    assert.deepEqual(json.error.fields.map(({ field }: { field: string }) => field), ['time_zone'], zone);
  }
});

test('BK-01 the page of an event says when it begins, as clocks there show it', async () => {
  const cases: [zone: string, moment: string, text: string][] = [
    ['UTC', '2026-02-28T23:59:59Z', 'Sat 28 February 2026, 23:59'],
    ['Europe/Berlin', '2026-03-29T00:59:59Z', 'Sun 29 March 2026, 01:59'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', 'Sun 29 March 2026, 03:00'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', 'Sun 25 October 2026, 02:30'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', 'Sun 25 October 2026, 02:30'],
    ['America/New_York', '2026-11-01T05:59:00Z', 'Sun 1 November 2026, 01:59'],
    ['America/New_York', '2026-11-01T06:00:00Z', 'Sun 1 November 2026, 01:00'],
    ['America/New_York', '1800-01-01T12:00:00Z', 'Wed 1 January 1800, 07:03'],
    ['Asia/Kathmandu', '2025-12-31T18:14:00Z', 'Wed 31 December 2025, 23:59'],
    ['Asia/Kathmandu', '2025-12-31T18:15:00Z', 'Thu 1 January 2026, 00:00'],
    ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', 'Sun 5 April 2026, 01:59'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 'Sun 5 April 2026, 01:30'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 'Sun 4 October 2026, 02:30'],
    ['Pacific/Apia', '2011-12-30T09:59:00Z', 'Thu 29 December 2011, 23:59'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 'Sat 31 December 2011, 00:00'],
    ['Africa/Casablanca', '2024-03-10T01:59:00Z', 'Sun 10 March 2024, 02:59'],
    ['Africa/Casablanca', '2024-03-10T02:00:00Z', 'Sun 10 March 2024, 02:00'],
    ['Africa/Casablanca', '2024-04-14T02:00:00Z', 'Sun 14 April 2024, 03:00'],
    ['america/new_york', '2024-02-29T17:00:00Z', 'Thu 29 February 2024, 12:00'],
  ];
  for (const [zone, moment, text] of cases) {
    const event = await eventOf({ time_zone: zone, starts_at: moment, ends_at: '2099-01-01T00:00:00Z' });
    const page = await hb.send(`/shop/${slug}/${event.slug}/`);
    assert.equal(page.status, 200);
    assert.ok(page.text.includes(`${text} (${zone})`), `${moment} in ${zone} is ${text}: ${/<p>[^<]*\d:\d\d[^<]*/.exec(page.text)?.[0]}`);
  }
});
