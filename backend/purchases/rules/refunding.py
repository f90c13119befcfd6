"""What a refund gives back, whole or in part. Pure, in whole yen and points.

Each refund shares out what is left of the purchase: of the money, the points spent and the discount the same
part goes back, and of each award the same part is taken back. After the last yen nothing is left of any.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.base.errors import Conflict, Refused


class RefundAboveRest(Conflict):
    """More than is left of the purchase; `left` tells how much is."""


class RefundLineUnknown(Refused):
    """The purchase has no such line, or the refund names it twice."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a purchase after the refunds so far; awards by lot."""

    cash_yen: int
    spent_points: int
    discount_yen: int
    awards: Mapping[uuid.UUID, int]

    @property
    def amount_yen(self) -> int:
        return self.cash_yen + self.spent_points + self.discount_yen


@dataclass(frozen=True, slots=True)
class RefundShare:
    """Of one refund: money to hand back, points that return, discount that falls away, awards taken back by lot."""

    cash_yen: int
    returned_points: int
    discount_yen: int
    reclaimed: Mapping[uuid.UUID, int]

    @property
    def amount_yen(self) -> int:
        return self.cash_yen + self.returned_points + self.discount_yen


def share_refund(rest: Rest, amount_yen: int, *, field: str = "amount_yen") -> RefundShare:
    """Of each part rounded down, what is missing then from the money first; awards are rounded up.

    Raises RefundAboveRest, also where nothing is left at all; `field` names what asked for the amount.
    """
    whole = rest.amount_yen
    if whole == 0 or amount_yen > whole:
        raise RefundAboveRest(field=field, left=whole)
    parts = [rest.cash_yen, rest.spent_points, rest.discount_yen]
    shares = [part * amount_yen // whole for part in parts]
    missing = amount_yen - sum(shares)
    for index, part in enumerate(parts):
        more = min(missing, part - shares[index])
        shares[index] += more
        missing -= more
    asked = {lot_id: -(-points * amount_yen // whole) for lot_id, points in rest.awards.items()}
    reclaimed = {lot_id: points for lot_id, points in asked.items() if points}
    cash_yen, returned_points, discount_yen = shares
    return RefundShare(cash_yen, returned_points, discount_yen, reclaimed)


@dataclass(frozen=True, slots=True)
class LineRest:
    """What is left of one line after the refunds so far."""

    position: int
    quantity: int
    amount_yen: int


@dataclass(frozen=True, slots=True)
class LineRefund:
    position: int
    quantity: int
    amount_yen: int


def share_lines(rests: Sequence[LineRest], wanted: Mapping[int, int]) -> list[LineRefund]:
    """`wanted`: position → how many pieces. The last pieces of a line take what is left of its amount.

    Raises RefundLineUnknown, RefundAboveRest.
    """
    by_position = {rest.position: rest for rest in rests}
    refunds = []
    for position, quantity in sorted(wanted.items()):
        rest = by_position.get(position)
        if rest is None:
            raise RefundLineUnknown(field="lines", position=position)
        if quantity > rest.quantity:
            raise RefundAboveRest(field="lines", left=rest.quantity)
        refunds.append(LineRefund(position, quantity, rest.amount_yen * quantity // rest.quantity))
    return refunds
