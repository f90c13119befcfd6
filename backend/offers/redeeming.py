"""What a purchase reads of coupons before it decides; what it writes stands in `writes`."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, or_, select
from sqlalchemy.orm import Session

from backend.base.database import is_locking
from backend.base.secrets import hash_token
from backend.offers.models import Coupon, Offer, OfferShop, OfferStatus
from backend.offers.queries import CouponNotFound
from backend.offers.rules import (
    CouponExpired,
    CouponMinimumNotMet,
    CouponNotUsableHere,
    CouponRepeated,
    CouponTokenExpired,
    CouponTokenInvalid,
    CouponUsed,
    OfferHeld,
    OfferNotUsableYet,
    OfferRemoved,
    Redeemable,
    read_coupon_token,
    terms_of,
)

# Whatever a purchase may be refused for because of its coupons.
REDEEMING_ERRORS = (
    CouponNotFound,
    CouponTokenInvalid,
    CouponTokenExpired,
    CouponUsed,
    CouponExpired,
    CouponRepeated,
    CouponNotUsableHere,
    CouponMinimumNotMet,
    OfferNotUsableYet,
    OfferHeld,
    OfferRemoved,
)


def _redeemable_rows() -> Select[*tuple[Any, ...]]:
    """One row for each shop where a coupon is good."""
    latest = case((Coupon.usable_until > Offer.usable_until, Coupon.usable_until), else_=Offer.usable_until)
    return (
        select(
            Coupon.id.label("coupon_id"),
            Coupon.offer_id,
            Coupon.account_id,
            Coupon.redeemed_at,
            Coupon.token_hash,
            Coupon.token_expires_at,
            Offer.status.label("offer_status"),
            Offer.benefit_kind,
            Offer.price_yen,
            Offer.discount_yen,
            Offer.discount_permille,
            Offer.discount_max_yen,
            Offer.minimum_yen,
            Offer.usable_from,
            latest.label("usable_until"),
            OfferShop.shop_id,
        )
        .join(Offer, Offer.id == Coupon.offer_id)
        .outerjoin(OfferShop, OfferShop.offer_id == Coupon.offer_id)
    )


def list_redeemable(
    session: Session, *, coupon_ids: Sequence[uuid.UUID], account_id: uuid.UUID, field: str = "coupon_ids"
) -> Sequence[Redeemable]:
    """The account's coupons in the order of `coupon_ids`, for `rules.check_redeemable`. One query, none for none.

    Locks them on a second try. Raises CouponNotFound, naming `<field>.<place>`.
    """
    if not coupon_ids:
        return []
    _lock_on_second_try(session, coupon_ids)
    query = _redeemable_rows().where(Coupon.id.in_(coupon_ids), Coupon.account_id == account_id)
    found = {coupon.coupon_id: coupon for coupon in _redeemables(session, query, with_tokens=False).values()}
    for place, coupon_id in enumerate(coupon_ids):
        if coupon_id not in found:
            raise CouponNotFound(field=f"{field}.{place}")
    return [found[coupon_id] for coupon_id in coupon_ids]


def list_redeemable_by_tokens(
    session: Session, *, tokens: Sequence[str], at: datetime, field: str = "coupon_tokens"
) -> Sequence[Redeemable]:
    """The coupons that citizens show at a till, in the order of `tokens`; whose they are is still to be checked.

    Locks them on a second try. Raises CouponTokenInvalid, CouponTokenExpired, naming `<field>.<place>`.
    """
    if not tokens:
        return []
    hashes = [
        hash_token(read_coupon_token(token, field=f"{field}.{place}")) for place, token in enumerate(tokens)
    ]
    query = _redeemable_rows().where(Coupon.token_hash.in_(hashes))
    found = _redeemables(session, query, with_tokens=True)
    if is_locking(session) and found:
        _lock_on_second_try(session, [coupon.coupon_id for coupon in found.values()])
        found = _redeemables(session, query, with_tokens=True)
    for place, token_hash in enumerate(hashes):
        coupon = found.get(token_hash)
        if coupon is None:
            raise CouponTokenInvalid(field=f"{field}.{place}")
        if coupon.token_expires_at is None or coupon.token_expires_at <= at:
            raise CouponTokenExpired(field=f"{field}.{place}")
    return [found[token_hash] for token_hash in hashes]


def _lock_on_second_try(session: Session, coupon_ids: Sequence[uuid.UUID]) -> None:
    if is_locking(session):
        query = select(Coupon.id).where(Coupon.id.in_(coupon_ids)).order_by(Coupon.id)
        session.execute(query.with_for_update())


def _redeemables(
    session: Session, query: Select[*tuple[Any, ...]], *, with_tokens: bool
) -> dict[Any, Redeemable]:
    """By the hash of the token, or by coupon where tokens do not matter."""
    rows: defaultdict[Any, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        rows[row.token_hash if with_tokens else row.coupon_id].append(row)
    return {key: _redeemable(of_coupon, with_tokens) for key, of_coupon in rows.items()}


def _redeemable(rows: Sequence[Any], with_token: bool) -> Redeemable:
    row = rows[0]
    return Redeemable(
        coupon_id=row.coupon_id,
        offer_id=row.offer_id,
        account_id=row.account_id,
        offer_status=row.offer_status,
        terms=terms_of(row),
        shop_ids=frozenset(each.shop_id for each in rows),
        usable_from=row.usable_from,
        usable_until=row.usable_until,
        redeemed_at=row.redeemed_at,
        token_expires_at=row.token_expires_at if with_token else None,
    )


# --- Rewards and refunds ---


@dataclass(frozen=True, slots=True)
class Grantable:
    """An offer of which a campaign can give coupons. `stock_left` None: as many as are wanted."""

    offer_id: uuid.UUID
    usable_until: datetime
    stock_left: int | None


def list_grantable(
    session: Session, *, offer_ids: Sequence[uuid.UUID], at: datetime
) -> Mapping[uuid.UUID, Grantable]:
    """Those of the offers that are published, good for a while yet and not sold out. Locks them on a second try."""
    if not offer_ids:
        return {}
    query = (
        select(Offer.id, Offer.usable_until, Offer.stock_left)
        .where(
            Offer.id.in_(offer_ids),
            Offer.status == OfferStatus.PUBLISHED,
            Offer.usable_until > at,
            or_(Offer.stock_left.is_(None), Offer.stock_left > 0),
        )
        .order_by(Offer.id)
    )
    rows = session.execute(query.with_for_update() if is_locking(session) else query)
    return {row.id: Grantable(row.id, row.usable_until, row.stock_left) for row in rows}


def list_coupons_of_purchase(session: Session, *, purchase_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """The coupons redeemed with a purchase: those that its refund gives back."""
    query = select(Coupon.id).where(Coupon.purchase_id == purchase_id).order_by(Coupon.id)
    return session.scalars(query).all()
