"""The `meguri` command, called in this process."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from backend.cli.main import main

Meguri = Callable[..., Result]


def call(url: str, arguments: Sequence[str], environment: dict[str, str]) -> Result:
    return CliRunner().invoke(main, arguments, env={"DATABASE_URL": url, **environment})


@pytest.fixture
def meguri(database_url: str) -> Meguri:
    """On a migrated database of either kind."""
    return lambda *arguments, **environment: call(database_url, arguments, environment)


@pytest.fixture
def meguri_anew(tmp_path: Path) -> Meguri:
    """On a database that is not there yet."""
    url = f"sqlite:///{tmp_path}/new.db"
    return lambda *arguments, **environment: call(url, arguments, environment)
