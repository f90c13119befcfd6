"""Caps: how much of one campaign goes to one purchase, person or shop, and what is left of it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from backend.base.records import made_often
from backend.campaigns.rules.calendar import Within, period_start
from backend.campaigns.rules.parts import RuleContradictory, member_of, part, whole

CAP_MAX = 1_000_000_000
CAPS_MAX = 8


class Per(StrEnum):
    PURCHASE = "purchase"
    PERSON = "person"
    PERSON_AT_SHOP = "person_at_shop"
    SHOP = "shop"


# Codes say which cap it was: "cut_to_day_cap_at_shop", "month_awards_reached".
_AT = {Per.PERSON: "", Per.PERSON_AT_SHOP: "_at_shop", Per.SHOP: "_of_shop"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most so many `points`, or so many `awards`. A purchase has no `within`, and at most one award anyway."""

    per: Per = part(member_of(Per))
    within: Within | None = part(member_of(Within), default=None)
    points: int | None = part(whole(1, CAP_MAX), default=None)
    awards: int | None = part(whole(1, CAP_MAX), default=None)

    def check(self, path: str) -> None:
        if (self.points is None) == (self.awards is None) or (self.awards and self.per == Per.PURCHASE):
            raise RuleContradictory(field=f"{path}.points")
        if (self.within is None) != (self.per == Per.PURCHASE):
            raise RuleContradictory(field=f"{path}.within")

    @property
    def unit(self) -> str:
        return "points" if self.awards is None else "awards"

    @property
    def limit(self) -> int:
        return self.points or self.awards or 0

    @property
    def is_wide(self) -> bool:
        """Counted elsewhere than in the counters of the person's day."""
        return self.per != Per.PURCHASE and (self.per, self.within) != (Per.PERSON, Within.DAY)

    @property
    def cut_code(self) -> str:
        if self.within is None:
            return "cut_to_purchase_cap"
        return f"cut_to_{self.within}_cap{_AT[self.per]}"

    @property
    def reached_code(self) -> str:
        unit = "cap" if self.awards is None else "awards"
        return f"{self.within}_{unit}{_AT[self.per]}_reached"


@made_often
@dataclass(frozen=True, slots=True)
class CounterKey:
    """Which counter of the purchase's person or shop: `period_on` is the first day of its period."""

    campaign_id: uuid.UUID
    per: Per
    within: Within
    period_on: date

    @property
    def is_of_the_day(self) -> bool:
        """Whether it is the person's counter of one day, at whatever shop."""
        return self.per == Per.PERSON and self.within == Within.DAY


@made_often
@dataclass(frozen=True, slots=True)
class Count:
    """What a counter has counted."""

    points: int = 0
    awards: int = 0


@made_often
@dataclass(frozen=True, slots=True)
class CapLeft:
    """What is left after this purchase, never below 0. The text's key is `left.<code>`, its parameter `left`."""

    code: str  # "day_points", "week_awards_at_shop", "budget"
    left: int


@dataclass(frozen=True, slots=True)
class ReadyCap:
    """A cap with what every purchase asks of it, worked out once."""

    cap: Cap
    limit: int
    counts_points: bool
    left_code: str


def make_ready(caps: Sequence[Cap]) -> tuple[ReadyCap, ...]:
    return tuple(
        ReadyCap(cap, cap.limit, cap.awards is None, f"{cap.within}_{cap.unit}{_AT.get(cap.per, '')}")
        for cap in caps
    )


@made_often
@dataclass(frozen=True, slots=True)
class Cut:
    """What the caps leave of an award: `cap` is the one that cut most, or that refused (`points` 0)."""

    points: int
    cap: Cap | None = None


def key_of(campaign_id: uuid.UUID, cap: Cap, on: date) -> CounterKey | None:
    """None for a cap of the purchase, which needs no counter."""
    if cap.within is None:
        return None
    return CounterKey(campaign_id, cap.per, cap.within, period_start(cap.within, on))


def day_key(campaign_id: uuid.UUID, on: date) -> CounterKey:
    """The person's counter of a day."""
    return CounterKey(campaign_id, Per.PERSON, Within.DAY, on)


def lefts_of(
    campaign_id: uuid.UUID, caps: Sequence[ReadyCap], counts: Mapping[CounterKey, Count], on: date
) -> list[int]:
    """What each cap has left before this purchase; less than nothing where it was lowered meanwhile."""
    lefts = []
    for ready in caps:
        left, key = ready.limit, key_of(campaign_id, ready.cap, on) if counts else None
        if key is not None and (count := counts.get(key)):
            left -= count.points if ready.counts_points else count.awards
        lefts.append(left)
    return lefts


def cut(points: int, caps: Sequence[ReadyCap], lefts: Sequence[int]) -> Cut:
    """As many of the points as all caps allow."""
    cutting = None
    for ready, left in zip(caps, lefts, strict=True):
        if left <= 0:
            return Cut(0, ready.cap)
        if ready.counts_points and left < points:
            points, cutting = left, ready.cap
    return Cut(points, cutting)


def left_after(caps: Sequence[ReadyCap], lefts: Sequence[int], points: int) -> tuple[CapLeft, ...]:
    """What each has left after an award of so many points. A purchase's own cap is over with it."""
    return tuple(
        CapLeft(ready.left_code, max(0, left - (points if ready.counts_points else points > 0)))
        for ready, left in zip(caps, lefts, strict=True)
        if ready.cap.within is not None
    )
