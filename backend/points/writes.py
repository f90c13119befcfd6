"""How the ledger is written: the one list of writes behind every movement of points."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, SmallInteger, String, Uuid, or_, update

from backend.base.database import UtcDateTime, new_id
from backend.base.records import made_often
from backend.base.writes import RowColumns, Write, WriteList, WriteRow, insert_into
from backend.points.models import (
    HoldStatus,
    PointsBalance,
    PointsDebt,
    PointsEntry,
    PointsHold,
    PointsHoldLot,
    PointsLot,
    PointsLotUse,
    PointsTransaction,
    TransactionKind,
)
from backend.points.rules import Leg, LotGrant, LotMove, merge_legs, merge_lot_moves

balances = PointsBalance.__table__
lots = PointsLot.__table__
holds = PointsHold.__table__
debts = PointsDebt.__table__


def _move(row: RowColumns, _dialect: str) -> Any:
    after = balances.c.balance_points + row["amount_points"]
    return (
        update(PointsBalance)
        .where(
            balances.c.account_id == row["account_id"],
            balances.c.slice == row["slice"],
            balances.c.is_open,
            or_(after >= 0, balances.c.may_overdraw),
            or_(row["expected_points"].is_(None), balances.c.balance_points == row["expected_points"]),
        )
        .values(balance_points=after)
    )


def _move_lot(row: RowColumns, _dialect: str) -> Any:
    """Only what is left and nobody else holds; and where it says so, only while the lot lives: expiry holds
    before any job has run.
    """
    remaining = lots.c.remaining_points - row["taken_points"]
    held = lots.c.held_points + row["held_points"]
    return (
        update(PointsLot)
        .where(
            lots.c.id == row["lot_id"],
            held >= 0,
            remaining >= held,
            or_(row["alive_at"].is_(None), lots.c.expires_at > row["alive_at"]),
        )
        .values(remaining_points=remaining, held_points=held)
    )


def _end_hold(row: RowColumns, _dialect: str) -> Any:
    """Once; and where it says so, only while the hold lives."""
    return (
        update(PointsHold)
        .where(
            holds.c.id == row["hold_id"],
            holds.c.status == HoldStatus.HELD.value,
            or_(row["alive_at"].is_(None), holds.c.expires_at > row["alive_at"]),
        )
        .values(status=row["status"], posted_points=row["posted_points"], closed_at=row["closed_at"])
    )


def _pay_debt(row: RowColumns, _dialect: str) -> Any:
    return (
        update(PointsDebt)
        .where(debts.c.id == row["debt_id"], debts.c.owed_points >= row["points"])
        .values(owed_points=debts.c.owed_points - row["points"])
    )


TRANSACTIONS = insert_into(
    PointsTransaction.__table__, "id", "kind", "source_id", "occurred_at", "recorded_at"
)
ENTRIES = insert_into(
    PointsEntry.__table__, "transaction_id", "position", "account_id", "slice", "amount_points"
)
MOVES = Write(
    "points_moves",
    {
        "account_id": Uuid(),
        "slice": SmallInteger(),
        "amount_points": BigInteger(),
        "expected_points": BigInteger(),
    },
    _move,
)
LOT_COLUMNS = (
    "id",
    "account_id",
    "transaction_id",
    "funding_account_id",
    "granted_points",
    "remaining_points",
    "issued_at",
    "spendable_at",
    "expires_at",
)
LOTS = insert_into(PointsLot.__table__, *LOT_COLUMNS)
# By themselves, so that no purchase carries columns of nothing.
RETURNED_LOTS = replace(
    insert_into(PointsLot.__table__, *LOT_COLUMNS, "returned_from_transaction_id", "returned_from_lot_id"),
    name="points_returned_lots",
)
HOLD_ENDS = Write(
    "points_hold_ends",
    {
        "hold_id": Uuid(),
        "status": String(8),
        "posted_points": BigInteger(),
        "closed_at": UtcDateTime(),
        "alive_at": UtcDateTime(),
    },
    _end_hold,
)
LOT_MOVES = Write(
    "points_lot_moves",
    {"lot_id": Uuid(), "taken_points": BigInteger(), "held_points": BigInteger(), "alive_at": UtcDateTime()},
    _move_lot,
)
LOT_USES = insert_into(PointsLotUse.__table__, "transaction_id", "lot_id", "points")
HOLDS = insert_into(
    PointsHold.__table__, "id", "account_id", "to_account_id", "status", "points", "created_at", "expires_at"
)
HOLD_LOTS = insert_into(PointsHoldLot.__table__, "hold_id", "lot_id", "points")
DEBTS = insert_into(
    PointsDebt.__table__,
    "id",
    "account_id",
    "funding_account_id",
    "source_id",
    "incurred_points",
    "owed_points",
    "incurred_at",
)
DEBT_PAYMENTS = Write("points_debt_payments", {"debt_id": Uuid(), "points": BigInteger()}, _pay_debt)

# In the order in which rows are locked: balances, holds, lots, debts.
LEDGER_WRITES = (
    TRANSACTIONS,
    ENTRIES,
    MOVES,
    HOLD_ENDS,
    LOTS,
    RETURNED_LOTS,
    LOT_MOVES,
    LOT_USES,
    HOLDS,
    HOLD_LOTS,
    DEBTS,
    DEBT_PAYMENTS,
)
POST = WriteList(LEDGER_WRITES)

Rows = dict[str, list[WriteRow]]


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One balanced transaction. `payments`: debt → points of it that this repays."""

    kind: TransactionKind
    legs: Sequence[Leg]
    occurred_at: datetime
    source_id: uuid.UUID | None = None
    lots: Sequence[LotGrant] = ()
    lot_moves: Sequence[LotMove] = ()
    payments: Mapping[uuid.UUID, int] = field(default_factory=dict)
    id: uuid.UUID = field(default_factory=new_id)


