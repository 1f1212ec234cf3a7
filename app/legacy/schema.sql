-- schema.sql -- Records by Mail, everything there is.
-- 2012-03 first version; 2015 payments, shipments; 2017 pub_id; 2019 state, fulfilment.
-- Changes go in here AND into the running database by hand (ask at the front desk who has the password).

-- ---------------------------------------------------------------------------------------------
-- Countries. Everybody needs them: tax (accounts), postage zone (mail room), names (web), the report.
-- Rates are hundredths of a per cent. They are changed with UPDATE on the day they change.
CREATE TABLE countries (
  code       TEXT PRIMARY KEY NOT NULL,
  name       TEXT NOT NULL,
  tax_rate   INTEGER NOT NULL DEFAULT 0,
  zone       INTEGER NOT NULL DEFAULT 3,     -- postage: 1 home, 2 Europe, 3 world
  per_sheet  INTEGER NOT NULL DEFAULT 0      -- invoices of more than one sheet: tax on each line (2018)
);

-- ---------------------------------------------------------------------------------------------
-- What we sell.
CREATE TABLE artists (
  id      INTEGER PRIMARY KEY,
  pub_id  TEXT NOT NULL UNIQUE,
  name    TEXT NOT NULL
);

CREATE TABLE albums (
  id         INTEGER PRIMARY KEY,
  pub_id     TEXT NOT NULL UNIQUE,
  artist_id  INTEGER NOT NULL REFERENCES artists (id),
  title      TEXT NOT NULL
);
CREATE INDEX albums_artist ON albums (artist_id);

