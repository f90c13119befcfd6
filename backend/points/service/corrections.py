"""Movements by hand: one person proposes with a reason, another carries out or rejects. Never a debt."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import is_locking, new_id
from backend.base.errors import Conflict, NotFound, Refused, SecondPersonRequired
from backend.base.pages import Page, PageRequest, make_page
from backend.points.models import (
    AccountKind,
    CorrectionStatus,
    PointsAccount,
    PointsCorrection,
    TransactionKind,
)
from backend.points.queries import list_live_lots, list_slices
from backend.points.rules import (
    Leg,
    LotGrant,
    consume_lots,
    draw_from_slices,
    expiry_of,
    take_lots,
)
from backend.points.service.movements import (
    AccountClosed,
    BudgetInsufficient,
    PointsInsufficient,
    lock_balance,
)
from backend.points.writes import POST, Movement, ledger_rows

LIFETIME_DAYS = 365
# Where points taken back come to lie; a budget is rarely corrected, so that one slice does.
SLICE = 0


class CorrectionContradictory(Refused):
    """It moves nothing, or says how long points live that it takes back."""


class CorrectionNotFound(NotFound):
    pass


class CorrectionDecided(Conflict):
    """Carried out or rejected before."""


class AccountNotFound(NotFound):
    """Nobody's, or not a citizen's."""


class BudgetNotFound(NotFound):
    """No such funding account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDraft:
    """`points` above zero go from the budget to the citizen, below zero back.

    `lifetime_days` of points given; a year when None. Raises CorrectionContradictory.
    """

    funding_account_id: uuid.UUID
    points: int
    reason: str
    lifetime_days: int | None = None

    def __post_init__(self) -> None:
        if self.points == 0:
            raise CorrectionContradictory(field="points")
        if self.points < 0 and self.lifetime_days is not None:
            raise CorrectionContradictory(field="lifetime_days")


def get_correction(session: Session, *, correction_id: uuid.UUID, lock: bool = False) -> PointsCorrection:
    """Raises CorrectionNotFound."""
    query = select(PointsCorrection).where(PointsCorrection.id == correction_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise CorrectionNotFound
    return found


def list_corrections(
    session: Session, *, page: PageRequest, status: CorrectionStatus | None = None
) -> Page[PointsCorrection]:
    """Newest first."""
    query = select(PointsCorrection).order_by(PointsCorrection.id.desc()).limit(page.limit + 1)
    if status is not None:
        query = query.where(PointsCorrection.status == status.value)
    if after := page.after(uuid.UUID):
        query = query.where(PointsCorrection.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda correction: str(correction.id))


def propose_correction(
    session: Session,
    *,
    account_id: uuid.UUID,
    draft: CorrectionDraft,
    proposed_by: uuid.UUID,
    at: datetime,
) -> PointsCorrection:
    """Moves nothing yet. Raises AccountNotFound, AccountClosed, BudgetNotFound."""
    _refuse_account(session, account_id)
    funding = session.get(PointsAccount, draft.funding_account_id)
    if funding is None or funding.kind != AccountKind.FUNDING:
        raise BudgetNotFound(field="funding_account_id")
    correction = PointsCorrection(
        id=new_id(),
        account_id=account_id,
        funding_account_id=funding.id,
        points=draft.points,
        lifetime_days=(draft.lifetime_days or LIFETIME_DAYS) if draft.points > 0 else None,
        reason=draft.reason,
        status=CorrectionStatus.PROPOSED.value,
        proposed_by_staff_id=proposed_by,
        proposed_at=at,
    )
    session.add(correction)
    session.flush()
    return correction


def approve_correction(
    session: Session, *, correction_id: uuid.UUID, approved_by: uuid.UUID, at: datetime
) -> PointsCorrection:
    """Carry it out, once. Refused as a whole where the budget or what the citizen has left is too small.

    Raises CorrectionNotFound, CorrectionDecided, SecondPersonRequired, AccountClosed, BudgetInsufficient,
    PointsInsufficient.
    """
    correction = _lock_proposed(session, correction_id, approved_by)
    _refuse_account(session, correction.account_id)
    move = _give if correction.points > 0 else _take_back
    correction.transaction_id = move(session, correction, at)
    _decide(correction, CorrectionStatus.CARRIED_OUT, approved_by, at)
    session.flush()
    return correction


def reject_correction(
    session: Session, *, correction_id: uuid.UUID, note: str, rejected_by: uuid.UUID, at: datetime
) -> PointsCorrection:
    """Raises CorrectionNotFound, CorrectionDecided, SecondPersonRequired."""
    correction = _lock_proposed(session, correction_id, rejected_by)
    correction.decision_note = note
    _decide(correction, CorrectionStatus.REJECTED, rejected_by, at)
    session.flush()
    return correction


def _lock_proposed(session: Session, correction_id: uuid.UUID, decided_by: uuid.UUID) -> PointsCorrection:
    """A second decision waits here, and then finds the first (PostgreSQL; SQLite has one writer)."""
    correction = get_correction(session, correction_id=correction_id, lock=True)
    if correction.status != CorrectionStatus.PROPOSED:
        raise CorrectionDecided
    if correction.proposed_by_staff_id == decided_by:
        raise SecondPersonRequired
    return correction


def _decide(
    correction: PointsCorrection, status: CorrectionStatus, decided_by: uuid.UUID, at: datetime
) -> None:
    correction.status = status.value
    correction.decided_by_staff_id = decided_by
    correction.decided_at = at


def _give(session: Session, correction: PointsCorrection, at: datetime) -> uuid.UUID:
    funding_id, points = correction.funding_account_id, correction.points
    slices = list_slices(session, account_ids=[funding_id], lock=is_locking(session))[funding_id]
    if sum(slices.values()) < points:
        raise BudgetInsufficient
    drawn = draw_from_slices(slices, points)
    legs = [Leg(funding_id, number, -taken) for number, taken in drawn.items()]
    movement = Movement(
        kind=TransactionKind.CORRECT,
        source_id=correction.id,
        occurred_at=at,
        legs=[*legs, Leg(correction.account_id, 0, points)],
        lots=[
            LotGrant(
                account_id=correction.account_id,
                funding_account_id=funding_id,
                points=points,
                spendable_at=None,
                expires_at=expiry_of(at, correction.lifetime_days or LIFETIME_DAYS),
            )
        ],
    )
    POST.run(session, ledger_rows([movement], at=at))
    return movement.id


def _take_back(session: Session, correction: PointsCorrection, at: datetime) -> uuid.UUID:
    """From live lots, pending ones too, but not from what is held for a shop."""
    points = -correction.points
    lock_balance(session, correction.account_id)
    lots = list_live_lots(session, account_id=correction.account_id, at=at)
    used = consume_lots(lots, points)
    if sum(used.values()) < points:
        raise PointsInsufficient
    movement = Movement(
        kind=TransactionKind.CORRECT,
        source_id=correction.id,
        occurred_at=at,
        legs=[
            Leg(correction.account_id, 0, -points),
            Leg(correction.funding_account_id, SLICE, points),
        ],
        lot_moves=take_lots(used, at),
    )
    POST.run(session, ledger_rows([movement], at=at))
    return movement.id


def _refuse_account(session: Session, account_id: uuid.UUID) -> None:
    account = session.get(PointsAccount, account_id)
    if account is None or account.kind != AccountKind.CITIZEN:
        raise AccountNotFound(field="account_id")
    if account.closed_at is not None:
        raise AccountClosed
