// Demo data for an empty deployment, made through the management API as anybody
// would: organizer `demo` with two users, three events in two time zones and two
// currencies, a product, a discount (EARLY10), a voucher (GIFT20), an access code
// (BAND), and one link of each of two kinds.

/**
 * What somebody needs to try the demo.
 *
 * @typedef {object} Demo
 * @property {string} token full access, as the demo organizer's first user
 * @property {{ url: string, note: string }[]} links
 */

const DAY = 86_400_000;
/** German value added tax, held in the price. */
const VAT = { tax_rate_ppm: 190_000, tax_inclusive: true };

/**
 * Fills a deployment that has no organizer yet.
 *
 * @param {string} base where it answers, without a last slash
 * @param {string} operator an operator's token
 * @returns {Promise<Demo | undefined>} undefined when there is an organizer already
 */
export async function fillDemo(base, operator) {
  const asOperator = client(base, operator);
  const organizers = await asOperator('GET', 'organizers?archived=true&limit=1');
  if (organizers.data.length > 0) return undefined;

  const organizer = await asOperator('POST', 'organizers', { name: 'Demo Events', slug: 'demo', time_zone: 'Europe/Berlin', currency: 'EUR', offline_instructions: 'Please pay at the door, in cash or by card.' });
  const first = await asOperator('POST', 'tokens', { label: 'demo data', access: 'write', organizer_id: organizer.id });
  const make = client(base, first.token);

  const ada = await make('POST', 'users', { name: 'Ada Example', username: 'ada', email: 'ada@example.com' });
  await make('POST', 'users', { name: 'Ben Example', username: 'ben', email: 'ben@example.com' });

  const catalogue = await makeCatalogue((path, body) => make('POST', path, body));

  const eventLink = await make('POST', 'links', {
    kind: 'affiliate',
    event_id: catalogue.rockNight,
    referred_by: ada.id,
    description: 'Rock Night, posters in town',
    utm_source: 'poster',
    utm_medium: 'print',
    utm_campaign: 'rock-night',
  });
  const quickPurchase = await make('POST', 'links', {
    kind: 'quick_purchase',
    event_id: catalogue.rockNight,
    description: 'Two tickets and a shirt in one step',
    items: [
      { ticket_type: catalogue.standing, quantity: 2 },
      { product_attribute: catalogue.shirt, quantity: 1 },
    ],
  });
  const { token } = await make('POST', 'tokens', { label: 'demo', access: 'write', user_id: ada.id });
  await make('DELETE', `tokens/${first.id}`);
  return {
    token,
    links: [
      { url: eventLink.short_url, note: 'event' },
      { url: quickPurchase.short_url, note: 'quick purchase' },
    ],
  };
}

/**
 * Three events with their ticket types, a product, and what takes off the price.
 *
 * @param {(path: string, body: object) => Promise<any>} make
 * @returns {Promise<{ rockNight: number, standing: number, shirt: number }>} ids
 */
