"""Reads of till codes and purchases; above all the one read that brings everything a purchase's decision needs."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, String, Uuid, and_, bindparam, func, select
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.statements import Prepared
from backend.campaigns.models import CampaignCounter, CampaignRevision
from backend.organisations.models import Shop
from backend.points.models import PointsBalance
from backend.points.queries import unspendable_points
from backend.purchases.models import Purchase, SigningKey, TillCode


class PurchaseNotFound(NotFound):
    pass


class TillCodeNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class ShopCard:
    """What a purchase's answer says of the shop."""

    id: uuid.UUID
    name_ja: str
    name_en: str | None
    district: str | None


@dataclass(frozen=True, slots=True)
class PurchaseRecord:
    """A purchase as it was answered."""

    id: uuid.UUID
    shop: ShopCard
    amount_yen: int
    done_at: datetime
    recorded_at: datetime
    earned_points: int
    balance_points: int
    verdicts: Sequence[dict[str, Any]]
    request_hash: bytes


def _basis() -> Any:
    """Anchored on the citizen's balance, which always exists; one row for each campaign counted today."""
    account_id = bindparam("account_id", type_=Uuid())
    at = bindparam("at", type_=UtcDateTime())
    revision = select(CampaignRevision.revision).scalar_subquery()
    return (
        select(
            PointsBalance.balance_points,
            unspendable_points(account_id, at).label("unspendable_points"),
            revision.label("revision"),
            Purchase.id.label("replayed_id"),
            TillCode.id.label("code_id"),
            TillCode.shop_id,
            TillCode.amount_yen,
            TillCode.issued_at,
            TillCode.expires_at,
            TillCode.used_at,
            TillCode.cancelled_at,
            SigningKey.salt,
            SigningKey.retired_at.label("key_retired_at"),
            Shop.status.label("shop_status"),
            Shop.name_ja,
            Shop.name_en,
            Shop.district,
            Shop.size_class,
            Shop.is_locally_owned,
            Shop.ring,
            CampaignCounter.campaign_id,
            CampaignCounter.awarded_points,
            CampaignCounter.award_count,
        )
        .select_from(PointsBalance)
        .outerjoin(
            Purchase,
            and_(
                Purchase.account_id == account_id,
                Purchase.request_key == bindparam("request_key", type_=String()),
            ),
        )
        .outerjoin(TillCode, TillCode.id == bindparam("code_id", type_=Uuid()))
        .outerjoin(SigningKey, SigningKey.id == TillCode.key_id)
        .outerjoin(Shop, Shop.id == TillCode.shop_id)
        .outerjoin(
            CampaignCounter,
            and_(
                CampaignCounter.account_id == account_id,
                CampaignCounter.counted_on == bindparam("counted_on", type_=Date()),
            ),
        )
        .where(PointsBalance.account_id == account_id, PointsBalance.slice == 0)
    )


BASIS = Prepared(lambda _dialect: _basis())


def read_basis(
    session: Session, *, account_id: uuid.UUID, code_id: uuid.UUID, request_key: str, on: date, at: datetime
) -> Sequence[Any]:
    """Rows of BASIS: at least one, all alike but for the counter."""
    return BASIS.rows(
        session, account_id=account_id, code_id=code_id, request_key=request_key, counted_on=on, at=at
    )


def lock_basis(session: Session, *, account_id: uuid.UUID, code_id: uuid.UUID) -> None:
    """Hold what a purchase writes, in the order every purchase takes it (PostgreSQL; SQLite holds all anyway)."""
    session.execute(select(TillCode.id).where(TillCode.id == code_id).with_for_update())
    session.execute(
        select(PointsBalance.slice).where(PointsBalance.account_id == account_id).with_for_update()
    )


_PURCHASE = select(
    Purchase.id,
    Purchase.shop_id,
    Shop.name_ja,
    Shop.name_en,
    Shop.district,
    Purchase.amount_yen,
    Purchase.done_at,
    Purchase.recorded_at,
    Purchase.earned_points,
    Purchase.balance_points,
    Purchase.verdicts,
    Purchase.request_hash,
).join(Shop, Shop.id == Purchase.shop_id)


def _record(row: Any) -> PurchaseRecord:
    shop = ShopCard(row.shop_id, row.name_ja, row.name_en, row.district)
    return PurchaseRecord(
        row.id,
        shop,
        row.amount_yen,
        row.done_at,
        row.recorded_at,
        row.earned_points,
        row.balance_points,
        row.verdicts,
        row.request_hash,
    )


def get_purchase(session: Session, *, account_id: uuid.UUID, purchase_id: uuid.UUID) -> PurchaseRecord:
    """Only the account's own. Raises PurchaseNotFound."""
    query = _PURCHASE.where(Purchase.id == purchase_id, Purchase.account_id == account_id)
    row = session.execute(query).first()
    if row is None:
        raise PurchaseNotFound
    return _record(row)


def get_purchase_by_request(session: Session, *, account_id: uuid.UUID, request_key: str) -> PurchaseRecord:
    """ "Did it happen?" Raises PurchaseNotFound."""
    if not request_key.isprintable():  # no app made it, and PostgreSQL could not even be asked
        raise PurchaseNotFound
    query = _PURCHASE.where(Purchase.request_key == request_key, Purchase.account_id == account_id)
    row = session.execute(query).first()
    if row is None:
        raise PurchaseNotFound
    return _record(row)


def list_purchases(session: Session, *, account_id: uuid.UUID, page: PageRequest) -> Page[PurchaseRecord]:
    """Newest first."""
    query = (
        _PURCHASE.where(Purchase.account_id == account_id).order_by(Purchase.id.desc()).limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(Purchase.id < after[0])
    records = [_record(row) for row in session.execute(query)]
    return make_page(records, page, lambda record: str(record.id))


def get_till_code(session: Session, *, code_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> TillCode:
    """Only a code of one of the shops. Raises TillCodeNotFound."""
    found = session.scalar(select(TillCode).where(TillCode.id == code_id, TillCode.shop_id.in_(shop_ids)))
    if found is None:
        raise TillCodeNotFound
    return found


def find_purchase_of_code(session: Session, *, code_id: uuid.UUID) -> tuple[uuid.UUID, int] | None:
    """The purchase's id and the points it earned: all a shop learns of the buyer."""
    row = session.execute(
        select(Purchase.id, Purchase.earned_points).where(Purchase.till_code_id == code_id)
    ).first()
    return (row.id, row.earned_points) if row else None


def count_purchases(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Purchase)) or 0
