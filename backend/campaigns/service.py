"""A campaign is drafted, approved by a second person (which funds its budget), ended."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Forbidden, Refused
from backend.campaigns.models import Campaign, CampaignRevision, CampaignStatus
from backend.campaigns.queries import get_campaign
from backend.campaigns.rules import Rule
from backend.points import service as points
from backend.points.models import AccountKind

# Budgets of many purchases at once; a small one in many slices would only scatter its last points.
SLICES = 16
SLICED_FROM_POINTS = 10_000


class CampaignSlugTaken(Conflict):
    pass


class CampaignPeriodInvalid(Refused):
    pass


class CampaignNotDraft(Conflict):
    pass


class CampaignNotApproved(Conflict):
    pass


class SecondPersonRequired(Forbidden):
    """Whoever drafted a campaign does not approve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft:
    slug: str
    names: Mapping[str, str]
    descriptions: Mapping[str, str]
    rule: Rule
    starts_at: datetime
    ends_at: datetime
    lifetime_days: int
    budget_points: int
    is_base_programme: bool = False


def draft_campaign(
    session: Session, *, draft: CampaignDraft, created_by: uuid.UUID | None, at: datetime
) -> Campaign:
    """Raises CampaignSlugTaken, CampaignPeriodInvalid."""
    if draft.ends_at <= draft.starts_at or draft.ends_at <= at:
        raise CampaignPeriodInvalid(field="ends_at")
    if session.scalar(select(Campaign.id).where(Campaign.slug == draft.slug)):
        raise CampaignSlugTaken(field="slug")
    campaign = Campaign(
        id=new_id(),
        slug=draft.slug,
        is_base_programme=draft.is_base_programme,
        status=CampaignStatus.DRAFT.value,
        names=dict(draft.names),
        descriptions=dict(draft.descriptions),
        rule=draft.rule.to_json(),
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        lifetime_days=draft.lifetime_days,
        budget_points=draft.budget_points,
        created_by_staff_id=created_by,
        created_at=at,
    )
    session.add(campaign)
    session.flush()
    return campaign


def approve_campaign(
    session: Session, *, campaign_id: uuid.UUID, approved_by: uuid.UUID, at: datetime
) -> Campaign:
    """Open its budget and let it run for its period. Raises SecondPersonRequired, CampaignNotDraft."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if campaign.status != CampaignStatus.DRAFT:
        raise CampaignNotDraft
    if campaign.created_by_staff_id == approved_by:
        raise SecondPersonRequired
    slice_count = SLICES if campaign.budget_points >= SLICED_FROM_POINTS else 1
    account_id = points.open_account(session, kind=AccountKind.FUNDING, at=at, slice_count=slice_count)
    points.fund(session, account_id=account_id, points=campaign.budget_points, at=at, source_id=campaign.id)
    campaign.funding_account_id = account_id
    campaign.status = CampaignStatus.APPROVED.value
    campaign.approved_by_staff_id = approved_by
    campaign.approved_at = at
    session.flush()
    count_up_revision(session)
    return campaign


def end_campaign(session: Session, *, campaign_id: uuid.UUID, at: datetime) -> Campaign:
    """Before its time. What its budget has left stays there. Raises CampaignNotApproved."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if campaign.status != CampaignStatus.APPROVED:
        raise CampaignNotApproved
    campaign.status = CampaignStatus.ENDED.value
    if campaign.starts_at < at < campaign.ends_at:
        campaign.ends_at = at
    session.flush()
    count_up_revision(session)
    return campaign


def mark_budget_exhausted(session: Session, *, funding_account_id: uuid.UUID, at: datetime) -> None:
    """So that the next purchases need not lock an empty budget to learn that it is empty."""
    session.execute(
        update(Campaign)
        .where(Campaign.funding_account_id == funding_account_id, Campaign.budget_exhausted_at.is_(None))
        .values(budget_exhausted_at=at)
    )
    count_up_revision(session)


def count_up_revision(session: Session) -> None:
    session.execute(update(CampaignRevision).values(revision=CampaignRevision.revision + 1))