def ledger_rows(movements: Sequence[Movement], *, at: datetime) -> Rows:
    """Several transactions as one set of rows that changes each balance, lot and debt at most once.

    A lot that one of them grants may be taken from by another: it then begins with what is left. Raises
    ValueError for a transaction that is unbalanced or moves nothing.
    """
    rows: Rows = {
        TRANSACTIONS.name: [_transaction_row(movement, at) for movement in movements],
        ENTRIES.name: [row for movement in movements for row in _entry_rows(movement)],
        MOVES.name: [
            {
                "account_id": leg.account_id,
                "slice": leg.slice,
                "amount_points": leg.amount_points,
                "expected_points": leg.expected_points,
            }
            for leg in merge_legs([leg for movement in movements for leg in movement.legs])
        ],
    }
    moves = merge_lot_moves(move for movement in movements for move in movement.lot_moves)
    if any(movement.lots for movement in movements):
        moves = _add_lots(rows, movements, moves, at)
    if any(movement.lot_moves for movement in movements):
        rows |= {LOT_MOVES.name: _lot_move_rows(moves), LOT_USES.name: _lot_use_rows(movements)}
    if any(movement.payments for movement in movements):
        rows |= {DEBT_PAYMENTS.name: _debt_payment_rows(movements)}
    return rows


def _transaction_row(movement: Movement, at: datetime) -> WriteRow:
    return {
        "id": movement.id,
        "kind": movement.kind.value,
        "source_id": movement.source_id,
        "occurred_at": movement.occurred_at,
        "recorded_at": at,
    }


def _entry_rows(movement: Movement) -> list[WriteRow]:
    merged = [leg for leg in merge_legs(movement.legs) if leg.amount_points]
    if not merged or sum(leg.amount_points for leg in merged) != 0:
        raise ValueError("the legs of a transaction must move points and sum to zero")
    return [
        {
            "transaction_id": movement.id,
            "position": position,
            "account_id": leg.account_id,
            "slice": leg.slice,
            "amount_points": leg.amount_points,
        }
        for position, leg in enumerate(merged, 1)
    ]


def _add_lots(
    rows: Rows, movements: Sequence[Movement], moves: Sequence[LotMove], at: datetime
) -> list[LotMove]:
    """Returns the moves of lots that were there before."""
    of_new = {move.lot_id: move for move in moves}
    for movement in movements:
        for grant in movement.lots:
            taken = of_new.pop(grant.id).taken_points if grant.id in of_new else 0
            row = _lot_row(movement.id, grant, taken, at)
            rows.setdefault((RETURNED_LOTS if grant.returned_from else LOTS).name, []).append(row)
    return [move for move in moves if move.lot_id in of_new]


