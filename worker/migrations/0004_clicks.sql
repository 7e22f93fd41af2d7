-- The click ledger and what is derived from it.
--
-- `click` is the truth: one row a click, whatever the queue delivers twice
-- (RD-08). Everything below `ledger_mark` is derived from it: the same batch
-- that adds clicks counts exactly the rows above the mark and then moves it.

-- Each distinct user agent once, with what the robot list of that day said of
-- it, so that a better list can judge the past again (RD-09).
CREATE TABLE agent (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE,
  robot INTEGER NOT NULL CHECK (robot IN (0, 1)),
  list_version TEXT NOT NULL
) STRICT;

CREATE TABLE click (
  -- AUTOINCREMENT: a number is never used twice, else a row could come in
  -- below the mark and never be counted.
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16), -- UUIDv7
  link_id INTEGER NOT NULL REFERENCES link (id),
  at INTEGER NOT NULL,
  visitor TEXT NOT NULL CHECK (length(visitor) = 22),
  agent_id INTEGER NOT NULL REFERENCES agent (id),
  fetch INTEGER NOT NULL CHECK (fetch IN (0, 1, 2)) -- get, head, prefetch
) STRICT;

CREATE TABLE ledger_mark (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  seq INTEGER NOT NULL
) STRICT;
INSERT INTO ledger_mark (only, seq) VALUES (1, 0);

-- `first_seq` is the click that first brought this visitor.
CREATE TABLE link_visitor (
  link_id INTEGER NOT NULL,
  visitor TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  PRIMARY KEY (link_id, visitor)
) STRICT, WITHOUT ROWID;

-- `hour` is unix time divided by 3,600,000 ms.
CREATE TABLE link_hour (
  link_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,
  raw INTEGER NOT NULL,
  robot INTEGER NOT NULL,
  views INTEGER NOT NULL,
  visitors INTEGER NOT NULL,
  PRIMARY KEY (link_id, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE link_count (
  link_id INTEGER PRIMARY KEY,
  raw INTEGER NOT NULL,
  robot INTEGER NOT NULL,
  views INTEGER NOT NULL,
  visitors INTEGER NOT NULL
) STRICT;

-- The key of one UTC day for visitors who asked not to be tracked; the cron
-- destroys it when the day is over (RD-10).
CREATE TABLE visitor_salt (
  day INTEGER PRIMARY KEY,
  salt TEXT NOT NULL CHECK (length(salt) = 64)
) STRICT;

CREATE TABLE metric (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO metric (name, value) VALUES ('clicks', 0), ('clicks_duplicate', 0), ('clicks_lost', 0);
