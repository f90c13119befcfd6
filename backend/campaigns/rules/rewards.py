"""How much: points are whole, and what is not a whole point is rounded down."""

from collections.abc import Callable
from dataclasses import dataclass

from backend.campaigns.rules.conditions import YEN_MAX
from backend.campaigns.rules.parts import RuleContradictory, choice, nested, part, tuple_of, whole

RATE_MAX_PERMILLE = 1000
MULTIPLIER_MAX_PERMILLE = 20_000
POINTS_MAX = 1_000_000
TIERS_MAX = 20

# The amount that counts in yen, the base programme's award in points → points.
Formula = Callable[[int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTier:
    """From this amount on: either a fixed number or a rate of the whole amount."""

    from_yen: int = part(whole(0, YEN_MAX))
    fixed_points: int | None = part(whole(1, POINTS_MAX), default=None)
    rate_permille: int | None = part(whole(1, RATE_MAX_PERMILLE), default=None)

    def check(self, path: str) -> None:
        if (self.fixed_points is None) == (self.rate_permille is None):
            raise RuleContradictory(field=f"{path}.fixed_points")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """Exactly one of: `rate_permille` of the amount; `fixed_points`; `multiplier_permille` of the base programme's
    award, on top of it; `step_points` for each full `step_yen`; the highest of the `tiers` that the amount reaches.

    `amount`: `net` of points and discounts, or `gross`. `amount_of`: the `purchase`, or only its `matching_lines`;
    points and discounts are spread over all lines alike.
    """

    rate_permille: int | None = part(whole(1, RATE_MAX_PERMILLE), default=None)
    fixed_points: int | None = part(whole(1, POINTS_MAX), default=None)
    multiplier_permille: int | None = part(whole(1, MULTIPLIER_MAX_PERMILLE), default=None)
    step_yen: int | None = part(whole(1, YEN_MAX), default=None)
    step_points: int | None = part(whole(1, POINTS_MAX), default=None)
    tiers: tuple[RewardTier, ...] = part(tuple_of(nested(RewardTier), at_most=TIERS_MAX), default=())
    amount: str = part(choice("net", "gross"), default="net")
    amount_of: str = part(choice("purchase", "matching_lines"), default="purchase")

    def check(self, path: str) -> None:
        if (self.step_yen is None) != (self.step_points is None):
            raise RuleContradictory(field=f"{path}.step_points")
        ways = (self.rate_permille, self.fixed_points, self.multiplier_permille, self.step_yen, self.tiers)
        if sum(bool(way) for way in ways) != 1:
            raise RuleContradictory(field=path)
        # More points than yen is a slip of the pen, as a rate above 1000 would be.
        if self.step_yen and self.step_points and self.step_points > self.step_yen:
            raise RuleContradictory(field=f"{path}.step_points")
        if len({tier.from_yen for tier in self.tiers}) != len(self.tiers):
            raise RuleContradictory(field=f"{path}.tiers")
        if self.amount_of == "matching_lines" and (self.fixed_points or self.multiplier_permille):
            raise RuleContradictory(field=f"{path}.amount_of")


def formula_of(reward: Reward) -> Formula:
    """Built once a campaign."""
    if (rate := reward.rate_permille) is not None:
        return lambda amount_yen, _base: amount_yen * rate // 1000
    if (fixed := reward.fixed_points) is not None:
        return lambda _amount_yen, _base: fixed
    if (multiplier := reward.multiplier_permille) is not None:
        return lambda _amount_yen, base_points: base_points * multiplier // 1000
    if reward.step_yen is not None and reward.step_points is not None:
        step_yen, step_points = reward.step_yen, reward.step_points
        return lambda amount_yen, _base: amount_yen // step_yen * step_points
    tiers = sorted(reward.tiers, key=lambda tier: -tier.from_yen)
    return lambda amount_yen, _base: _reached(tiers, amount_yen)


def _reached(tiers: list[RewardTier], amount_yen: int) -> int:
    for tier in tiers:
        if amount_yen >= tier.from_yen:
            return tier.fixed_points or amount_yen * (tier.rate_permille or 0) // 1000
    return 0
