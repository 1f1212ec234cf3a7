-- banyan: expand
-- The country that it was taxed for, and goes to (ISO 3166-1 alpha-2). NULL: nobody has said, as for what
-- was paid with a version before.
ALTER TABLE consignments ADD COLUMN country TEXT;
