-- banyan: expand
-- Which carrier has the parcel or may have it, on its way out and on its way back, by its name: that one
-- is asked where it is and told to leave it, whoever is behind shipping.carrier later. NULL: nobody was
-- asked, or a version before asked and wrote nobody's name down.
ALTER TABLE consignments ADD COLUMN carrier TEXT;
ALTER TABLE consignments ADD COLUMN return_carrier TEXT;
-- When the carrier was last asked to book it, while a request may still be under way that nobody has
-- answered: what was cancelled meanwhile is looked after until it can be no more.
ALTER TABLE consignments ADD COLUMN unanswered_at BIGINT;
