"""What an offer gives, which state it is in, whether a coupon may be used: pure."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from backend.base.digits import read_checked_digits
from backend.base.errors import Conflict, Refused
from backend.offers.models import BenefitKind, OfferStatus

AMOUNT_MAX_YEN = 9_999_999
RATE_MAX_PERMILLE = 1000
STOCK_MAX = 1_000_000
PER_PERSON_MAX = 100

TOKEN_LIFETIME = timedelta(seconds=180)
# A coupon that comes back with a refund is good for at least so long.
RETURNED_LIFETIME = timedelta(days=14)


class OfferTermsContradictory(Refused):
    """A benefit that could never mean one thing; `field` names the part."""


class OfferTransitionRefused(Conflict):
    """The offer's status leaves no way for this action."""


class OfferPeriodInvalid(Refused):
    """A window that ends before it begins, or an offer shown longer than it is good."""


class CouponUsed(Conflict):
    """With another purchase."""


class CouponExpired(Conflict):
    pass


class CouponNotUsableHere(Refused):
    """The offer is good at other shops."""


class CouponMinimumNotMet(Refused):
    """The purchase is smaller than the offer asks for."""


class CouponRepeated(Refused):
    """Two coupons of one offer with one purchase."""


class CouponTokenInvalid(Refused):
    """No token, or one that a newer one replaced, or somebody else's."""


class CouponTokenExpired(Conflict):
    """The citizen shows a new one."""


class OfferNotUsableYet(Conflict):
    pass


class OfferHeld(Conflict):
    """The city looks into it."""


class OfferRemoved(Conflict):
    """By the city, with all its coupons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """What an offer gives for a purchase. Raises OfferTermsContradictory.

    `price`: the product costs `price_yen`, which the till rings up. `discount`: `discount_yen`, or
    `discount_permille` of the amount, rounded down, at most `discount_max_yen`; taken off what the till rang up.
    `points`: a campaign that names the offer gives them.
    """

    kind: BenefitKind
    price_yen: int | None = None
    discount_yen: int | None = None
    discount_permille: int | None = None
    discount_max_yen: int | None = None
    minimum_yen: int | None = None

    def __post_init__(self) -> None:
        if (self.price_yen is not None) != (self.kind is BenefitKind.PRICE):
            raise OfferTermsContradictory(field="benefit.price_yen")
        amounts = [value for value in (self.discount_yen, self.discount_permille) if value is not None]
        if len(amounts) != (1 if self.kind is BenefitKind.DISCOUNT else 0):
            raise OfferTermsContradictory(field="benefit.discount_yen")
        if self.discount_max_yen is not None and self.discount_permille is None:
            raise OfferTermsContradictory(field="benefit.discount_max_yen")
        for name in TERMS:
            value = getattr(self, name)
            highest = RATE_MAX_PERMILLE if name == "discount_permille" else AMOUNT_MAX_YEN
            if value is not None and not 1 <= value <= highest:
                raise OfferTermsContradictory(field=f"benefit.{name}")

    @property
    def least_yen(self) -> int:
        """Of a smaller purchase the offer cannot be a part."""
        return max(self.minimum_yen or 0, self.price_yen or 0)


TERMS = ("price_yen", "discount_yen", "discount_permille", "discount_max_yen", "minimum_yen")


def terms_of(row: Any) -> OfferTerms:
    """Of an offer, or a row with its columns."""
    return OfferTerms(kind=BenefitKind(row.benefit_kind), **{name: getattr(row, name) for name in TERMS})


def discount_of(terms: OfferTerms, amount_yen: int) -> int:
    """Yen taken off `amount_yen`, what the till rang up: never more than that, nothing below the minimum."""
    if amount_yen < terms.least_yen:
        return 0
    if terms.discount_permille is not None:
        discount = amount_yen * terms.discount_permille // 1000
        if terms.discount_max_yen is not None:
            discount = min(discount, terms.discount_max_yen)
    else:
        discount = terms.discount_yen or 0
    return max(0, min(discount, amount_yen))


def check_windows(
    *, displayed_from: datetime, displayed_until: datetime, usable_from: datetime, usable_until: datetime
) -> None:
    """Raises OfferPeriodInvalid. Whoever takes an offer on the last day it is shown can still use it."""
    if displayed_until <= displayed_from:
        raise OfferPeriodInvalid(field="displayed_until")
    if usable_until <= usable_from or usable_until < displayed_until:
        raise OfferPeriodInvalid(field="usable_until")


class OfferAction(StrEnum):
    PUBLISH = "publish"
    END = "end"
    HOLD = "hold"
    RELEASE = "release"
    REMOVE = "remove"


# What is missing here is not allowed: above all, a shop cannot end what the city holds, which would let its
# coupons be used again.
TRANSITIONS: Mapping[tuple[str, OfferAction], OfferStatus] = MappingProxyType(
    {
        (OfferStatus.DRAFT, OfferAction.PUBLISH): OfferStatus.PUBLISHED,
        (OfferStatus.DRAFT, OfferAction.END): OfferStatus.ENDED,
        (OfferStatus.PUBLISHED, OfferAction.END): OfferStatus.ENDED,
        (OfferStatus.PUBLISHED, OfferAction.HOLD): OfferStatus.HELD,
        (OfferStatus.HELD, OfferAction.RELEASE): OfferStatus.PUBLISHED,
        (OfferStatus.PUBLISHED, OfferAction.REMOVE): OfferStatus.REMOVED,
        (OfferStatus.HELD, OfferAction.REMOVE): OfferStatus.REMOVED,
        (OfferStatus.ENDED, OfferAction.REMOVE): OfferStatus.REMOVED,
    }
)


def next_status(status: str, action: OfferAction) -> OfferStatus:
    """Raises OfferTransitionRefused."""
    found = TRANSITIONS.get((status, action))
    if found is None:
        raise OfferTransitionRefused(offer_status=str(status), action=str(action))
    return found


class OfferState(StrEnum):
    """What the shop or the city decided, and where they decided nothing, what the clock says."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"  # published, not shown yet
    RUNNING = "running"  # shown, or not shown any more but still good
    OVER = "over"
    HELD = "held"
    ENDED = "ended"
    REMOVED = "removed"


