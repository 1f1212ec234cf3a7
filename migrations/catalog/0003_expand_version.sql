-- banyan: expand
-- One more with every change of a track's title or price: what If-Match is compared with. A version
-- before, beside this one or after a step back, changes them without counting.
ALTER TABLE tracks ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
