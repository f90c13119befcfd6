"""No phone's copy grows old unseen: whatever a document is made of is noted when it changes, by the database itself."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from backend.base.database import Base, Database
from backend.changes.kinds import NAMES
from backend.changes.models import Change, OwnChange
from backend.mobile.offers.presenters import present_offer
from backend.mobile.products.presenters import present_product
from backend.mobile.sync.schemas import ChangesOut, RemovedOut
from backend.offers.browsing import FoundOffer
from backend.offers.models import Offer
from backend.offers.service.saving import save_offer
from backend.organisations.models import Product, Shop
from backend.organisations.queries import FoundProduct
from tests.factories.notices import make_notice
from tests.factories.offers import make_offer, make_photo
from tests.factories.organisations import make_hours, make_product, make_tags
from tests.factories.phones import KINDS, Phone
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a sync reads besides documents, and what it reads of tables without telling it.
AROUND = {
    "change_counters",
    "changes",
    "own_changes",
    "citizens",
    "citizen_sessions",
    # Part of what every shop is described by, but of no document here.
    "organisations",
    # How much of a budget is used is told as it was then: it moves with every purchase.
    "points_balances",
    # The words of a message to many never change; the notices that name it are told of.
    "circulars",
}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT event_object_table, trigger_name FROM information_schema.triggers",
}
NOTING = re.compile(r"_(note|number)_\w+$")


@pytest.fixture
def full_town(database: Database, world: World, at: datetime) -> None:
    """Something of each kind."""

    def work(session: Session) -> None:
        make_tags(session, "パン", shop_id=world.shop_id)
        make_hours(session, (0, 540, 1080), shop_id=world.shop_id)
        make_product(session, shop_id=world.shop_id, at=at)
        offer = make_offer(session, shop_id=world.shop_id, at=at, tags=["鮭"])
        make_photo(session, offer=offer, at=at)
        save_offer(session, offer_id=offer.id, citizen_id=world.citizen.id, at=at)
        make_notice(session, citizen_id=world.citizen.id, at=at)

    database.run(work)


def triggers(database: Database) -> set[tuple[str, str]]:
    """Table and name of each that notes a change."""
    found = database.run(
        lambda session: session.execute(text(TRIGGERS[session.get_bind().dialect.name])).all()
    )
    return {(table, name) for table, name in found if NOTING.search(name)}


def count_changes(database: Database) -> list[int]:
    return database.run(
        lambda session: [
            session.scalar(select(func.count()).select_from(model)) or 0 for model in (Change, OwnChange)
        ]
    )


class TestDocuments:
    @on_sqlite
    def test_are_made_of_tables_whose_changes_are_noted(
        self, citizen: ApiClient, database: Database, full_town: None
    ) -> None:
        phone = Phone(citizen)

        with asked_statements(database) as statements:
            phone.sync()
            database.run(lambda session: session.execute(text("UPDATE shops SET name_ja = '新しい名'")))
            phone.sync()

        assert all(phone.copy.values())
        said = set(re.findall(r"\w+", " ".join(statements)))
        noted = {table for table, _ in triggers(database)}
        assert said & set(Base.metadata.tables) - AROUND - noted == set()

    def test_stand_for_each_kind_in_the_answer(self) -> None:
        assert set(RemovedOut().fields) == set(NAMES) == set(KINDS)
        assert set(NAMES) <= set(ChangesOut().fields)


class Watched:
    """A thing that remembers what it was asked for."""

    def __init__(self, thing: Any, asked: set[str]) -> None:
        self._thing, self._asked = thing, asked

    def __getattr__(self, name: str) -> Any:
        self._asked.add(name)
        return getattr(self._thing, name)


class TestShopCards:
    @on_sqlite
    def test_are_noted_for_all_that_products_and_offers_tell_of_a_shop(
        self, database: Database, full_town: None, at: datetime
    ) -> None:
        asked: set[str] = set()

        def present(session: Session) -> None:
            shop: Any = Watched(session.scalars(select(Shop)).one(), asked)
            product, offer = session.scalars(select(Product)).one(), session.scalars(select(Offer)).one()
            present_product(FoundProduct(product, shop), "ja")
            present_offer(FoundOffer(offer, shop, [], None, False), "ja")

        database.run(present)
        trigger = text("SELECT sql FROM sqlite_master WHERE name = 'shops_note_shop_cards_update'")
        definition: Any = database.run(lambda session: session.scalar(trigger))
        [columns] = re.findall(r"UPDATE OF (.+?) ON shops", definition)

        assert asked - {"id"} <= set(columns.split(", "))


class TestNoting:
    def test_is_the_same_on_both_databases(self, database: Database) -> None:
        """But that PostgreSQL numbers a new notice by a default, and SQLite by a trigger."""
        names = {name for _, name in triggers(database)} - {"notices_number_insert"}

        assert len(names) == 39

    @pytest.mark.parametrize(
        ("statement", "kind"),
        [
            ("UPDATE shops SET address = 'x'", "shops"),
            ("UPDATE shops SET district = 'x'", "shop_cards"),
            ("UPDATE shop_hours SET closes_minute = 1200", "shops"),
            ("DELETE FROM shop_hours", "shops"),
            ("UPDATE shop_tags SET tag = 'x'", "shops"),
            ("DELETE FROM shop_tags", "shops"),
            ("UPDATE products SET price_yen = 1", "products"),
            ("DELETE FROM products", "products"),
            ("UPDATE offers SET stock_left = NULL", "offers"),
            ("UPDATE offer_shops SET shop_id = shop_id", "offers"),
            ("DELETE FROM offer_shops", "offers"),
            ("UPDATE offer_tags SET tag = 'x'", "offers"),
            ("DELETE FROM offer_tags", "offers"),
            ("UPDATE offer_photos SET etag = 'x'", "offers"),
            ("DELETE FROM offer_photos", "offers"),
            ("UPDATE campaigns SET budget_warned_percent = 80", "campaigns"),
        ],
    )
    def test_happens_whoever_makes_the_change(
        self, database: Database, full_town: None, statement: str, kind: str
    ) -> None:
        latest = select(func.max(Change.changed_in)).where(Change.kind == kind)
        before: Any = database.run(lambda session: session.scalar(latest))

        database.run(lambda session: session.execute(text(statement)))

        assert database.run(lambda session: session.scalar(latest)) > before

    def test_keeps_a_row_a_thing(self, database: Database, full_town: None) -> None:
        before = count_changes(database)

        for number in range(3):
            database.run(lambda session, n=number: session.execute(text(f"UPDATE shops SET address = '{n}'")))

        assert count_changes(database) == before


class TestPurchases:
    def test_write_nothing_into_the_log(
        self, database: Database, full_town: None, citizen: ApiClient, clerk: ApiClient
    ) -> None:
        before = count_changes(database)
        noted = select(func.max(Change.changed_in))
        newest = database.run(lambda session: session.scalar(noted))

        buy(citizen, clerk)

        assert count_changes(database) == before
        assert database.run(lambda session: session.scalar(noted)) == newest
