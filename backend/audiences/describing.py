"""A description in words, for whoever approves it and for whoever wonders why they got something. Pure.

`audience.<kind>` is a clause; how clauses are joined, and who "the people" are, each language says by texts of its
own, so that no order of words is built in here.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backend.audiences.conditions import (
    KIND_BY_CLASS,
    BirthdayMonth,
    Condition,
    Consented,
    District,
    FavouriteShops,
    Interest,
    LastPurchase,
    OfAge,
    OfLanguage,
    OfStanding,
    OnMemberLists,
    PointsExpiring,
    ResidenceRing,
    StampProgress,
    VisitedShops,
)
from backend.audiences.rules import All, AnyOf, Audience, Node, Not
from backend.base.text import LANGUAGES, pick_language, text
from backend.people.models import AgeBand, ConsentPurpose, Standing

NAMES_SHOWN = 5

# By the id of a shop, member list or campaign: its name by language.
Names = Mapping[uuid.UUID, Mapping[str, str | None]]


def describe(audience: Audience, language: str, *, names: Names | None = None) -> str:
    """Who is meant, as words that stand for people: 「鳥取にお住まいで、65〜74歳の方」.

    What `names` does not know (see `queries.find_names`) is called a shop, a list or a campaign.
    """
    if audience.node is None:
        return text("audience.everybody", language)
    words = _Words(language, names or {})
    return text("audience.whole", language, said=words.phrase(audience.node))


class _Words:
    def __init__(self, language: str, names: Names) -> None:
        self.language = language
        self._names = names

    def phrase(self, node: Node) -> str:
        parts = node.of if isinstance(node, All | AnyOf) else (node,)
        joint = "or" if isinstance(node, AnyOf) else "and"
        said = [self._clause(part, joint) for part in parts[:-1]]
        return "".join([*said, self._clause(parts[-1], "last")])

    def _clause(self, node: Node, joint: str) -> str:
        if isinstance(node, Not):
            node, joint = node.of, f"{joint}_not"
        return self.say(f"join.{joint}", clause=self._said(node))

    def _said(self, node: Node) -> str:
        if isinstance(node, Condition):
            return self._condition(node)
        return self.say("group", said=self.phrase(node))

    def _condition(self, condition: Condition) -> str:
        found = WORDS.get(type(condition))
        key, params = found(condition, self) if found else ("", {})
        name = KIND_BY_CLASS[type(condition)].name
        return self.say(f"{name}.{key}" if key else name, **params)

    def say(self, key: str, **params: Any) -> str:
        return text(f"audience.{key}", self.language, **params)

    def labels(self, prefix: str, values: Iterable[str]) -> str:
        return self.listed([text(f"{prefix}.{value}", self.language) for value in values])

    def named(self, noun: str, ids: Iterable[uuid.UUID]) -> str:
        known = [pick_language(self._names[each], self.language) for each in ids if each in self._names]
        if not known:
            return self.say(f"unnamed.{noun}")
        return self.quoted(known)

    def quoted(self, names: Iterable[str]) -> str:
        return self.listed([self.say("quoted", name=name) for name in sorted(names)])

    def listed(self, words: list[str]) -> str:
        """The first ones, and how many more."""
        shown, more = words[:NAMES_SHOWN], len(words) - NAMES_SHOWN
        said = self.say("between").join(shown)
        return self.say("more", said=said, count=more) if more > 0 else said


Said = tuple[str, dict[str, Any]]


def _in_order(values: Iterable[str], order: Iterable[str]) -> list[str]:
    wished = set(values)
    return [str(value) for value in order if value in wished]


def _standing(condition: OfStanding, words: _Words) -> Said:
    standings = words.labels("audience.standing", _in_order(condition.standings, Standing))
    return "verified" if condition.verified else "declared", {"names": standings}


def _birthday_month(condition: BirthdayMonth, words: _Words) -> Said:
    if not condition.months:
        return "current", {}
    return "months", {"names": words.labels("audience.month", map(str, sorted(condition.months)))}


def _visited_shop(condition: VisitedShops, words: _Words) -> Said:
    key = "times" if condition.at_least_times > 1 else "once"
    return key, {
        "names": words.named("shop", condition.shop_ids),
        "days": condition.within_days,
        "times": condition.at_least_times,
    }


def _last_purchase(condition: LastPurchase, words: _Words) -> Said:
    named = words.named("shop", condition.shop_ids) if condition.shop_ids else ""
    place = words.say("at_shops", names=named) if named else ""
    least, most = condition.at_least_days_ago, condition.at_most_days_ago
    if condition.never:
        return "never", {"place": place}
    key = "least" if most is None else "most" if least is None else "between"
    return key, {"place": place, "least": least, "most": most}


# By class: which text, if a kind has several, and its parameters.
WORDS: Mapping[type[Condition], Callable[[Any, _Words], Said]] = {
    OnMemberLists: lambda condition, words: ("", {"names": words.named("list", condition.list_ids)}),
    ResidenceRing: lambda condition, words: (
        "",
        {"names": words.listed([pick_language(each, words.language) for each in condition.names])},
    ),
    District: lambda condition, words: ("", {"names": words.listed(sorted(condition.names))}),
    OfStanding: _standing,
    OfAge: lambda condition, words: (
        "bands",
        {"names": words.labels("audience.age_band", _in_order(condition.bands, AgeBand))},
    ),
    BirthdayMonth: _birthday_month,
    OfLanguage: lambda condition, words: (
        "chosen",
        {"names": words.labels("audience.language", _in_order(condition.languages, LANGUAGES))},
    ),
    Interest: lambda condition, words: (
        "",
        {"names": words.quoted([text(f"category.{each}", words.language) for each in condition.categories])},
    ),
    FavouriteShops: lambda condition, words: ("", {"names": words.named("shop", condition.shop_ids)}),
    VisitedShops: _visited_shop,
    LastPurchase: _last_purchase,
    PointsExpiring: lambda condition, words: (
        "",
        {"points": condition.at_least_points, "days": condition.within_days},
    ),
    StampProgress: lambda condition, words: (
        "",
        {"name": words.named("campaign", [condition.campaign_id]), "count": condition.at_least_stamps},
    ),
    Consented: lambda condition, words: (
        "given",
        {"name": words.labels("audience.consent", _in_order([condition.purpose], ConsentPurpose))},
    ),
}
