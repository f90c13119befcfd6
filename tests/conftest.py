"""The stage of all tests: a fresh migrated database of each kind, the application, a frozen clock, callers.

- `database` (and so everything built on it) runs twice: on SQLite and on PostgreSQL.
- `session`: one open transaction for calling services; only `session.commit()` keeps what a test makes in it.
- `world`: a small town already there: a shop, a clerk, a register, two citizens, the base programme (see
  `tests.factories.world`).
- `nobody`, `citizen`, `neighbour`, `clerk`, `manager`, `register`, `city`, `approver`: HTTP clients that sign
  each request and check every answer against the specification.
- `run_campaign`, `give_points`, `make_town_offer`, `poster`: what is in that town besides; `proven_ledger`: whatever
  the test did, every law of the ledger holds afterwards.
- The clock stands at NOW (a Monday noon in Kushiro); `clock.shift(seconds)` moves it.
"""

import gc
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from backend.app import create_app
from backend.base import migrations
from backend.base.database import Database
from backend.base.garbage import spare_what_is_loaded
from backend.config import Settings
from backend.points.verification import verify_ledger
from backend.web.ground import Ground, ground_of, lay_ground
from tests.factories.budgets import give, make_budget
from tests.factories.campaigns import make_campaign
from tests.factories.claims import hang_poster
from tests.factories.offers import make_offer
from tests.factories.world import World, make_world
from tests.support.client import ApiClient
from tests.support.dialects import create_engine
from tests.support.postgres import PostgresServer, run_postgres
from tests.support.scratch import scratch_directory

NOW = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)  # 12:00 in the city
TEMPLATE = "meguri_template"
TOWN_TEMPLATE = "meguri_town_template"

# How long an example takes, or is made, says how busy the machine is. What is set where CI runs stays as it is.
hypothesis.settings.register_profile(
    "unhurried",
    hypothesis.settings.default,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("unhurried")


def pytest_collection() -> None:
    """What is collected stays; the garbage collector would look through it again and again."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: begun last, they would be waited for by workers that have nothing left to do."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    spare_what_is_loaded()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def shared_dialects() -> Iterator[None]:
    """See `tests.support.dialects`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backend.base.database.create_engine", create_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def late_ids() -> Iterator[None]:
    """Ids no older than what happens in a test, even where the machine's clock, which they are drawn by, is behind
    the tests': what happened since a moment is looked for by ids."""
    behind = NOW + timedelta(days=150) - datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        if behind > timedelta(0):
            shift = behind // timedelta(milliseconds=1) << 80
            patch.setattr("backend.base.database.uuid7", lambda: uuid.UUID(int=uuid7().int + shift))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with run_postgres(fsync=False) as server:
        database = Database(server.create_database(TEMPLATE))
        migrations.upgrade(database)
        database.engine.dispose()
        yield server


@pytest.fixture(scope="session")
def sqlite_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="meguri-sqlite-", dir=scratch_directory()) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def sqlite_template(sqlite_folder: Path) -> Path:
    path = sqlite_folder / "template.db"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    _into_one_file(database)
    return path


@pytest.fixture(scope="session")
def postgres_town(postgres: PostgresServer) -> World:
    """Of the template TOWN_TEMPLATE."""
    return _build_town(postgres.create_database(TOWN_TEMPLATE, template=TEMPLATE))


@pytest.fixture(scope="session")
def sqlite_town(sqlite_template: Path) -> tuple[Path, World]:
    path = sqlite_template.with_name("town.db")
    shutil.copy(sqlite_template, path)
    return path, _build_town(f"sqlite:///{path}")


def _build_town(url: str) -> World:
    database = Database(url)
    world = database.run(lambda session: make_world(session, at=NOW))
    _into_one_file(database)
    return world


def _into_one_file(database: Database) -> None:
    """Let go of a database that will be copied; what SQLite has in its log goes into the file."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()


_database_number = iter(range(1_000_000))


# The town that a test's database was copied with.
TOWN = pytest.StashKey[World]()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A migrated database of its own for each test; a copied town saves building it each time."""
    has_town = "world" in request.fixturenames
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        if has_town:
            template, request.node.stash[TOWN] = request.getfixturevalue("sqlite_town")
        with tempfile.TemporaryDirectory(dir=template.parent) as folder:
            path = Path(folder) / "meguri.db"
            shutil.copy(template, path)
            yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    if has_town:
        request.node.stash[TOWN] = request.getfixturevalue("postgres_town")
    name = f"meguri_{next(_database_number)}"
    yield server.create_database(name, template=TOWN_TEMPLATE if has_town else TEMPLATE)
    server.drop_database(name)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, log_level="ERROR", threads=8)


