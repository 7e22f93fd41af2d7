-- From a basket to an order: stock, holds, discounts, vouchers, orders, issued
-- tickets, refunds, check-ins.
--
-- The rules that money and stock depend on stand here, as constraints and
-- triggers, so that a batch that breaks one is undone as a whole:
--   held + issued never exceed what there is (BK-06, BK-08);
--   counters follow the rows that they count, which are added and changed in
--   the ways below and never deleted;
--   an order's lines add up to its total, and it has the tickets it sold;
--   a basket becomes one order, a voucher code pays one order, a discount is
--   redeemed as often as it allows, refunds never exceed what was paid.

-- A batch can't decide in its middle, but it can refuse to go on: a row in here
-- is an expectation that was not met, and none is ever allowed.
CREATE TABLE expectation (
  broken INTEGER NOT NULL CONSTRAINT expectation_is_met CHECK (broken = 0)
) STRICT;

ALTER TABLE organizer ADD COLUMN hold_minutes INTEGER NOT NULL DEFAULT 15
  CHECK (hold_minutes BETWEEN 1 AND 1440);
ALTER TABLE organizer ADD COLUMN payment_minutes INTEGER NOT NULL DEFAULT 60
  CHECK (payment_minutes BETWEEN 1 AND 10080);
ALTER TABLE organizer ADD COLUMN offline_payment INTEGER NOT NULL DEFAULT 1
  CHECK (offline_payment IN (0, 1));
ALTER TABLE organizer ADD COLUMN offline_instructions TEXT NOT NULL DEFAULT '';
ALTER TABLE organizer ADD COLUMN payment_url TEXT;

ALTER TABLE event ADD COLUMN transaction_charge INTEGER NOT NULL DEFAULT 0
  CHECK (transaction_charge BETWEEN 0 AND 9007199254740991);
ALTER TABLE event ADD COLUMN tax_rate_ppm INTEGER NOT NULL DEFAULT 0
  CHECK (tax_rate_ppm BETWEEN 0 AND 1000000);
ALTER TABLE event ADD COLUMN tax_inclusive INTEGER NOT NULL DEFAULT 1
  CHECK (tax_inclusive IN (0, 1));
ALTER TABLE event ADD COLUMN accepts_donations INTEGER NOT NULL DEFAULT 0
  CHECK (accepts_donations IN (0, 1));

ALTER TABLE product ADD COLUMN tax_rate_ppm INTEGER NOT NULL DEFAULT 0
  CHECK (tax_rate_ppm BETWEEN 0 AND 1000000);
ALTER TABLE product ADD COLUMN tax_inclusive INTEGER NOT NULL DEFAULT 1
  CHECK (tax_inclusive IN (0, 1));

-- `held` by open baskets, `issued` to orders; what is left is available.
ALTER TABLE ticket_type ADD COLUMN booking_fee INTEGER NOT NULL DEFAULT 0
  CHECK (booking_fee BETWEEN 0 AND 9007199254740991);
ALTER TABLE ticket_type ADD COLUMN access_code TEXT CHECK (length(access_code) BETWEEN 1 AND 64);
ALTER TABLE ticket_type ADD COLUMN held INTEGER NOT NULL DEFAULT 0
  CONSTRAINT held_is_counted CHECK (held >= 0);
ALTER TABLE ticket_type ADD COLUMN issued INTEGER NOT NULL DEFAULT 0
  CONSTRAINT stock_is_enough CHECK (issued >= 0 AND held + issued <= quantity);
ALTER TABLE product_attribute ADD COLUMN held INTEGER NOT NULL DEFAULT 0
  CONSTRAINT held_is_counted CHECK (held >= 0);
ALTER TABLE product_attribute ADD COLUMN issued INTEGER NOT NULL DEFAULT 0
  CONSTRAINT stock_is_enough CHECK (issued >= 0 AND held + issued <= quantity);

