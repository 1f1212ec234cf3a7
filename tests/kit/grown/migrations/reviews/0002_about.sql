-- banyan: expand
-- Which note a review is about: its id, without a foreign key.
ALTER TABLE reviews_items ADD COLUMN about TEXT;
