"""What looks odd is flagged, with the facts: a claim then waits for the city, a purchase's pending points stay so."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.claims.facts import Subject
from backend.claims.models import Claim, ClaimAct, Flag, FlagStatus
from backend.claims.rules.flags import Oddity
from backend.claims.service.recording import RULE, note_event
from backend.points.service.holds import keep_pending


def flag_claim(session: Session, *, claim: Claim, oddities: Sequence[Oddity], at: datetime) -> None:
    """One flag a kind; they are decided with the claim."""
    for oddity in oddities:
        session.add(_flag(oddity, claim.account_id, claim.shop_id, at, claim_id=claim.id))
        note_event(session, claim=claim, act=ClaimAct.FLAGGED, actor=RULE, at=at, code=oddity.kind.value)


def flag_purchase(
    session: Session,
    *,
    purchase_id: uuid.UUID,
    subject: Subject,
    oddities: Sequence[Oddity],
    at: datetime,
) -> None:
    """One flag a kind. What is pending stays so until the last of them is decided."""
    keep_pending(session, account_id=subject.account_id, source_id=purchase_id, at=at)
    for oddity in oddities:
        session.add(_flag(oddity, subject.account_id, subject.shop_id, at, purchase_id=purchase_id))
    session.flush()


def _flag(
    oddity: Oddity,
    account_id: uuid.UUID,
    shop_id: uuid.UUID | None,
    at: datetime,
    *,
    claim_id: uuid.UUID | None = None,
    purchase_id: uuid.UUID | None = None,
) -> Flag:
    return Flag(
        id=new_id(),
        kind=oddity.kind.value,
        claim_id=claim_id,
        purchase_id=purchase_id,
        account_id=account_id,
        shop_id=shop_id,
        evidence=dict(oddity.evidence),
        status=FlagStatus.OPEN.value,
        raised_at=at,
    )