-- Secrets with which an organizer's own payment system signs its reports
-- (BK-09). They must be kept as they are: an HMAC needs its key.
CREATE TABLE payment_key (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  label TEXT NOT NULL,
  secret TEXT NOT NULL CHECK (length(secret) >= 32),
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX payment_key_by_organizer ON payment_key (organizer_id, id);

-- Lists are JSON arrays; a row a member in the tables behind them lets foreign
-- keys see to it that they belong to the organizer.
CREATE TABLE discount (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  code TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
  code_key TEXT NOT NULL GENERATED ALWAYS AS (upper(code)) STORED,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('fixed_amount', 'percentage')),
  price INTEGER CHECK (price BETWEEN 0 AND 9007199254740991),
  price_percent INTEGER CHECK (price_percent BETWEEN 1 AND 100),
  booking_fee INTEGER CHECK (booking_fee BETWEEN 0 AND 9007199254740991),
  booking_fee_percent INTEGER CHECK (booking_fee_percent BETWEEN 1 AND 100),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  ticket_types TEXT NOT NULL CHECK (json_valid(ticket_types)),
  max_redemptions INTEGER CHECK (max_redemptions >= 0),
  expires_at INTEGER,
  times_redeemed INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  CHECK ((kind = 'fixed_amount') = (price IS NOT NULL)),
  CHECK ((kind = 'percentage') = (price_percent IS NOT NULL)),
  CONSTRAINT redemptions_are_left CHECK (
    times_redeemed >= 0 AND (max_redemptions IS NULL OR times_redeemed <= max_redemptions)
  )
) STRICT;
CREATE UNIQUE INDEX discount_by_code ON discount (organizer_id, code_key) WHERE archived_at IS NULL;

CREATE TABLE discount_ticket_type (
  discount_id INTEGER NOT NULL,
  ticket_type_id INTEGER NOT NULL,
  organizer_id INTEGER NOT NULL,
  PRIMARY KEY (discount_id, ticket_type_id),
  FOREIGN KEY (organizer_id, discount_id) REFERENCES discount (organizer_id, id),
  FOREIGN KEY (organizer_id, ticket_type_id) REFERENCES ticket_type (organizer_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER discount_made AFTER INSERT ON discount BEGIN
  INSERT INTO discount_ticket_type (discount_id, ticket_type_id, organizer_id)
  SELECT NEW.id, value, NEW.organizer_id FROM json_each(NEW.ticket_types);
END;
CREATE TRIGGER discount_changed AFTER UPDATE OF ticket_types ON discount BEGIN
  DELETE FROM discount_ticket_type WHERE discount_id = NEW.id;
  INSERT INTO discount_ticket_type (discount_id, ticket_type_id, organizer_id)
  SELECT NEW.id, value, NEW.organizer_id FROM json_each(NEW.ticket_types);
END;

CREATE TABLE voucher (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  name TEXT NOT NULL,
  value INTEGER NOT NULL CHECK (value BETWEEN 1 AND 9007199254740991),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  series_ids TEXT NOT NULL CHECK (json_valid(series_ids)),
  expires_at INTEGER,
  total_codes INTEGER NOT NULL DEFAULT 0,
  available_codes INTEGER NOT NULL DEFAULT 0 CHECK (available_codes BETWEEN 0 AND total_codes),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id)
) STRICT;

CREATE TABLE voucher_series (
  voucher_id INTEGER NOT NULL,
  series_id INTEGER NOT NULL,
  organizer_id INTEGER NOT NULL,
  PRIMARY KEY (voucher_id, series_id),
  FOREIGN KEY (organizer_id, voucher_id) REFERENCES voucher (organizer_id, id),
  FOREIGN KEY (organizer_id, series_id) REFERENCES series (organizer_id, id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER voucher_made AFTER INSERT ON voucher BEGIN
  INSERT INTO voucher_series (voucher_id, series_id, organizer_id)
  SELECT NEW.id, value, NEW.organizer_id FROM json_each(NEW.series_ids);
END;
CREATE TRIGGER voucher_changed AFTER UPDATE OF series_ids ON voucher BEGIN
  DELETE FROM voucher_series WHERE voucher_id = NEW.id;
  INSERT INTO voucher_series (voucher_id, series_id, organizer_id)
  SELECT NEW.id, value, NEW.organizer_id FROM json_each(NEW.series_ids);
END;

CREATE TABLE voucher_code (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  voucher_id INTEGER NOT NULL,
  code TEXT NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
  code_key TEXT NOT NULL GENERATED ALWAYS AS (upper(code)) STORED,
  created_at INTEGER NOT NULL,
  voided_at INTEGER,
  UNIQUE (organizer_id, id),
  UNIQUE (organizer_id, code_key),
  FOREIGN KEY (organizer_id, voucher_id) REFERENCES voucher (organizer_id, id)
) STRICT;
CREATE INDEX voucher_code_by_voucher ON voucher_code (voucher_id, id);
CREATE TRIGGER voucher_code_made AFTER INSERT ON voucher_code BEGIN
  UPDATE voucher SET total_codes = total_codes + 1, available_codes = available_codes + 1
  WHERE id = NEW.voucher_id;
END;
CREATE TRIGGER voucher_code_gone AFTER UPDATE OF voided_at ON voucher_code
WHEN OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL BEGIN
  UPDATE voucher SET available_codes = available_codes - 1 WHERE id = NEW.voucher_id;
END;

-- Nothing has filled the basket that came with links: this is the whole one.
DROP TABLE basket;

-- `key` is what the buyer has instead of an account. `hold_until` is NULL when
-- nothing is held. `selection` is what the buyer chose (core's `Selection`).
CREATE TABLE basket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE CHECK (length(key) = 22),
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  link_id INTEGER REFERENCES link (id),
  event_id INTEGER,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  selection TEXT NOT NULL CHECK (json_valid(selection)),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'pending', 'completed', 'cancelled')),
  hold_until INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id),
  CONSTRAINT only_the_living_hold CHECK (hold_until IS NULL OR state IN ('open', 'pending'))
) STRICT;
CREATE INDEX basket_by_hold ON basket (hold_until) WHERE hold_until IS NOT NULL;

