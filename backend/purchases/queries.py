"""Reads of till codes, purchases and their refunds. What a purchase is decided from is read by `basis`."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.records import made_often
from backend.base.statements import Prepared, among
from backend.organisations.models import Shop
from backend.purchases.models import Purchase, PurchaseLine, Refund, TillCode


class PurchaseNotFound(NotFound):
    pass


class TillCodeNotFound(NotFound):
    pass


@made_often
@dataclass(frozen=True, slots=True)
class ShopCard:
    """What a purchase's answer says of the shop."""

    id: uuid.UUID
    name_ja: str
    name_en: str | None
    district: str | None


@made_often
@dataclass(frozen=True, slots=True)
class PurchaseRecord:
    """A purchase as it was answered; `refunded_yen` as it is now."""

    id: uuid.UUID
    shop: ShopCard
    amount_yen: int
    discount_yen: int
    spent_points: int
    refunded_yen: int
    done_at: datetime
    recorded_at: datetime
    earned_points: int
    balance_points: int
    verdicts: Sequence[dict[str, Any]]
    request_hash: bytes | None

    @property
    def to_pay_yen(self) -> int:
        return self.amount_yen - self.discount_yen - self.spent_points


_PURCHASE = select(
    Purchase.id,
    Purchase.shop_id,
    Shop.name_ja,
    Shop.name_en,
    Shop.district,
    Purchase.amount_yen,
    Purchase.discount_yen,
    Purchase.spent_points,
    Purchase.refunded_yen,
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
        row.discount_yen,
        row.spent_points,
        row.refunded_yen,
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


def get_any_purchase(session: Session, *, purchase_id: uuid.UUID) -> PurchaseRecord:
    """Anybody's, for the city. Raises PurchaseNotFound."""
    row = session.execute(_PURCHASE.where(Purchase.id == purchase_id)).first()
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


@dataclass(frozen=True, slots=True)
class Kept:
    """What a caller's key stands for already, with the hash of what was sent with it."""

    record: PurchaseRecord
    hash: bytes | None


BY_REQUESTS = Prepared(
    lambda dialect: _PURCHASE.add_columns(Purchase.request_key).where(
        Purchase.account_id == bindparam("account_id", type_=Uuid()),
        among(Purchase.request_key, "keys", dialect),
    )
)
BY_SALE_KEYS = Prepared(
    lambda dialect: _PURCHASE.add_columns(Purchase.sale_key, Purchase.sale_hash).where(
        Purchase.shop_id == bindparam("shop_id", type_=Uuid()), among(Purchase.sale_key, "keys", dialect)
    )
)


def find_purchases_by_requests(
    session: Session, *, account_id: uuid.UUID, keys: Sequence[str]
) -> Mapping[str, Kept]:
    """By request key, those that recorded something."""
    rows = BY_REQUESTS.rows(session, account_id=account_id, keys=keys)
    return {row.request_key: Kept(_record(row), row.request_hash) for row in rows}


def find_sales_by_keys(session: Session, *, shop_id: uuid.UUID, keys: Sequence[str]) -> Mapping[str, Kept]:
    """Stored sales of a shop by their keys, those that were recorded."""
    rows = BY_SALE_KEYS.rows(session, shop_id=shop_id, keys=keys)
    return {row.sale_key: Kept(_record(row), row.sale_hash) for row in rows}


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


def find_purchase_of_code(session: Session, *, code_id: uuid.UUID) -> Purchase | None:
    return session.scalar(select(Purchase).where(Purchase.till_code_id == code_id))


def get_sale(session: Session, *, purchase_id: uuid.UUID, shop_ids: Sequence[uuid.UUID]) -> PurchaseRecord:
    """A purchase at one of the shops. Raises PurchaseNotFound."""
    row = session.execute(_PURCHASE.where(Purchase.id == purchase_id, Purchase.shop_id.in_(shop_ids))).first()
    if row is None:
        raise PurchaseNotFound
    return _record(row)


def list_sales(session: Session, *, shop_id: uuid.UUID, page: PageRequest) -> Page[PurchaseRecord]:
    """A shop's purchases, newest first."""
    query = _PURCHASE.where(Purchase.shop_id == shop_id).order_by(Purchase.id.desc()).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(Purchase.id < after[0])
    records = [_record(row) for row in session.execute(query)]
    return make_page(records, page, lambda record: str(record.id))


def list_lines(session: Session, *, purchase_id: uuid.UUID) -> Sequence[PurchaseLine]:
    query = (
        select(PurchaseLine).where(PurchaseLine.purchase_id == purchase_id).order_by(PurchaseLine.position)
    )
    return session.scalars(query).all()


def list_refunds(session: Session, *, purchase_id: uuid.UUID) -> Sequence[Refund]:
    """Oldest first."""
    return session.scalars(select(Refund).where(Refund.purchase_id == purchase_id).order_by(Refund.id)).all()


def sum_asked_points(session: Session, *, account_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """Lot → points that refunds have asked back of it, whichever purchases they were of."""
    asked: Counter[uuid.UUID] = Counter()
    for awards in session.scalars(select(Refund.awards).where(Refund.account_id == account_id)):
        asked.update({uuid.UUID(lot_id): points for lot_id, points in awards.items()})
    return asked


def count_purchases(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Purchase)) or 0
