-- banyan: expand
-- Since when it has had a problem without a break. NULL with a problem: a version before has written that
-- down, and it is counted from the last change of the consignment's state, as there.
ALTER TABLE consignments ADD COLUMN problem_since BIGINT;
-- Few have one, and these are looked for among all that there ever were.
CREATE INDEX consignments_problem ON consignments (paid_at, order_id) WHERE problem IS NOT NULL;
