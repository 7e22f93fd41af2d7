-- Who is credited for an order, why, and the figures that the link-tracking
-- report is made of.

-- A buyer, as one organizer knows them: by mail address. `first_order_id` is the
-- first order that was completed; buyers of later ones are not new (ST-08).
CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  email_key TEXT NOT NULL CHECK (length(email_key) > 0),
  first_order_id INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (organizer_id, id),
  UNIQUE (organizer_id, email_key)
) STRICT;

-- `link_id` of an order is the link that is credited; its basket has the link
-- that opened it. `receipt` is core's `Receipt` (AT-03), `utm` what the buyer
-- arrived with by the credited link (AT-04).
ALTER TABLE sale_order ADD COLUMN customer_id INTEGER REFERENCES customer (id);
ALTER TABLE sale_order ADD COLUMN receipt TEXT CHECK (json_valid(receipt));
ALTER TABLE sale_order ADD COLUMN utm TEXT CHECK (json_valid(utm));

CREATE INDEX sale_order_by_customer ON sale_order (customer_id, id) WHERE customer_id IS NOT NULL;

INSERT INTO customer (organizer_id, email_key, created_at)
SELECT organizer_id, lower(trim(email)), min(created_at)
FROM sale_order GROUP BY organizer_id, lower(trim(email));
UPDATE sale_order SET customer_id = (
  SELECT id FROM customer c
  WHERE c.organizer_id = sale_order.organizer_id AND c.email_key = lower(trim(sale_order.email)));
UPDATE customer SET first_order_id = (
  SELECT o.id FROM sale_order o
  WHERE o.customer_id = customer.id AND o.completed_at IS NOT NULL
  ORDER BY o.completed_at, o.id LIMIT 1);

-- The definition of the report's figures: for each completed order and ticket
-- type (0: an order without tickets) what was sold and what is left of it.
--   valid    tickets that are not void
--   face     what the tickets cost by themselves: no fees, no discount
--   net_face of the valid tickets, but never a larger part of all faces than the
--            part of the payment that was not refunded (rounded down; beyond
--            what 64 bits can multiply only as exact as a double is)
--   reversed the order earns nothing any more: cancelled, wholly refunded, or
--            without a valid ticket (AT-06, ST-11)
CREATE VIEW order_figures AS
SELECT order_id, ticket_type_id, organizer_id, link_id, customer_id, completed_at, currency,
  event_id, tickets, valid, scanned, unit_price * tickets AS face,
  ifnull(CASE
    WHEN valid_face <= kept_face THEN unit_price * valid
    WHEN typeof(unit_price * valid * kept_face) = 'integer'
      THEN unit_price * valid * kept_face / valid_face
    ELSE CAST(1.0 * unit_price * valid / valid_face * kept_face AS INTEGER)
  END, 0) AS net_face,
  is_cancelled OR is_refunded OR (order_tickets > 0 AND order_valid = 0) AS reversed,
  is_first
FROM (
  SELECT o.id AS order_id, ifnull(l.ticket_type_id, 0) AS ticket_type_id, o.organizer_id,
    ifnull(o.link_id, 0) AS link_id, o.customer_id, o.completed_at, o.currency,
    ifnull((SELECT event_id FROM ticket_type WHERE id = l.ticket_type_id), 0) AS event_id,
    ifnull(l.unit_price, 0) AS unit_price, ifnull(l.quantity, 0) AS tickets,
    (SELECT count(*) FROM ticket i WHERE i.order_id = o.id
       AND i.ticket_type_id = l.ticket_type_id AND i.voided_at IS NULL) AS valid,
    (SELECT count(*) FROM ticket i JOIN check_in c ON c.ticket_id = i.id AND c.undone_at IS NULL
     WHERE i.order_id = o.id AND i.ticket_type_id = l.ticket_type_id
       AND i.voided_at IS NULL) AS scanned,
    (SELECT ifnull(sum(quantity), 0) FROM order_line
     WHERE order_id = o.id AND kind = 'ticket') AS order_tickets,
    (SELECT count(*) FROM ticket WHERE order_id = o.id AND voided_at IS NULL) AS order_valid,
    (SELECT sum(f.unit_price) FROM ticket i
     JOIN order_line f ON f.order_id = i.order_id AND f.kind = 'ticket'
       AND f.ticket_type_id = i.ticket_type_id
     WHERE i.order_id = o.id AND i.voided_at IS NULL) AS valid_face,
    (SELECT CASE
       WHEN o.refunded = 0 THEN sum(unit_price * quantity)
       WHEN typeof(sum(unit_price * quantity) * (o.total - o.refunded)) = 'integer'
         THEN sum(unit_price * quantity) * (o.total - o.refunded) / o.total
       ELSE CAST(1.0 * sum(unit_price * quantity) / o.total * (o.total - o.refunded) AS INTEGER)
     END FROM order_line WHERE order_id = o.id AND kind = 'ticket') AS kept_face,
    o.status = 'cancelled' AS is_cancelled,
    o.total > 0 AND o.refunded = o.total AS is_refunded,
    (SELECT first_order_id FROM customer WHERE id = o.customer_id) IS o.id AS is_first
  FROM sale_order o LEFT JOIN order_line l ON l.order_id = o.id AND l.kind = 'ticket'
  WHERE o.completed_at IS NOT NULL AND o.is_whole = 1
);

