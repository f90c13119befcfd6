"""The ledger's arithmetic: pure, in whole points."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.base.clock import city_day, end_of_city_day
from backend.base.records import made_often

# So long at least can points be spent that a refund gave back.
RETURNED_FOR = timedelta(days=14)


@made_often
@dataclass(frozen=True, slots=True)
class Leg:
    """What one transaction does to one slice of an account; the legs of a transaction sum to zero.

    `expected_points`: the balance this was decided upon; another balance makes the write a stale read.
    """

    account_id: uuid.UUID
    slice: int
    amount_points: int
    expected_points: int | None = None


@made_often
@dataclass(frozen=True, slots=True)
class LotGrant:
    """What a citizen gets from one funding account, with its end.

    `id`: only for whom takes from the lot at once. `returned_from`: the use that comes back as this lot.
    """

    account_id: uuid.UUID
    funding_account_id: uuid.UUID
    points: int
    spendable_at: datetime | None
    expires_at: datetime
    id: uuid.UUID | None = None
    returned_from: "LotUse | None" = None


@dataclass(frozen=True, slots=True)
class LotUse:
    """What a transaction took from a lot, by both their ids."""

    transaction_id: uuid.UUID
    lot_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class OpenLot:
    """`free_points` are left and not held."""

    id: uuid.UUID
    free_points: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LotMove:
    """So many points leave a lot, and so many more of it (below zero: fewer) are held.

    `alive_at`: only if the lot still lives at that moment; None: dead lots too.
    """

    lot_id: uuid.UUID
    taken_points: int = 0
    held_points: int = 0
    alive_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedLot:
    """A granted lot of which `points` are asked back.

    `free_points` are left of it and not held; `forgiven_points` at most need not come back, for they lapsed and
    the citizen never had the use of them.
    """

    id: uuid.UUID
    funding_account_id: uuid.UUID
    points: int
    free_points: int
    forgiven_points: int


@dataclass(frozen=True, slots=True)
class ReclaimPlan:
    """Lot → points to take; funding account → points it gets back, and points it is owed."""

    taken: Mapping[uuid.UUID, int]
    returned: Mapping[uuid.UUID, int]
    owed: Mapping[uuid.UUID, int]
    forgiven_points: int


@dataclass(frozen=True, slots=True)
class SpentLot:
    """What one spend used of a lot and did not give back yet."""

    id: uuid.UUID
    funding_account_id: uuid.UUID
    points: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """What is owed to a budget in so many slices."""

    id: uuid.UUID
    funding_account_id: uuid.UUID
    slice_count: int
    owed_points: int


def expiry_of(issued_at: datetime, lifetime_days: int) -> datetime:
    """The end of the city's day on which the lifetime is over."""
    return end_of_city_day(city_day(issued_at) + timedelta(days=lifetime_days))


def split_evenly(points: int, count: int) -> list[int]:
    """`count` parts that differ by one at most and sum to `points`."""
    share, rest = divmod(points, count)
    return [share + (index < rest) for index in range(count)]


def draw_from_slices(balances: Mapping[int, int], points: int) -> dict[int, int]:
    """Slice → points: from one slice when one has enough, else from the fullest on.

    Raises ValueError when all together have too little: the caller cuts the award first.
    """
    fitting = [number for number, balance in sorted(balances.items()) if balance >= points]
    if fitting:
        return {fitting[0]: points} if points else {}
    drawn: dict[int, int] = {}
    for number, balance in sorted(balances.items(), key=lambda item: (-item[1], item[0])):
        take = min(balance, points)
        if take > 0:
            drawn[number] = take
            points -= take
    if points:
        raise ValueError("the slices hold too little")
    return drawn


def consume_lots(lots: Iterable[OpenLot], points: int) -> dict[uuid.UUID, int]:
    """Lot → points, first-expiring first; fewer in all than asked when the lots hold fewer."""
    used: dict[uuid.UUID, int] = {}
    for lot in sorted(lots, key=lambda lot: (lot.expires_at, lot.id)):
        take = min(lot.free_points, points)
        if take > 0:
            used[lot.id] = take
            points -= take
    return used


def repay_debts(
    lots: Sequence[tuple[uuid.UUID, int]], debts: Sequence[OpenDebt]
) -> dict[uuid.UUID, dict[uuid.UUID, int]]:
    """Debt → lot → points, in the order of the debts; `lots`: their ids and points."""
    payments: dict[uuid.UUID, dict[uuid.UUID, int]] = {}
    left = dict(lots)
    for debt in debts:
        owed = debt.owed_points
        for lot_id, points in left.items():
            paid = min(points, owed)
            if paid > 0:
                payments.setdefault(debt.id, {})[lot_id] = paid
                left[lot_id] -= paid
                owed -= paid
    return payments


