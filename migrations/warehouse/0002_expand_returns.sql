-- banyan: expand
-- Orders whose copies came back. Their reservations stay 'confirmed', as the version before reads them.
CREATE TABLE stock_returns (
  order_id     TEXT PRIMARY KEY NOT NULL,
  returned_at  BIGINT NOT NULL
);
