# expect: banyan_add_module(pg_notes): its tables and its schema begin with its name, and cannot be made: what begins
# expect: with pg_ belongs to PostgreSQL. Take another name.
declare(pg_notes)
