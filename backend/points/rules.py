"""The ledger's arithmetic: pure, in whole points."""

import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.base.clock import city_day, end_of_city_day, start_of_city_day


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


class Rounding(enum.StrEnum):
    """To whose end a lifetime is lengthened."""

    MONTH = "month"
    QUARTER = "quarter"  # of the fiscal year: to the end of June, September, December, March
    FISCAL_YEAR = "fiscal_year"  # 年度: to the end of March


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """How long points can be spent: a number of days, perhaps rounded up, or until a day of the city and with it."""

    days: int | None = None
    rounded_to: Rounding | None = None
    until_on: date | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.until_on is None) or (self.rounded_to and self.days is None):
            raise ValueError("a lifetime has days or an end, and only days are rounded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """When granted points can first be spent: so many days later, or from a day of the city on."""

    days: int | None = None
    until_on: date | None = None

    def __post_init__(self) -> None:
        if (self.days is None) == (self.until_on is None):
            raise ValueError("points are pending for days or until a day")


def spendable_from(granted_at: datetime, pending: Pending | None) -> datetime | None:
    """The start of a day of the city; None: at once."""
    if pending is None:
        return None
    day = pending.until_on or city_day(granted_at) + timedelta(days=pending.days or 0)
    start = start_of_city_day(day)
    return start if start > granted_at else None


def expiry_of(spendable_at: datetime, lifetime: Lifetime) -> datetime:
    """The end of the last day of the city on which points spendable from then on can be spent.

    That day itself when the lifetime's own end is already over.
    """
    first = city_day(spendable_at)
    if lifetime.until_on is not None:
        return end_of_city_day(max(first, lifetime.until_on))
    return end_of_city_day(_round_up(first + timedelta(days=lifetime.days or 0), lifetime.rounded_to))


def _round_up(day: date, rounding: Rounding | None) -> date:
    """The last day of the month, quarter or fiscal year that holds the day."""
    if rounding is None:
        return day
    months = {Rounding.MONTH: 1, Rounding.QUARTER: 3, Rounding.FISCAL_YEAR: 12}[rounding]
    since_april = (day.year * 12 + day.month - 4) // months * months + months
    return date((since_april + 3) // 12, (since_april + 3) % 12 + 1, 1) - timedelta(days=1)


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
