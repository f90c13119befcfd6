"""景品表示法: what a prize may be worth at most, worked out from mechanism, price and planned sales. Pure.

A discount of the same amount usable at every shop is none of its business. What everybody gets (総付) may be worth
¥200 below ¥1,000, else 20% of the price. A lottery's (一般懸賞) largest prize may be worth 20 times the price and
¥100,000, all together 2% of the sales planned; one held jointly by a town's shops (共同懸賞) ¥300,000 and 3%.
"""

from dataclasses import dataclass
from enum import StrEnum

from backend.base.errors import Refused

# 懸賞 and 総付 for whoever buys anything at all are reckoned as if they bought for this much.
ANY_PURCHASE_YEN = 100
SMALL_TRANSACTION_YEN = 1_000
SMALL_PREMIUM_YEN = 200
PREMIUM_PERCENT = 20
LOTTERY_TIMES = 20
LOTTERY_PRIZE_YEN = 100_000
LOTTERY_TOTAL_PERCENT = 2
JOINT_LOTTERY_PRIZE_YEN = 300_000
JOINT_LOTTERY_TOTAL_PERCENT = 3


class Mechanism(StrEnum):
    DISCOUNT = "discount"
    PREMIUM_TO_ALL = "premium_to_all"
    LOTTERY = "lottery"
    JOINT_LOTTERY = "joint_lottery"


class PremiumCapExceeded(Refused):
    """`computation` shows how the cap was reached; `allowed_yen` and `planned_yen` are what it compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumPlan:
    """What a prize is worth, and what one must buy for it.

    `transaction_yen`: the least purchase that takes part; None: any. `largest_prize_yen`: the most that one person
    gets for it. `planned_sales_yen`: of the goods and the time the lottery is about.
    """

    mechanism: Mechanism
    largest_prize_yen: int
    total_prizes_yen: int
    planned_sales_yen: int
    transaction_yen: int | None = None


@dataclass(frozen=True, slots=True)
class PremiumCap:
    """`field` names the number of the plan that it limits; `computation` is the same in every language."""

    field: str
    allowed_yen: int
    planned_yen: int
    computation: str

    @property
    def is_exceeded(self) -> bool:
        return self.planned_yen > self.allowed_yen


def premium_caps(plan: PremiumPlan) -> list[PremiumCap]:
    """Every cap the law sets for the plan: none for a discount."""
    if plan.mechanism == Mechanism.DISCOUNT:
        return []
    price_yen = ANY_PURCHASE_YEN if plan.transaction_yen is None else plan.transaction_yen
    if plan.mechanism == Mechanism.PREMIUM_TO_ALL:
        if price_yen < SMALL_TRANSACTION_YEN:
            return [_largest(plan, SMALL_PREMIUM_YEN, f"¥{price_yen:,} < ¥{SMALL_TRANSACTION_YEN:,}")]
        allowed = price_yen * PREMIUM_PERCENT // 100
        return [_largest(plan, allowed, f"¥{price_yen:,} × {PREMIUM_PERCENT}%")]
    if plan.mechanism == Mechanism.JOINT_LOTTERY:
        return [
            _largest(plan, JOINT_LOTTERY_PRIZE_YEN, None),
            _total(plan, JOINT_LOTTERY_TOTAL_PERCENT),
        ]
    allowed = min(price_yen * LOTTERY_TIMES, LOTTERY_PRIZE_YEN)
    formula = f"min(¥{price_yen:,} × {LOTTERY_TIMES}, ¥{LOTTERY_PRIZE_YEN:,})"
    return [_largest(plan, allowed, formula), _total(plan, LOTTERY_TOTAL_PERCENT)]


def _largest(plan: PremiumPlan, allowed_yen: int, formula: str | None) -> PremiumCap:
    computation = f"¥{allowed_yen:,}" if formula is None else f"{formula} → ¥{allowed_yen:,}"
    return PremiumCap("largest_prize_yen", allowed_yen, plan.largest_prize_yen, computation)


def _total(plan: PremiumPlan, percent: int) -> PremiumCap:
    allowed_yen = plan.planned_sales_yen * percent // 100
    computation = f"¥{plan.planned_sales_yen:,} × {percent}% → ¥{allowed_yen:,}"
    return PremiumCap("total_prizes_yen", allowed_yen, plan.total_prizes_yen, computation)


def check_premiums(plan: PremiumPlan, *, path: str = "premium") -> list[PremiumCap]:
    """The caps, all kept. Raises PremiumCapExceeded for the first that is not, naming its number in the plan."""
    caps = premium_caps(plan)
    for cap in caps:
        if cap.is_exceeded:
            raise PremiumCapExceeded(
                field=f"{path}.{cap.field}",
                computation=cap.computation,
                allowed_yen=cap.allowed_yen,
                planned_yen=cap.planned_yen,
            )
    return caps
