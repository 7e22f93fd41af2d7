-- Organizers, the people who work for them, and API tokens.
--
-- Conventions of every table:
--   times are unix milliseconds; booleans are 0 or 1; money is minor units;
--   `version` grows with each update and guards read-modify-write;
--   a row carries its organizer, and (organizer_id, id) is unique, so that a
--   child can point at its parent AND its organizer in one foreign key: a row
--   of one organizer can't refer to another's, whatever the code does.

CREATE TABLE organizer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL CHECK (length(name) > 0),
  slug TEXT NOT NULL UNIQUE,
  time_zone TEXT NOT NULL,
  currency TEXT NOT NULL CHECK (length(currency) = 3),
  attribution_window_days INTEGER NOT NULL DEFAULT 30 CHECK (attribution_window_days BETWEEN 1 AND 365),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- `organizer_id` lets `partner_id` make links that sell its events (SP-18).
CREATE TABLE partner (
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  partner_id INTEGER NOT NULL REFERENCES organizer (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organizer_id, partner_id),
  CHECK (organizer_id <> partner_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE app_user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER NOT NULL REFERENCES organizer (id),
  name TEXT NOT NULL,
  username TEXT NOT NULL,
  email TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  archived_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (organizer_id, id),
  UNIQUE (organizer_id, username)
) STRICT;

-- A token without an organizer belongs to the operator of the deployment. The
-- token itself is shown once and never stored: `hash` is its SHA-256 (AU-01).
CREATE TABLE api_token (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  organizer_id INTEGER REFERENCES organizer (id),
  user_id INTEGER,
  label TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('read', 'write')),
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER,
  FOREIGN KEY (organizer_id, user_id) REFERENCES app_user (organizer_id, id),
  CHECK (user_id IS NULL OR organizer_id IS NOT NULL)
) STRICT;
CREATE INDEX api_token_by_organizer ON api_token (organizer_id, id);
