"""Missions: points for something done without a purchase."""

from dataclasses import dataclass

from backend.campaigns.rules.parts import RuleContradictory, choice, nested, part, tuple_of, whole
from backend.campaigns.rules.rewards import POINTS_MAX, TIERS_MAX

QUANTITY_MAX = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionTier:
    from_quantity: int = part(whole(1, QUANTITY_MAX))
    points: int = part(whole(1, POINTS_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """What was done, how that is shown, and what it gives: the highest of the `tiers` that the quantity reaches."""

    activity: str = part(choice("event", "volunteering", "health"))
    evidence: str = part(choice("code", "report"))
    unit: str = part(choice("times", "hours", "steps"))
    tiers: tuple[MissionTier, ...] = part(tuple_of(nested(MissionTier), at_most=TIERS_MAX))

    def check(self, path: str) -> None:
        if not self.tiers or len({tier.from_quantity for tier in self.tiers}) != len(self.tiers):
            raise RuleContradictory(field=f"{path}.tiers")


def award_for(mission: Mission, quantity: int) -> int:
    """Points before caps and budget; 0 below the lowest tier."""
    reached = [tier for tier in mission.tiers if tier.from_quantity <= quantity]
    return max(reached, key=lambda tier: tier.from_quantity).points if reached else 0
