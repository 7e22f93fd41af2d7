-- Tracking links, the lists that show them, and the search over them.

-- `organizer_id` sells, `owner_id` made the link; mostly they are the same.
-- `slug_key` is the slug in lower case: links are typed from posters.
-- A deleted link stays, so that its slug is never given away again (SP-06).
CREATE TABLE link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain TEXT NOT NULL DEFAULT '',
  slug TEXT NOT NULL,
  slug_key TEXT NOT NULL CHECK (slug_key = lower(slug)),
  kind INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 4, 5, 20, 21, 22)),
  owner_id INTEGER NOT NULL REFERENCES organizer (id),
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  event_id INTEGER,
  referred_by INTEGER REFERENCES app_user (id),
  description TEXT NOT NULL,
  ticket_types TEXT CHECK (ticket_types IS NULL OR json_valid(ticket_types)),
  hide_public_ticket_types INTEGER NOT NULL CHECK (hide_public_ticket_types IN (0, 1)),
  items TEXT CHECK (items IS NULL OR json_valid(items)),
  destination TEXT NOT NULL CHECK (length(destination) BETWEEN 1 AND 2048),
  utm TEXT NOT NULL CHECK (json_valid(utm)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (domain, slug_key),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id),
  CHECK (kind <> 4 OR json_array_length(items) > 0),
  CHECK (ticket_types IS NULL OR json_array_length(ticket_types) > 0),
  CHECK (hide_public_ticket_types = 0 OR ticket_types IS NOT NULL)
) STRICT;
CREATE INDEX link_by_referrer ON link (referred_by) WHERE referred_by IS NOT NULL;

-- Who sees which link: one row for the seller, one for the owner when that is
-- somebody else (SP-18). Lists walk this table, so a link that no list shows
-- (system kinds, deleted ones) costs them nothing (SP-08).
CREATE TABLE link_listing (
  organizer_id INTEGER NOT NULL,
  link_id INTEGER NOT NULL REFERENCES link (id),
  kind INTEGER NOT NULL,
  event_id INTEGER NOT NULL, -- 0: the whole account
  referred_by INTEGER NOT NULL, -- 0: nobody
  PRIMARY KEY (organizer_id, link_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_listing_by_kind ON link_listing (organizer_id, kind, link_id);
CREATE INDEX link_listing_by_event ON link_listing (organizer_id, event_id, link_id, kind, referred_by);
CREATE INDEX link_listing_by_referrer ON link_listing (organizer_id, referred_by, link_id, kind, event_id);

-- How many links a list has, so that a page's `count` costs the same for a
-- hundred links and for a million.
CREATE TABLE link_tally (
  organizer_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  event_id INTEGER NOT NULL,
  links INTEGER NOT NULL CHECK (links >= 0),
  PRIMARY KEY (organizer_id, kind, event_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER link_listing_counts_in AFTER INSERT ON link_listing BEGIN
  INSERT INTO link_tally (organizer_id, kind, event_id, links)
  VALUES (NEW.organizer_id, NEW.kind, NEW.event_id, 1)
  ON CONFLICT DO UPDATE SET links = links + 1;
END;
CREATE TRIGGER link_listing_counts_out AFTER DELETE ON link_listing BEGIN
  UPDATE link_tally SET links = links - 1
  WHERE organizer_id = OLD.organizer_id AND kind = OLD.kind AND event_id = OLD.event_id;
END;

-- Substring search (SP-16). `venues` holds `<id>` of each organizer that sees
-- the link, so that the index itself narrows a search to one organizer.
CREATE VIRTUAL TABLE link_search USING fts5 (
  venues, description, username, slug,
  content = '', contentless_delete = 1, tokenize = 'trigram'
);

-- Slugs whose copy in KV may differ from the row here. Filled by the triggers
-- below, so no code path can forget it; emptied by whoever has written KV.
CREATE TABLE kv_dirty (
  link_id INTEGER PRIMARY KEY REFERENCES link (id),
  version INTEGER NOT NULL
) STRICT;

CREATE TRIGGER link_made AFTER INSERT ON link BEGIN
  INSERT INTO link_listing (organizer_id, link_id, kind, event_id, referred_by)
  SELECT value, NEW.id, NEW.kind, ifnull(NEW.event_id, 0), ifnull(NEW.referred_by, 0)
  FROM (SELECT NEW.organizer_id AS value UNION SELECT NEW.owner_id)
  WHERE NEW.kind <= 5 AND NEW.deleted_at IS NULL;
  INSERT INTO link_search (rowid, venues, description, username, slug)
  SELECT NEW.id, '<' || NEW.organizer_id || '><' || NEW.owner_id || '>', NEW.description,
    ifnull((SELECT username FROM app_user WHERE id = NEW.referred_by), ''), NEW.slug
  WHERE NEW.kind <= 5 AND NEW.deleted_at IS NULL;
  INSERT INTO kv_dirty (link_id, version) VALUES (NEW.id, NEW.version)
  ON CONFLICT DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER link_changed AFTER UPDATE ON link BEGIN
  DELETE FROM link_listing
  WHERE organizer_id IN (OLD.organizer_id, OLD.owner_id) AND link_id = OLD.id;
  INSERT INTO link_listing (organizer_id, link_id, kind, event_id, referred_by)
  SELECT value, NEW.id, NEW.kind, ifnull(NEW.event_id, 0), ifnull(NEW.referred_by, 0)
  FROM (SELECT NEW.organizer_id AS value UNION SELECT NEW.owner_id)
  WHERE NEW.kind <= 5 AND NEW.deleted_at IS NULL;
  DELETE FROM link_search WHERE rowid = OLD.id;
  INSERT INTO link_search (rowid, venues, description, username, slug)
  SELECT NEW.id, '<' || NEW.organizer_id || '><' || NEW.owner_id || '>', NEW.description,
    ifnull((SELECT username FROM app_user WHERE id = NEW.referred_by), ''), NEW.slug
  WHERE NEW.kind <= 5 AND NEW.deleted_at IS NULL;
  INSERT INTO kv_dirty (link_id, version) VALUES (NEW.id, NEW.version)
  ON CONFLICT DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER user_renamed AFTER UPDATE OF username ON app_user WHEN OLD.username <> NEW.username BEGIN
  DELETE FROM link_search WHERE rowid IN (
    SELECT id FROM link WHERE referred_by = NEW.id AND deleted_at IS NULL AND kind <= 5
  );
  INSERT INTO link_search (rowid, venues, description, username, slug)
  SELECT id, '<' || organizer_id || '><' || owner_id || '>', description, NEW.username, slug
  FROM link WHERE referred_by = NEW.id AND deleted_at IS NULL AND kind <= 5;
END;

-- A basket remembers the link that opened it. Figures are zero until a basket
-- completes; checkout fills them in.
CREATE TABLE basket (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  link_id INTEGER REFERENCES link (id),
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  tickets INTEGER NOT NULL DEFAULT 0 CHECK (tickets >= 0),
  gross INTEGER NOT NULL DEFAULT 0 CHECK (gross >= 0),
  refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND gross),
  created_at INTEGER NOT NULL,
  completed_at INTEGER
) STRICT;
CREATE INDEX basket_by_link ON basket (link_id, currency) WHERE link_id IS NOT NULL;
