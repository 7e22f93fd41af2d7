-- What the feed of tickets shows (SG), and who may read it.

-- The order in which tickets change, which whoever follows them reads by. `changed_at`
-- is when a ticket last changed, in milliseconds, but always after the change of any
-- ticket that was made before: it grows with each commit, whatever the clocks of the
-- machines that wrote say. So nothing ever comes in behind a reader, nor beside it: each
-- change has a millisecond of its own. A thousand tickets that change at once take a
-- second of those to come.
CREATE TABLE ticket_clock (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  at INTEGER NOT NULL
) STRICT;

ALTER TABLE ticket ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

-- A ticket that is not valid yet, and why one is void, where somebody said so.
ALTER TABLE ticket ADD COLUMN pending TEXT CHECK (pending IN ('approval', 'payment_plan'));
ALTER TABLE ticket ADD COLUMN void_reason TEXT CHECK (void_reason IS NULL OR (
  void_reason IN ('canceled', 'refunded', 'resold', 'rejected') AND voided_at IS NOT NULL));

-- As they were when the ticket was issued (`ticket_made`): minor units, and millionths.
ALTER TABLE ticket ADD COLUMN organizer_fee INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN producer_cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ticket ADD COLUMN tax_rate_ppm INTEGER NOT NULL DEFAULT 0;

UPDATE ticket SET changed_at = updated_at,
  tax_rate_ppm = (SELECT tax_rate_ppm FROM event WHERE id = ticket.event_id);
INSERT INTO ticket_clock (only, at) SELECT 1, ifnull(max(changed_at), 0) FROM ticket;

CREATE INDEX ticket_by_change ON ticket (organizer_id, changed_at, id);
CREATE INDEX ticket_by_event_change ON ticket (event_id, changed_at, id);

-- Only valid tickets let somebody in.
CREATE TRIGGER check_in_of_the_valid BEFORE INSERT ON check_in
WHEN (SELECT pending FROM ticket WHERE id = NEW.ticket_id) IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a pending ticket lets nobody in');
END;

ALTER TABLE ticket_type ADD COLUMN organizer_fee INTEGER NOT NULL DEFAULT 0
  CHECK (organizer_fee BETWEEN 0 AND 9007199254740991);
ALTER TABLE ticket_type ADD COLUMN producer_cost INTEGER NOT NULL DEFAULT 0
  CHECK (producer_cost BETWEEN 0 AND 9007199254740991);
ALTER TABLE ticket_type ADD COLUMN issued_as TEXT NOT NULL DEFAULT 'valid'
  CHECK (issued_as IN ('valid', 'pending_approval', 'payment_plan_pending'));

CREATE TRIGGER ticket_made AFTER INSERT ON ticket BEGIN
  UPDATE ticket_clock SET at = max(at + 1, NEW.updated_at);
  UPDATE ticket SET changed_at = (SELECT at FROM ticket_clock),
    (organizer_fee, producer_cost, tax_rate_ppm) = (
      SELECT t.organizer_fee, t.producer_cost, e.tax_rate_ppm
      FROM ticket_type t JOIN event e ON e.id = t.event_id WHERE t.id = NEW.ticket_type_id)
  WHERE id = NEW.id;
END;
CREATE TRIGGER ticket_changed
AFTER UPDATE OF barcode, voided_at, void_reason, pending, updated_at ON ticket BEGIN
  UPDATE ticket_clock SET at = max(at + 1, NEW.updated_at);
  UPDATE ticket SET changed_at = (SELECT at FROM ticket_clock) WHERE id = NEW.id;
END;

-- When an event was first seen by buyers, and whether and when it was called off.
-- Of the events of before, publication is only known to be at their making or later.
ALTER TABLE event ADD COLUMN published_at INTEGER;
ALTER TABLE event ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1));
ALTER TABLE event ADD COLUMN cancelled_at INTEGER;
UPDATE event SET published_at = created_at WHERE published = 1;

CREATE TRIGGER event_made_public AFTER INSERT ON event WHEN NEW.published = 1 BEGIN
  UPDATE event SET published_at = NEW.created_at WHERE id = NEW.id;
END;
CREATE TRIGGER event_published AFTER UPDATE OF published ON event
WHEN NEW.published = 1 AND NEW.published_at IS NULL BEGIN
  UPDATE event SET published_at = NEW.updated_at WHERE id = NEW.id;
END;
CREATE TRIGGER event_made_cancelled AFTER INSERT ON event WHEN NEW.cancelled = 1 BEGIN
  UPDATE event SET cancelled_at = NEW.created_at WHERE id = NEW.id;
