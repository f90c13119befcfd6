"""The house's own rules about its code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

BACKEND = Path(__file__).parents[2] / "backend"
LINES_A_FILE = 400
LINES_A_FUNCTION = 50
# Long for a reason: lists without a decision in them.
LONG_FUNCTIONS = {
    "config.py:read_settings",  # every setting, once
    "demo/town.py:_citizens",  # every row of a citizen
    "purchases/basis.py:_basis",  # one SELECT
    "web/contracts.py:operation",  # every word of a contract
}


def modules() -> Iterator[tuple[str, str]]:
    """Path below backend/, text."""
    for path in sorted(BACKEND.rglob("*.py")):
        yield path.relative_to(BACKEND).as_posix(), path.read_text(encoding="utf-8")


class TestOneTransaction:
    def test_is_begun_and_committed_in_one_module(self) -> None:
        committing = [
            name for name, text in modules() if re.search(r"\.commit\(|connection\"\]\.begin\(", text)
        ]

        assert committing == ["base/database.py"]


class TestSize:
    def test_of_files_stays_readable(self) -> None:
        assert [name for name, text in modules() if text.count("\n") > LINES_A_FILE] == []

    def test_of_functions_stays_readable(self) -> None:
        long = {
            f"{name}:{node.name}"
            for name, text in modules()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef)
            and (node.end_lineno or 0) - node.lineno + 1 > LINES_A_FUNCTION
        }

        assert long - LONG_FUNCTIONS == set()


class TestNames:
    def test_say_what_is_inside(self) -> None:
        vague = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}

        assert [name for name, _ in modules() if vague & set(re.split(r"[/_.]", name))] == []


class TestLoose:
    def test_ends_are_not_left_in_the_code(self) -> None:
        marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")

        assert [name for name, text in modules() if marks.search(text)] == []
