"""What the documents show is what is printed: `console` blocks are run, in order, one shell a document, in a folder of
their own beside a server with the demo city. `…` is anything."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest

from backend.config import Settings
from tests.support.documents import DOCUMENTS, ROOT, Command, examples

SHOWN_ADDRESS = "127.0.0.1:8000"
START_SECONDS = 60
MARK = "=== done with"

RUN_DOCUMENTS = [path for path in DOCUMENTS if examples(path) and path.name != "README.ja.md"]


def looks_like(printed: str, shown: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in shown.split("…"))
    return re.fullmatch(pattern, printed.replace("\r", "").strip(), re.DOTALL) is not None


def missing_program(commands: Sequence[Command]) -> str | None:
    """A program beyond the project's own that is not here, or too old to know what the examples ask of it."""
    typed = "\n".join(command.typed for command in commands)
    wanted = [
        name for name in ("bash", "curl", "sqlite3") if name == "bash" or re.search(rf"\b{name} ", typed)
    ]
    for name in wanted:
        if shutil.which(name) is None:
            return name
    if "--json" in typed:
        version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout
        major, minor = re.findall(r"\d+", version)[:2]
        return "curl 7.82" if (int(major), int(minor)) < (7, 82) else None
    return None


@dataclass(frozen=True)
class Stage:
    """A folder with a database, a server beside it, and the environment in which to type."""

    folder: Path
    address: str
    environment: dict[str, str]

    def type(self, commands: Sequence[Command]) -> list[tuple[int, str]]:
        """Each command's exit status and what it printed; fewer than asked when the shell ended."""
        lines = []
        for command in commands:
            lines += [command.typed.replace(SHOWN_ADDRESS, self.address), f"printf '\\n{MARK} %s\\n' $?"]
        done = subprocess.run(
            ["bash"],
            input="\n".join(lines),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        parts = re.findall(rf"(.*?)\n{MARK} (\d+)\n", done.stdout, re.DOTALL)
        return [(int(status), printed + done.stderr * (status != "0")) for printed, status in parts]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def stage_environment(folder: Path, port: int) -> dict[str, str]:
    """Ours without anybody's settings; `meguri` is this checkout's."""
    programs = folder / "bin"
    programs.mkdir()
    meguri = programs / "meguri"
    meguri.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backend.cli "$@"\n', encoding="utf-8")
    meguri.chmod(0o755)
    settings = {"MEGURI_MODE", *(name.upper() for name in Settings.__dataclass_fields__)}
    return {
        **{name: value for name, value in os.environ.items() if name not in settings},
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NO_PROXY": "127.0.0.1",
    }


def wait_until_ready(server: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    opener = build_opener(ProxyHandler({}))
    for _ in range(START_SECONDS * 10):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            opener.open(f"http://{address}/readyz", timeout=5).close()
            return
        except URLError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder, port = tmp_path_factory.mktemp("docs"), free_port()
    environment, log = stage_environment(folder, port), folder / "server.log"
    for words in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run(["meguri", *words], cwd=folder, env=environment, check=True, capture_output=True)
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "backend.cli", "run"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_ready(server, f"127.0.0.1:{port}", log)
        yield Stage(folder, f"127.0.0.1:{port}", environment)
    finally:
        server.terminate()
        server.wait()


class TestExamples:
    @pytest.mark.slow
    @pytest.mark.parametrize("document", RUN_DOCUMENTS, ids=lambda path: path.name)
    def test_print_what_they_show(self, stage: Stage, document: Path) -> None:
        commands = examples(document)
        if program := missing_program(commands):
            pytest.skip(f"no {program} here")

        ended = stage.type(commands)

        assert len(ended) == len(commands), f"the shell ended after: {ended[-1:]}"
        for command, (status, printed) in zip(commands, ended, strict=True):
            assert status == 0, f"$ {command.typed}\n{printed}"
            shown = command.shown.replace(SHOWN_ADDRESS, stage.address)
            assert not shown or looks_like(printed, shown), f"$ {command.typed}\n{printed}"