END;
CREATE TRIGGER event_cancelled AFTER UPDATE OF cancelled ON event
WHEN NEW.cancelled <> OLD.cancelled BEGIN
  UPDATE event SET cancelled_at = iif(NEW.cancelled, NEW.updated_at, NULL) WHERE id = NEW.id;
END;

-- Where a sale was made. A basket that the organizer opens for somebody at its counter
-- is no sale of the shop's.
ALTER TABLE basket ADD COLUMN channel TEXT NOT NULL DEFAULT 'online'
  CHECK (channel IN ('online', 'box_office'));

-- What a buyer told about themselves beyond name and address.
ALTER TABLE customer ADD COLUMN gender TEXT CHECK (gender IN ('female', 'male', 'other'));
ALTER TABLE customer ADD COLUMN company_name TEXT;
ALTER TABLE customer ADD COLUMN birthday TEXT;
ALTER TABLE customer ADD COLUMN newsletter_optin INTEGER CHECK (newsletter_optin IN (0, 1));
ALTER TABLE customer ADD COLUMN country TEXT;
ALTER TABLE customer ADD COLUMN postal_code TEXT;
ALTER TABLE customer ADD COLUMN locality TEXT;
ALTER TABLE customer ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
UPDATE customer SET updated_at = created_at;
CREATE TRIGGER customer_made AFTER INSERT ON customer WHEN NEW.updated_at = 0 BEGIN
  UPDATE customer SET updated_at = NEW.created_at WHERE id = NEW.id;
END;

-- A ticket shows its order, its buyer and the link that is credited, so it changes with
-- them.
CREATE TRIGGER tickets_follow_order
AFTER UPDATE OF first_name, last_name, email, phone, link_id, utm, refunded ON sale_order
WHEN (NEW.first_name, NEW.last_name, NEW.email, NEW.phone, NEW.link_id, NEW.utm, NEW.refunded)
  IS NOT (OLD.first_name, OLD.last_name, OLD.email, OLD.phone, OLD.link_id, OLD.utm, OLD.refunded) BEGIN
  UPDATE ticket SET updated_at = max(updated_at, NEW.updated_at), version = version + 1
  WHERE order_id = NEW.id;
END;
CREATE TRIGGER tickets_follow_customer AFTER UPDATE OF gender, company_name, birthday,
  newsletter_optin, country, postal_code, locality ON customer
WHEN (NEW.gender, NEW.company_name, NEW.birthday, NEW.newsletter_optin, NEW.country, NEW.postal_code, NEW.locality)
  IS NOT (OLD.gender, OLD.company_name, OLD.birthday, OLD.newsletter_optin, OLD.country, OLD.postal_code, OLD.locality) BEGIN
  UPDATE ticket SET updated_at = max(updated_at, NEW.updated_at), version = version + 1
  WHERE order_id IN (SELECT id FROM sale_order WHERE customer_id = NEW.id);
END;

-- Of an order that came with no source of its own, the link's slug is the source.
CREATE TRIGGER tickets_follow_link AFTER UPDATE OF slug ON link WHEN NEW.slug <> OLD.slug BEGIN
  UPDATE ticket SET updated_at = max(updated_at, NEW.updated_at), version = version + 1
  WHERE order_id IN (
    SELECT id FROM sale_order WHERE link_id = NEW.id AND utm ->> 'source' IS NULL);
END;

-- `organizer_id` lets `partner_id` read its tickets, and with them who bought them.
-- That is another thing than to sell for it (table `partner`).
CREATE TABLE ticket_grant (
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  partner_id INTEGER NOT NULL REFERENCES organizer (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organizer_id, partner_id),
  CHECK (organizer_id <> partner_id)
) STRICT, WITHOUT ROWID;

-- `cohost_id` reads the tickets of one event of `organizer_id`.
CREATE TABLE event_cohost (
  cohost_id INTEGER NOT NULL REFERENCES organizer (id),
  event_id INTEGER NOT NULL,
  organizer_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (cohost_id, event_id),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id),
  CHECK (organizer_id <> cohost_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_cohost_by_event ON event_cohost (event_id, cohost_id);

-- When tickets of an event could first be bought: when it was to be seen and the first
-- of its types on sale. Nothing while there is nothing to buy.
CREATE VIEW event_launch AS
SELECT e.id AS event_id, CASE WHEN e.published_at IS NOT NULL THEN
  max(e.published_at, (SELECT min(ifnull(t.on_sale_from, e.published_at)) FROM ticket_type t
    WHERE t.event_id = e.id AND t.archived_at IS NULL)) END AS launched_at
FROM event e;
