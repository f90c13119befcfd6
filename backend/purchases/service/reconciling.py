"""A till sends its day: compared with what was recorded, and kept with every version before."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import new_id
from backend.organisations.register_queries import get_register_shop
from backend.purchases.days import find_current_reconciliation, list_recorded_sales
from backend.purchases.models import Reconciliation
from backend.purchases.rules.reconciling import DIFFERENCES_MAX, StatedDay, check_day, compare
from backend.purchases.service.codes import Issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatement:
    """`register_id` None: of all tills of the shop together."""

    shop_id: uuid.UUID
    register_id: uuid.UUID | None
    sold_on: date
    day: StatedDay

    @property
    def till_id(self) -> uuid.UUID:
        return self.register_id or self.shop_id


def record_reconciliation(
    session: Session, *, statement: DayStatement, issuer: Issuer, at: datetime
) -> Reconciliation:
    """Compare what a till says with what was recorded by now. Raises RegisterNotFound, DayNotReconcilable.

    It replaces what the till said of that day before; where nothing changed on either side, that stands.
    """
    check_day(statement.sold_on, city_day(at))
    if statement.register_id is not None:
        get_register_shop(session, register_id=statement.register_id, shop_ids=[statement.shop_id])
    before = find_current_reconciliation(session, till_id=statement.till_id, sold_on=statement.sold_on)
    compared = _compared(session, statement, issuer, at)
    if before is not None:
        if _says_the_same(before, compared):
            return before
        compared.version = before.version + 1
        before.replaced_at = at
        session.flush()
    session.add(compared)
    session.flush()
    return compared


def _compared(session: Session, statement: DayStatement, issuer: Issuer, at: datetime) -> Reconciliation:
    day = statement.day
    recorded = list_recorded_sales(
        session, shop_id=statement.shop_id, register_id=statement.register_id, sold_on=statement.sold_on
    )
    comparison = compare(day, recorded)
    return Reconciliation(
        id=new_id(),
        shop_id=statement.shop_id,
        till_id=statement.till_id,
        sold_on=statement.sold_on,
        version=1,
        stated_count=day.count,
        stated_yen=day.amount_yen,
        stated_rates=None if day.rates is None else {str(rate): yen for rate, yen in day.rates.items()},
        stated_sales=None if day.sales is None else dict(day.sales),
        recorded_count=comparison.recorded_count,
        recorded_yen=comparison.recorded_yen,
        difference_count=len(comparison.differences),
        differences=[difference.to_json() for difference in comparison.differences[:DIFFERENCES_MAX]],
        issuer_kind=issuer.kind.value,
        issuer_id=issuer.id,
        sent_at=at,
    )


COMPARED = (
    "stated_count",
    "stated_yen",
    "stated_rates",
    "stated_sales",
    "recorded_count",
    "recorded_yen",
    "difference_count",
    "differences",
)


def _says_the_same(before: Reconciliation, compared: Reconciliation) -> bool:
    return all(getattr(before, name) == getattr(compared, name) for name in COMPARED)
