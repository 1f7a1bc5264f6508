-- Bars and analytics, and the users that write and read them.

CREATE SCHEMA market;

COMMENT ON SCHEMA market IS 'What the market-data processor makes of trades';

CREATE TABLE market.bars (
    symbol text NOT NULL,
    interval_seconds integer NOT NULL CHECK (interval_seconds IN (60, 300, 3600, 86400)),
    start timestamptz NOT NULL,
    date date NOT NULL,
    open numeric(18, 4),
    high numeric(18, 4),
    low numeric(18, 4),
    close numeric(18, 4),
    volume bigint NOT NULL,
    vwap numeric(18, 6),
    trade_count bigint NOT NULL,
    PRIMARY KEY (symbol, interval_seconds, start)
);

COMMENT ON COLUMN market.bars.start IS 'First instant; for a day, its midnight in New York';
COMMENT ON COLUMN market.bars.date IS 'Trading date in New York';
COMMENT ON COLUMN market.bars.open IS 'No prices where only volume was traded';

CREATE TABLE market.daily_analytics (
    symbol text NOT NULL,
    date date NOT NULL,
    realized_volatility double precision,
    twap numeric(18, 6),
    largest_trades jsonb NOT NULL,
    PRIMARY KEY (symbol, date)
);

CREATE ROLE market_writer LOGIN;
CREATE ROLE market_reader LOGIN;

GRANT USAGE ON SCHEMA market TO market_writer, market_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON market.bars, market.daily_analytics TO market_writer;
GRANT SELECT ON market.bars, market.daily_analytics TO market_reader;

ALTER ROLE market_writer SET statement_timeout = '60s';
ALTER ROLE market_writer SET lock_timeout = '30s';
ALTER ROLE market_writer SET idle_in_transaction_session_timeout = '60s';

ALTER ROLE market_reader SET statement_timeout = '5s';
ALTER ROLE market_reader SET lock_timeout = '2s';
ALTER ROLE market_reader SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE market_reader SET default_transaction_read_only = on;

-- What Amazon RDS adds to PostgreSQL: logins by IAM instead of passwords, and the audit log.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
        GRANT rds_iam TO market_writer, market_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgaudit') THEN
        CREATE EXTENSION IF NOT EXISTS pgaudit;
    END IF;
END
$$;
