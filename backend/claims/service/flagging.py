"""Flags are raised on claims and purchases, and decided by people; what is decided is never dropped silently."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.claims.models import Claim, ClaimAct, Flag, FlagStatus
from backend.claims.rules.flags import Oddity
from backend.claims.service.recording import RULE, note_event


def flag_claim(session: Session, *, claim: Claim, oddities: Sequence[Oddity], at: datetime) -> None:
    """One flag a kind; they are decided with the claim."""
    for oddity in oddities:
        session.add(_flag(oddity, claim.account_id, claim.shop_id, at, claim_id=claim.id))
        note_event(session, claim=claim, act=ClaimAct.FLAGGED, actor=RULE, at=at, code=oddity.kind.value)


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
