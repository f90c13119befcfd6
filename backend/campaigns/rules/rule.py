"""What a campaign says, whole: conditions, and exactly one of a reward, a stamp card and a mission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from backend.base.clock import city_day
from backend.campaigns.rules.caps import CAPS_MAX, Cap, Per
from backend.campaigns.rules.conditions import What, When, Where, Who
from backend.campaigns.rules.lifetimes import Lifetime, Pending, spendable_from
from backend.campaigns.rules.missions import Mission
from backend.campaigns.rules.parts import (
    RuleContradictory,
    member_of,
    nested,
    part,
    read_fields,
    tuple_of,
    whole,
    write_part,
)
from backend.campaigns.rules.rewards import Reward
from backend.campaigns.rules.stamps import StampCard

PRIORITY_MAX = 1000
PATH = "rule"


class Mode(StrEnum):
    STACKABLE = "stackable"
    BEST = "best"
    EXCLUSIVE = "exclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """`stackable` adds up with everything; of all `best` the one that gives most is taken; `exclusive` stands alone.

    The base programme is given whatever the others are.
    """

    mode: Mode = part(member_of(Mode), default=Mode.STACKABLE)
    priority: int = part(whole(0, PRIORITY_MAX), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Cannot be built in contradiction to itself: raises RuleContradictory with the path of the part at fault."""

    when: When = part(nested(When), default=When())
    where: Where = part(nested(Where), default=Where())
    who: Who = part(nested(Who), default=Who())
    what: What = part(nested(What), default=What())
    reward: Reward | None = part(nested(Reward), default=None)
    stamp_card: StampCard | None = part(nested(StampCard), default=None)
    mission: Mission | None = part(nested(Mission), default=None)
    caps: tuple[Cap, ...] = part(tuple_of(nested(Cap), at_most=CAPS_MAX), default=())
    together: Together = part(nested(Together), default=Together())
    pending: Pending | None = part(nested(Pending), default=None)
    lifetime: Lifetime = part(nested(Lifetime))

    def __post_init__(self) -> None:
        for name, value in read_fields(Rule, self, PATH).items():
            object.__setattr__(self, name, value)
        self._check_kinds()
        self._check_caps()
        self._check_days()

    def _check_kinds(self) -> None:
        """A mission has no shop, no goods and no past purchases; a stamp card no caps but its own target."""
        if sum(kind is not None for kind in (self.reward, self.stamp_card, self.mission)) != 1:
            raise RuleContradictory(field=f"{PATH}.reward")
        if self.reward is not None:
            if self.reward.amount_of == "matching_lines" and not self.what.products:
                raise RuleContradictory(field=f"{PATH}.what.products")
            return
        if self.together.mode != Mode.STACKABLE:
            raise RuleContradictory(field=f"{PATH}.together.mode")
        if self.stamp_card is not None and self.caps:
            raise RuleContradictory(field=f"{PATH}.caps")
        if self.mission is not None:
            self._check_mission(self.mission)

    def _check_mission(self, mission: Mission) -> None:
        """What is reported is of a whole day, at whatever hour."""
        if self.where != Where():
            raise RuleContradictory(field=f"{PATH}.where")
        if self.what != What():
            raise RuleContradictory(field=f"{PATH}.what")
        if self.who.asks_for_the_past:
            raise RuleContradictory(field=f"{PATH}.who")
        if mission.evidence == "report" and self.when.from_minute is not None:
            raise RuleContradictory(field=f"{PATH}.when.from_minute")

    def _check_caps(self) -> None:
        alike = [(cap.per, cap.within, cap.unit) for cap in self.caps]
        for index, cap in enumerate(self.caps):
            if alike[index] in alike[:index]:
                raise RuleContradictory(field=f"{PATH}.caps.{index}")
            if self.mission is not None and cap.per != Per.PERSON:
                raise RuleContradictory(field=f"{PATH}.caps.{index}.per")

    def _check_days(self) -> None:
        """Points that end before they can be spent are none."""
        until, pending = self.lifetime.until_on, self.pending
        if until and pending and pending.until_on and until < pending.until_on:
            raise RuleContradictory(field=f"{PATH}.lifetime.until")

    def check_period(self, ends_at: datetime) -> None:
        """Even the last award of a campaign must be worth something. Raises RuleContradictory."""
        last_at = ends_at - timedelta(microseconds=1)
        spendable_at = spendable_from(self.pending, last_at) or last_at
        if self.lifetime.until_on and self.lifetime.until_on < city_day(spendable_at):
            raise RuleContradictory(field=f"{PATH}.lifetime.until")

    def to_json(self) -> dict[str, Any]:
        """As kept in the database: only what says something."""
        return write_part(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Rule":
        """Raises RuleContradictory."""
        fields = read_fields(cls, document, PATH)
        if "lifetime" not in fields:
            raise RuleContradictory(field=f"{PATH}.lifetime")
        return cls(**fields)


def from_flat(document: Mapping[str, Any], *, lifetime_days: int) -> dict[str, Any]:
    """The document of a rule as it was kept before it had parts."""
    named = {
        "when": ("weekdays", "from_minute", "until_minute"),
        "where": ("size_classes", "is_locally_owned", "rings"),
        "reward": ("rate_permille", "fixed_points"),
    }
    found: dict[str, Any] = {
        group: {name: document[name] for name in names if name in document} for group, names in named.items()
    }
    caps: list[dict[str, Any]] = []
    if (points := document.get("purchase_cap_points")) is not None:
        caps.append({"per": "purchase", "points": points})
    if (points := document.get("day_cap_points")) is not None:
        caps.append({"per": "person", "within": "day", "points": points})
    return {**found, "caps": caps, "lifetime": {"days": lifetime_days}}