def plan_reclaim(asked: Sequence[AskedLot], others: Sequence[OpenLot]) -> ReclaimPlan:
    """Each lot pays for itself first; what lapsed of it is forgiven; `others` pay for the rest, and what they
    cannot pay is owed.

    `others`: every lot the account could pay with, those asked for included.
    """
    taken = {lot.id: take for lot in asked if (take := min(lot.points, lot.free_points)) > 0}
    returned: dict[uuid.UUID, int] = {}
    owed: dict[uuid.UUID, int] = {}
    forgiven_points = 0
    for lot in asked:
        budget = lot.funding_account_id
        missing = lot.points - taken.get(lot.id, 0)
        forgiven = min(missing, lot.forgiven_points)
        forgiven_points += forgiven
        returned[budget] = returned.get(budget, 0) + lot.points - missing
        owed[budget] = owed.get(budget, 0) + missing - forgiven
    free = [OpenLot(lot.id, lot.free_points - taken.get(lot.id, 0), lot.expires_at) for lot in others]
    used = consume_lots(free, sum(owed.values()))
    for lot_id, points in used.items():
        taken[lot_id] = taken.get(lot_id, 0) + points
    found = sum(used.values())
    for budget, points in owed.items():
        paid = min(points, found)
        returned[budget] += paid
        owed[budget] -= paid
        found -= paid
    return ReclaimPlan(taken, _some(returned), _some(owed), forgiven_points)


def _some(points: Mapping[uuid.UUID, int]) -> dict[uuid.UUID, int]:
    return {key: value for key, value in points.items() if value}


def plan_return(spent: Iterable[SpentLot], points: int) -> list[tuple[SpentLot, int]]:
    """What comes back of which lot: the last consumed first, so the one that ends last.

    Fewer points in all than asked when less was spent.
    """
    planned = []
    for lot in sorted(spent, key=lambda lot: (lot.expires_at, lot.id), reverse=True):
        back = min(lot.points, points)
        if back > 0:
            planned.append((lot, back))
            points -= back
    return planned


def expiry_of_returned(expires_at: datetime, at: datetime) -> datetime:
    """The old end, though not before the end of the city's day two weeks after the refund."""
    return max(expires_at, end_of_city_day(city_day(at) + RETURNED_FOR))


def take_lots(used: Mapping[uuid.UUID, int], alive_at: datetime | None) -> list[LotMove]:
    """Lot → points, as moves."""
    return [LotMove(lot_id, taken_points=points, alive_at=alive_at) for lot_id, points in used.items()]


def merge_legs(legs: Sequence[Leg]) -> list[Leg]:
    """One leg a balance row; rows that net to zero vanish, but for those whose balance was decided upon.

    In the order in which every transaction locks them: what was decided upon first, then by account and slice.
    """
    merged: dict[tuple[int, int], Leg] = {}
    for leg in legs:
        key = (leg.account_id.int, leg.slice)
        other = merged.get(key)
        merged[key] = leg if other is None else _add_legs(other, leg)
    ordered = sorted(merged.items(), key=lambda item: (item[1].expected_points is None, item[0]))
    return [leg for _, leg in ordered if leg.amount_points or leg.expected_points is not None]


def _add_legs(one: Leg, other: Leg) -> Leg:
    expected = one.expected_points if other.expected_points is None else other.expected_points
    return Leg(one.account_id, one.slice, one.amount_points + other.amount_points, expected)


def merge_lot_moves(moves: Iterable[LotMove]) -> list[LotMove]:
    """One move a lot, in the order in which every transaction locks them."""
    merged: dict[uuid.UUID, LotMove] = {}
    for move in moves:
        other = merged.get(move.lot_id)
        merged[move.lot_id] = move if other is None else _add_lot_moves(other, move)
    return [merged[lot_id] for lot_id in sorted(merged)]


def _add_lot_moves(one: LotMove, other: LotMove) -> LotMove:
    moments = [move.alive_at for move in (one, other) if move.alive_at is not None]
    return LotMove(
        one.lot_id,
        one.taken_points + other.taken_points,
        one.held_points + other.held_points,
        max(moments, default=None),
    )
