-- banyan: expand
-- Orders are paid, taxed, shipped and returned. The version before knows four states and two reasons,
-- which `state` and `cancel_reason` go on saying to it ('confirmed' for all from paid on, also when
-- returned); `stage` and `cancelled_for` say all. A row that it has written has '' and NULL there, and
-- what it has confirmed counts as delivered: it sold over the counter.
ALTER TABLE orders ADD COLUMN stage TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN cancelled_for TEXT;
-- Of total_minor, which is what is paid; in hundredths of a per cent.
ALTER TABLE orders ADD COLUMN tax_minor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN tax_rate BIGINT NOT NULL DEFAULT 0;
-- '' was not paid through payments.
ALTER TABLE orders ADD COLUMN payment_method TEXT NOT NULL DEFAULT '';
