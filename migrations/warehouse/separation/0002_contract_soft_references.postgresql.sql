-- stock.track_id and reservations.order_id become soft references. PostgreSQL drops a foreign key in
-- place (and would not drop the table: reservation_lines refers to it).
ALTER TABLE stock DROP CONSTRAINT stock_track_id_fkey;
ALTER TABLE reservations DROP CONSTRAINT reservations_order_id_fkey;

-- Whatever code older than the expand step wrote to the shared table since then, and the end of it.
INSERT INTO stock_movements (cause, kind, track_id, quantity, at)
SELECT subject, what, item, quantity, at FROM activity
WHERE module = 'warehouse'
  AND NOT EXISTS (SELECT 1 FROM stock_movements
                  WHERE cause = subject AND kind = what AND track_id = item);
DELETE FROM activity WHERE module = 'warehouse';
