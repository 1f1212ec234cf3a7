-- Accounts with their address and credit. Nothing here refers to another module, and nobody else's
-- rows refer to these by a foreign key: a customer's id elsewhere is a soft reference, and may be one
-- of the time before there were accounts.
CREATE TABLE customers (
  id             TEXT PRIMARY KEY NOT NULL,
  name           TEXT NOT NULL,
  email          TEXT NOT NULL,
  -- The e-mail address as it is compared, while the account is open; a closed one frees it.
  email_key      TEXT UNIQUE,
  state          TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  credit         TEXT NOT NULL CHECK (credit IN ('good', 'on_hold')),
  credit_reason  TEXT,
  password_hash  TEXT,
  recipient      TEXT,
  street         TEXT,
  postal_code    TEXT,
  city           TEXT,
  country        TEXT CHECK (length(country) = 2),
  version        BIGINT NOT NULL CHECK (version > 0),
  opened_at      BIGINT NOT NULL,
  changed_at     BIGINT NOT NULL,
  CONSTRAINT open_accounts_have_a_key CHECK ((state = 'open') = (email_key IS NOT NULL)),
  CONSTRAINT on_hold_for_a_reason CHECK ((credit = 'on_hold') = (credit_reason IS NOT NULL)),
  CONSTRAINT closed_accounts_have_no_password CHECK (state = 'open' OR password_hash IS NULL),
  CONSTRAINT addresses_are_whole CHECK (
    (country IS NULL) = (recipient IS NULL) AND (country IS NULL) = (street IS NULL) AND
    (country IS NULL) = (postal_code IS NULL) AND (country IS NULL) = (city IS NULL))
);
