-- What the shop sells. Money is in minor units; ids are text (prefix and UUIDv7).
CREATE TABLE artists (
  id    TEXT PRIMARY KEY NOT NULL,
  name  TEXT NOT NULL
);

CREATE TABLE albums (
  id         TEXT PRIMARY KEY NOT NULL,
  artist_id  TEXT NOT NULL REFERENCES artists (id),
  title      TEXT NOT NULL
);
CREATE INDEX albums_by_artist ON albums (artist_id, id);

CREATE TABLE tracks (
  id           TEXT PRIMARY KEY NOT NULL,
  album_id     TEXT NOT NULL REFERENCES albums (id),
  position     BIGINT NOT NULL,
  title        TEXT NOT NULL,
  composer     TEXT,
  duration_ms  BIGINT NOT NULL CHECK (duration_ms >= 0),
  price_minor  BIGINT NOT NULL CHECK (price_minor >= 0),
  currency     TEXT NOT NULL CHECK (length(currency) = 3)
);
CREATE INDEX tracks_by_album ON tracks (album_id, position);
