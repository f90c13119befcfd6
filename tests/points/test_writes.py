"""Several movements as one list, on both databases."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import StaleRead
from backend.points.models import PointsLot, TransactionKind
from backend.points.queries import get_balance, list_spendable_lots
from backend.points.rules import Leg, LotGrant, LotMove, consume_lots, take_lots
from backend.points.verification import verify_ledger
from backend.points.writes import LOT_MOVES, LOT_USES, MOVES, POST, Movement, ledger_rows
from tests.points.conftest import Give
from tests.points.looking import entries_of, lots_left

DAY = timedelta(days=1)


@pytest.fixture
def earning(budget: uuid.UUID, purse: uuid.UUID, at: datetime) -> Movement:
    """The purse, which holds 8 points, earns 5."""
    return Movement(
        kind=TransactionKind.GRANT,
        legs=[Leg(budget, 0, -5), Leg(purse, 0, 5, expected_points=8)],
        occurred_at=at,
        lots=[LotGrant(purse, budget, 5, None, at + 20 * DAY, id=new_id())],
    )


@pytest.fixture
def spending(session: Session, give: Give, purse: uuid.UUID, till: uuid.UUID, at: datetime) -> Movement:
    """Of its 8 points the purse spends 5."""
    give(8)
    used = consume_lots(list_spendable_lots(session, account_id=purse, at=at), 5)
    return Movement(
        kind=TransactionKind.SPEND,
        legs=[Leg(purse, 0, -5), Leg(till, 0, 5)],
        occurred_at=at,
        lot_moves=take_lots(used, alive_at=at),
    )


class TestLedgerRows:
    def test_earn_and_spend_at_once(
        self,
        session: Session,
        earning: Movement,
        spending: Movement,
        budget: uuid.UUID,
        purse: uuid.UUID,
        till: uuid.UUID,
        at: datetime,
    ) -> None:
        POST.run(session, ledger_rows([earning, spending], at=at))

        assert entries_of(session, earning.id) == {budget: -5, purse: 5}
        assert entries_of(session, spending.id) == {purse: -5, till: 5}
        assert get_balance(session, account_id=purse) == 8
        assert lots_left(session, purse) == [3, 5]
        assert verify_ledger(session) == []

    def test_move_a_balance_once_and_keep_its_guard_when_it_nets_to_nothing(
        self, earning: Movement, spending: Movement, purse: uuid.UUID, at: datetime
    ) -> None:
        rows = ledger_rows([earning, spending], at=at)

        of_purse = [row for row in rows[MOVES.name] if row["account_id"] == purse]
        assert [(row["amount_points"], row["expected_points"]) for row in of_purse] == [(0, 8)]

    def test_are_a_stale_read_when_the_balance_is_another(
        self, session: Session, give: Give, earning: Movement, spending: Movement, at: datetime
    ) -> None:
        give(1)

        with pytest.raises(StaleRead):
            POST.run(session, ledger_rows([earning, spending], at=at))

    def test_begin_a_lot_with_what_is_not_taken_at_once(
        self,
        session: Session,
        earning: Movement,
        budget: uuid.UUID,
        purse: uuid.UUID,
        give: Give,
        at: datetime,
    ) -> None:
        give(8)
        lot_id = earning.lots[0].id
        assert lot_id
        taking = Movement(
            kind=TransactionKind.RECLAIM,
            legs=[Leg(purse, 0, -2), Leg(budget, 0, 2)],
            occurred_at=at,
            lot_moves=[LotMove(lot_id, taken_points=2)],
        )

        POST.run(session, ledger_rows([earning, taking], at=at))

        assert session.get_one(PointsLot, lot_id).remaining_points == 3
        assert verify_ledger(session) == []

    def test_of_a_plain_grant_need_no_more_writes_than_they_did(
        self, earning: Movement, at: datetime
    ) -> None:
        rows = ledger_rows([earning], at=at)

        assert {name: len(found) for name, found in rows.items()} == {
            "points_transactions": 1,
            "points_entries": 2,
            "points_moves": 2,
            "points_lots": 1,
        }

    def test_take_from_a_lot_of_two_movements_once(
        self, session: Session, spending: Movement, purse: uuid.UUID, at: datetime
    ) -> None:
        again = Movement(
            kind=spending.kind,
            legs=spending.legs,
            occurred_at=at,
            lot_moves=[LotMove(spending.lot_moves[0].lot_id, taken_points=5)],
        )

        rows = ledger_rows([spending, again], at=at)

        assert [row["taken_points"] for row in rows[LOT_MOVES.name]] == [10]
        assert [row["points"] for row in rows[LOT_USES.name]] == [5, 5]
        with pytest.raises(StaleRead):
            POST.run(session, rows)

    @pytest.mark.parametrize("amounts", [[], [5], [5, -4]])
    def test_refuse_an_unbalanced_movement_among_sound_ones(
        self, earning: Movement, purse: uuid.UUID, at: datetime, amounts: list[int]
    ) -> None:
        legs = [Leg(new_id(), 0, amount) for amount in amounts]
        unbalanced = Movement(kind=TransactionKind.SPEND, legs=legs, occurred_at=at)

        with pytest.raises(ValueError, match="sum to zero"):
            ledger_rows([earning, unbalanced], at=at)


class TestLotMoves:
    @pytest.mark.parametrize(
        ("taken", "held"),
        [(5, 0), (4, 1), (0, 5), (0, -5), (8, -3)],
        ids=["more than is free", "both", "more to hold", "more to free", "what is held, and freed too"],
    )
    def test_are_a_stale_read_beyond_what_is_left_and_held(
        self, session: Session, give: Give, purse: uuid.UUID, at: datetime, taken: int, held: int
    ) -> None:
        give(8)
        lot = session.scalars(select(PointsLot).where(PointsLot.account_id == purse)).one()
        lot.held_points = 4
        session.flush()
        row = {"lot_id": lot.id, "taken_points": taken, "held_points": held, "alive_at": None}

        with pytest.raises(StaleRead):
            POST.run(session, {LOT_MOVES.name: [row]})
