-- What can be sold: events with their ticket types, and products.

CREATE TABLE series (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id)
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  series_id INTEGER,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  description TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  place TEXT NOT NULL,
  published INTEGER NOT NULL CHECK (published IN (0, 1)),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (organizer_id, slug),
  FOREIGN KEY (organizer_id, series_id) REFERENCES series (organizer_id, id)
) STRICT;
CREATE INDEX event_by_end ON event (organizer_id, ends_at);

CREATE TABLE ticket_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  event_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  max_per_order INTEGER CHECK (max_per_order >= 1),
  sort INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (event_id, id),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id)
) STRICT;

CREATE TABLE ticket_type (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  event_id INTEGER NOT NULL,
  group_id INTEGER,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price BETWEEN 0 AND 9007199254740991),
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  min_per_order INTEGER NOT NULL CHECK (min_per_order >= 1),
  max_per_order INTEGER CHECK (max_per_order >= min_per_order),
  on_sale_from INTEGER,
  on_sale_until INTEGER,
  hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
  sort INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (event_id, id),
  CHECK (on_sale_until IS NULL OR on_sale_from IS NULL OR on_sale_until > on_sale_from),
  FOREIGN KEY (organizer_id, event_id) REFERENCES event (organizer_id, id),
  FOREIGN KEY (event_id, group_id) REFERENCES ticket_group (event_id, id)
) STRICT;

CREATE TABLE product (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id)
) STRICT;

CREATE TABLE product_attribute (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  product_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  price INTEGER NOT NULL CHECK (price BETWEEN 0 AND 9007199254740991),
  quantity INTEGER NOT NULL CHECK (quantity >= 0),
  max_per_order INTEGER CHECK (max_per_order >= 1),
  sort INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (product_id, id),
  FOREIGN KEY (organizer_id, product_id) REFERENCES product (organizer_id, id)
) STRICT;
