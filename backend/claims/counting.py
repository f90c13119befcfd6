"""What was stated and passed today, and what the limits leave of it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import is_locking
from backend.claims.models import EVERY_SHOP, EVERYBODY, ClaimCounter, ClaimKind, Measure
from backend.claims.rules.limits import NOTHING_USED, Left, Per, Used, lefts_of
from backend.claims.terms import KindTerms
from backend.claims.writes import CLAIM_COUNTERS, COUNT_CLAIM


@dataclass(frozen=True, slots=True)
class Counter:
    """`change_count`: how often it had changed when it was read."""

    used: Used
    change_count: int


UNTOUCHED = Counter(NOTHING_USED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Of a person and a shop in the city's day, for claims of one kind. Without a shop only the person counts."""

    account_id: uuid.UUID
    shop_id: uuid.UUID | None
    counted_on: date
    kind: ClaimKind
    found: Mapping[tuple[Measure, Per], Counter]

    def lefts(self, terms: KindTerms, measure: Measure) -> tuple[Left, ...]:
        """Of what may be stated, or of what may pass."""
        limits = terms.stating if measure is Measure.STATED else terms.passing or ()
        return lefts_of(
            limits, {per: counter.used for (of, per), counter in self.found.items() if of is measure}
        )


def read_counters(
    session: Session, *, account_id: uuid.UUID, shop_id: uuid.UUID | None, kind: ClaimKind, at: datetime
) -> Counters:
    """The server's day decides, whatever day the purchase is said to be of: or each day back would be another limit."""
    on = city_day(at)
    places = _places(account_id, shop_id)
    query = select(ClaimCounter).where(
        ClaimCounter.counted_on == on,
        ClaimCounter.kind == kind.value,
        or_(
            *[
                and_(ClaimCounter.account_id == who, ClaimCounter.shop_id == where)
                for who, where in places.values()
            ]
        ),
    )
    if is_locking(session):
        query = query.order_by(ClaimCounter.account_id, ClaimCounter.shop_id, ClaimCounter.measure)
        query = query.with_for_update()
    pers = {place: per for per, place in places.items()}
    found = {
        (Measure(row.measure), pers[row.account_id, row.shop_id]): Counter(
            Used(row.amount_yen, row.claim_count), row.change_count
        )
        for row in session.scalars(query.execution_options(populate_existing=True))
    }
    return Counters(account_id=account_id, shop_id=shop_id, counted_on=on, kind=kind, found=found)


def count_claim(
    session: Session, *, counters: Counters, measures: Iterable[Measure], amount_yen: int
) -> None:
    """Raises StaleRead when somebody counted meanwhile."""
    places = _places(counters.account_id, counters.shop_id)
    rows = []
    for measure in measures:
        for per, (account_id, shop_id) in places.items():
            before = counters.found.get((measure, per), UNTOUCHED)
            after = before.used.plus(amount_yen)
            rows.append(
                {
                    "account_id": account_id,
                    "shop_id": shop_id,
                    "counted_on": counters.counted_on,
                    "kind": counters.kind.value,
                    "measure": measure.value,
                    "amount_yen": after.yen,
                    "claim_count": after.count,
                    "change_count": before.change_count + 1,
                }
            )
    # In the order in which those that lock take them.
    rows.sort(key=lambda row: (row["account_id"], row["shop_id"], row["measure"]))
    COUNT_CLAIM.run(session, {CLAIM_COUNTERS.name: rows})


def list_lefts(
    session: Session,
    *,
    account_id: uuid.UUID,
    shop_id: uuid.UUID | None,
    kind: ClaimKind,
    terms: KindTerms,
    at: datetime,
) -> Sequence[Left]:
    """What is left now: of what passes at once where something does, else of what may be stated."""
    counters = read_counters(session, account_id=account_id, shop_id=shop_id, kind=kind, at=at)
    return counters.lefts(terms, Measure.STATED if terms.passing is None else Measure.PASSED)


def _places(account_id: uuid.UUID, shop_id: uuid.UUID | None) -> dict[Per, tuple[uuid.UUID, uuid.UUID]]:
    places = {Per.PERSON: (account_id, EVERY_SHOP)}
    if shop_id is not None:
        places |= {Per.PAIR: (account_id, shop_id), Per.SHOP: (EVERYBODY, shop_id)}
    return places
