"""A second person approves: a first version may then be scheduled, a later one takes its place at once."""

import uuid
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from backend.base.errors import Conflict, SecondPersonRequired
from backend.campaigns.models import (
    Campaign,
    CampaignAct,
    CampaignEvent,
    CampaignStatus,
    CampaignVersion,
    VersionStatus,
)
from backend.campaigns.queries import find_version_in_force, get_campaign
from backend.campaigns.service.budgets import lock_budget, raise_budget
from backend.campaigns.service.drafting import check_version
from backend.campaigns.service.recording import (
    count_up_revision,
    get_open_version,
    put_in_force,
    record_event,
)
from backend.campaigns.states import FROZEN, LIVE, CampaignNotInReview, CampaignOver, state_of

WRITING = (CampaignAct.DRAFTED.value, CampaignAct.EDITED.value)


class CampaignBudgetLowered(Conflict):
    """What citizens were told a budget is stays, once it is funded."""


def approve_campaign(
    session: Session, *, campaign_id: uuid.UUID, approved_by: uuid.UUID, at: datetime
) -> Campaign:
    """The version in review is in force from now on; a budget that grows is funded.

    Raises CampaignNotInReview, SecondPersonRequired, CampaignOver, CampaignBudgetLowered, and what its conditions
    are refused for.
    """
    lock_budget(session, campaign_id=campaign_id)
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    version = get_open_version(session, campaign_id, VersionStatus.REVIEW, CampaignNotInReview)
    if _has_written(session, version, approved_by):
        raise SecondPersonRequired
    check_version(session, campaign, version, at)
    if version.version == 1:
        campaign.status = CampaignStatus.APPROVED.value
        put_in_force(campaign, version)
    else:
        _take_place(session, campaign, version, at)
    version.status = VersionStatus.APPROVED.value
    version.approved_by_staff_id = campaign.approved_by_staff_id = approved_by
    version.approved_at = campaign.approved_at = at
    session.flush()
    record_event(
        session,
        campaign=campaign,
        act=CampaignAct.APPROVED,
        before=VersionStatus.REVIEW,
        after=VersionStatus.APPROVED,
        by=approved_by,
        at=at,
    )
    count_up_revision(session)
    return campaign


def _has_written(session: Session, version: CampaignVersion, staff_id: uuid.UUID) -> bool:
    wrote = exists().where(
        CampaignEvent.campaign_id == version.campaign_id,
        CampaignEvent.version == version.version,
        CampaignEvent.act.in_(WRITING),
        CampaignEvent.by_staff_id == staff_id,
    )
    return bool(session.scalar(select(wrote)))


def _take_place(session: Session, campaign: Campaign, version: CampaignVersion, at: datetime) -> None:
    """Of the version before, whose status must be gone before the new one is in force."""
    state = state_of(campaign, at)
    if state not in FROZEN:
        raise CampaignOver
    if state in LIVE:
        more_points = version.budget_points - campaign.budget_points
        if more_points < 0:
            raise CampaignBudgetLowered(field="budget_points")
        if more_points:
            raise_budget(session, campaign=campaign, more_points=more_points, at=at)
    before = find_version_in_force(session, campaign_id=campaign.id)
    if before is not None:
        before.status = VersionStatus.SUPERSEDED.value
    put_in_force(campaign, version)
    session.flush()
