"""Movements by hand: by two people, once, never into a debt."""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.base.errors import MeguriError, SecondPersonRequired
from backend.points.models import AccountKind, PointsCorrection, PointsLot, PointsLotUse, PointsTransaction
from backend.points.queries import get_balance
from backend.points.service.budgets import get_figures
from backend.points.service.corrections import (
    AccountNotFound,
    BudgetNotFound,
    CorrectionContradictory,
    CorrectionDecided,
    CorrectionDraft,
    CorrectionNotFound,
    approve_correction,
    get_correction,
    propose_correction,
    reject_correction,
)
from backend.points.service.movements import (
    AccountClosed,
    BudgetInsufficient,
    PointsInsufficient,
    close_account,
    open_account,
)
from backend.points.verification import verify_ledger
from tests.factories.budgets import give, make_budget
from tests.factories.people import make_staff


@dataclass(frozen=True)
class Office:
    """A citizen's account with lots of 10, 20 and 30 points, the sooner the smaller; a budget; two people."""

    purse: uuid.UUID
    budget: uuid.UUID
    officer: uuid.UUID
    approver: uuid.UUID


@pytest.fixture
def office(database: Database, at: datetime) -> Office:
    def work(session: Session) -> Office:
        budget = make_budget(session, at=at, points=100)
        purse = open_account(session, kind=AccountKind.CITIZEN, at=at)
        for points in (30, 10, 20):
            give(session, account_id=purse, budget_id=budget, points=points, at=at, days=points)
        officer, approver = (
            make_staff(session, at=at, face="city", roles=(role,)).id for role in ("officer", "approver")
        )
        return Office(purse, budget, officer, approver)

    return database.run(work)


def propose(session: Session, office: Office, points: int, at: datetime, **changes: Any) -> uuid.UUID:
    draft = CorrectionDraft(
        **{"funding_account_id": office.budget, "points": points, "reason": "レジの不具合", **changes}
    )
    return propose_correction(
        session, account_id=office.purse, draft=draft, proposed_by=office.officer, at=at
    ).id


def correct(session: Session, office: Office, points: int, at: datetime, **changes: Any) -> PointsCorrection:
    correction_id = propose(session, office, points, at, **changes)
    return approve_correction(session, correction_id=correction_id, approved_by=office.approver, at=at)


def lots_left(session: Session, office: Office) -> list[int]:
    """The first-expiring first."""
    query = select(PointsLot.remaining_points).where(PointsLot.account_id == office.purse)
    return list(session.scalars(query.order_by(PointsLot.expires_at)))


