"""What a request asks of PostgreSQL: its statements, and tables read from end to end.

Statements are counted in the server's log, because the wheel carries no pg_stat_statements.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString

from tests.support.postgres import PostgresServer

FRAMES = ("BEGIN", "COMMIT", "ROLLBACK")
RELOAD_SECONDS = 0.3  # until every process of the server has read its settings again


@contextmanager
def count_statements(postgres: PostgresServer, database: str) -> Iterator[Counter[str]]:
    """Fill a Counter with the statements that `database` executed during the `with`, by their first lines."""
    counts: Counter[str] = Counter()
    offset = postgres.log.stat().st_size
    _reload_with(postgres, "ALTER SYSTEM SET log_statement = 'all'")
    try:
        yield counts
    finally:
        _reload_with(postgres, "ALTER SYSTEM RESET log_statement")
    with postgres.log.open("rb") as log:
        log.seek(offset)
        text = log.read().decode(errors="replace")
    # As `log_line_prefix` in tests/support/postgres.py: time, [process], database.
    line = rf"^[^\[\n]*\[\d+\] {re.escape(database)} LOG:  (?:statement|execute [^:]*): (.*)$"
    counts.update(found.strip() for found in re.findall(line, text, re.MULTILINE))


def describe_statements(counts: Counter[str], requests: int) -> list[str]:
    """Readable lines: how many statements a request causes, then each of them with its own number."""
    framing = sum(count for statement, count in counts.items() if statement.startswith(FRAMES))
    others = sum(counts.values()) - framing
    lines = [
        f"SQL a purchase: {others / requests:.2f} statements, {framing / requests:.2f} of begin and commit"
    ]
    # Rare ones belong to jobs in the background, not to the request.
    often = [(statement, count) for statement, count in counts.most_common() if count >= requests / 20]
    lines += [f"  {count / requests:5.2f}  {statement[:100]}" for statement, count in often]
    return lines


def sequential_reads(postgres: PostgresServer, database: str) -> Counter[str]:
    """Rows read by sequential scans so far, by table; up to a second behind."""
    with postgres.connect(database) as connection:
        rows = connection.execute("SELECT relname, seq_tup_read FROM pg_stat_user_tables").fetchall()
    return Counter({str(name): int(count) for name, count in rows})


def _reload_with(postgres: PostgresServer, command: LiteralString) -> None:
    with postgres.connect() as connection:
        connection.execute(command)
        connection.execute("SELECT pg_reload_conf()")
    time.sleep(RELOAD_SECONDS)