-- What a basket wants, and how much of it is held: all of a line or nothing.
CREATE TABLE basket_line (
  basket_id INTEGER NOT NULL REFERENCES basket (id),
  position INTEGER NOT NULL,
  ticket_type_id INTEGER REFERENCES ticket_type (id),
  attribute_id INTEGER REFERENCES product_attribute (id),
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, quantity)),
  PRIMARY KEY (basket_id, position),
  CHECK ((ticket_type_id IS NULL) <> (attribute_id IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TRIGGER basket_line_made AFTER INSERT ON basket_line WHEN NEW.held > 0 BEGIN
  UPDATE ticket_type SET held = held + NEW.held WHERE id = NEW.ticket_type_id;
  UPDATE product_attribute SET held = held + NEW.held WHERE id = NEW.attribute_id;
END;
CREATE TRIGGER basket_line_changed AFTER UPDATE OF held ON basket_line WHEN NEW.held <> OLD.held BEGIN
  UPDATE ticket_type SET held = held + NEW.held - OLD.held WHERE id = NEW.ticket_type_id;
  UPDATE product_attribute SET held = held + NEW.held - OLD.held WHERE id = NEW.attribute_id;
END;
CREATE TRIGGER basket_line_gone AFTER DELETE ON basket_line WHEN OLD.held > 0 BEGIN
  UPDATE ticket_type SET held = held - OLD.held WHERE id = OLD.ticket_type_id;
  UPDATE product_attribute SET held = held - OLD.held WHERE id = OLD.attribute_id;
END;

-- `total` is what the buyer pays: after discount and vouchers, with tax. A
-- pending order waits for its payment and holds its stock meanwhile.
-- `answer` is what its buyer was told, so that asking again tells the same;
-- `is_whole` is set as the last step of writing one.
CREATE TABLE sale_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  basket_id INTEGER NOT NULL UNIQUE,
  link_id INTEGER REFERENCES link (id),
  status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'cancelled')),
  payment_method TEXT NOT NULL CHECK (payment_method IN ('offline', 'no_cost', 'external')),
  txn_id TEXT,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  subtotal INTEGER NOT NULL,
  tax INTEGER NOT NULL CHECK (tax >= 0),
  total INTEGER NOT NULL CHECK (total BETWEEN 0 AND 9007199254740991),
  refunded INTEGER NOT NULL DEFAULT 0,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  email TEXT NOT NULL,
  phone TEXT,
  address TEXT,
  discount_id INTEGER,
  idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
  answer TEXT,
  is_whole INTEGER NOT NULL DEFAULT 0 CHECK (is_whole IN (0, 1)),
  created_at INTEGER NOT NULL,
  completed_at INTEGER,
  cancelled_at INTEGER,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (organizer_id, txn_id),
  FOREIGN KEY (organizer_id, basket_id) REFERENCES basket (organizer_id, id),
  FOREIGN KEY (organizer_id, discount_id) REFERENCES discount (organizer_id, id),
  CHECK (total = subtotal + tax),
  CONSTRAINT refunds_are_covered CHECK (refunded BETWEEN 0 AND total),
  CHECK ((payment_method = 'no_cost') = (total = 0)),
  CHECK (status <> 'completed' OR completed_at IS NOT NULL),
  CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL)),
  CHECK (txn_id IS NULL OR payment_method = 'external')
) STRICT;
CREATE INDEX sale_order_by_status ON sale_order (organizer_id, status, id);
CREATE INDEX sale_order_by_answer ON sale_order (created_at) WHERE answer IS NOT NULL;
CREATE INDEX sale_order_by_link ON sale_order (link_id, id) WHERE link_id IS NOT NULL;

