"""The documents tell the truth: links, files, variables, commands and routes exist, and the examples run.

Fences: `console` blocks are run, in order, one shell a document, in a folder of their own beside a server with the
demo city; what stands below a command is what it prints, `…` being anything. `sh` blocks are only read.
"""

import ast
import configparser
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import click
import pytest
import yaml

from backend import __version__
from backend.cli.main import main
from backend.config import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ja.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FOLDERS = ("backend", "migrations", "mobile_api_spec", "tests", "benchmarks", "docs")
SHOWN_ADDRESS = "127.0.0.1:8000"
START_SECONDS = 60
MARK = "=== done with"

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@dataclass(frozen=True)
class Fence:
    language: str
    text: str


@dataclass(frozen=True)
class Command:
    """What is typed, and what is printed; nothing shown means that it does not matter."""

    typed: str
    shown: str


def fences(document: Path) -> list[Fence]:
    found = re.findall(
        r"^```(\w*)\n(.*?)^```$", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    return [Fence(language, text) for language, text in found]


def prose(document: Path) -> str:
    """Without the fences."""
    return re.sub(r"^```.*?^```$", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def inline_code(document: Path) -> list[str]:
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(document))]


def shell_text(document: Path) -> str:
    """Everything that somebody might type, a line each."""
    typed = [fence.text for fence in fences(document) if fence.language in ("sh", "console")]
    return "\n".join([*inline_code(document), *typed]).replace("\\\n>", "")


def links(document: Path) -> list[str]:
    """Targets of links and pictures that stay in this project."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(document))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(document: Path) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_broken(document: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    path = (document.parent / target).resolve() if target else document
    return not path.exists() or bool(anchor and anchor not in anchors(path))


def named_paths(document: Path) -> list[str]:
    """`backend/points/models.py`, `tests/…/test_x.py::TestX`, `docs/`, `backend/*/queries.py`."""
    codes = [code.partition("::")[0] for code in inline_code(document)]
    return [code for code in codes if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})/[\w./*@-]*", code)]


def calls_of(program: str, document: Path) -> list[list[str]]:
    """The words after each call of a program, up to the shell's next sign."""
    calls = re.findall(rf"(?<![\w/.-]){program}((?: +[^\s)|;#&]+)+)", shell_text(document))
    return [call.split() for call in calls]


def wrong_word(words: Sequence[str]) -> str | None:
    """The first word of a call of `meguri` that is neither a command nor an option of one."""
    command: click.Command = main
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            option = find_option(command, word)
            if option is None:
                return word
            if not option.is_flag:
                next(rest, None)
        elif isinstance(command, click.Group) and word != "…":
            found = command.get_command(click.Context(command), word)
            if found is None:
                return word
            command = found
    return None


def find_option(command: click.Command, name: str) -> click.Option | None:
    options = [each for each in command.get_params(click.Context(command)) if isinstance(each, click.Option)]
    return next((option for option in options if name in option.opts), None)


def commands_of(fence: Fence) -> list[Command]:
    found: list[Command] = []
    for part in re.split(r"^\$ ", fence.text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        count = 1 + sum(1 for _ in iter_continued(lines[1:]))
        typed = "\n".join(line.removeprefix("> ") for line in lines[:count])
        found.append(Command(typed, "\n".join(lines[count:]).strip()))
    return found


def iter_continued(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("> "):
            return
        yield line


def examples(document: Path) -> list[Command]:
    return [
        command for fence in fences(document) if fence.language == "console" for command in commands_of(fence)
    ]


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


@cache
def operations() -> frozenset[tuple[str, str]]:
    """Method and path of every route. Once for all documents: reading the specifications takes seconds."""
    specs = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "mobile_api_spec").glob("*.yaml")
    ]
    return frozenset(
        (method.upper(), path) for spec in specs for path, item in spec["paths"].items() for method in item
    )


