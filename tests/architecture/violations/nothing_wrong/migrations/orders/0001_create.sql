-- Not REFERENCES tracks any more.
CREATE TABLE orders (id TEXT PRIMARY KEY, track TEXT NOT NULL);
CREATE INDEX orders_by_track ON orders(track);