-- Lines as core priced them (docs/pricing.md). `fulfilled` is what a product's
-- stock has given for the line.
CREATE TABLE order_line (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('ticket', 'booking_fee', 'product', 'transaction_charge',
    'discount', 'donation', 'tax', 'voucher')),
  line INTEGER,
  ticket_type_id INTEGER,
  attribute_id INTEGER,
  name TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity >= 1),
  unit_price INTEGER NOT NULL,
  price INTEGER NOT NULL,
  value INTEGER NOT NULL,
  tax INTEGER NOT NULL,
  total INTEGER NOT NULL,
  rate_ppm INTEGER,
  inclusive INTEGER CHECK (inclusive IN (0, 1)),
  fulfilled INTEGER NOT NULL DEFAULT 0 CHECK (fulfilled IN (0, quantity)),
  UNIQUE (order_id, position),
  FOREIGN KEY (organizer_id, order_id) REFERENCES sale_order (organizer_id, id),
  FOREIGN KEY (organizer_id, ticket_type_id) REFERENCES ticket_type (organizer_id, id),
  FOREIGN KEY (organizer_id, attribute_id) REFERENCES product_attribute (organizer_id, id),
  CHECK (total = iif(kind = 'tax', total, value)),
  CHECK (kind <> 'tax' OR (value = 0 AND tax = 0)),
  CHECK (fulfilled = 0 OR attribute_id IS NOT NULL)
) STRICT;
-- Which orders have tickets for an event, for the lists of an event's orders.
CREATE TABLE order_event (
  event_id INTEGER NOT NULL REFERENCES event (id),
  order_id INTEGER NOT NULL REFERENCES sale_order (id),
  PRIMARY KEY (event_id, order_id)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER order_line_made AFTER INSERT ON order_line WHEN NEW.kind = 'ticket' BEGIN
  INSERT INTO order_event (event_id, order_id)
  SELECT event_id, NEW.order_id FROM ticket_type WHERE id = NEW.ticket_type_id
  ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER order_line_fulfilled AFTER UPDATE OF fulfilled ON order_line WHEN NEW.fulfilled <> OLD.fulfilled BEGIN
  UPDATE product_attribute SET issued = issued + NEW.fulfilled - OLD.fulfilled WHERE id = NEW.attribute_id;
END;

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  ticket_type_id INTEGER NOT NULL,
  order_id INTEGER,
  barcode TEXT NOT NULL CHECK (length(barcode) BETWEEN 1 AND 64),
  voided_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (event_id, barcode),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id),
  FOREIGN KEY (event_id, ticket_type_id) REFERENCES ticket_type (event_id, id),
  FOREIGN KEY (organizer_id, order_id) REFERENCES sale_order (organizer_id, id)
) STRICT;
CREATE INDEX ticket_by_barcode ON ticket (organizer_id, barcode);
CREATE INDEX ticket_by_event ON ticket (event_id, id);
CREATE INDEX ticket_by_order ON ticket (order_id, id) WHERE order_id IS NOT NULL;

CREATE TRIGGER ticket_issued AFTER INSERT ON ticket WHEN NEW.voided_at IS NULL BEGIN
  UPDATE ticket_type SET issued = issued + 1 WHERE id = NEW.ticket_type_id;
END;
CREATE TRIGGER ticket_voided AFTER UPDATE OF voided_at ON ticket
WHEN OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL BEGIN
  UPDATE ticket_type SET issued = issued - 1 WHERE id = NEW.ticket_type_id;
