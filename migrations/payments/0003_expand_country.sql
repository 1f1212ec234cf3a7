-- banyan: expand
-- Whose tax is in the amount (ISO 3166-1 alpha-2). NULL: who asked for the money has not said so, as
-- versions before do not.
ALTER TABLE payments ADD COLUMN country TEXT;
