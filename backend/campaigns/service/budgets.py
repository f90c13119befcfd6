"""A campaign's budget is a funding account of the ledger: opened, raised, found empty."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.campaigns.service.recording import count_up_revision
from backend.points.models import AccountKind
from backend.points.queries import list_slices
from backend.points.service import movements as points

# Budgets of many purchases at once; a small one in many slices would only scatter its last points.
SLICES = 16
SLICED_FROM_POINTS = 10_000


def open_budget(session: Session, *, campaign: Campaign, at: datetime) -> None:
    """`campaign.budget_line_id` is the line that bears it."""
    account_id = points.open_account(
        session,
        kind=AccountKind.FUNDING,
        at=at,
        slice_count=SLICES if campaign.budget_points >= SLICED_FROM_POINTS else 1,
        budget_line_id=campaign.budget_line_id,
    )
    points.fund(session, account_id=account_id, points=campaign.budget_points, at=at, source_id=campaign.id)
    campaign.funding_account_id = account_id


def lock_budget(session: Session, *, campaign_id: uuid.UUID) -> None:
    """Before the campaign's own row, as a purchase that empties the budget takes them (PostgreSQL)."""
    account_id = session.scalar(select(Campaign.funding_account_id).where(Campaign.id == campaign_id))
    if account_id is not None:
        list_slices(session, account_ids=[account_id], lock=True)


def raise_budget(session: Session, *, campaign: Campaign, more_points: int, at: datetime) -> None:
    """Citizens are warned anew, of the budget as it is then."""
    assert campaign.funding_account_id is not None  # noqa: S101 (scheduling opened it)
    points.fund(
        session, account_id=campaign.funding_account_id, points=more_points, at=at, source_id=campaign.id
    )
    campaign.budget_exhausted_at = None
    campaign.budget_warned_percent = 0


def mark_budget_exhausted(session: Session, *, funding_account_id: uuid.UUID, at: datetime) -> None:
    """So that the next purchases need not lock an empty budget to learn that it is empty."""
    session.execute(
        update(Campaign)
        .where(Campaign.funding_account_id == funding_account_id, Campaign.budget_exhausted_at.is_(None))
        .values(budget_exhausted_at=at)
    )
    count_up_revision(session)


def clear_budget_exhausted(session: Session, *, funding_account_ids: Sequence[uuid.UUID]) -> None:
    """Points have come back to these budgets: whoever returned them takes the marks away."""
    cleared = session.execute(
        update(Campaign)
        .where(
            Campaign.funding_account_id.in_(funding_account_ids), Campaign.budget_exhausted_at.is_not(None)
        )
        .values(budget_exhausted_at=None)
        .returning(Campaign.id)
    ).all()
    if cleared:
        count_up_revision(session)