END;
CREATE TRIGGER ticket_stays_void BEFORE UPDATE OF voided_at ON ticket
WHEN OLD.voided_at IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a void ticket stays void');
END;

-- One at a time is not undone: that is how a ticket is used once (BK-10).
CREATE TABLE check_in (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  ticket_id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  undone_at INTEGER,
  FOREIGN KEY (organizer_id, ticket_id) REFERENCES ticket (organizer_id, id)
) STRICT;
CREATE UNIQUE INDEX check_in_once ON check_in (ticket_id) WHERE undone_at IS NULL;

-- Whoever follows the tickets by `updated_at` sees them come in.
CREATE TRIGGER check_in_made AFTER INSERT ON check_in BEGIN
  UPDATE ticket SET updated_at = NEW.at, version = version + 1 WHERE id = NEW.ticket_id;
END;
CREATE TRIGGER check_in_undone AFTER UPDATE OF undone_at ON check_in BEGIN
  UPDATE ticket SET updated_at = NEW.undone_at, version = version + 1 WHERE id = NEW.ticket_id;
END;

CREATE TABLE refund (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  reason TEXT NOT NULL,
  idempotency_key TEXT CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (order_id, idempotency_key),
  FOREIGN KEY (organizer_id, order_id) REFERENCES sale_order (organizer_id, id)
) STRICT;
CREATE TRIGGER refund_made AFTER INSERT ON refund BEGIN
  SELECT RAISE(ABORT, 'only what was paid is refunded')
  FROM sale_order WHERE id = NEW.order_id AND completed_at IS NULL;
  UPDATE sale_order SET refunded = refunded + NEW.amount, updated_at = NEW.created_at
  WHERE id = NEW.order_id;
END;

-- A code pays one order; a cancelled order gives it back (TT-51).
CREATE TABLE voucher_use (
  voucher_code_id INTEGER NOT NULL PRIMARY KEY,
  organizer_id INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  amount INTEGER NOT NULL CHECK (amount > 0),
  FOREIGN KEY (organizer_id, voucher_code_id) REFERENCES voucher_code (organizer_id, id),
  FOREIGN KEY (organizer_id, order_id) REFERENCES sale_order (organizer_id, id)
) STRICT;
CREATE INDEX voucher_use_by_order ON voucher_use (order_id);
CREATE TRIGGER voucher_use_of_the_living BEFORE INSERT ON voucher_use
WHEN EXISTS (SELECT 1 FROM voucher_code c JOIN voucher v ON v.id = c.voucher_id
  WHERE c.id = NEW.voucher_code_id AND (c.voided_at IS NOT NULL OR v.archived_at IS NOT NULL)) BEGIN
  SELECT RAISE(ABORT, 'voucher_code_is_void');
END;
CREATE TRIGGER voucher_used AFTER INSERT ON voucher_use BEGIN
  UPDATE voucher SET available_codes = available_codes - 1
  WHERE id = (SELECT voucher_id FROM voucher_code WHERE id = NEW.voucher_code_id);
END;
CREATE TRIGGER voucher_given_back AFTER DELETE ON voucher_use BEGIN
  UPDATE voucher SET available_codes = available_codes + 1
  WHERE id = (SELECT voucher_id FROM voucher_code WHERE id = OLD.voucher_code_id);
END;
CREATE TRIGGER voucher_code_voided BEFORE UPDATE OF voided_at ON voucher_code
WHEN EXISTS (SELECT 1 FROM voucher_use WHERE voucher_code_id = NEW.id) BEGIN
  SELECT RAISE(ABORT, 'voucher_code_is_used');
END;

-- What the baskets of a link came to, for the figures that every list of links
-- shows (SP-15). Derived from the rows above by the triggers below.
CREATE TABLE link_sales (
  link_id INTEGER NOT NULL REFERENCES link (id),
  currency TEXT NOT NULL,
  created INTEGER NOT NULL DEFAULT 0,
  completed INTEGER NOT NULL DEFAULT 0,
  tickets INTEGER NOT NULL DEFAULT 0 CHECK (tickets >= 0),
  gross INTEGER NOT NULL DEFAULT 0,
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND gross),
  PRIMARY KEY (link_id, currency)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER basket_counts AFTER INSERT ON basket WHEN NEW.link_id IS NOT NULL BEGIN
  INSERT INTO link_sales (link_id, currency, created) VALUES (NEW.link_id, NEW.currency, 1)
  ON CONFLICT DO UPDATE SET created = created + 1;
