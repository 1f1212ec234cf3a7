-- Owned by nobody: both orders and warehouse write down here what they did, as it grew in the old
-- days. The separation of each module replaces its use of this table by one of its own.
CREATE TABLE activity (
  module    TEXT NOT NULL,
  subject   TEXT NOT NULL,
  what      TEXT NOT NULL,
  item      TEXT NOT NULL,
  quantity  BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (module, subject, what, item)
);
