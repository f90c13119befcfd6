"""How a ledger transaction is written: the one list of writes behind every movement of points."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, SmallInteger, Uuid, and_, or_, update

from backend.base.database import UtcDateTime, new_id
from backend.base.writes import RowColumns, Write, WriteList, WriteRow, insert_into
from backend.points.models import PointsBalance, PointsEntry, PointsLot, PointsTransaction, TransactionKind
from backend.points.rules import Leg, LotGrant, merge_legs

balances = PointsBalance.__table__
lots = PointsLot.__table__


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


def _use_lot(row: RowColumns, _dialect: str) -> Any:
    """Only what is left; and, unless it lapses, only while it lives: expiry holds before any job has run."""
    return (
        update(PointsLot)
        .where(
            lots.c.id == row["lot_id"],
            lots.c.remaining_points >= row["points"],
            or_(row["alive_at"].is_(None), and_(lots.c.expires_at > row["alive_at"])),
        )
        .values(remaining_points=lots.c.remaining_points - row["points"])
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
LOTS = insert_into(
    PointsLot.__table__,
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
LOT_USES = Write(
    "points_lot_uses",
    {"lot_id": Uuid(), "points": BigInteger(), "alive_at": UtcDateTime()},
    _use_lot,
)

GRANT_WRITES = (TRANSACTIONS, ENTRIES, MOVES, LOTS)
POST = WriteList([*GRANT_WRITES, LOT_USES])

Rows = dict[str, list[WriteRow]]


def transaction_rows(
    *,
    kind: TransactionKind,
    source_id: uuid.UUID | None,
    occurred_at: datetime,
    at: datetime,
    legs: Sequence[Leg],
) -> tuple[uuid.UUID, Rows]:
    """The rows of one balanced transaction. Raises ValueError when unbalanced or when it moves nothing."""
    transaction_id = new_id()
    merged = merge_legs(legs)
    if not merged or sum(leg.amount_points for leg in merged) != 0:
        raise ValueError("the legs of a transaction must move points and sum to zero")
    transaction: WriteRow = {
        "id": transaction_id,
        "kind": kind.value,
        "source_id": source_id,
        "occurred_at": occurred_at,
        "recorded_at": at,
    }
    entries: list[WriteRow] = [
        {
            "transaction_id": transaction_id,
            "position": position,
            "account_id": leg.account_id,
            "slice": leg.slice,
            "amount_points": leg.amount_points,
        }
        for position, leg in enumerate(merged, 1)
    ]
    moves: list[WriteRow] = [
        {
            "account_id": leg.account_id,
            "slice": leg.slice,
            "amount_points": leg.amount_points,
            "expected_points": leg.expected_points,
        }
        for leg in merged
    ]
    return transaction_id, {TRANSACTIONS.name: [transaction], ENTRIES.name: entries, MOVES.name: moves}


def lot_rows(transaction_id: uuid.UUID, grants: Sequence[LotGrant], at: datetime) -> Rows:
    rows: list[WriteRow] = [
        {
            "id": new_id(),
            "account_id": grant.account_id,
            "transaction_id": transaction_id,
            "funding_account_id": grant.funding_account_id,
            "granted_points": grant.points,
            "remaining_points": grant.points,
            "issued_at": at,
            "spendable_at": grant.spendable_at,
            "expires_at": grant.expires_at,
        }
        for grant in grants
    ]
    return {LOTS.name: rows}


def lot_use_rows(used: Mapping[uuid.UUID, int], alive_at: datetime | None) -> Rows:
    """`alive_at` None takes from dead lots too: for lapsing."""
    rows: list[WriteRow] = [
        {"lot_id": lot_id, "points": points, "alive_at": alive_at} for lot_id, points in sorted(used.items())
    ]
    return {LOT_USES.name: rows}
