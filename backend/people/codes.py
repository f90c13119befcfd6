"""How a citizen code is written and read: pure.

Digits with a check digit (see `base.digits`): thirteen of a code that the server opened, sixteen of one that a phone
made without a network (see `people.offline_codes`), twelve of a paper card (see `people.cards`). As a QR each is an
address, `PUBLIC_URL/m/DIGITS`, which any phone camera opens.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from backend.base.digits import DIGITS, read_checked_digits
from backend.base.errors import Conflict, NotFound, Refused
from backend.people.cards import CARD_DIGITS
from backend.people.models import CodeScope, SpendMode
from backend.people.offline_codes import OFFLINE_DIGITS

PATH = "/m/"
TEXT_MAX_CHARACTERS = 512
COUPONS_MAX = 10
# By how many digits a code has, it is known what it is.
LENGTHS = frozenset({DIGITS, OFFLINE_DIGITS, CARD_DIGITS})


class CitizenCodeMistyped(Refused):
    """Not so many digits, or they do not fit each other, or the address of somebody else."""


class CitizenCodeUnknown(NotFound):
    """Well written, but never opened, or purged long after its end."""


class CitizenCodeUsed(Conflict):
    pass


class CitizenCodeContradictory(Refused):
    """Points or coupons without the scope that lets a till use them."""


@dataclass(frozen=True, slots=True)
class CodePermit:
    """What a till may do with a code. `spend_points` only with `up_to`. Raises CitizenCodeContradictory."""

    scopes: frozenset[CodeScope]
    spend_mode: SpendMode = SpendMode.NONE
    spend_points: int | None = None
    coupon_ids: Sequence[uuid.UUID] = ()

    def __post_init__(self) -> None:
        if self.spend_mode is not SpendMode.NONE and CodeScope.SPEND not in self.scopes:
            raise CitizenCodeContradictory(field="points_to_spend")
        if self.coupon_ids and CodeScope.COUPON not in self.scopes:
            raise CitizenCodeContradictory(field="coupon_ids")


def make_permit(
    *, scopes: Collection[str], points_to_spend: int | str, coupon_ids: Sequence[uuid.UUID]
) -> CodePermit:
    """`points_to_spend`: "none", "all" or at most so many. Raises CitizenCodeContradictory."""
    points = points_to_spend if isinstance(points_to_spend, int) else None
    mode = SpendMode.UP_TO if isinstance(points_to_spend, int) else SpendMode(points_to_spend)
    meant = frozenset(CodeScope(scope) for scope in scopes)
    return CodePermit(meant, mode, points, tuple(dict.fromkeys(coupon_ids)))


def citizen_code_url(public_url: str, digits: str) -> str:
    return f"{public_url}{PATH}{digits}"


def read_citizen_code(text: str, public_url: str) -> str:
    """The digits of what a clerk typed or scanned, one of LENGTHS. Raises CitizenCodeMistyped.

    Full-width digits, spaces and hyphens are as good as plain ones; of addresses only our own is read.
    """
    digits = read_checked_digits(text.strip().removeprefix(f"{public_url}{PATH}"), LENGTHS)
    if digits is None:
        raise CitizenCodeMistyped(field="citizen_code")
    return digits
