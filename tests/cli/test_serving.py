"""`meguri run` as processes: it answers, keeps its worker beside it, and leaves nothing behind."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.support.postgres import PostgresServer

PATIENCE_SECONDS = 30.0

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def is_up(self) -> bool:
        try:
            return self.get("/readyz") == (200, "ready\n")
        except OSError:
            return False

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def worker(self) -> psutil.Process | None:
        return next((child for child in self.children() if "worker" in command_of(child)), None)


def command_of(process: psutil.Process) -> list[str]:
    """Nothing, of one that has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def until(holds: Callable[[], object]) -> bool:
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not holds() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return bool(holds())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


Run = Callable[..., Server]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Starts `meguri run` in a folder that has nothing to do with the project."""
    started: list[Server] = []

    def start(database_url: str, **environment: str) -> Server:
        port = free_port()
        log = tmp_path / f"{port}.log"
        own = {"DATABASE_URL": database_url, "PORT": str(port), "PYTHONPATH": os.pathsep.join(sys.path)}
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "backend.cli", "run"],
                cwd=tmp_path,
                env={**os.environ, **own, **environment},
                stdout=output,
                stderr=output,
            )
        server = Server(process, port, log)
        started.append(server)
        assert until(server.is_up), log.read_text()
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "meguri.db")
    return f"sqlite:///{tmp_path}/meguri.db"


class TestServe:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_stops_in_order_with_its_worker(self, run: Run, sqlite_url: str, number: signal.Signals) -> None:
        server = run(sqlite_url)
        assert until(server.worker)
        children = server.children()

        server.process.send_signal(number)

        assert server.process.wait(PATIENCE_SECONDS) == 0, server.log.read_text()
        assert until(lambda: not any(child.is_running() for child in children))

    def test_leaves_nothing_behind_when_it_is_killed(self, run: Run, sqlite_url: str) -> None:
        server = run(sqlite_url)
        assert until(server.worker)
        children = server.children()

        server.process.kill()

        server.process.wait(PATIENCE_SECONDS)
        assert until(lambda: not any(child.is_running() for child in children))

    def test_says_where_things_are(self, run: Run, sqlite_url: str) -> None:
        server = run(sqlite_url)

        told = server.log.read_text()

        assert f"http://127.0.0.1:{server.port}/docs" in told
        assert sqlite_url in told

    def test_starts_a_killed_worker_again(self, run: Run, sqlite_url: str) -> None:
        server = run(sqlite_url)
        # Up, too: one that is told to stop while it starts is given its time to.
        assert until(server.is_up)
        assert until(server.worker)
        worker = server.worker()
        assert worker

        worker.kill()

        assert until(lambda: (now := server.worker()) and now.pid != worker.pid)

    def test_shares_a_port_with_nobody(self, run: Run, sqlite_url: str) -> None:
        server = run(sqlite_url)

        second = subprocess.run(
            [sys.executable, "-m", "backend.cli", "run"],
            env={**os.environ, "DATABASE_URL": sqlite_url, "PORT": str(server.port)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

        assert second.returncode == 1
        assert "Address already in use" in second.stderr

    def test_adds_up_the_figures_of_several_processes(self, run: Run, postgres: PostgresServer) -> None:
        url = postgres.create_database("meguri_serving", template="meguri_template")
        server = run(url, WORKERS="2")

        for _ in range(20):
            server.get("/healthz")

        assert server.worker() is None
        _, figures = server.get("/metrics")
        assert 'meguri_requests_total{method="GET",route="/healthz",status="200"} 20.0' in figures


class TestWebWorker:
    def test_does_not_import_firebase_unless_it_is_configured(self, sqlite_url: str) -> None:
        program = (
            "import sys; from backend.cli.web_worker import load_app; load_app();"
            "print([name for name in sys.modules if name.startswith(('firebase_admin', 'google'))])"
        )

        told = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "DATABASE_URL": sqlite_url},
            capture_output=True,
            text=True,
            check=True,
        )

        assert told.stdout == "[]\n"
