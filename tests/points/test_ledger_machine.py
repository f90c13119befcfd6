"""Any sequence of movements, checked after every step against a model that counts like a child.

Hypothesis invents the sequences and cuts a failing one down to its shortest. Each begins with accounts of its
own in the one database of the test, for history cannot be taken back.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
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
from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session

from backend.base.database import Database, UtcDateTime, new_id
from backend.base.errors import MeguriError
from backend.points.models import AccountKind, PointsLot
from backend.points.queries import (
    AskedPoints,
    PointsSummary,
    get_balance,
    get_points_summary,
    list_debts,
    unspendable_points,
)
from backend.points.service.holds import expire_holds, hold, post_hold, void_hold
from backend.points.service.movements import (
    close_account,
    fund,
    grant,
    lapse_expired_lots,
    open_account,
    release,
    spend,
)
from backend.points.service.reversals import give_back, reclaim
from backend.points.verification import verify_ledger
from tests.conftest import NOW
from tests.points.ledger_model import Model, ModelGrant, ModelHold, ModelSpend

HOUR = timedelta(hours=1)
PURSE = st.sampled_from([0, 1])
FEW = st.integers(min_value=1, max_value=12)
ANY = st.integers(min_value=0, max_value=10**6)


class LedgerMachine(RuleBasedStateMachine):
    """Two purses, one budget in several slices, one till, and a clock that only moves on."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database

    @initialize(slice_count=st.integers(min_value=1, max_value=4))
    def open_accounts(self, slice_count: int) -> None:
        self.at = NOW
        self.model = Model()
        self.closed: set[int] = set()
        # What the ledger calls each of the model's.
        self.hold_ids: dict[ModelHold, uuid.UUID] = {}
        self.spend_ids: dict[ModelSpend, uuid.UUID] = {}
        self.lot_ids: dict[ModelGrant, uuid.UUID] = {}

        def work(session: Session) -> list[uuid.UUID]:
            kinds = [AccountKind.CITIZEN, AccountKind.CITIZEN, AccountKind.SHOP]
            opened = [open_account(session, kind=kind, at=self.at) for kind in kinds]
            funding: Any = {"kind": AccountKind.FUNDING, "at": self.at, "slice_count": slice_count}
            return [*opened, open_account(session, **funding)]

        *self.purses, self.till, self.budget = self.database.run(work)

    @rule(points=st.integers(min_value=1, max_value=40))
    def fund(self, points: int) -> None:
        self.carry_out(fund, account_id=self.budget, points=points)
        self.model.budget += points

    @rule(points=FEW)
    def release(self, points: int) -> None:
        released, _ = self.carry_out(release, account_id=self.budget, points=points)
        assert released == ("done" if self.model.budget >= points else "budget_insufficient")
        if released == "done":
            self.model.budget -= points

    @rule(
        purse=PURSE,
        points=FEW,
        hours=st.integers(min_value=1, max_value=10),
        pending_hours=st.sampled_from([0, 0, 2]),
    )
    def grant(self, purse: int, points: int, hours: int, pending_hours: int) -> None:
        if purse in self.closed:
            return
        spendable_at, expires_at = self.at + pending_hours * HOUR, self.at + hours * HOUR
        granted, transaction_id = self.carry_out(
            grant,
            account_id=self.purses[purse],
            funding_account_id=self.budget,
            points=points,
            expires_at=expires_at,
            spendable_at=spendable_at if pending_hours else None,
        )
        assert granted == self.model.grant(purse, points, spendable_at, expires_at)
        if granted == "done":
            of_grant = select(PointsLot.id).where(PointsLot.transaction_id == transaction_id)
            self.lot_ids[self.model.grants[-1]] = self.read(lambda session: session.scalars(of_grant).one())

    @rule(purse=PURSE, points=FEW)
    def spend(self, purse: int, points: int) -> None:
        spent, transaction_id = self.carry_out(
            spend, account_id=self.purses[purse], to_account_id=self.till, points=points
        )
        assert spent == self.model.spend(purse, points, self.at)
        if spent == "done":
            self.spend_ids[self.model.spends[-1]] = transaction_id

    @rule(purse=PURSE, points=FEW, hours=st.integers(min_value=1, max_value=4))
    def hold(self, purse: int, points: int, hours: int) -> None:
        expires_at = self.at + hours * HOUR
        held, hold_id = self.carry_out(
            hold,
            account_id=self.purses[purse],
            to_account_id=self.till,
            points=points,
            expires_at=expires_at,
        )
        assert held == self.model.hold(purse, points, expires_at, self.at)
        if held == "done":
            self.hold_ids[self.model.holds[-1]] = hold_id

    @rule(which=ANY, points=FEW)
    @precondition(lambda self: self.model.holds)
    def post(self, which: int, points: int) -> None:
        chosen = self.model.holds[which % len(self.model.holds)]
        posted, transaction_id = self.carry_out(post_hold, hold_id=self.hold_ids[chosen], points=points)
        assert posted == self.model.post(chosen, points, self.at)
        if posted == "done":
            self.spend_ids[self.model.spends[-1]] = transaction_id

    @rule(which=ANY)
    @precondition(lambda self: self.model.holds)
    def void(self, which: int) -> None:
        chosen = self.model.holds[which % len(self.model.holds)]
        voided, _ = self.carry_out(void_hold, hold_id=self.hold_ids[chosen])
        assert voided == self.model.void(chosen, self.at)

    @rule()
    def expire_holds(self) -> None:
        """Of this sequence and of those before it."""
        self.carry_out(expire_holds, limit=10_000)
        self.model.expire(self.at)

    @rule(which=ANY, points=FEW)
    @precondition(lambda self: self.model.grants)
    def reclaim(self, which: int, points: int) -> None:
        chosen = self.model.grants[which % len(self.model.grants)]
        points = min(points, chosen.points - chosen.asked)
        if points < 1:
            return
        done, reclaimed = self.carry_out(
            reclaim,
            account_id=self.purses[chosen.purse],
            asked={self.lot_ids[chosen]: AskedPoints(points, chosen.asked)},
            source_id=new_id(),
        )
        if chosen.purse in self.closed:
            assert done == "account_closed"
            return
        figures = (reclaimed.taken_points, reclaimed.owed_points, reclaimed.forgiven_points)
        assert figures == self.model.reclaim(chosen, points, self.at)

    @rule(which=ANY, points=FEW)
    @precondition(lambda self: self.model.spends)
    def give_back(self, which: int, points: int) -> None:
        chosen = self.model.spends[which % len(self.model.spends)]
        returned, _ = self.carry_out(
            give_back,
            spend_transaction_id=self.spend_ids[chosen],
            points=points,
            source_id=new_id(),
        )
        if chosen.purse in self.closed:
            assert returned == "account_closed"
        else:
            assert returned == self.model.give_back(chosen, points, self.at)

    @rule(hours=st.integers(min_value=1, max_value=6))
    def let_time_pass(self, hours: int) -> None:
        self.at += hours * HOUR

    @rule()
    def lapse(self) -> None:
        """Everything that is over, of this sequence and of those before it."""
        self.carry_out(lapse_expired_lots, limit=10_000)
        self.model.lapse(self.at)

    @rule(purse=PURSE)
    @precondition(lambda self: len(self.closed) < 1)
    def close(self, purse: int) -> None:
        _, lapsed_points = self.carry_out(close_account, account_id=self.purses[purse])
        assert lapsed_points == self.model.close(purse)
        self.closed.add(purse)

    @invariant()
    def every_law_of_the_ledger_holds(self) -> None:
        assert self.read(verify_ledger) == []

    @invariant()
    def balances_are_the_models(self) -> None:
        accounts = [*self.purses, self.till, self.budget]
        balances = self.read(
            lambda session: [get_balance(session, account_id=account_id) for account_id in accounts]
        )
        assert balances == [self.model.held(0), self.model.held(1), self.model.till, self.model.budget]

    @invariant()
    def what_citizens_are_shown_is_the_models(self) -> None:
        shown = self.read(
            lambda session: [
                plain(get_points_summary(session, account_id=account_id, at=self.at))
                for account_id in self.purses
            ]
        )
        assert shown == [self.model.summary(0, self.at), self.model.summary(1, self.at)]

    @invariant()
    def what_can_be_spent_is_the_same_by_sums_and_by_lots(self) -> None:
        at: ColumnElement[Any] = literal(self.at, UtcDateTime())
        unspendable = [select(unspendable_points(literal(purse), at)) for purse in self.purses]
        found = self.read(lambda session: [session.scalar(query) for query in unspendable])
        spendable = [self.model.held(purse) - (found[purse] or 0) for purse in (0, 1)]
        assert spendable == [self.model.summary(purse, self.at)[0] for purse in (0, 1)]

    @invariant()
    def debts_are_the_models(self) -> None:
        owed = self.read(
            lambda session: [
                [debt.owed_points for debt in list_debts(session, account_id=account_id)]
                for account_id in self.purses
            ]
        )
        assert owed == [[points for points in self.model.debts[purse] if points] for purse in (0, 1)]

    def carry_out(self, movement: Any, **arguments: Any) -> tuple[str, Any]:
        """ "done" and what it gave, or the code of the refusal."""
        try:
            given = self.database.run(lambda session: movement(session, at=self.at, **arguments))
        except MeguriError as error:
            return error.code, None
        return "done", given

    def read(self, query: Callable[[Session], Any]) -> Any:
        return self.database.run(query, writes=False)


def plain(summary: PointsSummary) -> tuple[int, int, int, dict[Any, int]]:
    ends = {expiry.expires_at: expiry.points for expiry in summary.next_expiries}
    return summary.balance_points, summary.pending_points, summary.held_points, ends


@pytest.mark.slow
class TestLedgerMachine:
    def test_agrees_with_the_model_after_every_step_of_any_sequence(self, database: Database) -> None:
        run_state_machine_as_test(
            lambda: LedgerMachine(database),
            settings=settings(
                max_examples=25,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
