"""Many at once, on real databases: the last coupon goes to exactly one, and each is used once."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.base.writes import WriteList
from backend.offers.models import Coupon, Offer
from backend.offers.redeeming import list_grantable, list_redeemable
from backend.offers.rules import check_redeemable
from backend.offers.service.offers import edit_offer
from backend.offers.writes import COUPON_WRITES, CouponGrant, grant_rows, use_rows
from tests.factories.offers import make_coupon, make_offer
from tests.factories.people import SignedInCitizen, make_citizen
from tests.factories.world import World

CROWD = 8
WRITES = WriteList(COUPON_WRITES)
CAMPAIGN = uuid.UUID(int=601)


def outcomes(database: Database, works: list[Callable[[Session], Any]]) -> Counter[str]:
    """How each ended, all let go in the same moment: "done" or the code of its refusal."""
    gate = Barrier(len(works))

    def attempt(work: Callable[[Session], Any]) -> str:
        gate.wait()
        try:
            database.run(work)
        except MeguriError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(attempt, works))


@pytest.fixture
def crowd(database: Database, world: World, at: datetime) -> list[SignedInCitizen]:
    return database.run(
        lambda session: [make_citizen(session, at=at, nickname=f"{number}") for number in range(CROWD)]
    )


def taking(offer_id: uuid.UUID, citizen: SignedInCitizen, at: datetime) -> Callable[[Session], Any]:
    return lambda session: make_coupon(session, offer_id=offer_id, citizen=citizen, at=at)


def offered(database: Database, world: World, at: datetime, **draft: Any) -> uuid.UUID:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at, **draft).id)


def count_coupons(database: Database) -> int:
    return database.run(lambda session: session.scalar(select(func.count()).select_from(Coupon)) or 0)


def stock_left(database: Database, offer_id: uuid.UUID) -> int | None:
    return database.run(lambda session: session.get_one(Offer, offer_id).stock_left)


@pytest.mark.slow
class TestCouponsAtOnce:
    @pytest.mark.parametrize("round", range(3))
    @pytest.mark.parametrize("stock", [1, 3])
    def test_are_given_out_to_the_last_and_no_further(
        self,
        database: Database,
        world: World,
        crowd: list[SignedInCitizen],
        at: datetime,
        stock: int,
        round: int,
    ) -> None:
        offer_id = offered(database, world, at, stock=stock)

        ended = outcomes(database, [taking(offer_id, citizen, at) for citizen in crowd])

        assert ended == {"done": stock, "offer_sold_out": CROWD - stock}
        assert (count_coupons(database), stock_left(database, offer_id)) == (stock, 0)

    @pytest.mark.parametrize("stock", [None, 100])
    @pytest.mark.parametrize("limit", [1, 3])
    def test_of_one_person_keep_to_the_limit(
        self, database: Database, world: World, at: datetime, limit: int, stock: int | None
    ) -> None:
        offer_id = offered(database, world, at, stock=stock, per_person_limit=limit)

        ended = outcomes(database, [taking(offer_id, world.citizen, at)] * CROWD)

        assert ended == {"done": limit, "coupon_limit_reached": CROWD - limit}
        assert count_coupons(database) == limit

    @pytest.mark.parametrize("round", range(3))
    def test_taken_and_granted_share_one_stock(
        self, database: Database, world: World, crowd: list[SignedInCitizen], at: datetime, round: int
    ) -> None:
        offer_id = offered(database, world, at, stock=5)

        def granting(citizen: SignedInCitizen) -> Callable[[Session], Any]:
            def work(session: Session) -> None:
                found = list_grantable(session, offer_ids=[offer_id], at=at)
                grants = [CouponGrant(offer_id, citizen.account_id, CAMPAIGN)] if found else []
                WRITES.run(session, grant_rows(grants, offers=found, at=at))

            return work

        half = CROWD // 2
        works = [taking(offer_id, citizen, at) for citizen in crowd[:half]]
        outcomes(database, [*works, *(granting(citizen) for citizen in crowd[half:])])

        assert (count_coupons(database), stock_left(database, offer_id)) == (5, 0)

    @pytest.mark.parametrize("round", range(3))
    def test_lose_nothing_of_a_stock_that_grows_meanwhile(
        self, database: Database, world: World, crowd: list[SignedInCitizen], at: datetime, round: int
    ) -> None:
        offer_id = offered(database, world, at, stock=CROWD)

        ended = outcomes(
            database,
            [
                *(taking(offer_id, citizen, at) for citizen in crowd),
                lambda session: edit_offer(
                    session, offer_id=offer_id, shop_ids=[world.shop_id], changes={"stock": 20}, at=at
                ),
            ],
        )

        assert ended == {"done": CROWD + 1}
        assert stock_left(database, offer_id) == 20 - CROWD

    @pytest.mark.parametrize("round", range(3))
    def test_of_one_coupon_are_used_by_one_purchase(
        self, database: Database, world: World, at: datetime, round: int
    ) -> None:
        offer_id = offered(database, world, at)
        account_id = world.citizen.account_id
        coupon_id = database.run(
            lambda session: make_coupon(session, offer_id=offer_id, citizen=world.citizen, at=at).id
        )

        def using(purchase_id: uuid.UUID) -> Callable[[Session], Any]:
            def work(session: Session) -> None:
                found = list_redeemable(session, coupon_ids=[coupon_id], account_id=account_id)
                check_redeemable(found, account_id=account_id, shop_id=world.shop_id, amount_yen=1000, at=at)
                WRITES.run(session, use_rows(found, purchase_id=purchase_id, at=at))

            return work

        ended = outcomes(database, [using(uuid.UUID(int=number)) for number in range(1, CROWD + 1)])

        assert ended == {"done": 1, "coupon_used": CROWD - 1}
