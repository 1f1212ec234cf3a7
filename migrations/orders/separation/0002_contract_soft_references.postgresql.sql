-- order_lines.track_id becomes a soft reference. PostgreSQL drops a foreign key in place, and the
-- table keeps its grants and the names of its constraints.
ALTER TABLE order_lines DROP CONSTRAINT order_lines_track_id_fkey;

-- Whatever code older than the expand step wrote to the shared table since then, and the end of it.
INSERT INTO order_history (order_id, what, at)
SELECT subject, activity.what, activity.at FROM activity
WHERE module = 'orders'
  AND NOT EXISTS (SELECT 1 FROM order_history
                  WHERE order_id = subject AND order_history.what = activity.what);
DELETE FROM activity WHERE module = 'orders';
