"""Points set aside for a shop, on both databases."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.points.models import AccountKind, HoldStatus, PointsLotUse
from backend.points.queries import (
    HoldNotFound,
    get_balance,
    get_hold,
    get_points_summary,
    list_spendable_lots,
)
from backend.points.service.holds import (
    HoldClosed,
    HoldExceeded,
    HoldExpired,
    expire_holds,
    hold,
    post_hold,
    void_hold,
)
from backend.points.service.movements import (
    PointsInsufficient,
    close_account,
    lapse_expired_lots,
    open_account,
    spend,
)
from backend.points.verification import verify_ledger
from tests.points.conftest import Give
from tests.points.looking import entries_of, lots_left

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

SetAside = Callable[..., uuid.UUID]


@pytest.fixture
def set_aside(session: Session, purse: uuid.UUID, till: uuid.UUID, at: datetime) -> SetAside:
    """Hold points of the purse for the till, for five minutes unless told otherwise."""

    def set_aside(points: int, **changes: Any) -> uuid.UUID:
        usual = {
            "account_id": purse,
            "to_account_id": till,
            "points": points,
            "expires_at": at + 5 * MINUTE,
            "at": at,
        }
        return hold(session, **(usual | changes))

    return set_aside


def spendable(session: Session, purse: uuid.UUID, at: datetime) -> int:
    return sum(lot.free_points for lot in list_spendable_lots(session, account_id=purse, at=at))


class TestHold:
    def test_leaves_the_balance_and_takes_from_what_can_be_spent(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(30)

        set_aside(12)

        summary = get_points_summary(session, account_id=purse, at=at)
        assert (summary.balance_points, summary.held_points) == (18, 12)
        assert get_balance(session, account_id=purse) == 30

    def test_sets_aside_first_what_ends_first(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10, expires_at=at + 9 * DAY)
        give(10, expires_at=at + 3 * DAY)

        hold_id = set_aside(15)

        held = [(lot.free_points, lot.expires_at) for lot in get_hold(session, hold_id=hold_id).lots]
        assert held == [(10, at + 3 * DAY), (5, at + 9 * DAY)]

    def test_is_refused_beyond_what_can_be_spent(self, give: Give, set_aside: SetAside) -> None:
        give(10)
        set_aside(6)

        with pytest.raises(PointsInsufficient):
            set_aside(5)

    def test_is_refused_from_pending_points(self, give: Give, set_aside: SetAside, at: datetime) -> None:
        give(10, spendable_at=at + DAY)

        with pytest.raises(PointsInsufficient):
            set_aside(1)

    def test_takes_over_what_a_hold_left_whose_time_is_over(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        overdue = set_aside(10)

        set_aside(10, at=at + 5 * MINUTE, expires_at=at + 6 * MINUTE)

        assert get_hold(session, hold_id=overdue).status is HoldStatus.EXPIRED

    @pytest.mark.parametrize("points", [0, -1])
    def test_is_never_of_less_than_a_point(self, give: Give, set_aside: SetAside, points: int) -> None:
        give(10)

        with pytest.raises(ValueError, match="at least 1"):
            set_aside(points)

    def test_never_ends_before_it_begins(self, give: Give, set_aside: SetAside, at: datetime) -> None:
        give(10)

        with pytest.raises(ValueError, match="ends later"):
            set_aside(1, expires_at=at)

    def test_keeps_its_points_from_being_spent(
        self,
        session: Session,
        give: Give,
        set_aside: SetAside,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
    ) -> None:
        give(10)
        set_aside(6)

        with pytest.raises(PointsInsufficient):
            spend(session, account_id=purse, to_account_id=till, points=5, at=at)


class TestPostHold:
    def test_moves_what_was_held_to_the_shop(
        self,
        session: Session,
        give: Give,
        set_aside: SetAside,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
    ) -> None:
        give(30)
        hold_id = set_aside(12)

        transaction_id = post_hold(session, hold_id=hold_id, points=12, at=at)

        assert entries_of(session, transaction_id) == {purse: -12, till: 12}
        assert lots_left(session, purse) == [18]

    def test_frees_what_it_does_not_need(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + 3 * DAY)
        give(10, expires_at=at + 9 * DAY)
        hold_id = set_aside(15)

        post_hold(session, hold_id=hold_id, points=7, at=at)

        assert lots_left(session, purse) == [3, 10]
        assert spendable(session, purse, at) == 13

    def test_tells_how_it_ended(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(8)

        post_hold(session, hold_id=hold_id, points=5, at=at + MINUTE)

        found = get_hold(session, hold_id=hold_id)
        ended = (found.status, found.points, found.posted_points, found.closed_at)
        assert ended == (HoldStatus.POSTED, 8, 5, at + MINUTE)

    def test_writes_down_what_it_took_from_each_lot(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10, expires_at=at + 3 * DAY)
        give(10, expires_at=at + 9 * DAY)
        give(10, expires_at=at + 9 * DAY)
        hold_id = set_aside(25)

        transaction_id = post_hold(session, hold_id=hold_id, points=12, at=at)

        uses = select(PointsLotUse.points).where(PointsLotUse.transaction_id == transaction_id)
        assert sorted(session.scalars(uses)) == [2, 10]

    def test_takes_a_lot_that_ended_while_it_was_held(
        self, session: Session, give: Give, set_aside: SetAside, till: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + MINUTE)
        hold_id = set_aside(10)
        lapse_expired_lots(session, at=at + 2 * MINUTE)

        post_hold(session, hold_id=hold_id, points=10, at=at + 3 * MINUTE)

        assert get_balance(session, account_id=till) == 10

    def test_is_refused_from_the_end_of_the_hold_on_though_no_job_has_run(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(10)

        with pytest.raises(HoldExpired):
            post_hold(session, hold_id=hold_id, points=10, at=at + 5 * MINUTE)

    def test_is_refused_after_the_job_has_ended_the_hold(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(10)
        expire_holds(session, at=at + 5 * MINUTE)

        with pytest.raises(HoldExpired):
            post_hold(session, hold_id=hold_id, points=10, at=at)

    @pytest.mark.parametrize("end", [void_hold, lambda *_, **known: post_hold(*_, points=1, **known)])
    def test_is_refused_of_a_hold_that_is_closed(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime, end: Any
    ) -> None:
        give(10)
        hold_id = set_aside(10)
        end(session, hold_id=hold_id, at=at)

        with pytest.raises(HoldClosed):
            post_hold(session, hold_id=hold_id, points=1, at=at)

    def test_is_refused_beyond_what_is_held(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(30)
        hold_id = set_aside(10)

        with pytest.raises(HoldExceeded):
            post_hold(session, hold_id=hold_id, points=11, at=at)

    @pytest.mark.parametrize("points", [0, -1])
    def test_is_never_of_less_than_a_point(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime, points: int
    ) -> None:
        give(30)
        hold_id = set_aside(10)

        with pytest.raises(ValueError, match="at least 1"):
            post_hold(session, hold_id=hold_id, points=points, at=at)

    def test_finds_no_hold_that_is_not_there(self, session: Session, at: datetime) -> None:
        with pytest.raises(HoldNotFound):
            post_hold(session, hold_id=new_id(), points=1, at=at)


class TestVoidHold:
    def test_frees_all_that_was_held(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(8)

        status = void_hold(session, hold_id=hold_id, at=at)

        assert status is HoldStatus.VOIDED
        assert spendable(session, purse, at) == 10

    def test_ends_a_hold_as_expired_whose_time_is_over(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(8)

        assert void_hold(session, hold_id=hold_id, at=at + 5 * MINUTE) is HoldStatus.EXPIRED

    def test_is_refused_twice(self, session: Session, give: Give, set_aside: SetAside, at: datetime) -> None:
        give(10)
        hold_id = set_aside(8)
        void_hold(session, hold_id=hold_id, at=at)

        with pytest.raises(HoldClosed):
            void_hold(session, hold_id=hold_id, at=at)


class TestExpireHolds:
    def test_frees_what_was_held_for_too_long(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        set_aside(3)
        set_aside(4, expires_at=at + 9 * MINUTE)

        expired = expire_holds(session, at=at + 5 * MINUTE)

        assert expired == 1
        assert spendable(session, purse, at) == 6

    def test_leaves_alone_what_lives(
        self, session: Session, give: Give, set_aside: SetAside, at: datetime
    ) -> None:
        give(10)
        set_aside(3)

        assert expire_holds(session, at=at + 5 * MINUTE - timedelta(microseconds=1)) == 0

    def test_ends_no_more_holds_at_once_than_it_is_told(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        for _ in range(7):
            set_aside(1)

        assert expire_holds(session, at=at + 5 * MINUTE, limit=6) == 6
        assert spendable(session, purse, at) == 9


class TestHeldLots:
    def test_lapse_only_once_they_are_free_again(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10, expires_at=at + MINUTE)
        hold_id = set_aside(6)

        lapse_expired_lots(session, at=at + 2 * MINUTE)
        assert lots_left(session, purse) == [6]

        void_hold(session, hold_id=hold_id, at=at + 3 * MINUTE)
        lapse_expired_lots(session, at=at + 4 * MINUTE)
        assert lots_left(session, purse) == [0]

    def test_lapse_with_all_others_when_the_citizen_leaves(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        give(10)
        hold_id = set_aside(6)

        assert close_account(session, account_id=purse, at=at) == 10

        assert get_hold(session, hold_id=hold_id).status is HoldStatus.VOIDED
        assert lots_left(session, purse) == [0]

    def test_of_others_are_not_touched(
        self, session: Session, give: Give, set_aside: SetAside, purse: uuid.UUID, at: datetime
    ) -> None:
        other = open_account(session, kind=AccountKind.CITIZEN, at=at)
        give(10)
        give(10, account_id=other)
        hold_id = set_aside(6)

        close_account(session, account_id=other, at=at)

        assert get_hold(session, hold_id=hold_id).status is HoldStatus.HELD
        assert verify_ledger(session) == []
