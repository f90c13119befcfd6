"""A transaction that began before a phone asked, and ends after: on real connections."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.organisations.models import Product, Shop
from tests.factories.notices import make_notice
from tests.factories.organisations import make_product
from tests.factories.phones import Phone, told
from tests.factories.world import World
from tests.support.client import ApiClient

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def phone(citizen: ApiClient) -> Phone:
    """Up to date."""
    phone = Phone(citizen)
    phone.sync()
    return phone


def rename(session: Session) -> None:
    session.execute(update(Shop).values(name_ja="新しい名"))


class TestLateCommit:
    @pytest.mark.parametrize("kind", ["shops", "notices"])
    def test_is_told_to_a_phone_that_asked_meanwhile(
        self, phone: Phone, database: Database, world: World, at: datetime, kind: str
    ) -> None:
        changes: dict[str, Callable[[Session], Any]] = {
            "shops": rename,
            "notices": lambda session: make_notice(session, citizen_id=world.citizen.id, at=at),
        }
        with Session(database.engine) as slow:
            changes[kind](slow)
            meanwhile = [phone.sync_page(), phone.sync_page()]
            slow.commit()

        assert [told(page) for page in meanwhile] == [{}, {}]
        assert set(told(phone.sync_page())) == {kind}

    @on_postgresql
    @pytest.mark.parametrize("kind", ["shops", "notices"])
    def test_is_told_though_later_transactions_ended_and_were_told_before(
        self, phone: Phone, database: Database, world: World, at: datetime, kind: str
    ) -> None:
        changes: dict[str, Callable[[Session], Any]] = {
            "shops": rename,
            "notices": lambda session: make_notice(session, citizen_id=world.citizen.id, at=at),
        }
        with Session(database.engine) as slow:
            changes[kind](slow)
            for number in range(2):
                database.run(
                    lambda session, number=number: make_product(
                        session, shop_id=world.shop_id, at=at, name_ja=f"品{number}"
                    )
                )
                assert set(told(phone.sync_page())) == {"products"}
            slow.commit()

        assert kind in told(phone.sync_page())
        assert told(phone.sync_page()) == {}

    @on_postgresql
    def test_is_told_when_it_touched_again_what_a_later_one_had_changed(
        self, phone: Phone, database: Database, world: World, at: datetime
    ) -> None:
        product_id = database.run(lambda session: make_product(session, shop_id=world.shop_id, at=at).id)

        def reprice(session: Session, price_yen: int) -> None:
            session.execute(update(Product).where(Product.id == product_id).values(price_yen=price_yen))

        with Session(database.engine) as slow:
            rename(slow)
            database.run(lambda session: reprice(session, 100))
            phone.sync()
            reprice(slow, 200)
            slow.commit()

        assert phone.sync_page()["products"][0]["price_yen"] == 200

    @on_postgresql
    def test_that_never_comes_leaves_no_trace(self, phone: Phone, database: Database) -> None:
        with Session(database.engine) as slow:
            rename(slow)
            phone.sync()
            slow.rollback()

        assert told(phone.sync_page()) == {}
