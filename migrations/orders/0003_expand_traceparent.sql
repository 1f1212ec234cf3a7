-- banyan: expand
-- The trace of the request that placed an order (W3C traceparent), for who goes on with its saga later;
-- '' when nobody recorded it. The version before leaves it at that.
ALTER TABLE order_sagas ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
