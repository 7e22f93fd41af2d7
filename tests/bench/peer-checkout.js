// @ts-nocheck -- runs in workerd, whose types the tools here do not load
// The peer of a completion: the same look-ups, the same batch and the same
// answer through the same binding, written by hand in JavaScript. It prices what
// the benchmark's baskets hold: tickets with a booking fee and a charge under one
// rate of tax that prices hold; and it leaves out all else that a checkout knows.

const BARCODE = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY = /^[A-Za-z0-9_-]{22}$/;
const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const MILLION = 1_000_000;

const RELEASE = [
  `UPDATE sale_order SET status = 'cancelled', cancelled_at = ?1, updated_at = ?1, version = version + 1
   WHERE status = 'pending' AND basket_id IN (SELECT id FROM basket WHERE hold_until <= ?1 AND state = 'pending')`,
  `UPDATE basket_line SET held = 0 WHERE held > 0 AND basket_id IN (SELECT id FROM basket WHERE hold_until <= ?1)`,
  `UPDATE basket SET hold_until = NULL WHERE hold_until <= ?1`,
];
const BASKET = 'SELECT * FROM basket WHERE key = ?1';
const SELLER = `SELECT id, name, slug, currency, hold_minutes, payment_minutes, offline_payment, offline_instructions,
  payment_url,
  (SELECT count(*) FROM payment_key WHERE organizer_id = ?1 AND revoked_at IS NULL) AS payment_keys
FROM organizer WHERE id = ?1 AND archived_at IS NULL`;
const EVENTS = `SELECT id, organizer_id, series_id, name, slug, description, starts_at, ends_at, time_zone, place,
  currency, transaction_charge, tax_rate_ppm, tax_inclusive, accepts_donations, version
FROM event WHERE archived_at IS NULL AND published = 1 AND id IN (
  SELECT ?1
  UNION SELECT t.event_id FROM json_each(?2) j CROSS JOIN ticket_type t ON t.id = j.value
  UNION SELECT t.event_id FROM link l, json_each(l.items) i
    CROSS JOIN ticket_type t ON t.id = i.value ->> 'ticket_type'
  WHERE l.id = ?3 AND l.deleted_at IS NULL)
ORDER BY starts_at, id`;
const TYPES = `SELECT t.id AS ticket_type, NULL AS product_attribute, t.organizer_id, t.event_id,
  NULL AS product_id, g.id AS group_id, g.name AS group_name, g.max_per_order AS group_max,
  g.version AS group_version, t.name, e.name AS of, t.description, e.currency, t.price,
  t.booking_fee, e.tax_rate_ppm, e.tax_inclusive,
  t.quantity - t.held - t.issued + ifnull(own.held, 0) AS available,
  t.min_per_order, t.max_per_order, t.on_sale_from, t.on_sale_until, t.hidden, t.access_code,
  t.version, NULL AS product_version
FROM (
  SELECT id FROM ticket_type WHERE event_id = ?1
  UNION SELECT value FROM json_each(?2)
  UNION SELECT i.value ->> 'ticket_type' FROM link l, json_each(l.items) i
  WHERE l.id = ?4 AND l.deleted_at IS NULL
) wanted
JOIN ticket_type t ON t.id = wanted.id
JOIN event e ON e.id = t.event_id
LEFT JOIN ticket_group g ON g.id = t.group_id AND g.archived_at IS NULL
LEFT JOIN basket_line own ON own.basket_id = (SELECT id FROM basket WHERE key = ?3) AND own.ticket_type_id = t.id
WHERE t.archived_at IS NULL AND e.archived_at IS NULL AND e.published = 1
ORDER BY e.starts_at, e.id, g.sort, g.id, t.sort, t.id`;
const ATTRIBUTES = `SELECT NULL AS ticket_type, a.id AS product_attribute, a.organizer_id, NULL AS event_id,
  p.id AS product_id, NULL AS group_id, NULL AS group_name, NULL AS group_max,
  NULL AS group_version, p.name || ', ' || a.name AS name, p.name AS of, p.description,
  p.currency, a.price, 0 AS booking_fee, p.tax_rate_ppm, p.tax_inclusive,
  a.quantity - a.held - a.issued + ifnull(own.held, 0) AS available,
  1 AS min_per_order, a.max_per_order, NULL AS on_sale_from, NULL AS on_sale_until, 0 AS hidden,
  NULL AS access_code, a.version, p.version AS product_version
FROM (
  SELECT value AS id FROM json_each(?1)
  UNION SELECT i.value ->> 'product_attribute' FROM link l, json_each(l.items) i
  WHERE l.id = ?3 AND l.deleted_at IS NULL
) wanted
JOIN product_attribute a ON a.id = wanted.id
JOIN product p ON p.id = a.product_id
LEFT JOIN basket_line own ON own.basket_id = (SELECT id FROM basket WHERE key = ?2) AND own.attribute_id = a.id
WHERE a.archived_at IS NULL AND p.archived_at IS NULL
ORDER BY p.id, a.sort, a.id`;
const DISCOUNT = `SELECT id, code, kind, price, price_percent, booking_fee, booking_fee_percent, currency,
  ticket_types, expires_at, max_redemptions - times_redeemed AS redemptions_left, version
FROM discount WHERE organizer_id = ?1 AND code_key = ?2 AND archived_at IS NULL`;
const VOUCHERS = `SELECT c.id AS code_id, v.id AS voucher_id, c.code, v.value, v.currency, v.series_ids,
  v.expires_at, EXISTS (SELECT 1 FROM voucher_use WHERE voucher_code_id = c.id) AS used, v.version
FROM json_each(?2) j
CROSS JOIN voucher_code c ON c.organizer_id = ?1 AND c.code_key = j.value
JOIN voucher v ON v.id = c.voucher_id
WHERE c.voided_at IS NULL AND v.archived_at IS NULL`;
const LINK = `SELECT id, slug, ticket_types, hide_public_ticket_types, items, version
FROM link WHERE id = ?1 AND organizer_id = ?2 AND deleted_at IS NULL`;

