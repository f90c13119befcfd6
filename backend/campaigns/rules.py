"""From a purchase's facts to verdicts: pure. Times are the city's.

The order in which campaigns are given does not matter, and a campaign that does not match changes nothing.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.base.clock import in_jst
from backend.base.errors import Refused

MINUTES_A_DAY = 1440
RATE_MAX_PERMILLE = 1000
POINTS_MAX = 1_000_000


class RuleContradictory(Refused):
    """A rule that could never mean one thing; `field` names the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When, where and how much. Empty and None mean "no condition". Points are whole; a rate is rounded down.

    `rate_permille` of the amount in yen, or `fixed_points`: exactly one. Minutes count from the city's midnight,
    half-open; `until_minute` may lie before `from_minute`, over midnight.
    """

    rate_permille: int | None = None
    fixed_points: int | None = None
    size_classes: frozenset[str] = frozenset()
    is_locally_owned: bool | None = None
    rings: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()  # 0 is Monday
    from_minute: int | None = None
    until_minute: int | None = None
    purchase_cap_points: int | None = None
    day_cap_points: int | None = None

    def __post_init__(self) -> None:
        if (self.rate_permille is None) == (self.fixed_points is None):
            raise RuleContradictory(field="rule.rate_permille")
        if (self.from_minute is None) != (self.until_minute is None) or (
            self.from_minute is not None and self.from_minute == self.until_minute
        ):
            raise RuleContradictory(field="rule.until_minute")
        for name, low, high in _BOUNDS:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise RuleContradictory(field=f"rule.{name}")
        if not self.weekdays <= frozenset(range(7)):
            raise RuleContradictory(field="rule.weekdays")

    def to_json(self) -> dict[str, Any]:
        """As kept in the database: only what is a condition."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in values.items()
            if value not in (None, frozenset())
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Rule":
        sets = ("size_classes", "rings", "weekdays")
        values: dict[str, Any] = {
            name: frozenset(value) if name in sets else value for name, value in document.items()
        }
        return cls(**values)


_BOUNDS = (
    ("rate_permille", 1, RATE_MAX_PERMILLE),
    ("fixed_points", 1, POINTS_MAX),
    ("from_minute", 0, MINUTES_A_DAY - 1),
    ("until_minute", 0, MINUTES_A_DAY),
    ("purchase_cap_points", 1, POINTS_MAX),
    ("day_cap_points", 1, POINTS_MAX),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a rule may look at."""

    amount_yen: int
    done_at: datetime
    size_class: str
    is_locally_owned: bool
    ring: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCampaign:
    """An approved campaign as the rules need it."""

    id: uuid.UUID
    names: Mapping[str, str]
    is_base_programme: bool
    rule: Rule
    starts_at: datetime
    ends_at: datetime
    lifetime_days: int
    funding_account_id: uuid.UUID
    slice_count: int
    is_budget_exhausted: bool = False

    def runs_at(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one campaign says of one purchase: an award, or a refusal with its reason (`points` 0)."""

    campaign: RunningCampaign
    code: str
    points: int
    params: Mapping[str, int] = field(default_factory=dict)

    @property
    def campaign_id(self) -> uuid.UUID:
        return self.campaign.id


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left where: points awarded to this person today by campaign; budget left by funding account.

    A budget that is not named counts as sufficient: the write's guard will tell.
    """

    awarded_today: Mapping[uuid.UUID, int] = field(default_factory=dict)
    budget_left: Mapping[uuid.UUID, int] = field(default_factory=dict)


def decide(facts: Facts, campaigns: Sequence[RunningCampaign], limits: Limits) -> list[Verdict]:
    """One verdict for each campaign that runs at the time of the purchase, the base programme first."""
    left = dict(limits.budget_left)
    verdicts = []
    for campaign in sorted(campaigns, key=lambda campaign: (not campaign.is_base_programme, campaign.id)):
        if not campaign.runs_at(facts.done_at):
            continue
        verdict = _judge(facts, campaign, limits.awarded_today, left)
        if campaign.funding_account_id in left:
            left[campaign.funding_account_id] -= verdict.points
        verdicts.append(verdict)
    return verdicts


def _judge(
    facts: Facts,
    campaign: RunningCampaign,
    awarded_today: Mapping[uuid.UUID, int],
    left: Mapping[uuid.UUID, int],
) -> Verdict:
    rule = campaign.rule
    if reason := _mismatch(facts, rule):
        return Verdict(campaign, reason, 0)
    points = rule.fixed_points or facts.amount_yen * (rule.rate_permille or 0) // 1000
    if points == 0:
        return Verdict(campaign, "amount_too_small", 0)
    code, params = "awarded", dict[str, int]()
    if rule.purchase_cap_points is not None and points > rule.purchase_cap_points:
        code, points, params = (
            "cut_to_purchase_cap",
            rule.purchase_cap_points,
            {"cap": rule.purchase_cap_points},
        )
    if rule.day_cap_points is not None:
        day_left = max(0, rule.day_cap_points - awarded_today.get(campaign.id, 0))
        if day_left == 0:
            return Verdict(campaign, "day_cap_reached", 0, {"cap": rule.day_cap_points})
        if points > day_left:
            code, points, params = "cut_to_day_cap", day_left, {"cap": rule.day_cap_points}
    budget = 0 if campaign.is_budget_exhausted else left.get(campaign.funding_account_id, points)
    if budget <= 0:
        return Verdict(campaign, "budget_exhausted", 0)
    if points > budget:
        code, points, params = "cut_to_budget", budget, {}
    return Verdict(campaign, code, points, params)


def _mismatch(facts: Facts, rule: Rule) -> str | None:
    """The first condition that does not hold, as the code of the refusal."""
    if rule.rings and facts.ring not in rule.rings:
        return "ring_not_included"
    if rule.size_classes and facts.size_class not in rule.size_classes:
        return "shop_not_included"
    if rule.is_locally_owned is not None and facts.is_locally_owned != rule.is_locally_owned:
        return "shop_not_included"
    return _mistimed(facts.done_at, rule)


def _mistimed(done_at: datetime, rule: Rule) -> str | None:
    local = in_jst(done_at)
    if rule.weekdays and local.weekday() not in rule.weekdays:
        return "outside_weekdays"
    if rule.from_minute is None or rule.until_minute is None:
        return None
    minute = local.hour * 60 + local.minute
    if rule.from_minute < rule.until_minute:
        inside = rule.from_minute <= minute < rule.until_minute
    else:
        inside = minute >= rule.from_minute or minute < rule.until_minute
    return None if inside else "outside_hours"


def awards_of(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.points]


def earned_points(verdicts: Sequence[Verdict]) -> int:
    return sum(verdict.points for verdict in verdicts)
