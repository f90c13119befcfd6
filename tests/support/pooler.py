"""A real PgBouncer between us and the tests' PostgreSQL, which keeps sessions, for the length of a `with`."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests.support.postgres import UNPRIVILEGED_USER, unprivileged_account

# Debian puts it where only administrators look.
PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
PORT = 6432
START_LIMIT_SECONDS = 10
SETTINGS = """\
[databases]
* = host={server} port=5432 user=postgres
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = session
default_pool_size = 60
"""


@contextmanager
def run_pooler(database_url: str) -> Iterator[str]:
    """The same database's address by way of the pooler, which listens on a socket only."""
    assert PGBOUNCER is not None
    url = make_url(database_url)
    folder = Path(tempfile.mkdtemp(prefix="meguri-pooler-"))
    settings = folder / "pgbouncer.ini"
    settings.write_text(SETTINGS.format(server=url.query["host"], port=PORT, folder=folder))
    if os.geteuid() == 0:  # it refuses to run as root
        for path in (folder, settings):
            shutil.chown(path, UNPRIVILEGED_USER)
    process = subprocess.Popen(
        [PGBOUNCER, str(settings)], stderr=subprocess.DEVNULL, **unprivileged_account()
    )
    try:
        _wait_for(folder / f".s.PGSQL.{PORT}", process)
        yield url.update_query_dict({"host": str(folder), "port": str(PORT)}).render_as_string()
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    give_up_at = time.monotonic() + START_LIMIT_SECONDS
    while not socket.exists():
        assert process.poll() is None, "PgBouncer ended at once"
        assert time.monotonic() < give_up_at, "PgBouncer does not listen"
        time.sleep(0.02)
