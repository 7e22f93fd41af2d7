// What must hold of the database at any moment, whoever wrote to it and
// whatever stopped half-way.
import assert from 'node:assert/strict';
import type { Handbill } from './runtime.ts';

/** Each query finds the rows that break a rule; the name says the rule. */
const RULES: Record<string, string> = {
  'what is held of a ticket type is what basket lines hold': `
    SELECT t.id, t.held, ifnull(sum(l.held), 0) AS lines FROM ticket_type t LEFT JOIN basket_line l ON l.ticket_type_id = t.id GROUP BY t.id HAVING t.held <> lines`,
  'what is issued of a ticket type is its valid tickets': `
    SELECT t.id, t.issued, count(k.id) AS tickets FROM ticket_type t LEFT JOIN ticket k ON k.ticket_type_id = t.id AND k.voided_at IS NULL GROUP BY t.id HAVING t.issued <> tickets`,
  'what is held of a product is what basket lines hold': `
    SELECT a.id, a.held, ifnull(sum(l.held), 0) AS lines FROM product_attribute a LEFT JOIN basket_line l ON l.attribute_id = a.id GROUP BY a.id HAVING a.held <> lines`,
  'what is issued of a product is what order lines gave out': `
    SELECT a.id, a.issued, ifnull(sum(l.fulfilled), 0) AS lines FROM product_attribute a LEFT JOIN order_line l ON l.attribute_id = a.id GROUP BY a.id HAVING a.issued <> lines`,
  'no more is held and issued than there is': `
    SELECT 'ticket_type' AS kind, id FROM ticket_type WHERE held < 0 OR issued < 0 OR held + issued > quantity
    UNION ALL SELECT 'product_attribute', id FROM product_attribute WHERE held < 0 OR issued < 0 OR held + issued > quantity`,
  'a basket without a hold holds nothing': `
    SELECT b.id FROM basket b JOIN basket_line l ON l.basket_id = b.id WHERE b.hold_until IS NULL AND l.held > 0`,
  'a basket that is done holds nothing': `
    SELECT b.id FROM basket b JOIN basket_line l ON l.basket_id = b.id WHERE b.state IN ('completed', 'cancelled') AND l.held > 0`,
  'a basket is what its order is': `
    SELECT b.id, b.state, o.status FROM basket b LEFT JOIN sale_order o ON o.basket_id = b.id WHERE b.state <> ifnull(o.status, 'open')`,
  'an order is whole': 'SELECT id FROM sale_order WHERE is_whole <> 1',
  'an order adds up': `
    SELECT o.id FROM sale_order o LEFT JOIN order_line l ON l.order_id = o.id GROUP BY o.id
    HAVING o.total <> o.subtotal + o.tax OR count(l.id) = 0 OR sum(l.value) <> o.subtotal OR sum(l.total) <> o.total OR sum(l.price) <> o.total
      OR ifnull(sum(l.total) FILTER (WHERE l.kind = 'tax'), 0) <> o.tax OR ifnull(sum(l.tax) FILTER (WHERE l.kind <> 'tax'), 0) <> o.tax`,
  'a line adds up': `
    SELECT id FROM order_line WHERE (kind = 'tax' AND (value <> 0 OR tax <> 0)) OR (kind <> 'tax' AND total <> value)
      OR (kind IN ('ticket', 'booking_fee', 'product', 'transaction_charge', 'donation') AND (price <> unit_price * quantity OR price < 0))
      OR (kind IN ('discount', 'voucher') AND price > 0)`,
  'the lines of an order are numbered': `
    SELECT order_id FROM order_line GROUP BY order_id HAVING min(position) <> 0 OR max(position) <> count(*) - 1`,
  'a completed order has the tickets it sold, by type': `
    SELECT o.id, l.ticket_type_id FROM sale_order o JOIN order_line l ON l.order_id = o.id AND l.kind = 'ticket' WHERE o.status = 'completed'
    GROUP BY o.id, l.ticket_type_id HAVING sum(l.quantity) <> (SELECT count(*) FROM ticket WHERE order_id = o.id AND ticket_type_id = l.ticket_type_id)`,
  'a completed order has the products it sold': `
    SELECT o.id FROM sale_order o JOIN order_line l ON l.order_id = o.id AND l.kind = 'product' WHERE o.status = 'completed' AND l.fulfilled <> l.quantity`,
  'an order has no other tickets than it sold': `
    SELECT k.id FROM ticket k JOIN sale_order o ON o.id = k.order_id
    WHERE o.status = 'pending' OR NOT EXISTS (SELECT 1 FROM order_line WHERE order_id = o.id AND kind = 'ticket' AND ticket_type_id = k.ticket_type_id)`,
  'a pending order holds all that it sells': `
    SELECT o.id FROM sale_order o JOIN basket b ON b.id = o.basket_id JOIN basket_line l ON l.basket_id = b.id WHERE o.status = 'pending' AND (l.held <> l.quantity OR b.hold_until IS NULL)`,
  'a cancelled order keeps nothing': `
    SELECT o.id FROM sale_order o WHERE o.status = 'cancelled' AND (
      EXISTS (SELECT 1 FROM ticket WHERE order_id = o.id AND voided_at IS NULL) OR EXISTS (SELECT 1 FROM order_line WHERE order_id = o.id AND fulfilled > 0)
      OR EXISTS (SELECT 1 FROM voucher_use WHERE order_id = o.id))`,
  'an order is refunded what its refunds come to': `
    SELECT o.id, o.refunded FROM sale_order o LEFT JOIN refund r ON r.order_id = o.id GROUP BY o.id HAVING o.refunded <> ifnull(sum(r.amount), 0) OR o.refunded > o.total`,
  'nothing was refunded that was not paid': `
    SELECT r.id FROM refund r JOIN sale_order o ON o.id = r.order_id WHERE o.completed_at IS NULL`,
  'a discount was redeemed by as many orders as it counts': `
    SELECT d.id, d.times_redeemed, count(o.id) AS orders FROM discount d LEFT JOIN sale_order o ON o.discount_id = d.id AND o.status <> 'cancelled'
    GROUP BY d.id HAVING d.times_redeemed <> orders OR orders > ifnull(d.max_redemptions, orders)`,
  'a discount line belongs to an order with a discount': `
    SELECT l.id FROM order_line l JOIN sale_order o ON o.id = l.order_id WHERE l.kind = 'discount' AND o.discount_id IS NULL`,
  'a voucher pays what its lines say': `
    SELECT o.id, ifnull((SELECT sum(amount) FROM voucher_use WHERE order_id = o.id), 0) AS used, ifnull((SELECT -sum(total) FROM order_line WHERE order_id = o.id AND kind = 'voucher'), 0) AS lines
    FROM sale_order o WHERE o.status <> 'cancelled' AND used <> lines`,
  'a voucher pays no more than its value': `
    SELECT u.voucher_code_id FROM voucher_use u JOIN voucher_code c ON c.id = u.voucher_code_id JOIN voucher v ON v.id = c.voucher_id WHERE u.amount > v.value OR c.voided_at IS NOT NULL`,
  'a voucher counts its codes, and those that can still pay': `
    SELECT v.id, v.total_codes, v.available_codes, count(c.id) AS codes, count(c.id) FILTER (WHERE c.voided_at IS NULL AND u.voucher_code_id IS NULL) AS left
    FROM voucher v LEFT JOIN voucher_code c ON c.voucher_id = v.id LEFT JOIN voucher_use u ON u.voucher_code_id = c.id GROUP BY v.id HAVING v.total_codes <> codes OR v.available_codes <> left`,
  'an order is listed under the events it has tickets for': `
    SELECT DISTINCT l.order_id, t.event_id FROM order_line l JOIN ticket_type t ON t.id = l.ticket_type_id WHERE l.kind = 'ticket'
    EXCEPT SELECT order_id, event_id FROM order_event`,
  'and under no others': `
    SELECT order_id, event_id FROM order_event
    EXCEPT SELECT DISTINCT l.order_id, t.event_id FROM order_line l JOIN ticket_type t ON t.id = l.ticket_type_id WHERE l.kind = 'ticket'`,
  'a link counts the baskets it opened': `
    SELECT l.id, ifnull(b.baskets, 0) AS opened, ifnull(s.created, 0) AS counted FROM link l
    LEFT JOIN (SELECT link_id, count(*) AS baskets FROM basket GROUP BY link_id) b ON b.link_id = l.id
    LEFT JOIN (SELECT link_id, sum(created) AS created FROM link_sales GROUP BY link_id) s ON s.link_id = l.id WHERE opened <> counted`,
  'a link counts what it sold, by currency': `
    SELECT s.link_id, s.currency, s.completed, s.tickets, s.gross, s.refunded FROM link_sales s
    LEFT JOIN sale_order o ON o.link_id = s.link_id AND o.currency = s.currency AND o.completed_at IS NOT NULL GROUP BY s.link_id, s.currency
    HAVING s.completed <> count(o.id) OR s.gross <> ifnull(sum(o.total), 0) OR s.refunded <> ifnull(sum(o.refunded), 0)
      OR s.tickets <> (SELECT count(*) FROM ticket k JOIN sale_order q ON q.id = k.order_id WHERE k.voided_at IS NULL AND q.link_id = s.link_id AND q.currency = s.currency)`,
  'what a link sold is counted': `
    SELECT o.id FROM sale_order o WHERE o.link_id IS NOT NULL AND o.completed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM link_sales WHERE link_id = o.link_id AND currency = o.currency)`,
  'a link is called by one of its names': `
    SELECT l.id, l.slug_key FROM link l WHERE NOT EXISTS (SELECT 1 FROM link_name n WHERE n.domain = l.domain AND n.slug_key = l.slug_key AND n.link_id = l.id)`,
  'nothing is left of a link that was deleted with all of it': `
    SELECT id FROM link WHERE purged_at IS NOT NULL AND (
      EXISTS (SELECT 1 FROM click WHERE link_id = link.id) OR EXISTS (SELECT 1 FROM link_visitor WHERE link_id = link.id) OR EXISTS (SELECT 1 FROM link_hour WHERE link_id = link.id)
      OR EXISTS (SELECT 1 FROM link_count WHERE link_id = link.id) OR EXISTS (SELECT 1 FROM link_sales WHERE link_id = link.id)
      OR EXISTS (SELECT 1 FROM sale_order WHERE link_id = link.id) OR EXISTS (SELECT 1 FROM basket WHERE link_id = link.id) OR EXISTS (SELECT 1 FROM mail WHERE link_id = link.id))`,
  'nor in the receipts of orders that others have earned': `
    SELECT o.id FROM sale_order o, json_each(o.receipt, '$.considered') t JOIN link l ON l.id = t.value ->> 'link' WHERE l.purged_at IS NOT NULL`,
  'no ticket changed later than the clock of tickets': 'SELECT changed_at, id FROM ticket WHERE changed_at < 1 OR changed_at > (SELECT at FROM ticket_clock)',
  'an order is sold by who opened its basket': `
    SELECT o.id FROM sale_order o JOIN basket b ON b.id = o.basket_id WHERE o.organizer_id <> b.organizer_id`,
  'an order is credited to the link that its receipt names': `
    SELECT id, link_id, receipt FROM sale_order WHERE receipt IS NOT NULL AND link_id IS NOT receipt ->> 'winner'`,
  'the winner of a receipt is the one touch that won, or there is none': `
    SELECT o.id, o.receipt FROM sale_order o WHERE o.receipt IS NOT NULL
    AND (SELECT json_group_array(value ->> 'link') FROM json_each(o.receipt, '$.considered') WHERE value ->> 'verdict' = 'won') <> iif(o.link_id IS NULL, '[]', json_array(o.link_id))`,
  'an order is credited to a link of its seller': `
    SELECT o.id, o.link_id FROM sale_order o JOIN link l ON l.id = o.link_id WHERE l.organizer_id <> o.organizer_id`,
  'a receipt names no link of anybody else': `
    SELECT o.id, j.value FROM sale_order o, json_each(o.receipt, '$.considered') j LEFT JOIN link l ON l.id = j.value ->> 'link' WHERE l.organizer_id IS NOT o.organizer_id`,
  'an order has a customer, of its seller and its mail address': `
    SELECT o.id, o.email, o.customer_id FROM sale_order o LEFT JOIN customer c ON c.id = o.customer_id WHERE c.organizer_id IS NOT o.organizer_id OR (c.email_key IS NOT lower(trim(o.email)) AND (o.email <> 'erased' OR c.email_key <> 'erased ' || c.id))`,
  'the first order of a customer is one of those that were completed': `
    SELECT c.id, c.first_order_id FROM customer c LEFT JOIN sale_order o ON o.id = c.first_order_id
    WHERE (c.first_order_id IS NOT NULL AND (o.customer_id IS NOT c.id OR o.completed_at IS NULL))
      OR (c.first_order_id IS NULL AND EXISTS (SELECT 1 FROM sale_order WHERE customer_id = c.id AND completed_at IS NOT NULL))`,
  // By number and by time: a clock may go back. And a payment may come late.
  'and none was completed before it': `
    SELECT c.id, o.id AS first, p.id AS earlier FROM customer c JOIN sale_order o ON o.id = c.first_order_id
    JOIN sale_order p ON p.customer_id = c.id AND p.completed_at < o.completed_at AND p.id < o.id AND p.payment_method <> 'external'`,
  'the report keeps what the orders say': 'SELECT * FROM order_figures EXCEPT SELECT * FROM report_line',
  'and nothing else': 'SELECT * FROM report_line EXCEPT SELECT * FROM order_figures',
  'a ticket is checked in once': 'SELECT ticket_id FROM check_in WHERE undone_at IS NULL GROUP BY ticket_id HAVING count(*) > 1',
  'a barcode opens one door': 'SELECT barcode FROM ticket GROUP BY barcode HAVING count(*) > 1',
};

/** Fails when anything stored contradicts anything else. */
export async function assertConsistent(hb: Handbill): Promise<void> {
  const broken: Record<string, unknown> = {};
  for (const [rule, sql] of Object.entries(RULES)) {
    const rows = await hb.rows(sql);
    if (rows.length > 0) broken[rule] = rows.slice(0, 5);
  }
  const dangling = await hb.rows('PRAGMA foreign_key_check');
  if (dangling.length > 0) broken['what is pointed at is there'] = dangling.slice(0, 5);
  assert.deepEqual(broken, {});
}
