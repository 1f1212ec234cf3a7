-- banyan: expand
-- What others call the customers and tracks that orders are about: a copy, so that orders answers with
-- names when catalog and customers are away. It follows their events; a rebuild reads it anew from
-- their ports, as another generation beside the one that is served. The version before knows nothing of
-- it: its events wait until this one takes them.
--
-- `name` is NULL for who has left: what orders kept of them is forgotten.
CREATE TABLE order_names (
  generation  BIGINT NOT NULL,
  id          TEXT NOT NULL,
  name        TEXT,
  PRIMARY KEY (generation, id)
);

-- One row. 0: none. Read by each unit of work that follows an event, and so kept apart from what changes
-- more often.
CREATE TABLE order_names_served (
  one       BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
  served    BIGINT NOT NULL,
  building  BIGINT NOT NULL
);
INSERT INTO order_names_served (one, served, building) VALUES (1, 0, 0);

-- At most one row: the rebuild that was asked for last, and how far it is.
CREATE TABLE order_names_rebuild (
  one         BIGINT PRIMARY KEY NOT NULL CHECK (one = 1),
  generation  BIGINT NOT NULL,
  who         TEXT NOT NULL,
  why         TEXT NOT NULL,
  asked_at    BIGINT NOT NULL,
  source      TEXT NOT NULL,
  cursor      TEXT NOT NULL,
  names       BIGINT NOT NULL,
  ended_at    BIGINT,
  problem     TEXT,
  holder      TEXT NOT NULL,
  clock_of    TEXT NOT NULL,
  held_until  BIGINT NOT NULL
);

-- Until when all that another module has changed is here.
CREATE TABLE order_names_sources (
  source          TEXT PRIMARY KEY NOT NULL,
  complete_until  BIGINT NOT NULL
);
