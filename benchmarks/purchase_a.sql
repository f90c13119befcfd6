-- The yardstick A: a purchase as a careful programmer writes it by hand, one prepared statement after the other
-- inside one transaction: key, purchase, two entries, the citizen's balance, one of sixteen slices of the budget.
--
-- FROZEN. Every goal is a ratio to A, so a change here makes all earlier figures worthless. Slow or fast SQL of our
-- own must never move the yardstick; neither may a better idea. Runs as: pgbench -n -M prepared -j 2 -c CLIENTS.
\set citizen random(1, 10000)
\set shop random(1, 500)
\set slice random(0, 15)
\set amount random(100, 20000)
\set points :amount / 100
\set spent -:points
BEGIN;
INSERT INTO idempotency_keys (actor_id, key) VALUES (:shop, gen_random_uuid());
INSERT INTO purchases (citizen_id, shop_id, amount_yen) VALUES (:citizen, :shop, :amount) RETURNING id AS purchase \gset
INSERT INTO entries (purchase_id, account_id, points) VALUES (:purchase, 0, :spent);
INSERT INTO entries (purchase_id, account_id, points) VALUES (:purchase, :citizen, :points);
UPDATE balances SET points = points + :points WHERE account_id = :citizen AND slice = 0;
UPDATE balances SET points = points - :points WHERE account_id = 0 AND slice = :slice AND points >= :points;
COMMIT;
