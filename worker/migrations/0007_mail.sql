-- Whom a link was made for, and the mail that tells them (ST-07).

-- The promoter, as the organizer names them: other than `owner_id`, the account
-- that made the link, and `referred_by`, a user of it.
ALTER TABLE link ADD COLUMN promoter_name TEXT CHECK (length(promoter_name) > 0);
ALTER TABLE link ADD COLUMN promoter_email TEXT
  CHECK ((promoter_email IS NULL) = (promoter_name IS NULL));
-- Part of the private address of the link's figures: another one for whom the link
-- is made, and the address that the last one had shows nothing any more (ST-13).
ALTER TABLE link ADD COLUMN stats_epoch INTEGER NOT NULL DEFAULT 0;

-- The outbox. A mail is written in the batch of what it tells of, and sent by the
-- cron. Taking one to be sent moves `due_at` to the next try in the same
-- statement, so that two crons at once never take the same; `key` is the same with
-- each try, by which providers know a mail that they have had.
CREATE TABLE mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE CHECK (length(key) = 36), -- UUIDv7
  kind TEXT NOT NULL CHECK (kind IN ('link_welcome')),
  organizer_id INTEGER NOT NULL REFERENCES organizer (id), -- who writes
  link_id INTEGER NOT NULL REFERENCES link (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  -- Where the world reached this deployment when the mail was written.
  base TEXT NOT NULL,
  -- The organizer's name and the link's description then: a second try must say
  -- what the first said.
  organizer TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  tried_at INTEGER, -- when the last try began
  expires_at INTEGER NOT NULL, -- when it is given up
  due_at INTEGER, -- when it is tried next; nothing: never again
  sent_at INTEGER,
  given_up_at INTEGER,
  error TEXT, -- what the last try came to
  CHECK (sent_at IS NULL OR given_up_at IS NULL),
  CHECK ((due_at IS NULL) = (sent_at IS NOT NULL OR given_up_at IS NOT NULL))
) STRICT;
CREATE INDEX mail_due ON mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mail_by_organizer ON mail (organizer_id, id);
CREATE INDEX mail_by_link ON mail (link_id);

-- Of a deleted link nobody needs to hear any more.
CREATE TRIGGER mail_of_deleted_link AFTER UPDATE OF deleted_at ON link
WHEN OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL BEGIN
  UPDATE mail SET due_at = NULL, given_up_at = NEW.deleted_at, error = 'the link was deleted'
  WHERE link_id = NEW.id AND due_at IS NOT NULL;
END;