@pytest.fixture
def make_app(settings: Settings) -> Iterator[Callable[..., Any]]:
    """create_app with the test's settings; keywords go to create_app."""
    made = []

    def make(settings: Settings = settings, **keywords: Any) -> Any:
        app = create_app(settings, **keywords)
        made.append(app)
        return app

    yield make
    for app in made:
        ground_of(app).database.engine.dispose()


@pytest.fixture(scope="session")
def apps() -> list[tuple[Ground, Any]]:
    """The applications made so far, each with the ground it was made on, which has no database."""
    return []


@pytest.fixture
def app(settings: Settings, apps: list[tuple[Ground, Any]]) -> Iterator[Any]:
    """On the test's own database. The rest knows none, and takes as long to make as many a test."""
    alike = replace(settings, database_url="sqlite://")
    found = next((made for made in apps if made[0].settings == alike), None)
    if found is None:
        app = create_app(alike)
        found = ground_of(app), app
        apps.append(found)
    ground, app = found
    database = Database(settings.database_url, pool_size=settings.threads + 1)
    lay_ground(app, replace(ground, settings=settings, database=database))
    yield app
    database.engine.dispose()


@pytest.fixture
def ground(app: Any) -> Ground:
    return ground_of(app)


@pytest.fixture
def database(ground: Ground) -> Database:
    return ground.database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def at() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(request: pytest.FixtureRequest, database: Database) -> World:
    """Copied with the database, or built where a test brings a database of its own."""
    return request.node.stash.get(TOWN, None) or database.run(lambda session: make_world(session, at=NOW))


@pytest.fixture
def run_campaign(database: Database, world: World, at: datetime) -> Callable[..., uuid.UUID]:
    """Let a campaign run beside the base programme; its id. Takes what `make_campaign` takes."""

    def run_campaign(**campaign: Any) -> uuid.UUID:
        return database.run(
            lambda session: make_campaign(session, at=at, approved_by=world.approver.id, **campaign).id
        )

    return run_campaign


@pytest.fixture
def give_points(database: Database, world: World, at: datetime) -> Callable[..., None]:
    """Points for the citizen, from a budget of their own; they last thirty days unless told otherwise."""

    def give_points(points: int, *, days: int = 30) -> None:
        def work(session: Session) -> None:
            budget_id = make_budget(session, at=at, points=points)
            give(
                session,
                account_id=world.citizen.account_id,
                budget_id=budget_id,
                points=points,
                at=at,
                days=days,
            )

        database.run(work)

    return give_points


@pytest.fixture
def make_town_offer(database: Database, world: World, at: datetime) -> Callable[..., uuid.UUID]:
    """An offer of the bakery's, 50 yen off unless told otherwise; its id. Takes what `make_offer` takes."""

    def make_town_offer(**offer: Any) -> uuid.UUID:
        return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at, **offer).id)

    return make_town_offer


@pytest.fixture
def poster(database: Database, world: World, at: datetime) -> str:
    """The address on the bakery's poster."""
    return hang_poster(database, shop_id=world.shop_id, at=at)


@pytest.fixture
def proven_ledger(database: Database) -> Iterator[None]:
    yield
    assert database.run(verify_ledger) == []


@pytest.fixture
def nobody(app: Any) -> ApiClient:
    return ApiClient(app)


@pytest.fixture
def citizen(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.citizen.token)


@pytest.fixture
def neighbour(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.neighbour.token)


@pytest.fixture
def clerk(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.clerk.token)


@pytest.fixture
def manager(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.manager.token)


@pytest.fixture
def register(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.register_key)


@pytest.fixture
def city(app: Any, world: World) -> ApiClient:
    """An officer, counter clerk and administrator of the city office."""
    return ApiClient(app, world.city.token)


@pytest.fixture
def approver(app: Any, world: World) -> ApiClient:
    return ApiClient(app, world.approver.token)
