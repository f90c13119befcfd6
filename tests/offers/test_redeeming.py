"""offers.redeeming and offers.writes: coupons as a purchase reads and uses them, a refund and a reward give them."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import StaleRead
from backend.base.writes import WriteList
from backend.offers.models import Coupon, Offer
from backend.offers.queries import CouponNotFound
from backend.offers.redeeming import (
    list_coupons_of_purchase,
    list_grantable,
    list_redeemable,
    list_redeemable_by_tokens,
)
from backend.offers.rules import CouponTokenExpired, CouponTokenInvalid, CouponUsed, check_redeemable
from backend.offers.service.coupons import CouponLimitReached, issue_token
from backend.offers.service.offers import hold_offer
from backend.offers.writes import COUPON_WRITES, CouponGrant, grant_rows, return_rows, use_rows
from tests.factories.offers import DAY, make_coupon, make_offer
from tests.factories.world import World

WRITES = WriteList(COUPON_WRITES)
PURCHASE, OTHER_PURCHASE = uuid.UUID(int=501), uuid.UUID(int=502)
CAMPAIGN = uuid.UUID(int=601)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def offer(database: Database, world: World, at: datetime) -> Offer:
    return database.run(lambda session: make_offer(session, shop_id=world.shop_id, at=at, stock=3))


@pytest.fixture
def coupon_id(database: Database, world: World, offer: Offer, at: datetime) -> uuid.UUID:
    return database.run(
        lambda session: make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at).id
    )


@pytest.fixture
def write(database: Database) -> Callable[[dict[str, Any]], None]:
    def run(rows: dict[str, Any]) -> None:
        database.run(lambda session: WRITES.run(session, rows))

    return run


@pytest.fixture
def use(database: Database, world: World, coupon_id: uuid.UUID, at: datetime) -> Callable[..., None]:
    """Use the coupon up with a purchase, as a scan of a till code does."""

    def run(purchase_id: uuid.UUID = PURCHASE) -> None:
        def work(session: Session) -> None:
            found = list_redeemable(session, coupon_ids=[coupon_id], account_id=world.citizen.account_id)
            check_redeemable(
                found, account_id=world.citizen.account_id, shop_id=world.shop_id, amount_yen=1000, at=at
            )
            WRITES.run(session, use_rows(found, purchase_id=purchase_id, at=at))

        database.run(work)

    return run


def kept(database: Database, coupon_id: uuid.UUID) -> Coupon:
    return database.run(lambda session: session.get_one(Coupon, coupon_id))


def show(database: Database, world: World, coupon_id: uuid.UUID, at: datetime) -> str:
    return database.run(
        lambda session: (
            issue_token(session, coupon_id=coupon_id, account_id=world.citizen.account_id, at=at).token
        )
    )


class TestListRedeemable:
    def test_brings_what_decides(
        self, database: Database, world: World, offer: Offer, coupon_id: uuid.UUID
    ) -> None:
        [coupon] = database.run(
            lambda session: list_redeemable(
                session, coupon_ids=[coupon_id], account_id=world.citizen.account_id
            )
        )

        assert (coupon.offer_id, coupon.shop_ids) == (offer.id, {world.shop_id})
        assert (coupon.terms.discount_yen, coupon.usable_until) == (50, offer.usable_until)

    def test_knows_nobody_elses(self, database: Database, world: World, coupon_id: uuid.UUID) -> None:
        with pytest.raises(CouponNotFound) as caught:
            database.run(
                lambda session: list_redeemable(
                    session, coupon_ids=[coupon_id], account_id=world.neighbour.account_id
                )
            )

        assert caught.value.field == "coupon_ids.0"


class TestListRedeemableByTokens:
    def test_finds_the_coupon_and_whose_it_is(
        self, database: Database, world: World, coupon_id: uuid.UUID, at: datetime
    ) -> None:
        token = show(database, world, coupon_id, at)

        [coupon] = database.run(
            lambda session: list_redeemable_by_tokens(session, tokens=[token], at=at + 2 * MINUTE)
        )

        assert (coupon.coupon_id, coupon.account_id) == (coupon_id, world.citizen.account_id)

    def test_refuses_a_token_after_three_minutes(
        self, database: Database, world: World, coupon_id: uuid.UUID, at: datetime
    ) -> None:
        token = show(database, world, coupon_id, at)

        with pytest.raises(CouponTokenExpired):
            database.run(
                lambda session: list_redeemable_by_tokens(session, tokens=[token], at=at + 3 * MINUTE)
            )

    def test_refuses_a_token_that_a_newer_one_replaced(
        self, database: Database, world: World, coupon_id: uuid.UUID, at: datetime
    ) -> None:
        token = show(database, world, coupon_id, at)
        show(database, world, coupon_id, at + MINUTE)

        with pytest.raises(CouponTokenInvalid):
            database.run(lambda session: list_redeemable_by_tokens(session, tokens=[token], at=at + MINUTE))


class TestCouponUses:
    def test_use_it_up_once(
        self, database: Database, coupon_id: uuid.UUID, use: Callable[..., None], at: datetime
    ) -> None:
        use()

        with pytest.raises(CouponUsed):
            use(OTHER_PURCHASE)
        coupon = kept(database, coupon_id)
        assert (coupon.redeemed_at, coupon.purchase_id) == (at, PURCHASE)

    def test_miss_their_guard_when_a_newer_token_has_been_shown(
        self, database: Database, world: World, coupon_id: uuid.UUID, at: datetime
    ) -> None:
        token = show(database, world, coupon_id, at)
        found = database.run(lambda session: list_redeemable_by_tokens(session, tokens=[token], at=at))
        show(database, world, coupon_id, at + MINUTE)

        def write_stale(session: Session) -> None:
            with pytest.raises(StaleRead):
                WRITES.run(session, use_rows(found, purchase_id=PURCHASE, at=at + MINUTE))
            raise Undone

        with pytest.raises(Undone):
            database.run(write_stale)

    def test_of_many_travel_as_well(
        self,
        database: Database,
        world: World,
        write: Callable[[dict[str, Any]], None],
        at: datetime,
    ) -> None:
        def take(session: Session) -> list[uuid.UUID]:
            offer = make_offer(session, shop_id=world.shop_id, at=at, per_person_limit=7)
            return [
                make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at).id for _ in range(7)
            ]

        coupon_ids = database.run(take)
        tokens = [show(database, world, coupon_id, at) for coupon_id in coupon_ids]
        found = database.run(lambda session: list_redeemable_by_tokens(session, tokens=tokens, at=at))

        write(use_rows(found, purchase_id=PURCHASE, at=at + MINUTE))

        used = database.run(lambda session: list_coupons_of_purchase(session, purchase_id=PURCHASE))
        assert list(used) == sorted(coupon_ids)


class TestCouponReturns:
    def test_let_it_be_used_again(
        self,
        database: Database,
        coupon_id: uuid.UUID,
        use: Callable[..., None],
        write: Callable[[dict[str, Any]], None],
        at: datetime,
    ) -> None:
        use()
        write(return_rows([coupon_id], purchase_id=PURCHASE, at=at + DAY))

        use(OTHER_PURCHASE)

        assert kept(database, coupon_id).purchase_id == OTHER_PURCHASE

    @pytest.mark.parametrize(("days", "until_days"), [(1, 30), (20, 34), (90, 104)])
    def test_leave_two_weeks_at_least(
        self,
        database: Database,
        coupon_id: uuid.UUID,
        use: Callable[..., None],
        write: Callable[[dict[str, Any]], None],
        at: datetime,
        days: int,
        until_days: int,
    ) -> None:
        use()

        write(return_rows([coupon_id], purchase_id=PURCHASE, at=at + days * DAY))

        coupon = kept(database, coupon_id)
        assert (coupon.redeemed_at, coupon.usable_until) == (None, at + until_days * DAY)

    def test_happen_once(
        self,
        coupon_id: uuid.UUID,
        database: Database,
        use: Callable[..., None],
        write: Callable[[dict[str, Any]], None],
        at: datetime,
    ) -> None:
        use()
        write(return_rows([coupon_id], purchase_id=PURCHASE, at=at))

        def again(session: Session) -> None:
            with pytest.raises(StaleRead):
                WRITES.run(session, return_rows([coupon_id], purchase_id=PURCHASE, at=at))
            raise Undone

        with pytest.raises(Undone):
            database.run(again)


class TestCouponGrants:
    def give(self, database: Database, world: World, offer: Offer, at: datetime, count: int) -> None:
        grants = [CouponGrant(offer.id, world.citizen.account_id, CAMPAIGN)] * count

        def work(session: Session) -> None:
            found = list_grantable(session, offer_ids=[offer.id], at=at)
            WRITES.run(session, grant_rows(grants, offers=found, at=at))

        database.run(work)

    @pytest.mark.parametrize("count", [1, 3])
    def test_come_out_of_the_stock(
        self, database: Database, world: World, offer: Offer, at: datetime, count: int
    ) -> None:
        self.give(database, world, offer, at, count)

        numbers = database.run(lambda session: session.scalars(select(Coupon.number)).all())
        left = database.run(lambda session: session.get_one(Offer, offer.id).stock_left)
        assert (sorted(numbers), left) == (list(range(1, count + 1)), 3 - count)

    def test_count_on_from_what_was_taken(
        self, database: Database, world: World, offer: Offer, coupon_id: uuid.UUID, at: datetime
    ) -> None:
        self.give(database, world, offer, at, 2)

        numbers = database.run(
            lambda session: session.scalars(select(Coupon.number).order_by(Coupon.number)).all()
        )
        assert list(numbers) == [1, 2, 3]

    def test_leave_a_person_what_they_may_take(
        self, database: Database, world: World, offer: Offer, at: datetime
    ) -> None:
        self.give(database, world, offer, at, 1)

        database.run(lambda session: make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at).id)

        with pytest.raises(CouponLimitReached):
            database.run(
                lambda session: make_coupon(session, offer_id=offer.id, citizen=world.citizen, at=at).id
            )

    def test_are_not_made_beyond_the_stock(
        self, database: Database, world: World, offer: Offer, at: datetime
    ) -> None:
        def work(session: Session) -> None:
            found = list_grantable(session, offer_ids=[offer.id], at=at)
            grants = [CouponGrant(offer.id, world.citizen.account_id, CAMPAIGN)] * 4
            with pytest.raises(StaleRead):
                WRITES.run(session, grant_rows(grants, offers=found, at=at))
            raise Undone

        with pytest.raises(Undone):
            database.run(work)

    def test_are_not_made_of_what_the_city_holds(
        self, database: Database, offer: Offer, at: datetime
    ) -> None:
        database.run(lambda session: hold_offer(session, offer_id=offer.id, reason="確認中", at=at))

        found = database.run(lambda session: list_grantable(session, offer_ids=[offer.id], at=at))

        assert found == {}


class Undone(Exception):
    """Takes a transaction back that has shown what it should."""
