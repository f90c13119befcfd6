"""Corrections of points: proposed by an officer with a reason, decided by a second person."""

import uuid
from typing import Any

from backend.base.errors import SecondPersonRequired
from backend.base.pages import Page
from backend.city.corrections.schemas import (
    CORRECTION_EXAMPLE,
    CorrectionListQuery,
    CorrectionOut,
    CorrectionPage,
    ProposeCorrectionIn,
    RejectCorrectionIn,
)
from backend.membership import corrections as membership
from backend.membership.corrections import CorrectionSubject, CorrectionSubjectUnclear
from backend.people.permissions import Permission
from backend.people.service.verifications import CounterCodeNotFound
from backend.points.models import CorrectionStatus, PointsCorrection
from backend.points.service import corrections
from backend.points.service.corrections import (
    AccountNotFound,
    BudgetNotFound,
    CorrectionContradictory,
    CorrectionDecided,
    CorrectionDraft,
    CorrectionNotFound,
)
from backend.points.service.movements import AccountClosed, BudgetInsufficient, PointsInsufficient
from backend.purchases.queries import PurchaseNotFound
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import page_request

face = Face(
    "corrections",
    __name__,
    url_prefix="/v1/city/corrections",
    description="Movements of points by hand, which take two people.",
)


@face.operation(
    "GET", "", permission=Permission.READ_CORRECTIONS, query=CorrectionListQuery, answer=CorrectionPage
)
def list_corrections(call: Call, query: dict[str, Any]) -> Page[PointsCorrection]:
    """All corrections, or those of a status; newest first."""
    status = CorrectionStatus(query["status"]) if query["status"] else None
    return corrections.list_corrections(call.session, page=page_request(query), status=status)


@face.operation(
    "POST",
    "",
    permission=Permission.PROPOSE_CORRECTIONS,
    body=ProposeCorrectionIn,
    answer=CorrectionOut,
    status=201,
    errors=[
        CorrectionSubjectUnclear,
        CorrectionContradictory,
        PurchaseNotFound,
        CounterCodeNotFound,
        AccountNotFound,
        AccountClosed,
        BudgetNotFound,
    ],
    # As at the counter: too few to find codes by guessing.
    limits=[RateLimit("counter_code", "sign_in_attempts", By.TOKEN, factor=10)],
    example=CORRECTION_EXAMPLE,
)
def propose_correction(call: Call, body: dict[str, Any]) -> PointsCorrection:
    """Propose to give points to a citizen, or to take some back. Nothing moves yet."""
    subject = CorrectionSubject(
        purchase_id=body["purchase_id"], counter_code=body["counter_code"], account_id=body["account_id"]
    )
    draft = CorrectionDraft(
        funding_account_id=body["funding_account_id"],
        points=body["points"],
        reason=body["reason"],
        lifetime_days=body["lifetime_days"],
    )
    return membership.propose_correction(
        call.session,
        subject=subject,
        draft=draft,
        proposed_by=call.staff.staff_id,
        vault=call.ground.vault,
        at=call.at,
    )


@face.operation(
    "POST",
    "/<uuid:correction_id>/approval",
    permission=Permission.APPROVE_CORRECTIONS,
    answer=CorrectionOut,
    errors=[
        CorrectionNotFound,
        CorrectionDecided,
        AccountClosed,
        BudgetInsufficient,
        PointsInsufficient,
    ],
)
def approve_correction(call: Call, correction_id: uuid.UUID) -> PointsCorrection:
    """Carry out what somebody else proposed, and tell the citizen. Takes back what is there, never more."""
    return membership.approve_correction(
        call.session, correction_id=correction_id, approved_by=call.staff.staff_id, at=call.at
    )


@face.operation(
    "POST",
    "/<uuid:correction_id>/rejection",
    permission=Permission.APPROVE_CORRECTIONS,
    body=RejectCorrectionIn,
    answer=CorrectionOut,
    errors=[CorrectionNotFound, CorrectionDecided, SecondPersonRequired],
    example={"note": "領収書と金額が合いません"},
)
def reject_correction(call: Call, body: dict[str, Any], correction_id: uuid.UUID) -> PointsCorrection:
    """Reject what somebody else proposed."""
    return corrections.reject_correction(
        call.session,
        correction_id=correction_id,
        note=body["note"],
        rejected_by=call.staff.staff_id,
        at=call.at,
    )
