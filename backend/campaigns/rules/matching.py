"""A rule's conditions made ready: built once a campaign, only of what the rule sets, asked for every purchase."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.base.clock import city_day, in_jst
from backend.campaigns.rules.calendar import is_holiday
from backend.campaigns.rules.conditions import ProductMatch, What, When, Where, Who
from backend.campaigns.rules.facts import Facts, LineFacts, MissionFacts, Need, ShopFacts
from backend.campaigns.rules.rule import Rule


class Scene:
    """One purchase (or mission) with what several campaigns want to know of it worked out once."""

    __slots__ = ("_lines", "at", "day", "history", "minute", "person", "purchase", "shop")

    def __init__(self, facts: Facts | MissionFacts) -> None:
        local = in_jst(facts.done_at)
        self.at = facts.done_at
        self.day = local.date()
        self.minute = local.hour * 60 + local.minute
        self.person = facts.person
        self.purchase = facts if isinstance(facts, Facts) else NO_PURCHASE
        self.shop = self.purchase.shop
        self.history = self.purchase.history
        self._lines: dict[frozenset[str], tuple[Sequence[LineFacts], int]] = {}

    def lines(self, excluded: frozenset[str]) -> tuple[Sequence[LineFacts], int]:
        """The lines that count, and the yen of those that do not."""
        purchase = self.purchase
        if not purchase.lines:
            return (), 0
        found = self._lines.get(excluded)
        if found is None:
            barred = excluded | purchase.excluded_categories
            counting = [line for line in purchase.lines if line.category not in barred]
            left_out = sum(line.amount_yen for line in purchase.lines if line.category in barred)
            found = self._lines[excluded] = (counting, left_out)
        return found


# What a mission's rule sees where a purchase would be: it has no condition that looks.
NO_PURCHASE = Facts(
    gross_yen=0,
    paid_yen=0,
    done_at=datetime.fromisoformat("2000-01-01T00:00:00+00:00"),
    shop=ShopFacts(
        id=uuid.UUID(int=0),
        size_class="",
        is_locally_owned=False,
        ring="",
    ),
)

Holds = Callable[[Scene], bool]
Params = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """`code` is the refusal's where it does not hold."""

    holds: Holds
    code: str
    params: Params


def conditions_of(rule: Rule) -> list[Condition]:
    """All that must hold but the amount, in the order in which a refusal names them."""
    found = [
        *_where(rule.where),
        *_when(rule.when),
        *_standing(rule.who),
        *_past(rule.who),
        *_what(rule.what),
    ]
    return [
        Condition(holds, code, dict(params[0]) if params else {})
        for is_set, code, holds, *params in found
        if is_set
    ]


# Whether the rule sets it at all, the code, the test, and perhaps the parameters of its text.
_Found = list[tuple[Any, ...]]


def _where(where: Where) -> _Found:
    shop_ids, excluded, organisations = where.shop_ids, where.excluded_shop_ids, where.organisation_ids
    rings, districts, sizes, tags = where.rings, where.districts, where.size_classes, where.shop_tags
    is_local = where.is_locally_owned
    return [
        (rings, "ring_not_included", lambda scene: scene.shop.ring in rings),
        (districts, "district_not_included", lambda scene: scene.shop.district in districts),
        (shop_ids, "shop_not_included", lambda scene: scene.shop.id in shop_ids),
        (excluded, "shop_not_included", lambda scene: scene.shop.id not in excluded),
        (organisations, "shop_not_included", lambda scene: scene.shop.organisation_id in organisations),
        (sizes, "shop_not_included", lambda scene: scene.shop.size_class in sizes),
        (is_local is not None, "shop_not_included", lambda scene: scene.shop.is_locally_owned is is_local),
        (tags, "shop_not_included", lambda scene: not tags.isdisjoint(scene.shop.tags or ())),
    ]


def _when(when: When) -> _Found:
    weekdays, month_days, holidays = when.weekdays, when.month_days, when.holidays
    return [
        (weekdays, "outside_weekdays", lambda scene: scene.day.weekday() in weekdays),
        (month_days, "outside_days", lambda scene: scene.day.day in month_days),
        (holidays == "only", "not_a_holiday", lambda scene: is_holiday(scene.day)),
        (holidays == "never", "holiday_not_included", lambda scene: not is_holiday(scene.day)),
        (
            when.from_minute is not None,
            "outside_hours",
            _hours(when.from_minute or 0, when.until_minute or 0),
        ),
    ]


def _hours(start: int, end: int) -> Holds:
    if start < end:
        return lambda scene: start <= scene.minute < end
    return lambda scene: scene.minute >= start or scene.minute < end