END;
CREATE TRIGGER basket_counts_elsewhere AFTER UPDATE OF currency ON basket
WHEN NEW.link_id IS NOT NULL AND NEW.currency <> OLD.currency BEGIN
  UPDATE link_sales SET created = created - 1
  WHERE link_id = OLD.link_id AND currency = OLD.currency;
  INSERT INTO link_sales (link_id, currency, created) VALUES (NEW.link_id, NEW.currency, 1)
  ON CONFLICT DO UPDATE SET created = created + 1;
END;
CREATE TRIGGER sale_order_made AFTER INSERT ON sale_order WHEN NEW.discount_id IS NOT NULL BEGIN
  UPDATE discount SET times_redeemed = times_redeemed + 1 WHERE id = NEW.discount_id;
END;
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
END;
CREATE TRIGGER sale_order_stays_cancelled BEFORE UPDATE OF status ON sale_order
WHEN OLD.status = 'cancelled' AND NEW.status <> 'cancelled' BEGIN
  SELECT RAISE(ABORT, 'a cancelled order stays cancelled');
END;
-- The last step of writing or completing an order.
CREATE TRIGGER sale_order_is_whole AFTER UPDATE OF is_whole ON sale_order
WHEN OLD.is_whole = 0 AND NEW.is_whole = 1 BEGIN
  SELECT RAISE(ABORT, 'the lines do not add up to the order')
  WHERE (SELECT ifnull(sum(value), 0) FROM order_line WHERE order_id = NEW.id) <> NEW.subtotal
    OR (SELECT ifnull(sum(total), 0) FROM order_line WHERE order_id = NEW.id) <> NEW.total
    OR (SELECT ifnull(sum(total), 0) FROM order_line WHERE order_id = NEW.id AND kind = 'tax') <> NEW.tax;
  SELECT RAISE(ABORT, 'the order does not hold what it sells')
  WHERE NEW.status = 'pending'
    AND (SELECT ifnull(sum(held), 0) FROM basket_line WHERE basket_id = NEW.basket_id)
      <> (SELECT ifnull(sum(quantity), 0) FROM order_line
          WHERE order_id = NEW.id AND kind IN ('ticket', 'product'));
  SELECT RAISE(ABORT, 'the order does not have the tickets it sold')
  WHERE NEW.status = 'completed'
    AND (SELECT count(*) FROM ticket WHERE order_id = NEW.id)
      <> (SELECT ifnull(sum(quantity), 0) FROM order_line WHERE order_id = NEW.id AND kind = 'ticket');
  SELECT RAISE(ABORT, 'the order does not have the products it sold')
  WHERE NEW.status = 'completed'
    AND EXISTS (SELECT 1 FROM order_line WHERE order_id = NEW.id AND kind = 'product' AND fulfilled = 0);
END;
CREATE TRIGGER sale_order_counts AFTER UPDATE OF is_whole ON sale_order
WHEN OLD.is_whole = 0 AND NEW.is_whole = 1 AND NEW.status = 'completed' AND NEW.link_id IS NOT NULL BEGIN
  INSERT INTO link_sales (link_id, currency, completed, tickets, gross)
  VALUES (NEW.link_id, NEW.currency, 1, (SELECT count(*) FROM ticket WHERE order_id = NEW.id), NEW.total)
  ON CONFLICT DO UPDATE SET completed = completed + 1, tickets = tickets + excluded.tickets,
    gross = gross + excluded.gross;
END;
CREATE TRIGGER sale_order_refunded AFTER UPDATE OF refunded ON sale_order WHEN NEW.link_id IS NOT NULL BEGIN
  UPDATE link_sales SET refunded = refunded + NEW.refunded - OLD.refunded
  WHERE link_id = NEW.link_id AND currency = NEW.currency;
END;
CREATE TRIGGER ticket_leaves_the_count AFTER UPDATE OF voided_at ON ticket
WHEN OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL AND NEW.order_id IS NOT NULL BEGIN
  UPDATE link_sales SET tickets = tickets - 1
  WHERE (link_id, currency) = (SELECT link_id, currency FROM sale_order WHERE id = NEW.order_id);
END;
