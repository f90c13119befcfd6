"""A town, made once, of which every sequence of steps gets a copy of its own."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from backend.base.database import Database
from backend.web.ground import Ground
from tests.conftest import NOW
from tests.purchases.circulation.terms import BASE, CAMPAIGNS, CARD_CAMPAIGNS
from tests.purchases.circulation.town import Town, build_town
from tests.support.postgres import PostgresServer

MakeTown = Callable[[], AbstractContextManager[Town]]


@pytest.fixture
def new_town(ground: Ground, request: pytest.FixtureRequest, tmp_path: Path) -> MakeTown:
    return _towns(ground, request, tmp_path, list(CAMPAIGNS))


@pytest.fixture
def new_quiet_town(ground: Ground, request: pytest.FixtureRequest, tmp_path: Path) -> MakeTown:
    """In which nothing but the base programme runs."""
    return _towns(ground, request, tmp_path, [BASE])


@pytest.fixture
def new_town_without_cards(ground: Ground, request: pytest.FixtureRequest, tmp_path: Path) -> MakeTown:
    slugs = [slug for slug in CAMPAIGNS if slug not in CARD_CAMPAIGNS]
    return _towns(ground, request, tmp_path, slugs)


def _towns(ground: Ground, request: pytest.FixtureRequest, folder: Path, slugs: Sequence[str]) -> MakeTown:
    """In databases of their own, for history cannot be taken back."""
    places = ground.database.run(partial(build_town, at=NOW, slugs=slugs))
    ground.database.engine.dispose()  # nobody may be using what is copied
    numbers = count()

    @contextmanager
    def town() -> Iterator[Town]:
        with _copied(ground.database, next(numbers), request, folder) as url:
            database = Database(url)
            try:
                yield Town(database, ground, places)
            finally:
                database.engine.dispose()

    return town


@contextmanager
def _copied(database: Database, number: int, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    template = str(database.url.database)
    if database.is_sqlite:
        path = folder / f"copy_{number}.db"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
        path.unlink()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"{template}_{number}"
    yield server.create_database(name, template=template)
    server.drop_database(name)
