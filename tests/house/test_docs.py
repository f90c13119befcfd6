"""The documents tell the truth: links, files, variables, commands and routes exist.

Fences: `console` blocks are run by `test_doc_examples`; what stands below a command is what it prints. `sh` blocks are
only read.
"""

import ast
import configparser
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from backend import __version__
from backend.config import Settings
from tests.support.documents import (
    DOCS,
    ROOT,
    calls_of,
    each_document,
    fences,
    inline_code,
    is_broken,
    links,
    named_paths,
    prose,
    wrong_word,
)


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