class TestProposeCorrection:
    def test_moves_nothing(self, session: Session, office: Office, at: datetime) -> None:
        propose(session, office, 25, at)

        assert get_balance(session, account_id=office.purse) == 60

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"points": 0}, "points"), ({"points": -5, "lifetime_days": 30}, "lifetime_days")],
    )
    def test_refuses_a_contradiction(
        self, session: Session, office: Office, at: datetime, changes: dict[str, int], field: str
    ) -> None:
        with pytest.raises(CorrectionContradictory) as refusal:
            propose(session, office, at=at, **{"points": 5, **changes})

        assert refusal.value.field == field

    def test_wants_a_citizens_account(self, session: Session, office: Office, at: datetime) -> None:
        draft = CorrectionDraft(funding_account_id=office.budget, points=5, reason="?")

        for account_id in (uuid.uuid4(), office.budget):
            with pytest.raises(AccountNotFound):
                propose_correction(
                    session, account_id=account_id, draft=draft, proposed_by=office.officer, at=at
                )

    def test_wants_a_budget(self, session: Session, office: Office, at: datetime) -> None:
        for account_id in (uuid.uuid4(), office.purse):
            with pytest.raises(BudgetNotFound):
                propose(session, office, 5, at, funding_account_id=account_id)

    def test_refuses_an_account_whose_citizen_left(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        close_account(session, account_id=office.purse, at=at)

        with pytest.raises(AccountClosed):
            propose(session, office, 5, at)


class TestApproveCorrection:
    def test_gives_a_lot_that_lives_for_a_year(self, session: Session, office: Office, at: datetime) -> None:
        correction = correct(session, office, 25, at)

        lot = session.scalars(
            select(PointsLot).where(PointsLot.transaction_id == correction.transaction_id)
        ).one()
        assert (lot.account_id, lot.funding_account_id) == (office.purse, office.budget)
        assert (lot.granted_points, lot.expires_at) == (25, datetime(2027, 6, 15, 15, 0, tzinfo=UTC))

    def test_gives_a_lot_that_lives_as_long_as_was_proposed(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        correction = correct(session, office, 25, at, lifetime_days=1)

        expires_at = session.scalar(
            select(PointsLot.expires_at).where(PointsLot.transaction_id == correction.transaction_id)
        )
        assert expires_at == datetime(2026, 6, 16, 15, 0, tzinfo=UTC)

    def test_takes_back_from_what_ends_first(self, session: Session, office: Office, at: datetime) -> None:
        correct(session, office, -15, at)

        assert lots_left(session, office) == [0, 15, 30]
        assert get_balance(session, account_id=office.purse) == 45
        assert get_balance(session, account_id=office.budget) == 55

    def test_notes_what_it_took_of_each_lot(self, session: Session, office: Office, at: datetime) -> None:
        correction = correct(session, office, -15, at)

        uses = select(PointsLotUse.points).where(PointsLotUse.transaction_id == correction.transaction_id)
        assert sorted(session.scalars(uses)) == [5, 10]

    @pytest.mark.parametrize("points", [25, -15])
    def test_is_a_transaction_that_names_its_correction(
        self, session: Session, office: Office, at: datetime, points: int
    ) -> None:
        correction = correct(session, office, points, at)

        transaction = session.get_one(PointsTransaction, correction.transaction_id)
        assert (transaction.kind, transaction.source_id) == ("correct", correction.id)

    @pytest.mark.parametrize("points", [25, -15, -60, 40])
    def test_leaves_a_ledger_that_adds_up(
        self, session: Session, office: Office, at: datetime, points: int
    ) -> None:
        correct(session, office, points, at)

        assert list(verify_ledger(session)) == []

    def test_is_told_in_the_budgets_figures(self, session: Session, office: Office, at: datetime) -> None:
        correct(session, office, 25, at)
        correct(session, office, -15, at)

        figures = get_figures(session, account_ids=[office.budget], at=at)[office.budget]

        assert (figures.granted_points, figures.reclaimed_points) == (85, 15)
        assert (figures.left_points, figures.outstanding_points) == (30, 70)

    def test_takes_pending_points_too(self, session: Session, office: Office, at: datetime) -> None:
        session.execute(update(PointsLot).values(spendable_at=at + timedelta(days=5)))

        correct(session, office, -60, at)

        assert lots_left(session, office) == [0, 0, 0]

    def test_takes_nothing_that_is_over(self, session: Session, office: Office, at: datetime) -> None:
        later = at + timedelta(days=10)

        with pytest.raises(PointsInsufficient):
            correct(session, office, -60, later)

    def test_takes_nothing_that_is_held_for_a_shop(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        session.execute(update(PointsLot).where(PointsLot.granted_points == 10).values(held_points=6))

        correct(session, office, -15, at)

        assert lots_left(session, office) == [6, 9, 30]

    def test_never_leaves_a_debt(self, session: Session, office: Office, at: datetime) -> None:
        with pytest.raises(PointsInsufficient):
            correct(session, office, -61, at)

    def test_never_overdraws_the_budget(self, session: Session, office: Office, at: datetime) -> None:
        with pytest.raises(BudgetInsufficient):
            correct(session, office, 41, at)

    def test_wants_a_second_person(self, session: Session, office: Office, at: datetime) -> None:
        correction_id = propose(session, office, 25, at)

        with pytest.raises(SecondPersonRequired):
            approve_correction(session, correction_id=correction_id, approved_by=office.officer, at=at)

    def test_happens_once(self, session: Session, office: Office, at: datetime) -> None:
        correction = correct(session, office, 25, at)

        with pytest.raises(CorrectionDecided):
            approve_correction(session, correction_id=correction.id, approved_by=office.approver, at=at)

    def test_is_refused_when_the_citizen_has_left(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        correction_id = propose(session, office, 25, at)
        close_account(session, account_id=office.purse, at=at)
        session.expire_all()

        with pytest.raises(AccountClosed):
            approve_correction(session, correction_id=correction_id, approved_by=office.approver, at=at)

    def test_knows_no_correction_that_is_not_there(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        with pytest.raises(CorrectionNotFound):
            approve_correction(session, correction_id=uuid.uuid4(), approved_by=office.approver, at=at)


class TestRejectCorrection:
    def test_moves_nothing_and_says_why(self, session: Session, office: Office, at: datetime) -> None:
        correction_id = propose(session, office, 25, at)

        rejected = reject_correction(
            session, correction_id=correction_id, note="領収書がない", rejected_by=office.approver, at=at
        )

        assert (rejected.status, rejected.decision_note) == ("rejected", "領収書がない")
        assert get_balance(session, account_id=office.purse) == 60

    def test_wants_a_second_person(self, session: Session, office: Office, at: datetime) -> None:
        correction_id = propose(session, office, 25, at)

        with pytest.raises(SecondPersonRequired):
            reject_correction(
                session, correction_id=correction_id, note="-", rejected_by=office.officer, at=at
            )

    def test_is_final(self, session: Session, office: Office, at: datetime) -> None:
        correction_id = propose(session, office, 25, at)
        reject_correction(session, correction_id=correction_id, note="-", rejected_by=office.approver, at=at)

        with pytest.raises(CorrectionDecided):
            approve_correction(session, correction_id=correction_id, approved_by=office.approver, at=at)


class TestTable:
    def test_itself_refuses_a_decision_by_the_same_person(
        self, session: Session, office: Office, at: datetime
    ) -> None:
        row = {
            "id": new_id(),
            "account_id": office.purse,
            "funding_account_id": office.budget,
            "points": -5,
            "reason": "?",
            "status": "rejected",
            "proposed_by_staff_id": office.officer,
            "proposed_at": at,
            "decided_by_staff_id": office.officer,
            "decided_at": at,
        }

        with pytest.raises(IntegrityError, match="decided_by_another"):
            session.execute(insert(PointsCorrection).values(row))


def at_once(works: list[Callable[[], str]]) -> Counter[str]:
    gate = Barrier(len(works))

    def go(work: Callable[[], str]) -> str:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(go, works))


def outcome(database: Database, work: Callable[[Session], Any]) -> Callable[[], str]:
    def attempt() -> str:
        try:
            database.run(work)
        except MeguriError as error:
            return error.code
        return "done"

    return attempt


@pytest.mark.slow
class TestCorrectionsAtOnce:
    @pytest.mark.parametrize("points", [25, -15])
    @pytest.mark.parametrize("round", range(3))
    def test_carry_one_out_once(
        self, database: Database, office: Office, at: datetime, points: int, round: int
    ) -> None:
        correction_id = database.run(lambda session: propose(session, office, points, at))
        approving = outcome(
            database,
            lambda session: approve_correction(
                session, correction_id=correction_id, approved_by=office.approver, at=at
            ),
        )

        ended = at_once([approving] * 6)

        assert ended == {"done": 1, "correction_decided": 5}
        assert database.run(lambda session: get_balance(session, account_id=office.purse)) == 60 + points
        assert list(database.run(verify_ledger)) == []

    @pytest.mark.parametrize("round", range(3))
    def test_either_carry_out_or_reject(
        self, database: Database, office: Office, at: datetime, round: int
    ) -> None:
        correction_id = database.run(lambda session: propose(session, office, 25, at))
        named = {"correction_id": correction_id, "at": at}
        approving = outcome(
            database, lambda session: approve_correction(session, approved_by=office.approver, **named)
        )
        rejecting = outcome(
            database,
            lambda session: reject_correction(session, note="-", rejected_by=office.approver, **named),
        )

        ended = at_once([approving, rejecting])

        found = database.run(lambda session: get_correction(session, correction_id=correction_id).status)
        held = database.run(lambda session: get_balance(session, account_id=office.purse))
        assert ended == {"done": 1, "correction_decided": 1}
        assert (found, held) in (("carried_out", 85), ("rejected", 60))

    def test_take_no_more_than_there_is(self, database: Database, office: Office, at: datetime) -> None:
        ids = [database.run(lambda session: propose(session, office, -25, at)) for _ in range(4)]
        approving = [
            outcome(
                database,
                lambda session, correction_id=correction_id: approve_correction(
                    session, correction_id=correction_id, approved_by=office.approver, at=at
                ),
            )
            for correction_id in ids
        ]

        ended = at_once(approving)

        assert ended == {"done": 2, "points_insufficient": 2}
        assert database.run(lambda session: get_balance(session, account_id=office.purse)) == 10
        carried_out = select(func.count(PointsCorrection.transaction_id))
        assert database.run(lambda session: session.scalar(carried_out)) == 2
        assert list(database.run(verify_ledger)) == []
