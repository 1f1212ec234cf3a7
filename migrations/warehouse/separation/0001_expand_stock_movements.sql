-- The warehouse's own journal in place of its part of the shared table `activity`. Running code
-- goes on: from the next unit of work on it finds the table and writes here.
CREATE TABLE stock_movements (
  cause     TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('received', 'held', 'released', 'sold')),
  track_id  TEXT NOT NULL,
  quantity  BIGINT NOT NULL CHECK (quantity > 0),
  at        BIGINT NOT NULL,
  PRIMARY KEY (cause, kind, track_id)
);

INSERT INTO stock_movements (cause, kind, track_id, quantity, at)
SELECT subject, what, item, quantity, at FROM activity WHERE module = 'warehouse';
