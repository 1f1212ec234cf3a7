-- banyan: expand
-- Since when the carrier has brought its parcel back on the way out, by its clock: such an order can be
-- returned. NULL: it has not, or a version before has heard of it; shipping knows all the same.
ALTER TABLE orders ADD COLUMN brought_back_at BIGINT;
