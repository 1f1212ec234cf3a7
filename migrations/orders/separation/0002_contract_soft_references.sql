-- banyan: rebuild
-- order_lines.track_id becomes a soft reference: the same table without the foreign key into
-- catalog (SQLite cannot drop one in place).
CREATE TABLE order_lines_separated (
  order_id          TEXT NOT NULL REFERENCES orders (id),
  position          BIGINT NOT NULL,
  track_id          TEXT NOT NULL,
  title             TEXT NOT NULL,
  quantity          BIGINT NOT NULL CHECK (quantity > 0),
  unit_price_minor  BIGINT NOT NULL CHECK (unit_price_minor >= 0),
  PRIMARY KEY (order_id, position)
);
INSERT INTO order_lines_separated (order_id, position, track_id, title, quantity, unit_price_minor)
SELECT order_id, position, track_id, title, quantity, unit_price_minor FROM order_lines;
DROP TABLE order_lines;
ALTER TABLE order_lines_separated RENAME TO order_lines;

-- Whatever code older than the expand step wrote to the shared table since then, and the end of it.
INSERT INTO order_history (order_id, what, at)
SELECT subject, activity.what, activity.at FROM activity
WHERE module = 'orders'
  AND NOT EXISTS (SELECT 1 FROM order_history
                  WHERE order_id = subject AND order_history.what = activity.what);
DELETE FROM activity WHERE module = 'orders';
