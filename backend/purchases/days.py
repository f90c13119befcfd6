"""What was recorded on a day, and how it compared with what tills said of it."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from backend.base.clock import end_of_city_day, start_of_city_day
from backend.base.database import first_id_at
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, make_page
from backend.purchases.models import (
    Checkout,
    OfflineAllowance,
    OfflineCode,
    Purchase,
    PurchaseLine,
    Reconciliation,
    TillCode,
)
from backend.purchases.rules.offline_codes import CLOCK_SKEW, sale_name
from backend.purchases.rules.reconciling import RecordedSale


class ReconciliationNotFound(NotFound):
    """Not there, or another shop's."""


@dataclass(frozen=True, slots=True)
class ReconciliationRecord:
    """One version with its differences, and all versions of that till and day, the newest first."""

    reconciliation: Reconciliation
    versions: Sequence[Reconciliation]


def list_recorded_sales(
    session: Session, *, shop_id: uuid.UUID, register_id: uuid.UUID | None, sold_on: date
) -> Sequence[RecordedSale]:
    """What the shop sold on the city's day, in the order of recording; of one register, or of all. Two statements."""
    sold = _sold(shop_id, register_id, sold_on)
    rates = _rates(session, sold)
    query = sold.add_columns(
        Purchase.amount_yen,
        Purchase.till_code_id,
        Purchase.checkout_id,
        OfflineCode.allowance_id,
        OfflineCode.serial_number,
    )
    rows = session.execute(query.order_by(Purchase.id))
    return [RecordedSale(_names(row), row.amount_yen, rates[row.id]) for row in rows]


def _sold(shop_id: uuid.UUID, register_id: uuid.UUID | None, sold_on: date) -> Select[Any]:
    """Ids of purchases. Many say only by their code who rang them up."""
    query = (
        select(Purchase.id)
        .outerjoin(OfflineCode, OfflineCode.purchase_id == Purchase.id)
        .where(
            Purchase.shop_id == shop_id,
            # Nothing is recorded before it is done: spares reading the shop's whole past.
            Purchase.id >= first_id_at(start_of_city_day(sold_on) - CLOCK_SKEW),
            Purchase.done_at >= start_of_city_day(sold_on),
            Purchase.done_at < end_of_city_day(sold_on),
        )
    )
    if register_id is None:
        return query
    issuer_id = func.coalesce(
        Purchase.issuer_id, TillCode.issuer_id, Checkout.issuer_id, OfflineAllowance.register_id
    )
    return (
        query.outerjoin(TillCode, TillCode.id == Purchase.till_code_id)
        .outerjoin(Checkout, Checkout.id == Purchase.checkout_id)
        .outerjoin(OfflineAllowance, OfflineAllowance.id == OfflineCode.allowance_id)
        .where(issuer_id == register_id)
    )


def _rates(session: Session, sold: Select[Any]) -> defaultdict[uuid.UUID, dict[int, int]]:
    """Purchase → per mille of tax → yen of its lines."""
    lines = PurchaseLine
    query = (
        select(lines.purchase_id, lines.tax_permille, func.sum(lines.amount_yen))
        .where(lines.purchase_id.in_(sold), lines.tax_permille.is_not(None))
        .group_by(lines.purchase_id, lines.tax_permille)
    )
    found: defaultdict[uuid.UUID, dict[int, int]] = defaultdict(dict)
    for purchase_id, rate, amount_yen in session.execute(query):
        found[purchase_id][int(rate or 0)] = int(amount_yen)
    return found


def _names(row: Any) -> tuple[str, ...]:
    """By which a till may call a sale."""
    names = [str(name) for name in (row.id, row.till_code_id, row.checkout_id) if name is not None]
    if row.allowance_id is not None:
        names.append(sale_name(row.allowance_id, row.serial_number))
    return tuple(names)


def find_current_reconciliation(
    session: Session, *, till_id: uuid.UUID, sold_on: date
) -> Reconciliation | None:
    """The newest version, locked."""
    return session.scalar(
        select(Reconciliation)
        .where(
            Reconciliation.till_id == till_id,
            Reconciliation.sold_on == sold_on,
            Reconciliation.replaced_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def list_reconciliations(
    session: Session,
    *,
    shop_id: uuid.UUID | None,
    sold_on: date | None = None,
    only_differing: bool = False,
    page: PageRequest,
) -> Page[Reconciliation]:
    """The newest version of each till and day, the latest day first; of one shop, or of all."""
    query = (
        select(Reconciliation)
        .where(Reconciliation.replaced_at.is_(None))
        .order_by(Reconciliation.sold_on.desc(), Reconciliation.id.desc())
        .limit(page.limit + 1)
    )
    if shop_id is not None:
        query = query.where(Reconciliation.shop_id == shop_id)
    if sold_on is not None:
        query = query.where(Reconciliation.sold_on == sold_on)
    if only_differing:
        query = query.where(Reconciliation.difference_count > 0)
    if after := page.after(date.fromisoformat, uuid.UUID):
        earlier = (Reconciliation.sold_on == after[0]) & (Reconciliation.id < after[1])
        query = query.where(or_(Reconciliation.sold_on < after[0], earlier))
    rows = session.scalars(query).all()
    return make_page(rows, page, lambda row: row.sold_on, lambda row: row.id)


def get_reconciliation(
    session: Session, *, reconciliation_id: uuid.UUID, shop_ids: Sequence[uuid.UUID] | None
) -> ReconciliationRecord:
    """Any version, of one of the shops; None: of any shop. Raises ReconciliationNotFound."""
    found = session.get(Reconciliation, reconciliation_id)
    if found is None or (shop_ids is not None and found.shop_id not in shop_ids):
        raise ReconciliationNotFound
    query = (
        select(Reconciliation)
        .where(Reconciliation.till_id == found.till_id, Reconciliation.sold_on == found.sold_on)
        .order_by(Reconciliation.version.desc())
    )
    return ReconciliationRecord(found, session.scalars(query).all())
