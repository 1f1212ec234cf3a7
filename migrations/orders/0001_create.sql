-- Orders, the keys that they were placed with, and the sagas that bring them to their end. One
-- foreign key crosses into catalog (tracks); separation/ takes it out.
CREATE TABLE orders (
  id             TEXT PRIMARY KEY NOT NULL,
  customer_id    TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('placed', 'reserved', 'confirmed', 'cancelled')),
  cancel_reason  TEXT CHECK (cancel_reason IN ('out_of_stock', 'by_customer')),
  total_minor    BIGINT NOT NULL,
  currency       TEXT NOT NULL CHECK (length(currency) = 3),
  placed_at      BIGINT NOT NULL,
  changed_at     BIGINT NOT NULL,
  CONSTRAINT cancelled_for_a_reason CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL))
);
CREATE INDEX orders_by_customer ON orders (customer_id, id);

CREATE TABLE order_lines (
  order_id          TEXT NOT NULL REFERENCES orders (id),
  position          BIGINT NOT NULL,
  track_id          TEXT NOT NULL REFERENCES tracks (id),
  title             TEXT NOT NULL,
  quantity          BIGINT NOT NULL CHECK (quantity > 0),
  unit_price_minor  BIGINT NOT NULL CHECK (unit_price_minor >= 0),
  PRIMARY KEY (order_id, position)
);

CREATE TABLE order_keys (
  key        TEXT PRIMARY KEY NOT NULL,
  order_id   TEXT NOT NULL REFERENCES orders (id),
  placed_at  BIGINT NOT NULL
);

-- A saga without a row here is done: orders of the past have none.
CREATE TABLE order_sagas (
  order_id         TEXT PRIMARY KEY NOT NULL REFERENCES orders (id),
  goal             TEXT NOT NULL CHECK (goal IN ('confirm', 'cancel')),
  status           TEXT NOT NULL CHECK (status IN ('active', 'done', 'stuck')),
  attempts         BIGINT NOT NULL,
  next_attempt_at  BIGINT NOT NULL,
  leased_to        TEXT NOT NULL,
  leased_until     BIGINT NOT NULL,
  problem          TEXT,
  correlation_id   TEXT NOT NULL
);
CREATE INDEX order_sagas_due ON order_sagas (status, next_attempt_at);

CREATE TABLE order_saga_steps (
  order_id      TEXT NOT NULL REFERENCES order_sagas (order_id),
  position      BIGINT NOT NULL,
  action        TEXT NOT NULL,
  compensation  TEXT,
  key           TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('pending', 'done', 'refused', 'undone')),
  PRIMARY KEY (order_id, position)
);