const AT_VERSION = `INSERT INTO expectation (broken) SELECT 1
WHERE NOT EXISTS (SELECT 1 FROM basket WHERE id = ?1 AND version = ?2 AND state = 'open')`;
const unchanged = (table) => `INSERT INTO expectation (broken) SELECT 1 WHERE EXISTS (SELECT 1 FROM json_each(?1) j
WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE id = j.value ->> 0 AND version = j.value ->> 1))`;
const ORDER = `INSERT INTO sale_order (organizer_id, basket_id, link_id, status, payment_method, currency, subtotal, tax, total,
  first_name, last_name, email, phone, address, discount_id, idempotency_key, fingerprint, created_at, completed_at, updated_at)
VALUES (?1, ?2, ?3, 'completed', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, NULL, NULL, ?14, ?15, ?15, ?15)`;
const LINES = `INSERT INTO order_line (organizer_id, order_id, position, kind, line, ticket_type_id, attribute_id, name, quantity,
  unit_price, price, value, tax, total, rate_ppm, inclusive)
SELECT ?2, (SELECT id FROM sale_order WHERE basket_id = ?1), key, value ->> 'kind', value ->> 'line', value ->> 'ticket_type', NULL,
  value ->> 'name', value ->> 'quantity', value ->> 'unit_price', value ->> 'price', value ->> 'value', value ->> 'tax',
  value ->> 'total', value ->> 'rate_ppm', value ->> 'inclusive' FROM json_each(?3)`;
const UNFINISHED = "(SELECT id FROM sale_order WHERE basket_id = ?1 AND status = 'completed' AND is_whole = 0)";
const GIVE_BACK = `UPDATE basket_line SET held = 0 WHERE basket_id = ?1 AND held > 0 AND ${UNFINISHED} IS NOT NULL`;
const TICKETS = `INSERT INTO ticket (organizer_id, event_id, ticket_type_id, order_id, barcode, created_at, updated_at)
SELECT o.organizer_id, t.event_id, t.id, o.id, j.value ->> 'barcode', ?3, ?3 FROM sale_order o JOIN json_each(?2) j
JOIN ticket_type t ON t.id = j.value ->> 'ticket_type'
WHERE o.basket_id = ?1 AND o.status = 'completed' AND o.is_whole = 0 ORDER BY j.key`;
const PRODUCTS = `UPDATE order_line SET fulfilled = quantity WHERE order_id = ${UNFINISHED} AND kind = 'product'`;
const CLOSE = `UPDATE basket SET state = 'completed', hold_until = NULL, updated_at = ?2, version = version + 1
WHERE id = ?1 AND ${UNFINISHED} IS NOT NULL`;
const WHOLE = `UPDATE sale_order SET is_whole = 1 WHERE id = ${UNFINISHED}`;