-- The same, kept: what reports read. Each change of an order writes its lines
-- anew from the definition, and so does a rebuild.
CREATE TABLE report_line (
  order_id INTEGER NOT NULL,
  ticket_type_id INTEGER NOT NULL,
  organizer_id INTEGER NOT NULL,
  link_id INTEGER NOT NULL,
  customer_id INTEGER,
  completed_at INTEGER NOT NULL,
  currency TEXT NOT NULL,
  event_id INTEGER NOT NULL,
  tickets INTEGER NOT NULL,
  valid INTEGER NOT NULL,
  scanned INTEGER NOT NULL,
  face INTEGER NOT NULL,
  net_face INTEGER NOT NULL,
  reversed INTEGER NOT NULL CHECK (reversed IN (0, 1)),
  is_first INTEGER NOT NULL CHECK (is_first IN (0, 1)),
  PRIMARY KEY (order_id, ticket_type_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_line_by_time ON report_line (organizer_id, completed_at);
CREATE INDEX report_line_by_link ON report_line (organizer_id, link_id, completed_at);
CREATE INDEX report_line_by_event ON report_line (organizer_id, event_id, completed_at);

INSERT INTO report_line SELECT * FROM order_figures;

CREATE TRIGGER customer_buys AFTER UPDATE OF is_whole ON sale_order
WHEN OLD.is_whole = 0 AND NEW.is_whole = 1 AND NEW.status = 'completed' BEGIN
  UPDATE customer SET first_order_id = NEW.id
  WHERE id = NEW.customer_id AND first_order_id IS NULL;
  INSERT INTO report_line SELECT * FROM order_figures WHERE order_id = NEW.id;
END;
CREATE TRIGGER report_follows_order AFTER UPDATE OF refunded, link_id, customer_id ON sale_order
WHEN NEW.is_whole = 1 AND NEW.completed_at IS NOT NULL BEGIN
  DELETE FROM report_line WHERE order_id = NEW.id;
  INSERT INTO report_line SELECT * FROM order_figures WHERE order_id = NEW.id;
END;
-- Of a cancelled order all tickets become void at once: its own trigger, below,
-- writes the lines when they have.
CREATE TRIGGER report_follows_void AFTER UPDATE OF voided_at ON ticket
WHEN (SELECT status FROM sale_order WHERE id = NEW.order_id) = 'completed' BEGIN
  DELETE FROM report_line WHERE order_id = NEW.order_id;
  INSERT INTO report_line SELECT * FROM order_figures WHERE order_id = NEW.order_id;
END;
CREATE TRIGGER report_follows_check_in AFTER INSERT ON check_in BEGIN
  DELETE FROM report_line WHERE order_id = (SELECT order_id FROM ticket WHERE id = NEW.ticket_id);
  INSERT INTO report_line SELECT * FROM order_figures
  WHERE order_id = (SELECT order_id FROM ticket WHERE id = NEW.ticket_id);
END;
CREATE TRIGGER report_follows_undoing AFTER UPDATE OF undone_at ON check_in BEGIN
  DELETE FROM report_line WHERE order_id = (SELECT order_id FROM ticket WHERE id = NEW.ticket_id);
  INSERT INTO report_line SELECT * FROM order_figures
  WHERE order_id = (SELECT order_id FROM ticket WHERE id = NEW.ticket_id);
END;

DROP TRIGGER sale_order_cancelled;
CREATE TRIGGER sale_order_cancelled AFTER UPDATE OF status ON sale_order
WHEN OLD.status <> 'cancelled' AND NEW.status = 'cancelled' BEGIN
  UPDATE discount SET times_redeemed = times_redeemed - 1 WHERE id = NEW.discount_id;
  DELETE FROM voucher_use WHERE order_id = NEW.id;
  UPDATE order_line SET fulfilled = 0 WHERE order_id = NEW.id AND fulfilled > 0;
  UPDATE ticket SET voided_at = NEW.cancelled_at, updated_at = NEW.cancelled_at, version = version + 1
  WHERE order_id = NEW.id AND voided_at IS NULL;
  UPDATE basket_line SET held = 0 WHERE basket_id = NEW.basket_id AND held > 0;
  UPDATE basket SET state = 'cancelled', hold_until = NULL, updated_at = NEW.cancelled_at,
    version = version + 1 WHERE id = NEW.basket_id;
  DELETE FROM report_line WHERE order_id = NEW.id;
  INSERT INTO report_line SELECT * FROM order_figures WHERE order_id = NEW.id;
END;
