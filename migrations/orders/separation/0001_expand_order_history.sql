-- The orders' own history in place of their part of the shared table `activity`. Running code goes
-- on: from the next unit of work on it finds the table and writes here.
CREATE TABLE order_history (
  order_id  TEXT NOT NULL REFERENCES orders (id),
  what      TEXT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (order_id, what)
);

INSERT INTO order_history (order_id, what, at)
SELECT subject, what, at FROM activity WHERE module = 'orders';
