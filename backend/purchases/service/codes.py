"""Till codes: issued by a shop, polled, cancelled."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Forbidden
from backend.base.secrets import Vault
from backend.organisations.models import Shop, ShopStatus
from backend.organisations.queries import ShopNotActive as ShopNotActive  # raised here, too
from backend.purchases.keys import derive_key, get_current_key
from backend.purchases.models import IssuerKind, Purchase, TillCode
from backend.purchases.queries import find_purchase_of_code, get_till_code
from backend.purchases.rules.sales import Sale
from backend.purchases.rules.till_codes import make_till_code, till_code_url


class TillCodeNotIssuedByCaller(Forbidden):
    """A colleague of the same shop issued it."""


class TillCodeUsed(Conflict):
    pass


class TillCodeCancelled(Conflict):
    pass


class TillCodeExpired(Conflict):
    pass


@dataclass(frozen=True, slots=True)
class Issuer:
    kind: IssuerKind
    id: uuid.UUID


@dataclass(frozen=True, slots=True)
class TillCodeCard:
    """A code as its shop sees it; `status` is open, used, cancelled or expired."""

    id: uuid.UUID
    shop_id: uuid.UUID
    amount_yen: int
    issued_at: datetime
    expires_at: datetime
    status: str
    url: str | None
    # Of the purchase, once there is one: all a shop learns of it.
    purchase_id: uuid.UUID | None = None
    discount_yen: int | None = None
    spent_points: int | None = None
    to_pay_yen: int | None = None
    earned_points: int | None = None


def issue_till_code(
    session: Session,
    *,
    shop_id: uuid.UUID,
    issuer: Issuer,
    sale: Sale,
    lifetime_seconds: int,
    public_url: str,
    vault: Vault,
    at: datetime,
) -> TillCodeCard:
    """Raises ShopNotActive."""
    if session.scalar(select(Shop.status).where(Shop.id == shop_id)) != ShopStatus.ACTIVE:
        raise ShopNotActive
    key = get_current_key(session, at=at)
    # Whole seconds, as the token holds them: what is signed is what is kept.
    expires_at = (at + timedelta(seconds=lifetime_seconds)).replace(microsecond=0)
    code = TillCode(
        id=new_id(),
        shop_id=shop_id,
        issuer_kind=issuer.kind.value,
        issuer_id=issuer.id,
        key_id=key.id,
        amount_yen=sale.amount_yen,
        issued_at=at,
        expires_at=expires_at,
        lines=[line.to_json() for line in sale.lines] or None,
    )
    session.add(code)
    session.flush()
    token = make_till_code(
        key_id=key.id,
        key=derive_key(vault, key.salt),
        code_id=code.id,
        shop_id=shop_id,
        amount_yen=sale.amount_yen,
        expires_at=expires_at,
    )
    return _card(code, at=at, url=till_code_url(public_url, token))


def get_till_code_card(
    session: Session, *, code_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], at: datetime
) -> TillCodeCard:
    """For polling. Raises TillCodeNotFound."""
    code = get_till_code(session, code_id=code_id, shop_ids=shop_ids)
    found = find_purchase_of_code(session, code_id=code.id) if code.used_at else None
    return _card(code, at=at, purchase=found)


def cancel_till_code(
    session: Session, *, code_id: uuid.UUID, shop_ids: Sequence[uuid.UUID], issuer: Issuer, at: datetime
) -> TillCodeCard:
    """By whoever issued it. Cancelling twice is cancelling once. Raises TillCodeNotFound, TillCodeUsed."""
    code = get_till_code(session, code_id=code_id, shop_ids=shop_ids)
    if (code.issuer_kind, code.issuer_id) != (issuer.kind.value, issuer.id):
        raise TillCodeNotIssuedByCaller
    cancelled = session.scalar(
        update(TillCode)
        .where(TillCode.id == code_id, TillCode.used_at.is_(None), TillCode.cancelled_at.is_(None))
        .values(cancelled_at=at)
        .returning(TillCode.id)
    )
    session.refresh(code)
    if cancelled is None and code.used_at:
        raise TillCodeUsed
    return _card(code, at=at)


def _card(
    code: TillCode, *, at: datetime, url: str | None = None, purchase: Purchase | None = None
) -> TillCodeCard:
    card = TillCodeCard(
        code.id, code.shop_id, code.amount_yen, code.issued_at, code.expires_at, _status(code, at), url
    )
    if purchase is None:
        return card
    return replace(
        card,
        purchase_id=purchase.id,
        discount_yen=purchase.discount_yen,
        spent_points=purchase.spent_points,
        to_pay_yen=purchase.amount_yen - purchase.discount_yen - purchase.spent_points,
        earned_points=purchase.earned_points,
    )


def _status(code: TillCode, at: datetime) -> str:
    if code.used_at:
        return "used"
    if code.cancelled_at:
        return "cancelled"
    return "expired" if code.expires_at <= at else "open"
