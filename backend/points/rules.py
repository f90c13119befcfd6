"""The ledger's arithmetic: pure, in whole points."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.base.clock import city_day, end_of_city_day


@dataclass(frozen=True, slots=True)
class Leg:
    """What one transaction does to one slice of an account; the legs of a transaction sum to zero.

    `expected_points`: the balance this was decided upon; another balance makes the write a stale read.
    """

    account_id: uuid.UUID
    slice: int
    amount_points: int
    expected_points: int | None = None


@dataclass(frozen=True, slots=True)
class LotGrant:
    """What a citizen gets from one funding account, with its end."""

    account_id: uuid.UUID
    funding_account_id: uuid.UUID
    points: int
    spendable_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenLot:
    id: uuid.UUID
    remaining_points: int
    expires_at: datetime


def expiry_of(issued_at: datetime, lifetime_days: int) -> datetime:
    """The end of the city's day on which the lifetime is over."""
    return end_of_city_day(city_day(issued_at + timedelta(days=lifetime_days)))


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
        take = min(lot.remaining_points, points)
        if take > 0:
            used[lot.id] = take
            points -= take
    return used


def merge_legs(legs: Sequence[Leg]) -> list[Leg]:
    """One leg a balance row; rows that net to zero vanish.

    In the order in which every transaction locks them: what was decided upon first, then by account and slice.
    """
    merged: dict[tuple[int, int], Leg] = {}
    for leg in legs:
        key = (leg.account_id.int, leg.slice)
        other = merged.get(key)
        merged[key] = leg if other is None else _add_legs(other, leg)
    ordered = sorted(merged.items(), key=lambda item: (item[1].expected_points is None, item[0]))
    return [leg for _, leg in ordered if leg.amount_points]


def _add_legs(one: Leg, other: Leg) -> Leg:
    expected = one.expected_points if other.expected_points is None else other.expected_points
    return Leg(one.account_id, one.slice, one.amount_points + other.amount_points, expected)
