-- banyan: expand
-- The kit's engine drives orders' sagas from now on, and these are its tables (docs/how-to/sagas.md).
-- What stands in order_sagas and is not over is taken over by running code, row by row, once the
-- version before does not hold it; from then on that version finds it done. An order that this version
-- places has no row there: the version before, beside this one or after a step back, sees it as done
-- and leaves it alone. A later script drops order_sagas and order_saga_steps.
CREATE TABLE orders_sagas (
  id              TEXT PRIMARY KEY NOT NULL,
  name            TEXT NOT NULL,
  version         BIGINT NOT NULL,
  subject         TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('active', 'done', 'undone', 'stuck')),
  phase           TEXT NOT NULL CHECK (phase IN ('forward', 'back')),
  step            BIGINT NOT NULL,
  attempts        BIGINT NOT NULL,
  outages         BIGINT NOT NULL,
  blocked_on      TEXT NOT NULL,
  holder          TEXT NOT NULL,
  epoch           BIGINT NOT NULL,
  clock_of        TEXT NOT NULL,
  waits_until     BIGINT NOT NULL,
  began_at        BIGINT NOT NULL,
  ended_at        BIGINT,
  deadline_at     BIGINT,
  turned_back     TEXT,
  problem         TEXT,
  correlation_id  TEXT NOT NULL,
  traceparent     TEXT NOT NULL
);
-- The semantic lock: one saga at a time is busy with an order.
CREATE UNIQUE INDEX orders_sagas_busy ON orders_sagas (subject) WHERE status IN ('active', 'stuck');
CREATE INDEX orders_sagas_by_subject ON orders_sagas (subject, id);
CREATE INDEX orders_sagas_due ON orders_sagas (waits_until) WHERE status = 'active';

CREATE TABLE orders_saga_steps (
  saga_id        TEXT NOT NULL REFERENCES orders_sagas (id),
  position       BIGINT NOT NULL,
  name           TEXT NOT NULL,
  undo           TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('compensable', 'pivot', 'retriable', 'await')),
  dependency     TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('to_come', 'done', 'refused', 'undone')),
  calls          BIGINT NOT NULL,
  began_at       BIGINT,
  ended_at       BIGINT,
  problem        TEXT,
  undo_calls     BIGINT NOT NULL,
  undo_began_at  BIGINT,
  undo_ended_at  BIGINT,
  undo_problem   TEXT,
  note           TEXT,
  PRIMARY KEY (saga_id, position)
);