-- One row for each thing on the shelf: what it is, what it costs and how many there are.
CREATE TABLE item (
  id             INTEGER PRIMARY KEY,
  pub_id         TEXT NOT NULL UNIQUE,
  album_id       INTEGER NOT NULL REFERENCES albums (id),
  position       INTEGER NOT NULL,
  title          TEXT NOT NULL,
  composer       TEXT,
  duration_ms    INTEGER NOT NULL,
  weight_g       INTEGER NOT NULL DEFAULT 45,
  price          INTEGER NOT NULL CHECK (price >= 0),
  currency       TEXT NOT NULL,
  price_changed  INTEGER NOT NULL DEFAULT 0,
  -- the warehouse's half
  on_hand        INTEGER,                    -- NULL: never delivered
  reserved       INTEGER NOT NULL DEFAULT 0,
  reorder_at     INTEGER NOT NULL DEFAULT 5,
  shelf          TEXT NOT NULL DEFAULT '',
  counted_at     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX item_album ON item (album_id, position);

-- ---------------------------------------------------------------------------------------------
-- Who buys.
CREATE TABLE customers (
  id             INTEGER PRIMARY KEY,
  pub_id         TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL,
  email_key      TEXT UNIQUE,                -- lower case; NULL when closed
  password       TEXT NOT NULL DEFAULT '',
  closed         INTEGER NOT NULL DEFAULT 0,
  credit_status  TEXT NOT NULL DEFAULT 'good',   -- written by customer service and by the nightly job
  credit_reason  TEXT NOT NULL DEFAULT '',
  credit_by      TEXT NOT NULL DEFAULT '',       -- desk, nightly
  credit_limit   INTEGER NOT NULL DEFAULT 100000,
  recipient      TEXT NOT NULL DEFAULT '',
  street         TEXT NOT NULL DEFAULT '',
  postal_code    TEXT NOT NULL DEFAULT '',
  city           TEXT NOT NULL DEFAULT '',
  country        TEXT REFERENCES countries (code),
  opened_at      INTEGER NOT NULL,
  version        INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE sessions (
  token        TEXT PRIMARY KEY NOT NULL,
  customer_id  INTEGER NOT NULL REFERENCES customers (id),
  began_at     INTEGER NOT NULL,
  seen_at      INTEGER NOT NULL
);

CREATE TABLE basket (
  customer_id  INTEGER NOT NULL REFERENCES customers (id),
  item_id      INTEGER NOT NULL REFERENCES item (id),
  quantity     INTEGER NOT NULL CHECK (quantity > 0),
  added_at     INTEGER NOT NULL,
  PRIMARY KEY (customer_id, item_id)
);

-- ---------------------------------------------------------------------------------------------
-- Orders: the whole life of one in one row, so that the order desk needs one window.
CREATE TABLE orders (
  -- A column for each member of the class Order but for its lines. Whoever adds one adds it there and here.
  -- The window of the order desk shows all of them and saves all of them.
  -- Whose each of them is nobody has written down.
  id              INTEGER PRIMARY KEY,
  pub_id          TEXT NOT NULL UNIQUE,
  customer_id     INTEGER NOT NULL REFERENCES customers (id),
  customer_name   TEXT NOT NULL,
  customer_email  TEXT NOT NULL,
  status          INTEGER NOT NULL,          -- 2012: 1 placed 3 paid 4 shipped 5 delivered 8 returned 9 cancelled
  state           TEXT NOT NULL,             -- 2019: the same in words; both are kept until everything reads this one
  fulfilment      TEXT NOT NULL,
  cancel_reason   TEXT NOT NULL DEFAULT '',
  problem         TEXT NOT NULL DEFAULT '',
  placed_at       INTEGER NOT NULL,
  changed_at      INTEGER NOT NULL,
  request_key     TEXT UNIQUE,
  request_body    TEXT NOT NULL DEFAULT '',
  currency        TEXT NOT NULL,
  net             INTEGER NOT NULL,
  tax_country     TEXT NOT NULL REFERENCES countries (code),
  tax_rate        INTEGER NOT NULL,
  tax             INTEGER NOT NULL,
  total           INTEGER NOT NULL,
  pay_method      TEXT NOT NULL,
  pay_state       TEXT NOT NULL,
  pay_ref         TEXT NOT NULL DEFAULT '',
  paid_at         INTEGER NOT NULL DEFAULT 0,
  refunded        INTEGER NOT NULL DEFAULT 0,
  refunded_at     INTEGER NOT NULL DEFAULT 0,
  picker          TEXT NOT NULL DEFAULT '',
  picked_at       INTEGER NOT NULL DEFAULT 0,
  shelf_route     TEXT NOT NULL DEFAULT '',
  ship_name       TEXT NOT NULL,
  ship_street     TEXT NOT NULL,
  ship_postal     TEXT NOT NULL,
  ship_city       TEXT NOT NULL,
  ship_country    TEXT NOT NULL REFERENCES countries (code),
  ship_weight_g   INTEGER NOT NULL,
  tracking_no     TEXT NOT NULL DEFAULT '',
  return_no       TEXT NOT NULL DEFAULT '',
  shipped_at      INTEGER NOT NULL DEFAULT 0,
  delivered_at    INTEGER NOT NULL DEFAULT 0,
  returned_at     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX orders_customer ON orders (customer_id, id);

CREATE TABLE order_lines (
  order_id    INTEGER NOT NULL REFERENCES orders (id),
  position    INTEGER NOT NULL,
  item_id     INTEGER NOT NULL REFERENCES item (id),     -- so that nothing that was ever sold can go away
  title       TEXT NOT NULL,
  quantity    INTEGER NOT NULL CHECK (quantity > 0),
  unit_price  INTEGER NOT NULL,
  line_tax    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, position)
);
CREATE INDEX order_lines_item ON order_lines (item_id);

-- 2015, with the payment manager.
CREATE TABLE payments (
  order_id  INTEGER PRIMARY KEY REFERENCES orders (id),
  method    TEXT NOT NULL,
  amount    INTEGER NOT NULL,
  currency  TEXT NOT NULL,
  state     TEXT NOT NULL,                   -- captured, refunded
  ref       TEXT NOT NULL,
  at        INTEGER NOT NULL
);

-- 2015, with the shipment manager. When an order is purged the parcel is of no interest either.
CREATE TABLE shipments (
  order_id     INTEGER PRIMARY KEY REFERENCES orders (id) ON DELETE CASCADE,
  state        TEXT NOT NULL,                -- booked, in_transit, delivered, returning, returned, cancelled
  tracking_no  TEXT NOT NULL,
  return_no    TEXT NOT NULL DEFAULT '',
  weight_g     INTEGER NOT NULL,
  booked_at    INTEGER NOT NULL,
  changed_at   INTEGER NOT NULL
);

CREATE TABLE scans (
  id           INTEGER PRIMARY KEY,
  tracking_no  TEXT NOT NULL,
  leg          TEXT NOT NULL,                -- outbound, return
  sighting     TEXT NOT NULL,
  note         TEXT NOT NULL,
  at           INTEGER NOT NULL
);
CREATE INDEX scans_tracking ON scans (tracking_no);

-- Mails that go out with the next run of the mailer.
CREATE TABLE mails (
  id       INTEGER PRIMARY KEY,
  mail_to  TEXT NOT NULL,
  subject  TEXT NOT NULL,
  body     TEXT NOT NULL,
  at       INTEGER NOT NULL
);

-- The nightly job's.
CREATE TABLE daily_sales (
  day       TEXT NOT NULL,
  country   TEXT NOT NULL REFERENCES countries (code),
  currency  TEXT NOT NULL,
  orders    INTEGER NOT NULL,
  net       INTEGER NOT NULL,
  tax       INTEGER NOT NULL,
  PRIMARY KEY (day, country, currency)
);

CREATE TABLE deliveries (
  request_key  TEXT PRIMARY KEY NOT NULL,
  item_id      INTEGER NOT NULL REFERENCES item (id),
  quantity     INTEGER NOT NULL,
  on_hand      INTEGER NOT NULL,
  at           INTEGER NOT NULL
);

-- ---------------------------------------------------------------------------------------------
-- For the boss. Everything that was sold, with everything that is known about it.
CREATE VIEW v_sales AS
  SELECT o.id AS order_id, o.pub_id AS order_pub, o.state, o.placed_at, o.currency,
         c.name AS customer, c.credit_status, k.name AS country, k.zone,
         l.position, l.title, l.quantity, l.unit_price, l.quantity * l.unit_price AS net,
         b.title AS album, a.name AS artist, i.on_hand
  FROM orders o
  JOIN order_lines l ON l.order_id = o.id
  JOIN item i ON i.id = l.item_id
  JOIN albums b ON b.id = i.album_id
  JOIN artists a ON a.id = b.artist_id
  JOIN customers c ON c.id = o.customer_id
  JOIN countries k ON k.code = o.ship_country;

-- Cancelled or sent back: the copies are on the shelf again. (2016: the order desk forgot it twice.)
CREATE TRIGGER order_gives_back AFTER UPDATE OF state ON orders
WHEN NEW.state IN ('cancelled', 'returned') AND OLD.state NOT IN ('cancelled', 'returned')
BEGIN
  UPDATE item
     SET on_hand = on_hand + (SELECT sum(quantity) FROM order_lines
                              WHERE order_id = NEW.id AND item_id = item.id)
   WHERE id IN (SELECT item_id FROM order_lines WHERE order_id = NEW.id);
END;

-- ---------------------------------------------------------------------------------------------
INSERT INTO countries (code, name, tax_rate, zone, per_sheet) VALUES
  ('AT', 'Austria', 2000, 2, 0),        ('AU', 'Australia', 0, 3, 0),
  ('AR', 'Argentina', 0, 3, 0),         ('BE', 'Belgium', 2100, 2, 0),
  ('BG', 'Bulgaria', 2000, 2, 0),       ('BR', 'Brazil', 0, 3, 0),
  ('CA', 'Canada', 500, 3, 1),          ('CH', 'Switzerland', 0, 2, 0),
  ('CL', 'Chile', 0, 3, 0),             ('CY', 'Cyprus', 1900, 2, 0),
  ('CZ', 'Czechia', 2100, 2, 0),        ('DE', 'Germany', 1900, 1, 0),
  ('DK', 'Denmark', 2500, 2, 0),        ('EE', 'Estonia', 2400, 2, 0),
  ('ES', 'Spain', 2100, 2, 0),          ('FI', 'Finland', 2550, 2, 0),
  ('FR', 'France', 2000, 2, 0),         ('GB', 'United Kingdom', 0, 2, 0),
  ('GR', 'Greece', 2400, 2, 0),         ('HR', 'Croatia', 2500, 2, 0),
  ('HU', 'Hungary', 2700, 2, 0),        ('IE', 'Ireland', 2300, 2, 0),
  ('IN', 'India', 0, 3, 0),             ('IT', 'Italy', 2200, 2, 0),
  ('JP', 'Japan', 0, 3, 0),             ('LT', 'Lithuania', 2100, 2, 0),
  ('LU', 'Luxembourg', 1700, 2, 0),     ('LV', 'Latvia', 2100, 2, 0),
  ('MT', 'Malta', 1800, 2, 0),          ('NL', 'Netherlands', 2100, 2, 0),
  ('NO', 'Norway', 0, 2, 0),            ('PL', 'Poland', 2300, 2, 0),
  ('PT', 'Portugal', 2300, 2, 0),       ('RO', 'Romania', 2100, 2, 0),
  ('SE', 'Sweden', 2500, 2, 0),         ('SI', 'Slovenia', 2200, 2, 0),
  ('SK', 'Slovakia', 2300, 2, 0),       ('US', 'United States', 0, 3, 0);
