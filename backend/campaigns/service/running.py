"""An approved campaign is scheduled (which funds it), paused, resumed, ended."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign, CampaignAct, CampaignStatus
from backend.campaigns.queries import get_campaign
from backend.campaigns.service.budgets import open_budget
from backend.campaigns.service.drafting import discard_version
from backend.campaigns.service.recording import count_up_revision, find_open_version, record_event
from backend.campaigns.states import (
    FROZEN,
    CampaignNotApproved,
    CampaignNotPaused,
    CampaignNotRunning,
    CampaignOver,
    CampaignState,
    state_of,
)
from backend.notices.kinds import NoticeKind
from backend.notices.recalling import recall_pushes

# What a night may hold until the campaign is over.
ABOUT = (NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE, NoticeKind.CAMPAIGN_CHANGED)
PERIOD_OVER = "period_over"
BUDGET_EXHAUSTED = "budget_exhausted"


def schedule_campaign(
    session: Session, *, campaign_id: uuid.UUID, scheduled_by: uuid.UUID | None, at: datetime
) -> Campaign:
    """Open and fund its budget; citizens see it from now on. Raises CampaignNotApproved, CampaignOver."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) is not CampaignState.APPROVED:
        raise CampaignNotApproved
    if campaign.ends_at <= at:
        raise CampaignOver
    open_budget(session, campaign=campaign, at=at)
    _change(session, campaign, CampaignStatus.SCHEDULED, CampaignAct.SCHEDULED, scheduled_by, at)
    return campaign


def pause_campaign(
    session: Session, *, campaign_id: uuid.UUID, paused_by: uuid.UUID, reason: str, at: datetime
) -> Campaign:
    """No purchase decided from now on earns from it. Raises CampaignNotRunning."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) is not CampaignState.RUNNING:
        raise CampaignNotRunning
    _change(session, campaign, CampaignStatus.PAUSED, CampaignAct.PAUSED, paused_by, at, reason)
    return campaign


def resume_campaign(
    session: Session, *, campaign_id: uuid.UUID, resumed_by: uuid.UUID, at: datetime
) -> Campaign:
    """Raises CampaignNotPaused."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) is not CampaignState.PAUSED:
        raise CampaignNotPaused
    _change(session, campaign, CampaignStatus.SCHEDULED, CampaignAct.RESUMED, resumed_by, at)
    return campaign


def end_campaign(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    at: datetime,
    ended_by: uuid.UUID | None = None,
    reason: str | None = None,
) -> Campaign:
    """Before its time. What its budget has left stays there. Raises CampaignNotApproved."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) not in FROZEN:
        raise CampaignNotApproved
    close(session, campaign, by=ended_by, at=at, reason=reason)
    return campaign


def close(
    session: Session, campaign: Campaign, *, by: uuid.UUID | None, at: datetime, reason: str | None
) -> None:
    """What is drafted of it comes to nothing. A period that had not begun stays as it was planned."""
    version = find_open_version(session, campaign.id)
    if version is not None:
        discard_version(session, campaign, version, by=by, at=at, reason=reason)
    before = CampaignState(campaign.status) if campaign.ends_at <= at else state_of(campaign, at)
    if campaign.starts_at < at < campaign.ends_at:
        campaign.ends_at = at
    recall_pushes(session, kinds=ABOUT, subject="campaign_id", subject_id=campaign.id, at=at)
    _change(session, campaign, CampaignStatus.ENDED, CampaignAct.ENDED, by, at, reason, before=before)


def _change(
    session: Session,
    campaign: Campaign,
    status: CampaignStatus,
    act: CampaignAct,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
    *,
    before: CampaignState | None = None,
) -> None:
    before = before or state_of(campaign, at)
    campaign.status = status.value
    after = state_of(campaign, at)
    record_event(session, campaign=campaign, act=act, before=before, after=after, by=by, at=at, reason=reason)
    count_up_revision(session)