def _standing(who: Who) -> _Found:
    standings, ages, lists = who.standings, who.age_bands, who.member_list_ids
    districts, rings, birthday = who.home_districts, who.home_rings, who.is_birthday_month
    asks_person = Need.PERSON in _person_needs(who) or lists
    return [
        (asks_person, "audience_not_matched", lambda scene: scene.person is not None),
        (standings, "standing_not_included", lambda scene: scene.person.standing in standings),
        (who.must_be_verified, "not_verified", lambda scene: scene.person.is_verified),
        (ages, "age_not_included", lambda scene: scene.person.age_band in ages),
        (districts, "home_not_included", lambda scene: scene.person.home_district in districts),
        (rings, "home_not_included", lambda scene: scene.person.home_ring in rings),
        (lists, "not_on_list", lambda scene: not lists.isdisjoint(scene.person.member_list_ids)),
        (
            birthday is not None,
            "not_birthday_month" if birthday else "audience_not_matched",
            lambda scene: (
                scene.person.birth_month is not None
                and (scene.person.birth_month == scene.day.month) is birthday
            ),
        ),
    ]


def _past(who: Who) -> _Found:
    purchase, visit, days = who.is_first_purchase, who.is_first_visit, who.days_since_last_purchase
    return [
        (who.asks_for_the_past, "audience_not_matched", lambda scene: scene.history is not None),
        (
            purchase is not None,
            "not_first_purchase" if purchase else "audience_not_matched",
            lambda scene: scene.history.is_first_purchase is purchase,
        ),
        (
            visit is not None,
            "not_first_visit" if visit else "audience_not_matched",
            lambda scene: scene.history.is_first_visit is visit,
        ),
        (
            days is not None,
            "too_soon_after_last_purchase",
            lambda scene: (
                scene.history.last_purchase_at is not None
                and (scene.day - city_day(scene.history.last_purchase_at)).days >= days
            ),
            {"days": days},
        ),
    ]


def _what(what: What) -> _Found:
    offers, excluded = what.offer_ids, what.excluded_categories
    tests = [_bought(product) for product in what.products]
    together = all if what.products_match == "all" else any
    return [
        (
            offers,
            "offer_not_redeemed",
            lambda scene: not offers.isdisjoint(scene.purchase.redeemed_offer_ids),
        ),
        (
            tests,
            "product_missing",
            lambda scene: together(test(scene.lines(excluded)[0]) for test in tests),
        ),
    ]


LineTest = Callable[[LineFacts], bool]


def _bought(product: ProductMatch) -> Callable[[Sequence[LineFacts]], bool]:
    fits, wanted = line_test(product), product.required_count
    return lambda lines: sum(line.quantity for line in lines if fits(line)) >= wanted


def line_test(product: ProductMatch) -> LineTest:
    """Whether a line is of these goods."""
    exact = frozenset(gtin.zfill(14) for gtin in product.gtins if not gtin.endswith("*"))
    prefixes = tuple(gtin[:-1] for gtin in product.gtins if gtin.endswith("*"))
    ids, categories, origins = product.product_ids, product.categories, product.origin_rings
    certifications = product.certifications
    is_named = bool(product.gtins or ids)

    def fits(line: LineFacts) -> bool:
        if is_named and not (
            line.product_id in ids
            or (line.gtin is not None and (line.gtin.zfill(14) in exact or line.gtin.startswith(prefixes)))
        ):
            return False
        if categories and line.category not in categories:
            return False
        if certifications and certifications.isdisjoint(line.certifications):
            return False
        return not origins or line.origin_ring in origins

    return fits


def lines_test(what: What) -> LineTest:
    """Whether a line is of any of the goods the rule names; all are, where it names none."""
    tests = [line_test(product) for product in what.products]
    return (lambda line: any(test(line) for test in tests)) if tests else (lambda _line: True)


def _person_needs(who: Who) -> set[Need]:
    declared = (who.standings, who.must_be_verified, who.age_bands, who.home_districts, who.home_rings)
    return {Need.PERSON} if any(declared) or who.is_birthday_month is not None else set()


def needs_of_rule(rule: Rule) -> frozenset[Need]:
    who, is_purchase = rule.who, rule.mission is None
    needs = _person_needs(who)
    asked: dict[Need, object] = {
        Need.SHOP_TAGS: rule.where.shop_tags,
        Need.MEMBER_LISTS: who.member_list_ids,
        Need.HISTORY: who.is_first_purchase is not None or who.days_since_last_purchase,
        Need.FIRST_VISIT: who.is_first_visit is not None,
        Need.CATEGORIES: is_purchase,
        Need.LINES: rule.what.products or (rule.stamp_card and rule.stamp_card.distinct == "products"),
        Need.WIDER_COUNTERS: any(cap.is_wide for cap in rule.caps),
        Need.STAMPS: rule.stamp_card,
    }
    return frozenset(needs | {need for need, is_asked in asked.items() if is_asked})
