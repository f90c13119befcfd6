"""The application as its users start it, `meguri run`, for the length of a `with`."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.app_data import ENVIRONMENT
from benchmarks.goals import MeasurementFailed
from benchmarks.load import answer_end
from benchmarks.processes import family

COMMAND = [str(Path(sys.executable).parent / "meguri"), "run"]
START_LIMIT_SECONDS = 30.0
STOP_LIMIT_SECONDS = 15.0


@dataclass(frozen=True)
class AppServer:
    """A started server, which may not yet answer."""

    pid: int
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"
    started_at: float  # time.perf_counter() just before the command was run

    def first_answer(self, request: bytes) -> float:
        """Send `request` until it is answered; seconds from the start of the command to its whole answer."""
        give_up_at = time.perf_counter() + START_LIMIT_SECONDS
        while time.perf_counter() < give_up_at:
            if self.process.poll() is not None:
                break
            try:
                answer = self._exchange(request)
            except OSError:
                time.sleep(0.005)
                continue
            seconds = time.perf_counter() - self.started_at
            if int(answer[9:12]) >= 400:
                raise MeasurementFailed(answer.decode("latin-1"))
            return seconds
        raise MeasurementFailed(f"the server does not answer: {self.log.read_text(errors='replace')[-4000:]}")

    def _exchange(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=START_LIMIT_SECONDS) as connection:
            connection.sendall(request)
            answer = b""
            while (end := answer_end(answer)) is None or len(answer) < end:
                part = connection.recv(65536)
                if not part:
                    raise ConnectionError("closed before the answer was complete")
                answer += part
            return answer


@contextmanager
def run_server(database_url: str, environment: Mapping[str, str] = ENVIRONMENT) -> Iterator[AppServer]:
    """Start the application on a free port of 127.0.0.1; its output is shown only if it fails."""
    port = _free_port()
    own = {
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        # Compiled files are kept, as an installation keeps them, also where the one who measures keeps none.
        "PYTHONDONTWRITEBYTECODE": "",
    }
    with tempfile.TemporaryDirectory(prefix="meguri-bench-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            started_at = time.perf_counter()
            process = subprocess.Popen(
                COMMAND, env={**os.environ, **environment, **own}, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            yield AppServer(process.pid, port, log, process, started_at)
        finally:
            _stop(process)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    everyone = family(process.pid)
    process.terminate()
    try:
        process.wait(STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        for member in everyone:
            if member.is_running():
                member.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
