"""What an account held at a past moment."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.points.history import MomentInFuture, get_balance_at, refuse_future
from backend.points.models import AccountKind
from backend.points.queries import get_balance
from backend.points.service.movements import open_account
from tests.factories.budgets import give, make_budget, spend_at_shop

HOUR = timedelta(hours=1)


class TestGetBalanceAt:
    def test_counts_what_had_been_recorded_by_then(self, session: Session, at: datetime) -> None:
        budget = make_budget(session, at=at)
        purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
        give(session, account_id=purse, budget_id=budget, points=100, at=at + HOUR)
        give(session, account_id=purse, budget_id=budget, points=10, at=at + 2 * HOUR)
        spend_at_shop(session, account_id=purse, points=40, at=at + 3 * HOUR)

        held = [
            get_balance_at(session, account_id=purse, at=at + moment)
            for moment in (timedelta(0), HOUR, 2 * HOUR, 3 * HOUR - timedelta(microseconds=1), 3 * HOUR)
        ]

        assert held == [0, 100, 110, 110, 70]

    def test_is_the_balance_when_all_has_been_recorded(self, session: Session, at: datetime) -> None:
        budget = make_budget(session, at=at)

        assert get_balance_at(session, account_id=budget, at=at) == get_balance(session, account_id=budget)

    def test_is_nothing_for_an_account_nobody_opened(self, session: Session, at: datetime) -> None:
        assert get_balance_at(session, account_id=uuid.uuid4(), at=at) == 0


class TestRefuseFuture:
    def test_refuses_the_next_moment(self, at: datetime) -> None:
        with pytest.raises(MomentInFuture):
            refuse_future(at + timedelta(microseconds=1), at=at)

    def test_takes_this_moment(self, at: datetime) -> None:
        refuse_future(at, at=at)
