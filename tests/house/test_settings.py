"""docs/settings.md against the program: every variable, every default."""

import ast
import inspect
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from backend import config
from backend.config import Settings, read_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<name>[A-Z0-9_]+)` \| (?:`(?P<default>[^`]*)`)? ?\|", re.MULTILINE)
DOCUMENTED = {row["name"]: row["default"] or "" for row in ROW.finditer(PAGE)}

# Read by somebody else than `read_settings`.
NOT_SETTINGS = {
    "BENCH_CLIENTS",
    "BENCH_ROUNDS",
    "BENCH_SECONDS",
    "BENCH_WARM_UP_SECONDS",
    "FIREBASE_AUTH_EMULATOR_HOST",
    "MEGURI_REQUIRE_ALL",
    "PROMETHEUS_MULTIPROC_DIR",
    "PYTHON",
}
EXAMPLES = {
    str: "x",
    int: "11",
    bool: "false",
    bool | None: "true",
    Path | None: "/x",
    list[str]: "x,y",
    list[int]: "7,8",
}
OWN_EXAMPLES = {"mode": "production", "log_level": "debug", "push_lease_seconds": "90"}


def variable_of(field: str) -> str:
    return "MEGURI_MODE" if field == "mode" else field.upper()


def variables_read() -> set[str]:
    """The first argument of every `env.…("NAME", …)`."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(config))) if isinstance(node, ast.Call)]
    return {
        str(node.args[0].value)
        for node in calls
        if isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
    }


def shown(default: Any) -> str:
    if isinstance(default, list):
        return ",".join(map(str, default))
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


class TestSettings:
    def test_each_is_read_from_the_variable_of_its_name(self) -> None:
        assert variables_read() == {variable_of(field.name) for field in fields(Settings)}

    @pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
    def test_each_takes_the_value_of_its_variable(self, field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        given = OWN_EXAMPLES.get(field.name, EXAMPLES[field.type])
        monkeypatch.setenv(variable_of(field.name), given)

        assert getattr(read_settings(), field.name) != getattr(Settings(), field.name)

    def test_spaces_beside_the_commas_of_a_list_mean_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("WEB_PUSH_HOSTS", "fcm.googleapis.com, *.push.apple.com")
        monkeypatch.setenv("ANDROID_CERTIFICATE_SHA256", "14:6D, 9F:00")

        settings = read_settings()

        assert settings.web_push_hosts == ["fcm.googleapis.com", "*.push.apple.com"]
        assert settings.android_certificate_sha256 == ["14:6D", "9F:00"]

    def test_defaults_hold_when_nothing_is_set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in DOCUMENTED:
            monkeypatch.delenv(name, raising=False)

        assert read_settings() == Settings()


class TestSettingsPage:
    def test_names_every_variable_and_no_other(self) -> None:
        assert set(DOCUMENTED) - NOT_SETTINGS == variables_read()

    @pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
    def test_tells_the_real_default(self, field: Any) -> None:
        assert DOCUMENTED[variable_of(field.name)] == shown(getattr(Settings(), field.name))

    @pytest.mark.parametrize("name", sorted(NOT_SETTINGS))
    def test_names_nothing_that_nobody_reads(self, name: str) -> None:
        readers = [
            *ROOT.glob("backend/**/*.py"),
            *ROOT.glob("benchmarks/**/*.py"),
            ROOT / "Makefile",
            ROOT / ".ci/run",
        ]

        assert any(name in path.read_text(encoding="utf-8") for path in readers)
