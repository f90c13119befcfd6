"""Documents as their tests read them: fences, commands and what they print, links, names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from backend.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ja.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FOLDERS = ("backend", "migrations", "mobile_api_spec", "tests", "benchmarks", "docs")

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
