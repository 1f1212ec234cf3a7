-- How long a saga is left to who drives it, or waits for its next attempt, on a clock that nobody
-- sets (docs/adr/0019): `waits_until`, in microseconds of the clock `clock_of`. An older row says ''
-- and is due. The version before goes by `next_attempt_at` and `leased_until`, times of day; beside
-- this one it finds 0 there and takes such orders up at once, which every step of a saga allows. A
-- later script drops both.
ALTER TABLE order_sagas ADD COLUMN clock_of TEXT NOT NULL DEFAULT '';
ALTER TABLE order_sagas ADD COLUMN waits_until BIGINT NOT NULL DEFAULT 0;
