"""How a purchase is paid: discounts first, then points, the rest in money. Pure. One point is one yen."""

from dataclasses import dataclass

from backend.base.errors import Conflict, Refused
from backend.base.records import made_often
from backend.people.models import SpendMode


class PointsAbovePrice(Refused):
    """More points than there is to pay."""


class PointsNotEnough(Conflict):
    """More points than can be spent; `balance` tells how many can."""


@dataclass(frozen=True, slots=True)
class PointsChoice:
    """How many points the citizen wants to spend: none, as many as fit, or just so many."""

    mode: SpendMode
    points: int = 0


NO_POINTS = PointsChoice(SpendMode.NONE)
ALL_POINTS = PointsChoice(SpendMode.ALL)


def points_choice(wish: int | str) -> PointsChoice:
    """From "none", "all" or just so many."""
    if isinstance(wish, int):
        return PointsChoice(SpendMode.UP_TO, wish)
    return PointsChoice(SpendMode(wish))


@made_often
@dataclass(frozen=True, slots=True)
class Payment:
    """`amount_yen` is what is sold; what is left after discount and points is paid in money."""

    amount_yen: int
    discount_yen: int
    spent_points: int

    @property
    def to_pay_yen(self) -> int:
        return self.amount_yen - self.discount_yen - self.spent_points


def pay(amount_yen: int, discount_yen: int, choice: PointsChoice, spendable_points: int) -> Payment:
    """Raises PointsAbovePrice, PointsNotEnough (only for a wish of just so many)."""
    discount_yen = min(discount_yen, amount_yen)
    price_yen = amount_yen - discount_yen
    match choice.mode:
        case SpendMode.NONE:
            points = 0
        case SpendMode.ALL:
            points = min(price_yen, spendable_points)
        case SpendMode.UP_TO:
            points = choice.points
            if points > price_yen:
                raise PointsAbovePrice(field="points_to_spend", price=price_yen)
            if points > spendable_points:
                raise PointsNotEnough(field="points_to_spend", balance=spendable_points)
    return Payment(amount_yen, discount_yen, points)


def clip_choice(choice: PointsChoice, price_yen: int, spendable_points: int) -> PointsChoice:
    """For a citizen code, whose holder chose before the amount was known: as many of the chosen points as fit."""
    if choice.mode is not SpendMode.UP_TO:
        return choice
    points = min(choice.points, price_yen, spendable_points)
    return PointsChoice(SpendMode.UP_TO, points) if points else NO_POINTS
