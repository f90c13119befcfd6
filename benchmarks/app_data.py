"""The one seam between the benchmarks and the application: everything here knows it, nothing else does."""

from collections.abc import Mapping

# What `meguri run` needs besides DATABASE_URL, HOST and PORT, which the benchmark sets; secrets made up here.
ENVIRONMENT: Mapping[str, str] = {}


def prepare_app(database_url: str, purchases: int) -> list[bytes]:
    """Fill an empty database so that `purchases` purchases can be recorded over HTTP; give the requests.

    `database_url` is SQLAlchemy's. Afterwards the database is migrated to the newest revision and holds
    10,000 citizens (as many as A has) with tokens, 500 shops, the campaigns that the goal speaks of, and as
    many unused till codes as purchases. Tables with rows are vacuumed and analysed, as after some days of
    running; empty ones are left alone, or PostgreSQL checks foreign keys to them by sequential scans (see the
    end of purchase_a_schema.sql; the goal's report names tables that are read so).

    Each request is a whole `POST /v1/purchases` in HTTP/1.1, ready to send: `Host`, `Authorization`, its own
    `Idempotency-Key`, `Content-Type`, `Content-Length`, body. Citizens take turns, so that neighbours in the
    list do not meet on one balance. Each is to be answered with 2xx and a `Content-Length`, also ten minutes
    later (till codes must last) and from one address (rate limits must allow it: ENVIRONMENT).
    """
    raise NotImplementedError
