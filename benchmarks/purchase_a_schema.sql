-- The yardstick A: the ledger behind purchase_a.sql. FROZEN, see there.
-- As small as a real ledger can be: every row that a purchase leaves, with the keys and indexes that its
-- readers would need. A citizen's balance is one row, the budget's is split over sixteen.

CREATE TABLE accounts (
    id bigint PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('citizen', 'budget'))
);

CREATE TABLE shops (
    id bigint PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE balances (
    account_id bigint NOT NULL REFERENCES accounts,
    slice smallint NOT NULL,
    points bigint NOT NULL CHECK (points >= 0),
    PRIMARY KEY (account_id, slice)
);

CREATE TABLE idempotency_keys (
    actor_id bigint NOT NULL REFERENCES shops,
    key uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor_id, key)
);

CREATE TABLE purchases (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    citizen_id bigint NOT NULL REFERENCES accounts,
    shop_id bigint NOT NULL REFERENCES shops,
    amount_yen bigint NOT NULL CHECK (amount_yen > 0),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX purchases_by_citizen ON purchases (citizen_id, recorded_at);
CREATE INDEX purchases_by_shop ON purchases (shop_id, recorded_at);

CREATE TABLE entries (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    purchase_id uuid NOT NULL REFERENCES purchases,
    account_id bigint NOT NULL REFERENCES accounts,
    points bigint NOT NULL CHECK (points <> 0),
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entries_by_purchase ON entries (purchase_id);
CREATE INDEX entries_by_account ON entries (account_id, recorded_at);

-- Account 0 is the budget, 1 to 10,000 are citizens.
INSERT INTO accounts SELECT number, CASE number WHEN 0 THEN 'budget' ELSE 'citizen' END
    FROM generate_series(0, 10000) AS number;
INSERT INTO shops SELECT number, 'Shop ' || number FROM generate_series(1, 500) AS number;
INSERT INTO balances SELECT number, 0, 0 FROM generate_series(1, 10000) AS number;
INSERT INTO balances SELECT 0, slice, 1000000000000 FROM generate_series(0, 15) AS slice;

-- Not the tables that are still empty: PostgreSQL would believe in their emptiness and check foreign keys by
-- reading them from end to end, with plans that each connection then keeps.
VACUUM ANALYZE accounts, shops, balances;
