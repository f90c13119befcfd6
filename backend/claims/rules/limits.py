"""How much may be stated, and how much of it passes without anybody looking. Pure.

A limit is of one purchase, or of what a person, a shop, or a person at one shop (a pair) has in a city's day; it
bounds yen, a number of claims, or both. Each can say what is left.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Per(enum.StrEnum):
    PURCHASE = "purchase"
    PERSON = "person"
    PAIR = "pair"
    SHOP = "shop"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many `yen`, so many claims (`count`), or both. Of one purchase only yen."""

    per: Per
    yen: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """What was counted today."""

    yen: int = 0
    count: int = 0

    def plus(self, amount_yen: int) -> "Used":
        return Used(self.yen + amount_yen, self.count + 1)


@dataclass(frozen=True, slots=True)
class Left:
    """What one bound leaves, never below 0. The text's key is `claim_left.<code>`, its parameter `left`."""

    code: str  # "person_yen", "pair_count"
    left: int

    def takes(self, amount_yen: int) -> bool:
        """Whether one more claim of this amount fits."""
        return self.left >= (1 if self.code.endswith("_count") else amount_yen)


NOTHING_USED = Used()


def lefts_of(limits: Sequence[Limit], used: Mapping[Per, Used]) -> tuple[Left, ...]:
    """In the order of the limits; where nothing was counted nothing is used."""
    lefts = []
    for limit in limits:
        counted = used.get(limit.per, NOTHING_USED)
        if limit.yen is not None:
            taken = 0 if limit.per is Per.PURCHASE else counted.yen
            lefts.append(Left(f"{limit.per}_yen", max(0, limit.yen - taken)))
        if limit.count is not None:
            lefts.append(Left(f"{limit.per}_count", max(0, limit.count - counted.count)))
    return tuple(lefts)


def first_exceeded(lefts: Sequence[Left], amount_yen: int) -> Left | None:
    """The first bound that one more claim of this amount would break; None: it fits all."""
    return next((left for left in lefts if not left.takes(amount_yen)), None)