def state_of(*, status: str, displayed_from: datetime, usable_until: datetime, at: datetime) -> OfferState:
    if status != OfferStatus.PUBLISHED:
        return OfferState(status)
    if at < displayed_from:
        return OfferState.SCHEDULED
    return OfferState.RUNNING if at < usable_until else OfferState.OVER


# --- Coupons ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemable:
    """A coupon with all that decides whether it may be used. `usable_until`: the later of the offer's and its own.

    `token_expires_at`: of the token shown for it; None when it is used without one.
    """

    coupon_id: uuid.UUID
    offer_id: uuid.UUID
    account_id: uuid.UUID
    offer_status: str
    terms: OfferTerms
    shop_ids: frozenset[uuid.UUID]
    usable_from: datetime
    usable_until: datetime
    redeemed_at: datetime | None
    token_expires_at: datetime | None = None


class CouponState(StrEnum):
    USABLE = "usable"
    SCHEDULED = "scheduled"  # the offer is not good yet
    USED = "used"
    EXPIRED = "expired"
    HELD = "held"  # with its offer
    REMOVED = "removed"


def coupon_state(coupon: Redeemable, at: datetime) -> CouponState:
    if coupon.redeemed_at is not None:
        return CouponState.USED
    if coupon.offer_status in (OfferStatus.HELD, OfferStatus.REMOVED):
        return CouponState(coupon.offer_status)
    if coupon.usable_until <= at:
        return CouponState.EXPIRED
    return CouponState.SCHEDULED if at < coupon.usable_from else CouponState.USABLE


REFUSALS: Mapping[CouponState, type[Conflict]] = {
    CouponState.SCHEDULED: OfferNotUsableYet,
    CouponState.USED: CouponUsed,
    CouponState.EXPIRED: CouponExpired,
    CouponState.HELD: OfferHeld,
    CouponState.REMOVED: OfferRemoved,
}


def check_usable(coupon: Redeemable, *, at: datetime, field: str | None = None) -> None:
    """Anywhere, with any purchase. Raises CouponUsed, CouponExpired, OfferNotUsableYet, OfferHeld, OfferRemoved."""
    state = coupon_state(coupon, at)
    if state is not CouponState.USABLE:
        raise REFUSALS[state](field=field)


def check_redeemable(
    coupons: Sequence[Redeemable],
    *,
    account_id: uuid.UUID,
    shop_id: uuid.UUID,
    amount_yen: int,
    at: datetime,
    field: str = "coupons",
) -> None:
    """Whether all may be used with one purchase; an error's `field` is `<field>.<place>`.

    `amount_yen`: what the till rang up, before any discount. Raises CouponTokenInvalid (another account's),
    CouponTokenExpired, CouponRepeated, CouponNotUsableHere, CouponMinimumNotMet and what `check_usable` raises.
    """
    offer_ids = set()
    for place, coupon in enumerate(coupons):
        here = f"{field}.{place}"
        if coupon.account_id != account_id:
            raise CouponTokenInvalid(field=here)
        check_usable(coupon, at=at, field=here)
        if coupon.token_expires_at is not None and coupon.token_expires_at <= at:
            raise CouponTokenExpired(field=here)
        if coupon.offer_id in offer_ids:
            raise CouponRepeated(field=here)
        offer_ids.add(coupon.offer_id)
        if shop_id not in coupon.shop_ids:
            raise CouponNotUsableHere(field=here)
        if amount_yen < coupon.terms.least_yen:
            raise CouponMinimumNotMet(field=here, minimum_yen=coupon.terms.least_yen)


def discounts_of(coupons: Sequence[Redeemable], amount_yen: int) -> dict[uuid.UUID, int]:
    """Coupon → yen taken off, together never more than the amount.

    Each is reckoned from the whole amount, so that the order in which coupons are shown changes nothing.
    """
    left = amount_yen
    discounts = {}
    for coupon in sorted(coupons, key=lambda coupon: coupon.coupon_id):
        discount = min(discount_of(coupon.terms, amount_yen), left)
        discounts[coupon.coupon_id] = discount
        left -= discount
    return discounts


# --- Coupon tokens ---


def read_coupon_token(text: str, *, field: str | None = None) -> str:
    """Its digits, however they were typed. Raises CouponTokenInvalid."""
    digits = read_checked_digits(text)
    if digits is None:
        raise CouponTokenInvalid(field=field)
    return digits
