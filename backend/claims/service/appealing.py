"""What citizens do with their claims besides stating them: withdraw, appeal; and what stays when they leave."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.claims.models import Claim, ClaimAct, ClaimStatus, WaitsFor
from backend.claims.queries import ClaimNotFound, lock_claim
from backend.claims.service.deciding import ClaimNotWaiting
from backend.claims.service.recording import CITIZEN, ClaimContext, note_event
from backend.people.queries import lock_citizen

OPEN = frozenset({ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.APPEALED})


class ClaimNotAppealable(Conflict):
    """It was not rejected, or was appealed before."""


class AppealTooLate(Conflict):
    """Longer after the decision than `days`."""


def lock_own_claim(session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID) -> Claim:
    """Raises ClaimNotFound."""
    claim = lock_claim(session, claim_id=claim_id)
    if claim.account_id != account_id:
        raise ClaimNotFound
    return claim


def withdraw_claim(session: Session, *, claim_id: uuid.UUID, account_id: uuid.UUID, at: datetime) -> Claim:
    """Of a claim that nobody has decided yet; what was counted stays counted.

    Raises ClaimNotFound, ClaimNotWaiting.
    """
    claim = lock_own_claim(session, claim_id=claim_id, account_id=account_id)
    if claim.status not in OPEN:
        raise ClaimNotWaiting
    _withdraw(session, claim, at)
    session.flush()
    return claim


def appeal_claim(
    session: Session,
    *,
    claim_id: uuid.UUID,
    account_id: uuid.UUID,
    appeal_text: str,
    context: ClaimContext,
    at: datetime,
) -> Claim:
    """Once, against a rejection: it waits for the city, and for another person than who rejected.

    Raises ClaimNotFound, ClaimNotAppealable, AppealTooLate.
    """
    claim = lock_own_claim(session, claim_id=claim_id, account_id=account_id)
    if claim.status != ClaimStatus.REJECTED or claim.appealed_at is not None:
        raise ClaimNotAppealable
    days = context.terms.appeal_days
    if claim.decided_at is None or claim.decided_at + timedelta(days=days) <= at:
        raise AppealTooLate(days=days)
    claim.status, claim.waits_for = ClaimStatus.APPEALED.value, WaitsFor.CITY.value
    claim.appeal_text, claim.appealed_at = appeal_text, at
    claim.seconded_by_staff_id = claim.seconded_yen = None
    note_event(session, claim=claim, act=ClaimAct.APPEALED, actor=CITIZEN, at=at)
    session.flush()
    return claim


def forget_claims(session: Session, *, citizen_id: uuid.UUID, at: datetime) -> None:
    """The person leaves: what is undecided is withdrawn, what they wrote is deleted; amounts stay, nobody's."""
    lock_citizen(session, citizen_id=citizen_id)  # nothing is stated from here on
    query = select(Claim).where(Claim.citizen_id == citizen_id).order_by(Claim.id)
    for claim in session.scalars(query.with_for_update().execution_options(populate_existing=True)):
        if claim.status in OPEN:
            _withdraw(session, claim, at)
        claim.evidence, claim.lines, claim.appeal_text, claim.citizen_id = {}, None, None, None
    session.flush()


def _withdraw(session: Session, claim: Claim, at: datetime) -> None:
    claim.status = ClaimStatus.WITHDRAWN.value
    claim.waits_for = claim.expires_at = None
    note_event(session, claim=claim, act=ClaimAct.WITHDRAWN, actor=CITIZEN, at=at)
