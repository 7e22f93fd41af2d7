-- Campaigns: links whose code may change, whose target is read back as it was
-- written, and which are deleted with all that is known of them (PX).

-- As whoever made the link wrote it; `destination` is the same in the form that all
-- readers of URLs agree on.
ALTER TABLE link ADD COLUMN destination_given TEXT;

-- A link that was deleted with its clicks, counts and credits. The row stays: its
-- name is never given away again.
ALTER TABLE link ADD COLUMN purged_at INTEGER CHECK (purged_at IS NULL OR deleted_at IS NOT NULL);

-- Every name that a link has or had: what was printed under a former one still leads
-- to the link, and no other link can take it.
CREATE TABLE link_name (
  domain TEXT NOT NULL,
  slug_key TEXT NOT NULL,
  link_id INTEGER NOT NULL REFERENCES link (id),
  PRIMARY KEY (domain, slug_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_name_by_link ON link_name (link_id);
INSERT INTO link_name (domain, slug_key, link_id) SELECT domain, slug_key, id FROM link;

CREATE TRIGGER link_named AFTER INSERT ON link BEGIN
  INSERT INTO link_name (domain, slug_key, link_id) VALUES (NEW.domain, NEW.slug_key, NEW.id);
END;
-- A former name of its own may come back; one of another link's is not unique.
CREATE TRIGGER link_renamed AFTER UPDATE OF slug_key ON link WHEN NEW.slug_key <> OLD.slug_key BEGIN
  INSERT INTO link_name (domain, slug_key, link_id) SELECT NEW.domain, NEW.slug_key, NEW.id
  WHERE NOT EXISTS (SELECT 1 FROM link_name
    WHERE domain = NEW.domain AND slug_key = NEW.slug_key AND link_id = NEW.id);
END;

CREATE INDEX basket_by_link ON basket (link_id) WHERE link_id IS NOT NULL;

-- What was under way while a link was being purged: a sale that it earned, or one that it
-- was considered for.
CREATE TRIGGER sale_order_of_purged_link AFTER INSERT ON sale_order
WHEN (SELECT purged_at FROM link WHERE id = NEW.link_id) IS NOT NULL BEGIN
  UPDATE sale_order SET link_id = NULL, receipt = NULL, utm = '{}' WHERE id = NEW.id;
END;
CREATE TRIGGER sale_order_beside_purged_link AFTER INSERT ON sale_order
WHEN EXISTS (SELECT 1 FROM json_each(NEW.receipt, '$.considered') t
  JOIN link l ON l.id = t.value ->> 'link' WHERE l.purged_at IS NOT NULL) BEGIN
  UPDATE sale_order SET receipt = json_set(receipt, '$.considered', (
    SELECT json_group_array(json(t.value)) FROM json_each(NEW.receipt, '$.considered') t
    JOIN link l ON l.id = t.value ->> 'link' WHERE l.purged_at IS NULL))
  WHERE id = NEW.id AND receipt IS NOT NULL;
END;
