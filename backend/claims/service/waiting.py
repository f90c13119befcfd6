"""What no shop confirmed in time goes to the city's review."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.claims.models import Claim, ClaimAct, WaitsFor
from backend.claims.service.recording import RULE, note_event


def move_unconfirmed(session: Session, *, at: datetime, limit: int = 100) -> int:
    """Each once; what somebody is just deciding is left to them. Returns how many were moved."""
    query = (
        select(Claim)
        .where(Claim.waits_for == WaitsFor.SHOP.value, Claim.expires_at <= at)
        .order_by(Claim.expires_at)
        .limit(limit)
    )
    moved = session.scalars(query.with_for_update(skip_locked=True)).all()
    for claim in moved:
        claim.waits_for, claim.expires_at = WaitsFor.CITY.value, None
        note_event(session, claim=claim, act=ClaimAct.UNCONFIRMED, actor=RULE, at=at)
    session.flush()
    return len(moved)
