CREATE TABLE orders (
  id TEXT PRIMARY KEY,
  track_id TEXT REFERENCES tracks(id));
