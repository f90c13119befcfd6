"""Corrections of points, where they touch a person: whom they are about, and telling them.

Here because points knows no purchase and no citizen, and shares its floor with notices: neither may import the
other. What moves points and who must agree stands in `points.service.corrections`.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.errors import Refused
from backend.base.secrets import Vault
from backend.notices.kinds import NoticeKind
from backend.notices.service import announce
from backend.people.models import Citizen
from backend.people.service.verifications import find_account_by_counter_code
from backend.points.models import PointsCorrection
from backend.points.queries import get_points_summary
from backend.points.service import corrections
from backend.points.service.corrections import CorrectionDraft
from backend.purchases.models import Purchase
from backend.purchases.queries import PurchaseNotFound


class CorrectionSubjectUnclear(Refused):
    """Exactly one thing says whose points are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionSubject:
    """Whose points: of a purchase, of who shows a code at the counter, or an account. Nobody asks for a name.

    Raises CorrectionSubjectUnclear.
    """

    purchase_id: uuid.UUID | None = None
    counter_code: str | None = None
    account_id: uuid.UUID | None = None

    def __post_init__(self) -> None:
        if [self.purchase_id, self.counter_code, self.account_id].count(None) != 2:
            raise CorrectionSubjectUnclear(field="account_id")


def propose_correction(
    session: Session,
    *,
    subject: CorrectionSubject,
    draft: CorrectionDraft,
    proposed_by: uuid.UUID,
    vault: Vault,
    at: datetime,
) -> PointsCorrection:
    """Raises PurchaseNotFound, CounterCodeNotFound and what `points.service.corrections.propose_correction` raises."""
    account_id = _find_account(session, subject, vault, at)
    return corrections.propose_correction(
        session, account_id=account_id, draft=draft, proposed_by=proposed_by, at=at
    )


def approve_correction(
    session: Session, *, correction_id: uuid.UUID, approved_by: uuid.UUID, at: datetime
) -> PointsCorrection:
    """Carry it out and tell the citizen. Raises what `points.service.corrections.approve_correction` raises."""
    correction = corrections.approve_correction(
        session, correction_id=correction_id, approved_by=approved_by, at=at
    )
    citizen_id = session.scalars(select(Citizen.id).where(Citizen.account_id == correction.account_id)).one()
    summary = get_points_summary(session, account_id=correction.account_id, at=at)
    params = {
        "points": correction.points,
        "reason": correction.reason,
        "balance_points": summary.balance_points,
        "correction_id": str(correction.id),
    }
    announce(session, citizen_id=citizen_id, kind=NoticeKind.POINTS_CORRECTED, params=params, at=at)
    return correction


def _find_account(session: Session, subject: CorrectionSubject, vault: Vault, at: datetime) -> uuid.UUID:
    if subject.account_id is not None:
        return subject.account_id
    if subject.counter_code is not None:
        return find_account_by_counter_code(session, counter_code=subject.counter_code, vault=vault, at=at)
    account_id = session.scalar(select(Purchase.account_id).where(Purchase.id == subject.purchase_id))
    if account_id is None:
        raise PurchaseNotFound(field="purchase_id")
    return account_id
