"""Every prepared statement of the house can be prepared, before anybody needs it."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy.dialects import postgresql, sqlite

import backend
from backend.base.statements import Compiled, Prepared


def prepared() -> Iterator[tuple[str, Prepared]]:
    for found in pkgutil.walk_packages(backend.__path__, "backend."):
        if found.name.endswith("__main__") or ".migrations" in found.name:
            continue
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, Prepared):
                yield f"{found.name}.{name}", value


PREPARED = dict(prepared())


class TestPrepared:
    @pytest.mark.parametrize(
        "dialect", [sqlite.dialect(), postgresql.psycopg.dialect()], ids=lambda d: d.name
    )
    @pytest.mark.parametrize("name", PREPARED)
    def test_has_a_type_for_each_parameter(self, name: str, dialect: sqlite.dialect) -> None:
        assert Compiled(PREPARED[name]._build(dialect.name), dialect).text