const SOLD = `SELECT o.*, b.key AS basket_key FROM sale_order o JOIN basket b ON b.id = o.basket_id WHERE o.basket_id = ?1`;
const SOLD_LINES = 'SELECT * FROM order_line WHERE order_id = (SELECT id FROM sale_order WHERE basket_id = ?1) ORDER BY position';
const SOLD_TICKETS = `SELECT i.id, i.ticket_type_id, t.name, i.barcode, i.voided_at, c.at AS checked_in_at, e.id AS event_id,
  e.name AS event_name, e.starts_at, e.time_zone, e.place
FROM ticket i JOIN ticket_type t ON t.id = i.ticket_type_id JOIN event e ON e.id = i.event_id
LEFT JOIN check_in c ON c.ticket_id = i.id AND c.undone_at IS NULL
WHERE i.order_id = (SELECT id FROM sale_order WHERE basket_id = ?1) ORDER BY i.id`;
const SOLD_REFUNDS = 'SELECT * FROM refund WHERE order_id = (SELECT id FROM sale_order WHERE basket_id = ?1) ORDER BY id';
const PAYEE = 'SELECT name, slug, offline_instructions, payment_url FROM organizer WHERE id = ?1';

const instant = (at) => new Date(at).toISOString();

function barcode() {
  let bits = crypto.getRandomValues(new Uint8Array(10)).reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  let text = '';
  for (let n = 0; n < 16; n += 1, bits >>= 5n) text = BARCODE[Number(bits & 31n)] + text;
  return text;
}

