-- banyan: expand
-- Since when the carrier has brought it back on its way out, by its clock, and it is here again. NULL: it
-- is not, or a version before has heard of it: the carrier says so again when it is asked next.
ALTER TABLE consignments ADD COLUMN brought_back_at BIGINT;