class TestDocuments:
    @each_document
    def test_link_to_what_is_there(self, document: Path) -> None:
        assert [link for link in links(document) if is_broken(document, link)] == []

    @each_document
    def test_name_files_that_are_there(self, document: Path) -> None:
        assert [path for path in named_paths(document) if not list(ROOT.glob(path))] == []

    @each_document
    def test_name_variables_that_are_read(self, document: Path) -> None:
        named = {code.partition("=")[0] for code in inline_code(document)}
        variables = {name for name in named if re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", name)}
        known = {name.upper() for name in Settings.__dataclass_fields__}
        files = [
            *(ROOT / "backend").rglob("*.py"),
            *(ROOT / "benchmarks").rglob("*.py"),
            ROOT / ".ci" / "run",
        ]
        source = "".join(path.read_text(encoding="utf-8") for path in files)

        assert {name for name in variables - known if name not in source} == set()

    @each_document
    def test_name_commands_of_meguri_that_are_there(self, document: Path) -> None:
        calls = calls_of("meguri", document)

        assert [call for call in calls if wrong_word(call)] == []

    @each_document
    def test_name_targets_that_make_knows(self, document: Path) -> None:
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        targets = set(re.findall(r"^([a-z]+)(?=:)", makefile, re.MULTILINE)) | {"demo"}
        called = {
            word for call in calls_of("make", document) for word in call if re.fullmatch("[a-z]+", word)
        }

        assert called - targets == set()

    @each_document
    def test_name_routes_that_are_there(self, document: Path) -> None:
        named = re.findall(
            r"(GET|POST|PUT|PATCH|DELETE) (/v1/[\w/{}-]+)(?![\w/…{}-])", document.read_text("utf-8")
        )

        assert set(named) - operations() == set()


class TestReadme:
    def test_is_built_alike_in_both_languages(self) -> None:
        english, japanese = ROOT / "README.md", ROOT / "README.ja.md"

        def shape(document: Path) -> list[str]:
            return re.findall(r"^(#+|\||- )", prose(document), re.MULTILINE)

        assert shape(english) == shape(japanese)

    def test_shows_the_same_code_in_both_languages(self) -> None:
        assert fences(ROOT / "README.md") == fences(ROOT / "README.ja.md")

    def test_links_to_the_same_in_both_languages(self) -> None:
        english, japanese = links(ROOT / "README.md"), links(ROOT / "README.ja.md")

        assert (english[0], japanese[0]) == ("README.ja.md", "README.md")
        assert english[1:] == japanese[1:]


class TestChangelog:
    def test_begins_with_what_is_unreleased_then_this_version(self) -> None:
        versions = re.findall(
            r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
        )

        assert versions[:2] == ["Unreleased", __version__]


def floors() -> list[str]:
    """From setup.cfg, the highest first; rooms of one floor between |."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup["importlinter:contract:floors"]["layers"].split("\n")[1:]


class TestArchitecture:
    def test_tells_the_floors_of_setup_cfg(self) -> None:
        told = " → ".join(f"({floor})" if "|" in floor else floor for floor in floors())

        assert told in " ".join((DOCS / "architecture.md").read_text(encoding="utf-8").split())

    def test_draws_every_room(self) -> None:
        picture = (DOCS / "architecture.svg").read_text(encoding="utf-8")
        rooms = [room for floor in floors() for room in floor.split(" | ")]

        assert [room for room in rooms if f">{room}</text>" not in picture] == []


class TestDecisions:
    def test_are_numbered_without_gaps(self) -> None:
        names = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))

        assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))

    @pytest.mark.parametrize("record", sorted((DOCS / "decisions").glob("*.md")), ids=lambda path: path.stem)
    def test_say_why_and_what_follows(self, record: Path) -> None:
        headings = re.findall(r"^#+ .*$", record.read_text(encoding="utf-8"), re.MULTILINE)

        assert headings[0].startswith(f"# {int(record.name[:4])}. ")
        assert headings[1:] == ["## Context", "## Decision", "## Consequences"]


def classes_of(path: Path) -> set[str]:
    """`TestX` and `TestX::test_y`, as pytest names them."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            inner = [each.name for each in node.body if isinstance(each, ast.FunctionDef)]
            found |= {node.name, *(f"{node.name}::{name}" for name in inner)}
    return found


def is_a_test(name: str) -> bool:
    path, _, inner = name.partition("::")
    return (ROOT / path).is_file() and inner in classes_of(ROOT / path)


class TestSecurityPage:
    def test_names_tests_that_are_there(self) -> None:
        named = [code for code in inline_code(DOCS / "security.md") if code.startswith("tests/")]

        assert named
        assert [name for name in named if not is_a_test(name)] == []

    def test_shows_or_admits_every_defence(self) -> None:
        rows = [line for line in prose(DOCS / "security.md").splitlines() if line.startswith("| ")]
        told = ("`tests/", "no test yet", "comes with", "shown by |", "---")

        assert [row for row in rows if not any(words in row for words in told)] == []
