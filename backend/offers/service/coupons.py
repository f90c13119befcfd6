"""Coupons: a citizen takes one, and shows a token for it at the till. `writes` uses it up with a purchase."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.digits import group_digits, new_checked_digits
from backend.base.errors import Conflict
from backend.base.secrets import hash_token
from backend.offers.browsing import is_displayed
from backend.offers.models import Coupon, Offer, OfferStatus
from backend.offers.queries import OfferNotFound
from backend.offers.redeeming import list_redeemable
from backend.offers.rules import TOKEN_LIFETIME, CouponUsed, check_usable
from backend.organisations.models import Shop
from backend.points.models import PointsAccount


class OfferSoldOut(Conflict):
    """Somebody took the last one."""


class CouponLimitReached(Conflict):
    """The person has taken as many as one person may."""


@dataclass(frozen=True, slots=True)
class CouponToken:
    """What a citizen shows. `text`: in groups, for reading aloud; `token`: the same digits, for a QR code."""

    token: str
    text: str
    expires_at: datetime


def take_coupon(
    session: Session, *, offer_id: uuid.UUID, citizen_id: uuid.UUID, account_id: uuid.UUID, at: datetime
) -> Coupon:
    """Of many who want the last one, one gets it. Raises OfferNotFound, CouponLimitReached, OfferSoldOut."""
    query = select(Offer).join(Shop, Shop.id == Offer.shop_id)
    offer = session.scalar(query.where(Offer.id == offer_id, is_displayed(citizen_id, at)))
    if offer is None:
        raise OfferNotFound
    # One person's takings wait for each other; from those who only name the account they need not.
    session.execute(
        select(PointsAccount.id).where(PointsAccount.id == account_id).with_for_update(key_share=True)
    )
    taken = func.count(case((Coupon.granted_by_campaign_id.is_(None), 1)))
    own = (Coupon.offer_id == offer_id, Coupon.account_id == account_id)
    last_number, taken_count = session.execute(
        select(func.coalesce(func.max(Coupon.number), 0), taken).where(*own)
    ).one()
    if taken_count >= offer.per_person_limit:
        raise CouponLimitReached(limit=offer.per_person_limit)
    if offer.stock is not None:
        _take_from_stock(session, offer_id)
    coupon = Coupon(
        id=new_id(),
        offer_id=offer_id,
        account_id=account_id,
        number=last_number + 1,
        taken_at=at,
        usable_until=offer.usable_until,
    )
    session.add(coupon)
    session.flush()
    return coupon


def _take_from_stock(session: Session, offer_id: uuid.UUID) -> None:
    """The check is the update's own condition. What has become unlimited meanwhile has nothing to take from."""
    unlimited = Offer.stock_left.is_(None)
    left = session.scalar(
        update(Offer)
        .where(
            Offer.id == offer_id,
            Offer.status == OfferStatus.PUBLISHED,
            unlimited | (Offer.stock_left > 0),
        )
        .values(stock_left=Offer.stock_left - 1)
        .returning(Offer.id)
        .execution_options(synchronize_session=False)
    )
    if left is None:
        raise OfferSoldOut


def issue_token(
    session: Session, *, coupon_id: uuid.UUID, account_id: uuid.UUID, at: datetime
) -> CouponToken:
    """Good for three minutes, with a purchase of this account only; the one before is good no more.

    Raises CouponNotFound (also for somebody else's), CouponUsed, CouponExpired, OfferNotUsableYet, OfferHeld,
    OfferRemoved.
    """
    coupon = list_redeemable(session, coupon_ids=[coupon_id], account_id=account_id)[0]
    check_usable(coupon, at=at)
    token = new_checked_digits()
    expires_at = min(at + TOKEN_LIFETIME, coupon.usable_until)
    issued = session.scalar(
        update(Coupon)
        .where(Coupon.id == coupon_id, Coupon.redeemed_at.is_(None))
        .values(token_hash=hash_token(token), token_expires_at=expires_at)
        .returning(Coupon.id)
        .execution_options(synchronize_session=False)
    )
    if issued is None:
        raise CouponUsed
    return CouponToken(token, group_digits(token), expires_at)


def withdraw_granted(
    session: Session, *, account_id: uuid.UUID, campaign_id: uuid.UUID, granted_at: datetime
) -> bool:
    """Take back the coupon that a campaign granted at that moment; somebody else may have it then.

    False: it has been used, so it stays.
    """
    granted = (
        Coupon.account_id == account_id,
        Coupon.granted_by_campaign_id == campaign_id,
        Coupon.taken_at == granted_at,
    )
    offer_id = session.scalar(
        delete(Coupon)
        .where(*granted, Coupon.redeemed_at.is_(None))
        .returning(Coupon.offer_id)
        .execution_options(synchronize_session=False)
    )
    if offer_id is None:
        return session.scalar(select(Coupon.id).where(*granted)) is None
    session.execute(
        update(Offer)
        .where(Offer.id == offer_id, Offer.stock_left < Offer.stock)
        .values(stock_left=Offer.stock_left + 1)
        .execution_options(synchronize_session=False)
    )
    return True