/** Shares of a whole, by largest remainder; of equal ones the first. */
function split(whole, weights) {
  const sum = weights.reduce((all, each) => all + each, 0);
  const parts = weights.map((weight) => Math.floor((whole * weight) / sum));
  const byRemainder = weights.map((weight, at) => [(whole * weight) % sum, at]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  for (let left = whole - parts.reduce((all, each) => all + each, 0), n = 0; left > 0; left -= 1, n += 1) parts[byRemainder[n][1]] += 1;
  return parts;
}

/** The lines of a basket of tickets, or undefined where it breaks a rule. */
function price(items, types, events, link, now) {
  const lines = [];
  let event;
  for (const [line, { ticket_type: id, quantity }] of items.entries()) {
    const type = types.find((each) => each.ticket_type === id);
    if (type === undefined || type.available < quantity || quantity < type.min_per_order || quantity > (type.max_per_order ?? quantity) || quantity > (type.group_max ?? quantity)) return undefined;
    if ((type.on_sale_from ?? 0) > now || (type.on_sale_until ?? Infinity) <= now) return undefined;
    if ((type.hidden !== 0 || link?.hide_public_ticket_types === 1) && !JSON.parse(link?.ticket_types ?? '[]').includes(id)) return undefined;
    event = events.find((each) => each.id === type.event_id);
    if (event === undefined || event.ends_at <= now) return undefined;
    const add = (kind, name, unit_price) => lines.push({ kind, line, ticket_type: id, name, quantity, unit_price, price: unit_price * quantity });
    add('ticket', type.name, type.price);
    if (type.booking_fee > 0) add('booking_fee', `Booking fee: ${type.name}`, type.booking_fee);
  }
  if (event.transaction_charge > 0) lines.push({ kind: 'transaction_charge', name: 'Transaction charge', quantity: 1, unit_price: event.transaction_charge, price: event.transaction_charge });
  const prices = lines.map((line) => line.price);
  const total = prices.reduce((sum, each) => sum + each, 0);
  const tax = Math.floor((2 * total * event.tax_rate_ppm + MILLION + event.tax_rate_ppm) / (2 * (MILLION + event.tax_rate_ppm)));
  for (const [at, share] of split(tax, prices).entries()) Object.assign(lines[at], { value: prices[at] - share, tax: share, total: prices[at] - share });
  if (tax > 0) lines.push({ kind: 'tax', name: `Tax ${event.tax_rate_ppm / 10_000} %, included`, quantity: 1, unit_price: tax, price: 0, value: 0, tax: 0, total: tax, rate_ppm: event.tax_rate_ppm, inclusive: true });
  return { lines, subtotal: total - tax, tax, total };
}

const isText = (value, most) => typeof value === 'string' && value.length > 0 && value.length <= most;

function isCompletion({ payment_method: method, total, currency, buyer }) {
  return method === 'offline' && Number.isSafeInteger(total) && total > 0 && isText(currency, 3) && isText(buyer?.first_name, 100) && isText(buyer.last_name, 100) && EMAIL.test(buyer.email);
}

const refuse = (status, code) => Response.json({ error: { code, message: code } }, { status });

/** What the buyer is told of the order that was read back. */
function confirmation(order, lines, tickets, payee) {
  return {
    order: {
      id: order.id, key: order.basket_key, status: order.status, created_at: instant(order.created_at), currency: order.currency, subtotal: order.subtotal, tax: order.tax, total: order.total, payment_method: order.payment_method,
      lines: lines.map(({ kind, line, ticket_type_id: type, name, quantity, unit_price, price: paid, value, tax, total, rate_ppm: rate, inclusive }) => ({
        kind, ...(line !== null && { line }), ...(type !== null && { ticket_type: type }), name, quantity, unit_price, price: paid, value, tax, total, ...(rate !== null && { rate_ppm: rate, inclusive: inclusive !== 0 }),
      })),
      buyer: { first_name: order.first_name, last_name: order.last_name, email: order.email, phone: order.phone, address: order.address },
      tickets: tickets.filter((each) => each.voided_at === null).map((each) => ({
        id: each.id, barcode: each.barcode, ticket_type: each.ticket_type_id, name: each.name, event: { id: each.event_id, name: each.event_name, starts_at: instant(each.starts_at), time_zone: each.time_zone, place: each.place },
      })),
    },
    organizer: { name: payee.name, slug: payee.slug },
    url: `/checkout/orders/${order.basket_key}/`,
    pay_url: null,
    instructions: payee.offline_instructions,
  };
}

async function complete(key, request, { DB: db }) {
  const body = await request.json();
  const basket = await db.prepare(BASKET).bind(key).first();
  if (basket === null) return refuse(404, 'not_found');
  if (!isCompletion(body)) return refuse(422, 'invalid');
  if (basket.state !== 'open') return refuse(409, 'basket_closed');
  const fingerprint = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(body)))).toHex();
  const { items } = JSON.parse(basket.selection);
  const now = Date.now();
  const ids = JSON.stringify(items.map((item) => item.ticket_type));

  const [, , , [seller], events, types, , , , [link]] = (await db.batch([
    ...RELEASE.map((sql) => db.prepare(sql).bind(now)),
    db.prepare(SELLER).bind(basket.organizer_id), db.prepare(EVENTS).bind(basket.event_id, ids, basket.link_id), db.prepare(TYPES).bind(basket.event_id, ids, key, basket.link_id), db.prepare(ATTRIBUTES).bind('[]', key, basket.link_id),
    db.prepare(DISCOUNT).bind(basket.organizer_id, ''), db.prepare(VOUCHERS).bind(basket.organizer_id, '[]'), db.prepare(LINK).bind(basket.link_id, basket.organizer_id),
  ])).map(({ results }) => results);
  const quote = price(items, types, events, link, now);
  if (quote === undefined || seller.offline_payment !== 1) return refuse(409, 'not_sellable');
  if (quote.total !== body.total || basket.currency !== body.currency) return refuse(409, 'price_changed');

  const used = types.filter((type) => items.some((item) => item.ticket_type === type.ticket_type)).map((type) => ({ id: type.ticket_type, version: type.version }));
  const tickets = items.flatMap(({ ticket_type, quantity }) => Array.from({ length: quantity }, () => ({ ticket_type, barcode: barcode() })));
  const { id, organizer_id: organizer } = basket;
  const { buyer } = body;
  const versions = (rows) => JSON.stringify(rows.map((row) => [row.id, row.version]));
  const results = await db.batch([
    ...RELEASE.map((sql) => db.prepare(sql).bind(now)),
    db.prepare(AT_VERSION).bind(id, basket.version),
    db.prepare(unchanged('ticket_type')).bind(versions(used)), db.prepare(unchanged('event')).bind(versions(events)), ...(link === undefined ? [] : [db.prepare(unchanged('link')).bind(versions([link]))]),
    db.prepare(ORDER).bind(organizer, id, basket.link_id, body.payment_method, basket.currency, quote.subtotal, quote.tax, quote.total, buyer.first_name, buyer.last_name, buyer.email, buyer.phone ?? null, buyer.address ?? null, fingerprint, now),
    db.prepare(LINES).bind(id, organizer, JSON.stringify(quote.lines)),
    db.prepare(GIVE_BACK).bind(id), db.prepare(TICKETS).bind(id, JSON.stringify(tickets), now), db.prepare(PRODUCTS).bind(id), db.prepare(CLOSE).bind(id, now), db.prepare(WHOLE).bind(id),
    db.prepare(SOLD).bind(id), db.prepare(SOLD_LINES).bind(id), db.prepare(SOLD_TICKETS).bind(id), db.prepare(SOLD_REFUNDS).bind(id),
  ]);
  const [[order], lines, issued] = results.slice(-4).map((result) => result.results);
  const payee = await db.prepare(PAYEE).bind(organizer).first();
  return Response.json(confirmation(order, lines, issued, payee), { status: 201 });
}

export default {
  async fetch(request, env) {
    const [, key] = /\/checkout\/baskets\/([^/]+)\/complete$/.exec(request.url) ?? [];
    return key !== undefined && KEY.test(key) && request.method === 'POST' ? complete(key, request, env) : refuse(404, 'not_found');
  },
};
