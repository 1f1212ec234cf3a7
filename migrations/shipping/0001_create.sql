-- Consignments, and what the carrier has said of them. Orders and customers are soft references.
CREATE TABLE consignments (
  order_id                TEXT PRIMARY KEY NOT NULL,
  customer_id             TEXT,
  state                   TEXT NOT NULL CHECK (state IN ('ordered', 'booked', 'in_transit',
                                               'delivered', 'returning', 'returned', 'cancelled')),
  -- The carrier may know of it; it has yet to agree to a cancellation; the same of the way back.
  asked                   BIGINT NOT NULL,
  cancelling              BIGINT NOT NULL,
  return_asked            BIGINT NOT NULL,
  tracking_number         TEXT,
  return_tracking_number  TEXT,
  paid_at                 BIGINT,
  changed_at              BIGINT NOT NULL,
  -- Is there something to ask of the carrier? By whom, not before when (docs/adr/0019), and why it
  -- has not been done yet.
  is_open                 BIGINT NOT NULL,
  leased_to               TEXT NOT NULL,
  clock_of                TEXT NOT NULL,
  waits_until             BIGINT NOT NULL,
  refusals                BIGINT NOT NULL,
  has_news                BIGINT NOT NULL,
  problem                 TEXT,
  CONSTRAINT somebody_gets_it
    CHECK (state = 'cancelled' OR (customer_id IS NOT NULL AND paid_at IS NOT NULL)),
  CONSTRAINT a_number_from_booked_on
    CHECK (state IN ('ordered', 'cancelled') OR tracking_number IS NOT NULL)
);
CREATE INDEX consignments_due ON consignments (is_open, waits_until);
CREATE INDEX consignments_overdue ON consignments (state, paid_at, order_id);

CREATE TABLE consignment_tracking (
  order_id  TEXT NOT NULL REFERENCES consignments (order_id),
  leg       TEXT NOT NULL CHECK (leg IN ('outbound', 'return')),
  at        BIGINT NOT NULL,
  sighting  TEXT NOT NULL,
  note      TEXT NOT NULL,
  PRIMARY KEY (order_id, leg, at, sighting)
);
