"""A till's day beside ours: pure.

A sale is known by several names: its purchase, its till code or checkout, or `ALLOWANCE/NUMBER` of a code made without
a network. All amounts are what was sold, with tax, before points, coupons and refunds.
"""

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.base.errors import Refused

SALES_MAX = 700  # a body of 64 KiB holds them
RATES_MAX = 8
SALE_MAX_CHARACTERS = 48
COUNT_MAX = 99_999
TOTAL_MAX_YEN = COUNT_MAX * 9_999_999
DIFFERENCES_MAX = 1_000
DAYS_BACK_MAX = 62


class DayTotalContradicted(Refused):
    """The sales or the rates of a statement do not sum to its total; or a sale stands in it twice."""


class DayNotReconcilable(Refused):
    """Not over the city's calendar yet, or too long ago."""


class DifferenceKind(enum.StrEnum):
    COUNT_DIFFERS = "count_differs"
    TOTAL_DIFFERS = "total_differs"
    RATE_DIFFERS = "rate_differs"
    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    AMOUNT_DIFFERS = "amount_differs"
    STATED_TWICE = "stated_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDay:
    """What a till says of its day. `rates`: per mille of tax → yen; `sales`: name → yen; None: it does not say.

    Raises DayTotalContradicted.
    """

    count: int
    amount_yen: int
    rates: Mapping[int, int] | None = None
    sales: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        if self.rates is not None and sum(self.rates.values()) != self.amount_yen:
            raise DayTotalContradicted(field="rates")
        if self.sales is not None and len(self.sales) != self.count:
            raise DayTotalContradicted(field="count")
        if self.sales is not None and sum(self.sales.values()) != self.amount_yen:
            raise DayTotalContradicted(field="sales")


@dataclass(frozen=True, slots=True)
class RecordedSale:
    """`names`: all of them, the purchase's id first. `rates`: of its lines that say their tax."""

    names: tuple[str, ...]
    amount_yen: int
    rates: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`stated` and `recorded` are a count for `count_differs`, else yen; 0 where the one or the other is missing."""

    kind: DifferenceKind
    stated: int
    recorded: int
    sale: str | None = None
    purchase_id: str | None = None
    tax_permille: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind.value,
            "stated": self.stated,
            "recorded": self.recorded,
            "sale": self.sale,
            "purchase_id": self.purchase_id,
            "tax_permille": self.tax_permille,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    recorded_count: int
    recorded_yen: int
    differences: Sequence[Difference]


def check_day(sold_on: date, today: date) -> None:
    """Raises DayNotReconcilable."""
    if not today - timedelta(days=DAYS_BACK_MAX) <= sold_on <= today:
        raise DayNotReconcilable(field="sold_on", days=DAYS_BACK_MAX)


def read_parts(parts: Sequence[tuple[int | str, int]] | None, *, field: str) -> dict[Any, int] | None:
    """Parts of a day, each named once; names of sales in small letters. Raises DayTotalContradicted."""
    if parts is None:
        return None
    found = {name.lower() if isinstance(name, str) else name: amount_yen for name, amount_yen in parts}
    if len(found) != len(parts):
        raise DayTotalContradicted(field=field)
    return found


def compare(stated: StatedDay, recorded: Sequence[RecordedSale]) -> Comparison:
    """Every difference: of the totals first, then of the rates, then of single sales where the till lists them.

    The differences of single sales sum to that of the totals.
    """
    recorded_yen = sum(sale.amount_yen for sale in recorded)
    differences = [
        Difference(kind=kind, stated=said, recorded=found)
        for kind, said, found in (
            (DifferenceKind.COUNT_DIFFERS, stated.count, len(recorded)),
            (DifferenceKind.TOTAL_DIFFERS, stated.amount_yen, recorded_yen),
        )
        if said != found
    ]
    if stated.rates is not None:
        differences += _rate_differences(stated.rates, recorded)
    if stated.sales is not None:
        differences += _sale_differences(stated.sales, recorded)
    return Comparison(len(recorded), recorded_yen, differences)


def _rate_differences(stated: Mapping[int, int], recorded: Sequence[RecordedSale]) -> list[Difference]:
    """What was recorded without its tax may have had any: a rate differs only if that cannot explain it."""
    known: Counter[int] = Counter()
    for sale in recorded:
        known.update(sale.rates)
    unknown_yen = sum(sale.amount_yen - sum(sale.rates.values()) for sale in recorded)
    return [
        Difference(
            kind=DifferenceKind.RATE_DIFFERS,
            stated=stated.get(rate, 0),
            recorded=known[rate],
            tax_permille=rate,
        )
        for rate in sorted({*stated, *known})
        if not known[rate] <= stated.get(rate, 0) <= known[rate] + unknown_yen
    ]


def _sale_differences(stated: Mapping[str, int], recorded: Sequence[RecordedSale]) -> list[Difference]:
    by_name = {name: sale for sale in recorded for name in sale.names}
    matched: set[str] = set()
    differences = []
    for name, amount_yen in stated.items():
        sale = by_name.get(name)
        if sale is None:
            kind, recorded_yen, purchase_id = DifferenceKind.MISSING_HERE, 0, None
        elif sale.names[0] in matched:
            kind, recorded_yen, purchase_id = DifferenceKind.STATED_TWICE, 0, sale.names[0]
        else:
            purchase_id, recorded_yen = sale.names[0], sale.amount_yen
            kind = DifferenceKind.AMOUNT_DIFFERS
            matched.add(purchase_id)
            if amount_yen == recorded_yen:
                continue
        differences.append(
            Difference(
                kind=kind, stated=amount_yen, recorded=recorded_yen, sale=name, purchase_id=purchase_id
            )
        )
    differences += [
        Difference(
            kind=DifferenceKind.MISSING_THERE,
            stated=0,
            recorded=sale.amount_yen,
            purchase_id=sale.names[0],
        )
        for sale in recorded
        if sale.names[0] not in matched
    ]
    return differences
