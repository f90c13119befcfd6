"""Any sequence of movements, checked after every step against a model of a few lines.

Hypothesis invents the sequences and cuts a failing one down to its shortest. Each begins with accounts of its
own in the one database of the test, for history cannot be taken back.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.base.errors import MeguriError
from backend.points.models import AccountKind
from backend.points.queries import PointsSummary, get_balance, get_points_summary
from backend.points.service import (
    close_account,
    fund,
    grant,
    lapse_expired_lots,
    open_account,
    spend,
)
from backend.points.verification import verify_ledger
from tests.conftest import NOW

HOUR = timedelta(hours=1)
FEW = st.integers(min_value=1, max_value=12)


@dataclass
class ModelLot:
    left: int
    spendable_at: datetime
    expires_at: datetime


@dataclass
class Model:
    """Points as a child would count them."""

    budget: int = 0
    till: int = 0
    purses: dict[int, list[ModelLot]] = field(default_factory=dict)

    def live(self, purse: int, at: datetime) -> list[ModelLot]:
        lots = [lot for lot in self.purses[purse] if lot.spendable_at <= at < lot.expires_at]
        return sorted(lots, key=lambda lot: lot.expires_at)

    def spend(self, purse: int, points: int, at: datetime) -> bool:
        if sum(lot.left for lot in self.live(purse, at)) < points:
            return False
        self.till += points
        for lot in self.live(purse, at):
            taken = min(lot.left, points)
            lot.left -= taken
            points -= taken
        return True

    def lapse(self, at: datetime) -> None:
        for lots in self.purses.values():
            lots[:] = [lot for lot in lots if lot.expires_at > at]

    def held(self, purse: int) -> int:
        return sum(lot.left for lot in self.purses[purse])

    def summary(self, purse: int, at: datetime) -> tuple[int, int, dict[datetime, int]]:
        alive = [lot for lot in self.purses[purse] if lot.expires_at > at and lot.left]
        ends: dict[datetime, int] = {}
        for lot in sorted(alive, key=lambda lot: lot.expires_at):
            ends[lot.expires_at] = ends.get(lot.expires_at, 0) + lot.left
        balance = sum(lot.left for lot in alive if lot.spendable_at <= at)
        return balance, sum(lot.left for lot in alive) - balance, dict(list(ends.items())[:5])


class LedgerMachine(RuleBasedStateMachine):
    """Two purses, one budget in several slices, one till, and a clock that only moves on."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    @initialize(slice_count=st.integers(min_value=1, max_value=4))
    def open_accounts(self, slice_count: int) -> None:
        self.at = NOW
        self.model = Model(purses={0: [], 1: []})
        self.closed: set[int] = set()

        def work(session: Session) -> list[uuid.UUID]:
            kinds = [AccountKind.CITIZEN, AccountKind.CITIZEN, AccountKind.SHOP]
            opened = [open_account(session, kind=kind, at=self.at) for kind in kinds]
            funding = {"kind": AccountKind.FUNDING, "at": self.at, "slice_count": slice_count}
            return [*opened, open_account(session, **funding)]

        *self.purses, self.till, self.budget = self.database.run(work)

    @rule(points=st.integers(min_value=1, max_value=40))
    def fund(self, points: int) -> None:
        self.database.run(lambda session: fund(session, account_id=self.budget, points=points, at=self.at))
        self.model.budget += points

    @rule(
        purse=st.sampled_from([0, 1]),
        points=FEW,
        hours=st.integers(min_value=1, max_value=10),
        pending_hours=st.sampled_from([0, 0, 2]),
    )
    def grant(self, purse: int, points: int, hours: int, pending_hours: int) -> None:
        if purse in self.closed:
            return
        spendable_at = self.at + pending_hours * HOUR
        granted = self.carry_out(
            grant,
            account_id=self.purses[purse],
            funding_account_id=self.budget,
            points=points,
            expires_at=self.at + hours * HOUR,
            spendable_at=spendable_at if pending_hours else None,
        )
        assert granted == ("budget_insufficient" if self.model.budget < points else "done")
        if granted == "done":
            self.model.budget -= points
            self.model.purses[purse].append(ModelLot(points, spendable_at, self.at + hours * HOUR))

    @rule(purse=st.sampled_from([0, 1]), points=FEW)
    def spend(self, purse: int, points: int) -> None:
        spent = self.carry_out(spend, account_id=self.purses[purse], to_account_id=self.till, points=points)
        can = self.model.spend(purse, points, self.at)
        assert spent == ("done" if can else "points_insufficient")

    @rule(hours=st.integers(min_value=1, max_value=6))
    def let_time_pass(self, hours: int) -> None:
        self.at += hours * HOUR

    @rule()
    def lapse(self) -> None:
        """Everything that is over, of this sequence and of those before it."""
        self.database.run(lambda session: lapse_expired_lots(session, at=self.at, limit=10_000))
        self.model.lapse(self.at)

    @rule(purse=st.sampled_from([0, 1]))
    @precondition(lambda self: len(self.closed) < 1)
    def close(self, purse: int) -> None:
        lapsed_points = self.database.run(
            lambda session: close_account(session, account_id=self.purses[purse], at=self.at)
        )
        assert lapsed_points == self.model.held(purse)
        self.model.purses[purse] = []
        self.closed.add(purse)

    @invariant()
    def every_law_of_the_ledger_holds(self) -> None:
        assert self.database.run(verify_ledger, writes=False) == []

    @invariant()
    def balances_are_the_models(self) -> None:
        accounts = [*self.purses, self.till, self.budget]
        balances = self.database.run(
            lambda session: [get_balance(session, account_id=account_id) for account_id in accounts],
            writes=False,
        )
        assert balances == [self.model.held(0), self.model.held(1), self.model.till, self.model.budget]

    @invariant()
    def what_citizens_are_shown_is_the_models(self) -> None:
        shown = self.database.run(
            lambda session: [
                plain(get_points_summary(session, account_id=account_id, at=self.at))
                for account_id in self.purses
            ],
            writes=False,
        )
        assert shown == [self.model.summary(0, self.at), self.model.summary(1, self.at)]

    def carry_out(self, movement: Any, **arguments: Any) -> str:
        """ "done", or the code of the refusal."""
        try:
            self.database.run(lambda session: movement(session, at=self.at, **arguments))
        except MeguriError as error:
            return error.code
        return "done"


def plain(summary: PointsSummary) -> tuple[int, int, dict[datetime, int]]:
    ends = {expiry.expires_at: expiry.points for expiry in summary.next_expiries}
    return summary.balance_points, summary.pending_points, ends


@pytest.mark.slow
class TestLedgerMachine:
    def test_agrees_with_the_model_after_every_step_of_any_sequence(self, database: Database) -> None:
        run_state_machine_as_test(
            lambda: LedgerMachine(database),
            settings=settings(
                max_examples=40,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
