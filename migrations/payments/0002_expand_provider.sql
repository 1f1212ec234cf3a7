-- banyan: expand
-- Which party was asked for the money, by its name: that one takes it and gives it back, whoever is
-- behind payments.provider later. NULL: nobody was asked, or a version before asked and wrote nobody's
-- name down; then whoever answers for the payment is it from then on.
ALTER TABLE payments ADD COLUMN provider TEXT;
