-- banyan: expand
-- The country that an order was taxed for and goes to (ISO 3166-1 alpha-2). '': of a version before,
-- which kept none; such an order goes where the account says when it is booked.
ALTER TABLE orders ADD COLUMN country TEXT NOT NULL DEFAULT '';
