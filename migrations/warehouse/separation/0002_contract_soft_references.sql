-- banyan: rebuild
-- stock.track_id and reservations.order_id become soft references: the same tables without the
-- foreign keys into catalog and orders (SQLite cannot drop one in place).
CREATE TABLE stock_separated (
  track_id  TEXT PRIMARY KEY NOT NULL,
  on_hand   BIGINT NOT NULL,
  reserved  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT reserved_is_not_negative CHECK (reserved >= 0),
  CONSTRAINT reserved_is_on_hand CHECK (reserved <= on_hand)
);
INSERT INTO stock_separated (track_id, on_hand, reserved)
SELECT track_id, on_hand, reserved FROM stock;
DROP TABLE stock;
ALTER TABLE stock_separated RENAME TO stock;

CREATE TABLE reservations_separated (
  order_id    TEXT PRIMARY KEY NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released', 'refused')),
  created_at  BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL
);
INSERT INTO reservations_separated (order_id, state, created_at, changed_at)
SELECT order_id, state, created_at, changed_at FROM reservations;
DROP TABLE reservations;
ALTER TABLE reservations_separated RENAME TO reservations;

-- Whatever code older than the expand step wrote to the shared table since then, and the end of it.
INSERT INTO stock_movements (cause, kind, track_id, quantity, at)
SELECT subject, what, item, quantity, at FROM activity
WHERE module = 'warehouse'
  AND NOT EXISTS (SELECT 1 FROM stock_movements
                  WHERE cause = subject AND kind = what AND track_id = item);
DELETE FROM activity WHERE module = 'warehouse';
