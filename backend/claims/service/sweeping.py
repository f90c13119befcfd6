"""Recorded purchases are looked at a while after, each once; what looks odd keeps its pending points pending."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import first_id_at
from backend.claims.facts import Subject, count_facts
from backend.claims.models import FlagSweep
from backend.claims.rules.flags import find_oddities
from backend.claims.service.flagging import flag_purchase
from backend.claims.terms import ClaimTerms
from backend.purchases.models import Purchase

PURCHASES = "purchases"
# Ids are drawn before the commit: by then whatever was drawn earlier is there, or never will be.
SETTLED_AFTER = timedelta(minutes=1)
# So far back the very first look goes.
FIRST_LOOK = timedelta(days=1)


def has_unswept_purchase(session: Session, *, at: datetime) -> bool:
    last_id = session.scalar(select(FlagSweep.last_id).where(FlagSweep.name == PURCHASES))
    since = last_id or first_id_at(at - FIRST_LOOK)
    waiting = select(Purchase.id).where(Purchase.id > since, Purchase.recorded_at <= at - SETTLED_AFTER)
    return session.scalar(waiting.limit(1)) is not None


def sweep_purchases(session: Session, *, terms: ClaimTerms, at: datetime, limit: int = 50) -> int:
    """The next ones in the order of their ids. Returns how many were looked at."""
    sweep = _lock_sweep(session, at)
    query = (
        select(
            Purchase.id,
            Purchase.account_id,
            Purchase.shop_id,
            Purchase.amount_yen,
            Purchase.done_at,
            Purchase.recorded_at,
            Purchase.claim_id,
        )
        .where(Purchase.id > sweep.last_id, Purchase.recorded_at <= at - SETTLED_AFTER)
        .order_by(Purchase.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    for row in rows:
        subject = _subject(row)
        facts = count_facts(session, subject=subject, thresholds=terms.flags, round_yen=terms.round_yen)
        oddities = find_oddities(facts, terms.flags)
        if oddities:
            flag_purchase(session, purchase_id=row.id, subject=subject, oddities=oddities, at=at)
    if rows:
        sweep.last_id = rows[-1].id
    session.flush()
    return len(rows)


def _lock_sweep(session: Session, at: datetime) -> FlagSweep:
    """Several workers take turns."""
    found = session.get(FlagSweep, PURCHASES, with_for_update=True, populate_existing=True)
    if found is None:
        found = FlagSweep(name=PURCHASES, last_id=first_id_at(at - FIRST_LOOK))
        session.add(found)
        session.flush()
    return found


def _subject(row: Any) -> Subject:
    """What came before the claim came before its purchase; the claim itself did not."""
    return Subject(
        id=row.claim_id or row.id,
        account_id=row.account_id,
        shop_id=row.shop_id,
        amount_yen=row.amount_yen,
        done_at=row.done_at,
        seen_at=row.recorded_at,
        is_stated=row.claim_id is not None,
    )