async function makeCatalogue(make) {
  const series = await make('series', { name: 'Harbour Concerts', description: 'Music by the water' });
  const rockNight = await make('events', {
    series_id: series.id,
    name: 'Rock Night',
    slug: 'rock-night',
    description: 'Four bands on the old pier.',
    ...evening(30, 20, 'Europe/Berlin'),
    currency: 'EUR',
    place: 'Alter Pier, Hamburg',
    published: true,
    transaction_charge: 100,
    ...VAT,
    accepts_donations: true,
  });
  const jazzBrunch = await make('events', {
    series_id: series.id,
    name: 'Jazz Brunch',
    slug: 'jazz-brunch',
    description: 'A trio, coffee and a late morning.',
    ...evening(45, 11, 'Europe/Berlin'),
    currency: 'EUR',
    place: 'Bootshaus, Hamburg',
    published: true,
    ...VAT,
  });
  const bayFestival = await make('events', {
    name: 'Bay Festival',
    slug: 'bay-festival',
    description: 'A day of music at English Bay.',
    ...evening(75, 14, 'America/Vancouver'),
    currency: 'CAD',
    place: 'English Bay, Vancouver',
    published: true,
    tax_rate_ppm: 50_000,
    tax_inclusive: false,
  });

  const floor = await make('ticket-groups', { event_id: rockNight.id, name: 'Floor', max_per_order: 8, sort: 1 });
  const seats = await make('ticket-groups', { event_id: rockNight.id, name: 'Balcony', max_per_order: 4, sort: 2 });
  const standing = await make('ticket-types', {
    event_id: rockNight.id,
    group_id: floor.id,
    name: 'Standing',
    description: '',
    price: 3500,
    booking_fee: 150,
    quantity: 600,
    max_per_order: 8,
    hidden: false,
    sort: 1,
  });
  await make('ticket-types', {
    event_id: rockNight.id,
    group_id: floor.id,
    name: 'Early bird',
    description: 'Until a week before the doors open',
    price: 2800,
    booking_fee: 150,
    quantity: 100,
    max_per_order: 4,
    on_sale_until: new Date(Date.parse(rockNight.starts_at) - 7 * DAY).toISOString(),
    hidden: false,
    sort: 2,
  });
  await make('ticket-types', {
    event_id: rockNight.id,
    group_id: seats.id,
    name: 'Balcony seat',
    description: 'Numbered seats, rows A to F',
    price: 5200,
    booking_fee: 200,
    quantity: 120,
    max_per_order: 4,
    hidden: false,
    sort: 3,
  });
  await make('ticket-types', {
    event_id: rockNight.id,
    name: 'Friends of the band',
    description: 'Shown only to those with the link or the code',
    price: 1500,
    quantity: 40,
    max_per_order: 2,
    hidden: true,
    access_code: 'BAND',
    sort: 4,
  });
  await make('ticket-types', { event_id: jazzBrunch.id, name: 'Table for two', description: '', price: 6400, quantity: 30, max_per_order: 3, hidden: false, sort: 1 });
  await make('ticket-types', { event_id: bayFestival.id, name: 'Day pass', description: '', price: 8900, quantity: 2000, max_per_order: 10, hidden: false, sort: 1 });

  const shirt = await make('products', { name: 'Tour shirt', description: 'Organic cotton', currency: 'EUR', ...VAT });
  const sizes = [];
  for (const [index, size] of ['S', 'M', 'L'].entries()) {
    sizes.push(await make('product-attributes', { product_id: shirt.id, name: `Size ${size}`, price: 2500, quantity: 50, max_per_order: 5, sort: index + 1 }));
  }
  await make('discounts', { code: 'EARLY10', name: 'Ten percent off', kind: 'percentage', price_percent: 10, max_redemptions: 100 });
  const voucher = await make('vouchers', { name: 'Gift of 20 euros', value: 2000, series_ids: [series.id] });
  await make(`vouchers/${voucher.id}/codes`, { codes: ['GIFT20'] });
  return { rockNight: rockNight.id, standing: standing.id, shirt: sizes[1].id };
}

/**
 * Begin and end of a show of three hours: `days` from today, at `hour` o'clock
 * of that time zone.
 *
 * @param {number} days
 * @param {number} hour
 * @param {string} timeZone
 */
function evening(days, hour, timeZone) {
  const date = new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
  const offset = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(new Date(`${date}T12:00:00Z`))
    .find((part) => part.type === 'timeZoneName')?.value.slice('GMT'.length);
  const at = (/** @type {number} */ clock) => `${date}T${String(clock).padStart(2, '0')}:00:00${offset || 'Z'}`;
  return { time_zone: timeZone, starts_at: at(hour), ends_at: at(hour + 3) };
}

/**
 * A caller of the management API.
 *
 * @param {string} base
 * @param {string} token
 * @returns {(method: string, path: string, body?: object) => Promise<any>} the parsed answer
 */
function client(base, token) {
  return async (method, path, body) => {
    const response = await fetch(`${base}/manage/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`demo data: ${method} /manage/${path} answered ${response.status}: ${said.slice(0, 500)}`);
    return said === '' ? undefined : JSON.parse(said);
  };
}
