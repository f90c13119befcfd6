"""Reads of serial batches, and of one serial with all that a claim needs to know."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.base.statements import Prepared
from backend.organisations.models import Product, ProductSerial, SerialBatch, Shop, ShopStatus
from backend.organisations.serials import LABELS_A_SHEET


class SerialBatchNotFound(NotFound):
    """Not there, or not of the caller's products."""


@dataclass(frozen=True, slots=True)
class SerialRow:
    """One serial with its batch and product. `price_yen`: as it was when the batch was issued."""

    serial_id: uuid.UUID
    batch_id: uuid.UUID
    price_yen: int | None
    valid_until: datetime
    revoked_at: datetime | None
    claim_id: uuid.UUID | None
    product_id: uuid.UUID
    shop_id: uuid.UUID
    name_ja: str
    gtin: str | None
    in_store_code: str | None
    category: str
    certifications: Sequence[str]
    origin_ring: str


@dataclass(frozen=True, slots=True)
class BatchDescription:
    batch: SerialBatch
    product: Product
    claimed_count: int

    @property
    def sheets(self) -> int:
        return -(-self.batch.quantity // LABELS_A_SHEET)


Described = Select[SerialBatch, Product]
SERIAL_BY_HASH = Prepared(
    lambda _dialect: (
        select(
            ProductSerial.id.label("serial_id"),
            SerialBatch.id.label("batch_id"),
            SerialBatch.price_yen,
            SerialBatch.valid_until,
            SerialBatch.revoked_at,
            ProductSerial.claim_id,
            Product.id.label("product_id"),
            Product.shop_id,
            Product.name_ja,
            Product.gtin,
            Product.in_store_code,
            Product.category,
            Product.certifications,
            Product.origin_ring,
        )
        .join(SerialBatch, SerialBatch.id == ProductSerial.batch_id)
        .join(Product, Product.id == SerialBatch.product_id)
        .where(ProductSerial.code_hash == bindparam("code_hash", type_=LargeBinary()))
    )
)


def find_serial_by_hash(session: Session, *, code_hash: bytes) -> SerialRow | None:
    row = SERIAL_BY_HASH.first(session, code_hash=code_hash)
    return SerialRow(*row) if row else None


def list_sellers(session: Session, *, serial: SerialRow) -> Sequence[uuid.UUID]:
    """Active shops that sell the product: its own, and those that have one of the same GTIN and not withdrawn."""
    sold = Product.id == serial.product_id
    if serial.gtin is not None:
        sold = or_(sold, (Product.gtin == serial.gtin) & Product.withdrawn_at.is_(None))
    query = select(Product.shop_id).join(Shop, Shop.id == Product.shop_id)
    return session.scalars(
        query.where(sold, Shop.status == ShopStatus.ACTIVE).order_by(Product.shop_id)
    ).all()


def list_draws(session: Session, *, batch_id: uuid.UUID, sheet: int) -> Sequence[int]:
    """Of the serials on one sheet, counted from 1, in order."""
    query = select(ProductSerial.draw).where(ProductSerial.batch_id == batch_id).order_by(ProductSerial.draw)
    return session.scalars(query.offset((sheet - 1) * LABELS_A_SHEET).limit(LABELS_A_SHEET)).all()


def get_batch(
    session: Session, *, batch_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None = None
) -> BatchDescription:
    """`shop_ids`: only of their products. Raises SerialBatchNotFound."""
    query = _of_shops(_DESCRIBED.where(SerialBatch.id == batch_id), shop_ids)
    row = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise SerialBatchNotFound
    return _describe(session, [row])[0]


def list_batches(
    session: Session, *, shop_ids: Sequence[uuid.UUID] | None, page: PageRequest
) -> Page[BatchDescription]:
    """Newest first; `shop_ids`: only of their products. Two queries."""
    query = _of_shops(_DESCRIBED, shop_ids).order_by(SerialBatch.id.desc()).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(SerialBatch.id < after[0])
    found = make_page(session.execute(query).all(), page, lambda row: row.SerialBatch.id)
    return Page(_describe(session, found.items), found.next_cursor)


_DESCRIBED = select(SerialBatch, Product).join(Product, Product.id == SerialBatch.product_id)


def _of_shops(query: Described, shop_ids: Sequence[uuid.UUID] | None) -> Described:
    return query if shop_ids is None else query.where(Product.shop_id.in_(shop_ids))


def _describe(session: Session, rows: Sequence[Any]) -> list[BatchDescription]:
    batch_ids = [row.SerialBatch.id for row in rows]
    counted = (
        select(ProductSerial.batch_id, func.count())
        .where(ProductSerial.batch_id.in_(batch_ids), ProductSerial.claim_id.is_not(None))
        .group_by(ProductSerial.batch_id)
    )
    counts = {row[0]: row[1] for row in session.execute(counted)} if rows else {}
    return [BatchDescription(row.SerialBatch, row.Product, counts.get(row.SerialBatch.id, 0)) for row in rows]
