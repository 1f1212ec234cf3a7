-- Stock and reservations. Two foreign keys cross into other modules (tracks, orders), as monoliths
-- have them; separation/ takes them out.
CREATE TABLE stock (
  track_id  TEXT PRIMARY KEY NOT NULL REFERENCES tracks (id),
  on_hand   BIGINT NOT NULL,
  reserved  BIGINT NOT NULL DEFAULT 0,
  CONSTRAINT reserved_is_not_negative CHECK (reserved >= 0),
  CONSTRAINT reserved_is_on_hand CHECK (reserved <= on_hand)
);

CREATE TABLE reservations (
  order_id    TEXT PRIMARY KEY NOT NULL REFERENCES orders (id),
  state       TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'released', 'refused')),
  created_at  BIGINT NOT NULL,
  changed_at  BIGINT NOT NULL
);

CREATE TABLE reservation_lines (
  order_id  TEXT NOT NULL REFERENCES reservations (order_id),
  position  BIGINT NOT NULL,
  track_id  TEXT NOT NULL,
  quantity  BIGINT NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, position)
);

-- What came in, under the key that it was announced with, and what was answered.
CREATE TABLE deliveries (
  key          TEXT PRIMARY KEY NOT NULL,
  track_id     TEXT NOT NULL,
  quantity     BIGINT NOT NULL CHECK (quantity > 0),
  on_hand      BIGINT NOT NULL,
  reserved     BIGINT NOT NULL,
  received_at  BIGINT NOT NULL
);
