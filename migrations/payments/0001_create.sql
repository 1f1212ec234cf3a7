-- The payment of each order. An order's id is a soft reference, and so is a customer's.
CREATE TABLE payments (
  order_id     TEXT PRIMARY KEY NOT NULL,
  state        TEXT NOT NULL
               CHECK (state IN ('requested', 'authorised', 'declined', 'captured', 'voided', 'refunded')),
  -- What the provider was asked and has not answered for yet: written before it is asked.
  asked        TEXT NOT NULL CHECK (asked IN ('nothing', 'authorise', 'capture', 'void')),
  -- These are absent where it was voided before anybody had asked for the money.
  customer_id  TEXT,
  amount       BIGINT CHECK (amount > 0),
  currency     TEXT,
  method       TEXT,
  reason       TEXT,
  created_at   BIGINT NOT NULL,
  changed_at   BIGINT NOT NULL,
  CONSTRAINT money_has_an_amount CHECK (state = 'voided' OR amount IS NOT NULL)
);

CREATE TABLE payment_refunds (
  order_id  TEXT NOT NULL REFERENCES payments (order_id),
  position  BIGINT NOT NULL,
  refund    TEXT NOT NULL,
  amount    BIGINT NOT NULL CHECK (amount > 0),
  state     TEXT NOT NULL CHECK (state IN ('requested', 'done', 'refused')),
  PRIMARY KEY (order_id, position),
  UNIQUE (order_id, refund)
);
