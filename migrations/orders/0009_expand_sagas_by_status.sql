-- banyan: expand
-- Sagas are listed by their status: without this by a look at all that are over, back to the first one.
-- Nearly all are done: the newest of those are found by their ids, and this holds the others only.
CREATE INDEX orders_sagas_by_status ON orders_sagas (status, id) WHERE status <> 'done';
