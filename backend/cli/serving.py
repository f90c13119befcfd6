"""The server's processes: granian's workers, and on SQLite our own worker, started and stopped together."""

import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server
from sqlalchemy import make_url

from backend.base.garbage import spare_what_is_loaded
from backend.cli.importing import import_quickly
from backend.config import Settings

WEB_WORKER = "backend.cli.web_worker"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
# What is under way may end; it lasts no longer than the database's longest statement.
STOP_SECONDS = 20
RESTART_SECONDS = 5.0
# Longer than the worker takes to stop by itself.
WORKER_STOP_SECONDS = 35.0


def has_embedded_worker(settings: Settings) -> bool:
    return _is_sqlite(settings) if settings.embedded_worker is None else settings.embedded_worker


def count_web_workers(settings: Settings) -> int:
    """SQLite has one writer, whom several processes would only wait for."""
    if settings.workers or _is_sqlite(settings):
        return settings.workers or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_sqlite(settings: Settings) -> bool:
    return make_url(settings.database_url).get_backend_name() == "sqlite"


def serve(settings: Settings, *, announce: Callable[[], None]) -> None:
    """Until SIGTERM or Ctrl-C. `announce` is called when the port is ours."""
    web_workers = count_web_workers(settings)
    with ExitStack() as stack:
        if web_workers > 1:
            stack.enter_context(_shared_metrics())
        # Once here and not once in each worker, which is forked from this process and shares its memory: the
        # more so as garbage collectors then leave alone what is there already.
        import_quickly(WEB_WORKER)
        spare_what_is_loaded()
        server = Server(
            f"{WEB_WORKER}:load_app",
            factory=True,
            address=settings.host,
            port=settings.port,
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            websockets=False,
            workers=web_workers,
            blocking_threads=settings.threads,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
            log_level=LogLevels.warning,
        )
        server.on_startup(announce)
        if has_embedded_worker(settings):
            worker = EmbeddedWorker()
            server.on_startup(worker.start)
            stack.callback(worker.stop)
        server.serve()


def refuse_taken_port(settings: Settings) -> None:
    """Granian would share the port with a server that is there already, and requests would go to either."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise click.ClickException(f"HOST {settings.host}, PORT {settings.port}: {error.strerror}") from error


@contextmanager
def _shared_metrics() -> Iterator[None]:
    """Figures of all workers together; to be named before prometheus_client is imported."""
    if METRICS_FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="meguri-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        yield


class EmbeddedWorker:
    """`meguri worker` as a process of its own, started anew should it die."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="embedded_worker", daemon=True)

    def start(self) -> None:
        # In the main thread and before the server forks: a fork in the midst would keep the pipe open.
        self._process = self._spawn()
        self._watcher.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(WORKER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _spawn(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-P", "-m", "backend.cli", "worker", "--stop-with", str(os.getpid())]
        # The same modules as ours, whatever the working folder holds (-P). A session of its own, because
        # Ctrl-C is for this process, which stops the other in order.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 (all ours)

    def _watch(self) -> None:
        assert self._process is not None  # noqa: S101 (`start` made it)
        while not self._stopping.is_set():
            code = self._process.wait()
            if not self._stopping.is_set():
                click.echo(
                    f"The worker ended with {code}: it starts again in {RESTART_SECONDS:.0f} s.", err=True
                )
            if not self._stopping.wait(RESTART_SECONDS):
                self._process = self._spawn()
