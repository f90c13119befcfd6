"""The kinds of conditions a description may hold, in one table. Pure.

Another kind is a line of KINDS, a line of `compiling.MEANINGS`, a line of `describing.WORDS` and a text in each
language.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.base.text import LANGUAGES
from backend.campaigns.rules.parts import (
    Kind,
    RuleContradictory,
    choice,
    flag,
    identity,
    part,
    read_part,
    set_of,
    whole,
    word,
    write_part,
)
from backend.notices.categories import CHOOSABLE
from backend.organisations.regions import OUTSIDE, Region
from backend.people.models import AgeBand, ConsentPurpose, Standing

NAMES_MAX = 50
SHOPS_MAX = 20
LISTS_MAX = 20
CITIZENS_MAX = 100
DAYS_MAX = 730
EXPIRING_DAYS_MAX = 366
TIMES_MAX = 100
POINTS_MAX = 1_000_000
STAMPS_MAX = 100
CURRENT = "current"

DISTRICT = word(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,38}[^\s\x00-\x1f\x7f])?")
CATEGORY = choice(*CHOOSABLE)


def some(kind: Kind, at_most: int) -> Kind:
    """A list that holds at least one."""
    every = set_of(kind)

    def read(value: Any, path: str) -> Any:
        found = every.read(value, path)
        if not 1 <= len(found) <= at_most:
            raise RuleContradictory(field=path)
        return found

    return Kind(read, every.write)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What holds or does not hold of a citizen. What they did not declare meets no condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class District(Condition):
    names: frozenset[str] = part(some(DISTRICT, NAMES_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidenceRing(Condition):
    """By municipality. `keys` nearest first; with `is_all_but`, the codes are those of all other rings."""

    keys: tuple[str, ...]
    names: tuple[Mapping[str, str], ...]
    municipality_codes: frozenset[str]
    is_all_but: bool

    def __hash__(self) -> int:
        return hash(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAge(Condition):
    bands: frozenset[str] = part(some(choice(*[band.value for band in AgeBand]), len(AgeBand)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStanding(Condition):
    """`verified`: only what the city's counter has seen proof of."""

    standings: frozenset[str] = part(some(choice(*[one.value for one in Standing]), len(Standing)))
    verified: bool = part(flag(), default=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfLanguage(Condition):
    languages: frozenset[str] = part(some(choice(*LANGUAGES), len(LANGUAGES)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthdayMonth(Condition):
    """Without months: that in which it is asked."""

    months: frozenset[int] = part(some(whole(1, 12), 12), default=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest(Condition):
    categories: frozenset[str] = part(some(CATEGORY, NAMES_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class FavouriteShops(Condition):
    shop_ids: frozenset[uuid.UUID] = part(some(identity(), SHOPS_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitedShops(Condition):
    """So many purchases at these shops together that were not taken back whole, on the last days of the city."""

    shop_ids: frozenset[uuid.UUID] = part(some(identity(), SHOPS_MAX))
    within_days: int = part(whole(1, DAYS_MAX))
    at_least_times: int = part(whole(1, TIMES_MAX), default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPurchase(Condition):
    """In days of the city, at these shops or at any. Whoever never bought anything bought nothing long ago either."""

    at_least_days_ago: int | None = part(whole(1, DAYS_MAX), default=None)
    at_most_days_ago: int | None = part(whole(0, DAYS_MAX), default=None)
    never: bool = part(flag(), default=False)
    shop_ids: frozenset[uuid.UUID] = part(some(identity(), SHOPS_MAX), default=frozenset())

    def check(self, path: str) -> None:
        least, most = self.at_least_days_ago, self.at_most_days_ago
        if self.never == (least is not None or most is not None):
            raise RuleContradictory(field=f"{path}.never" if self.never else path)
        if least is not None and most is not None and most < least:
            raise RuleContradictory(field=f"{path}.at_most_days_ago")


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsExpiring(Condition):
    at_least_points: int = part(whole(1, POINTS_MAX), default=1)
    within_days: int = part(whole(1, EXPIRING_DAYS_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class StampProgress(Condition):
    """A card of this campaign that has so many stamps and is not complete."""

    campaign_id: uuid.UUID = part(identity())
    at_least_stamps: int = part(whole(1, STAMPS_MAX), default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented(Condition):
    purpose: str = part(choice(*[purpose.value for purpose in ConsentPurpose]))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMemberLists(Condition):
    list_ids: frozenset[uuid.UUID] = part(some(identity(), LISTS_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizens(Condition):
    """By name, so to say. It stands alone: with other conditions, a count would tell whether somebody meets them."""

    citizen_ids: frozenset[uuid.UUID] = part(some(identity(), CITIZENS_MAX))


@dataclass(frozen=True, slots=True)
class ConditionKind:
    """`read` takes a value as JSON, its path and the region. `for_shops`: whether shops may ask for it.

    `values` are those of which one must hold, for kinds of which a citizen has only one.
    """

    name: str
    cls: type[Condition]
    read: Callable[[Any, str, Region], Condition]
    write: Callable[[Any], Any]
    for_shops: bool
    values: Callable[[Any], frozenset[Any]] | None = None


def _whole_part(name: str, cls: type[Condition], *, for_shops: bool) -> ConditionKind:
    """Its JSON is an object with the fields of the class."""
    return ConditionKind(name, cls, lambda value, path, _: read_part(cls, value, path), write_part, for_shops)


def _field(
    name: str, cls: type[Condition], field: str, *, for_shops: bool, one_each: bool = False
) -> ConditionKind:
    """Its JSON is the value of the only field of the class. `one_each`: a citizen has one such value."""

    def read(value: Any, path: str, _region: Region) -> Condition:
        if value is None:
            raise RuleContradictory(field=path)
        try:
            return read_part(cls, {field: value}, path)
        except RuleContradictory as error:
            raise RuleContradictory(field=(error.field or path).replace(f"{path}.{field}", path)) from error

    return ConditionKind(
        name,
        cls,
        read,
        lambda condition: write_part(condition)[field],
        for_shops,
        (lambda condition: frozenset(getattr(condition, field))) if one_each else None,
    )


def read_rings(value: Any, path: str, region: Region) -> ResidenceRing:
    wished = some(choice(*region.ring_keys), NAMES_MAX).read(value, path)
    chosen = [ring for ring in region.rings if ring.key in wished]
    is_all_but = OUTSIDE in wished
    return ResidenceRing(
        keys=tuple(ring.key for ring in chosen),
        names=tuple(ring.names for ring in chosen),
        municipality_codes=frozenset(
            code for code, found in region.municipalities.items() if (found.ring in wished) != is_all_but
        ),
        is_all_but=is_all_but,
    )


def read_birthday_month(value: Any, path: str, _region: Region) -> BirthdayMonth:
    if value == CURRENT:
        return BirthdayMonth()
    return BirthdayMonth(months=some(whole(1, 12), 12).read(value, path))


KINDS = (
    _field("citizens", Citizens, "citizen_ids", for_shops=False),
    _field("member_list", OnMemberLists, "list_ids", for_shops=True),
    ConditionKind(
        "ring",
        ResidenceRing,
        read_rings,
        lambda condition: list(condition.keys),
        True,
        lambda condition: frozenset(condition.keys),
    ),
    _field("district", District, "names", for_shops=True, one_each=True),
    _whole_part("standing", OfStanding, for_shops=True),
    _field("age_band", OfAge, "bands", for_shops=True, one_each=True),
    ConditionKind(
        "birthday_month",
        BirthdayMonth,
        read_birthday_month,
        lambda condition: sorted(condition.months) or CURRENT,
        True,
    ),
    _field("language", OfLanguage, "languages", for_shops=True, one_each=True),
    _field("interest", Interest, "categories", for_shops=True),
    _field("favourite_shop", FavouriteShops, "shop_ids", for_shops=True),
    _whole_part("visited_shop", VisitedShops, for_shops=True),
    _whole_part("last_purchase", LastPurchase, for_shops=True),
    _whole_part("points_expiring", PointsExpiring, for_shops=False),
    _whole_part("stamp_progress", StampProgress, for_shops=False),
    _field("consent", Consented, "purpose", for_shops=False),
)
KIND_BY_NAME = {kind.name: kind for kind in KINDS}
KIND_BY_CLASS = {kind.cls: kind for kind in KINDS}
