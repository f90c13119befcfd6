"""Coupons of one account carried over to another of the same person."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.offers.models import Coupon


def carry_coupons(session: Session, *, account_id: uuid.UUID, into_account_id: uuid.UUID) -> None:
    """Counted on behind those that the other account has of the same offer."""
    query = select(Coupon).where(Coupon.account_id == account_id).order_by(Coupon.id).with_for_update()
    for coupon in session.scalars(query).all():
        last = select(func.max(Coupon.number)).where(
            Coupon.offer_id == coupon.offer_id, Coupon.account_id == into_account_id
        )
        coupon.number = (session.scalar(last) or 0) + 1
        coupon.account_id = into_account_id
        session.flush()
