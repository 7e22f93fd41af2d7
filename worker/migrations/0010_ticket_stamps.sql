-- Tickets from before there was `ticket_clock` have the time of their last change, which
-- those of one order share. Each gets a millisecond of its own, in the order that they
-- have: then whoever goes on by the time alone misses none of these either.
UPDATE ticket SET changed_at = stamp.at
FROM (
  SELECT id, n + max(changed_at - n) OVER (ORDER BY changed_at, id) AS at
  FROM (SELECT id, changed_at, row_number() OVER (ORDER BY changed_at, id) AS n FROM ticket)
) stamp
WHERE stamp.id = ticket.id AND stamp.at <> ticket.changed_at;

UPDATE ticket_clock SET at = max(at, (SELECT ifnull(max(changed_at), 0) FROM ticket));
