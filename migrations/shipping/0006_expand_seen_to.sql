-- banyan: expand
-- Who has seen to what was wrong, of which kind that was ('': overdue without a problem), why nothing is
-- left to do, and when. NULL: nobody, or the problem was over since. A version before lists it all the same.
ALTER TABLE consignments ADD COLUMN seen_kind TEXT;
ALTER TABLE consignments ADD COLUMN seen_by TEXT;
ALTER TABLE consignments ADD COLUMN seen_why TEXT;
ALTER TABLE consignments ADD COLUMN seen_at BIGINT;