def _lot_row(transaction_id: uuid.UUID, grant: LotGrant, taken_points: int, at: datetime) -> WriteRow:
    row = {
        "id": grant.id or new_id(),
        "account_id": grant.account_id,
        "transaction_id": transaction_id,
        "funding_account_id": grant.funding_account_id,
        "granted_points": grant.points,
        "remaining_points": grant.points - taken_points,
        "issued_at": at,
        "spendable_at": grant.spendable_at,
        "expires_at": grant.expires_at,
    }
    if grant.returned_from:
        row["returned_from_transaction_id"] = grant.returned_from.transaction_id
        row["returned_from_lot_id"] = grant.returned_from.lot_id
    return row


def _lot_move_rows(moves: Iterable[LotMove]) -> list[WriteRow]:
    return [
        {
            "lot_id": move.lot_id,
            "taken_points": move.taken_points,
            "held_points": move.held_points,
            "alive_at": move.alive_at,
        }
        for move in moves
    ]


def _lot_use_rows(movements: Sequence[Movement]) -> list[WriteRow]:
    return [
        {"transaction_id": movement.id, "lot_id": move.lot_id, "points": move.taken_points}
        for movement in movements
        for move in movement.lot_moves
        if move.taken_points
    ]


def _debt_payment_rows(movements: Sequence[Movement]) -> list[WriteRow]:
    paid: dict[uuid.UUID, int] = {}
    for movement in movements:
        for debt_id, points in movement.payments.items():
            paid[debt_id] = paid.get(debt_id, 0) + points
    return [{"debt_id": debt_id, "points": points} for debt_id, points in sorted(paid.items())]


def hold_rows(
    *,
    hold_id: uuid.UUID,
    account_id: uuid.UUID,
    to_account_id: uuid.UUID,
    used: Mapping[uuid.UUID, int],
    expires_at: datetime,
    at: datetime,
) -> Rows:
    """A new hold. `used`: lot → points to hold of it."""
    hold = {
        "id": hold_id,
        "account_id": account_id,
        "to_account_id": to_account_id,
        "status": HoldStatus.HELD.value,
        "points": sum(used.values()),
        "created_at": at,
        "expires_at": expires_at,
    }
    moves = [LotMove(lot_id, held_points=points, alive_at=at) for lot_id, points in used.items()]
    return {
        HOLDS.name: [hold],
        HOLD_LOTS.name: [
            {"hold_id": hold_id, "lot_id": lot_id, "points": points} for lot_id, points in used.items()
        ],
        LOT_MOVES.name: _lot_move_rows(merge_lot_moves(moves)),
    }


def hold_end_rows(
    hold_ids: Iterable[uuid.UUID],
    status: HoldStatus,
    *,
    at: datetime,
    posted_points: int = 0,
    freed: Iterable[LotMove] = (),
) -> Rows:
    """Holds that end, and the lots that are free again. Only a hold that lives is posted."""
    alive_at = at if status is HoldStatus.POSTED else None
    ends: list[WriteRow] = [
        {
            "hold_id": hold_id,
            "status": status.value,
            "posted_points": posted_points,
            "closed_at": at,
            "alive_at": alive_at,
        }
        for hold_id in sorted(hold_ids)
    ]
    moves = _lot_move_rows(merge_lot_moves(freed))
    return {HOLD_ENDS.name: ends, **({LOT_MOVES.name: moves} if moves else {})}


def debt_rows(
    *,
    account_id: uuid.UUID,
    owed: Mapping[uuid.UUID, int],
    source_id: uuid.UUID,
    at: datetime,
) -> Rows:
    """`owed`: funding account → points."""
    rows: list[WriteRow] = [
        {
            "id": new_id(),
            "account_id": account_id,
            "funding_account_id": funding_account_id,
            "source_id": source_id,
            "incurred_points": points,
            "owed_points": points,
            "incurred_at": at,
        }
        for funding_account_id, points in sorted(owed.items())
    ]
    return {DEBTS.name: rows}
