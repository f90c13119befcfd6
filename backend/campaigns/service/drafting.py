"""A campaign is drafted, edited, submitted for review, sent back, withdrawn; so is each later version of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.errors import Conflict, Refused
from backend.campaigns.models import Campaign, CampaignAct, CampaignStatus, CampaignVersion, VersionStatus
from backend.campaigns.queries import get_campaign
from backend.campaigns.service.checks import check_conditions
from backend.campaigns.service.recording import (
    Conditions,
    columns_of,
    find_open_version,
    get_open_version,
    put_in_force,
    record_event,
)
from backend.campaigns.states import (
    FROZEN,
    CampaignNotApproved,
    CampaignNotDraft,
    CampaignNotInReview,
    state_of,
)


class CampaignSlugTaken(Conflict):
    pass


class CampaignVersionOpen(Conflict):
    """A version is drafted or reviewed already: edit that one."""


class CampaignNoteMissing(Refused):
    """A change of what was approved says what changes, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignDraft(Conditions):
    slug: str
    is_base_programme: bool = False


def draft_campaign(
    session: Session, *, draft: CampaignDraft, created_by: uuid.UUID | None, at: datetime
) -> Campaign:
    """Raises CampaignSlugTaken, CampaignPeriodInvalid, CampaignPriorityTied."""
    if session.scalar(select(Campaign.id).where(Campaign.slug == draft.slug)):
        raise CampaignSlugTaken(field="slug")
    campaign = Campaign(
        id=new_id(),
        slug=draft.slug,
        is_base_programme=draft.is_base_programme,
        status=CampaignStatus.DRAFT.value,
        budget_warned_percent=0,
        created_by_staff_id=created_by,
        created_at=at,
    )
    _open_version(session, campaign, 1, draft, created_by, at)
    return campaign


def draft_version(
    session: Session, *, campaign_id: uuid.UUID, conditions: Conditions, drafted_by: uuid.UUID, at: datetime
) -> Campaign:
    """What was approved stays in force until this version is.

    Raises CampaignNotApproved, CampaignVersionOpen, CampaignNoteMissing, CampaignPeriodInvalid,
    CampaignPriorityTied.
    """
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) not in FROZEN:
        raise CampaignNotApproved
    if find_open_version(session, campaign_id) is not None:
        raise CampaignVersionOpen
    _refuse_silence(conditions)
    newest = session.scalars(
        select(func.max(CampaignVersion.version)).where(CampaignVersion.campaign_id == campaign_id)
    ).one()
    _open_version(session, campaign, newest + 1, conditions, drafted_by, at)
    return campaign


def edit_draft(
    session: Session, *, campaign_id: uuid.UUID, conditions: Conditions, edited_by: uuid.UUID, at: datetime
) -> Campaign:
    """All conditions anew. Raises CampaignNotDraft and what drafting raises."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    version = get_open_version(session, campaign_id, VersionStatus.DRAFT, CampaignNotDraft)
    if version.version > 1:
        _refuse_silence(conditions)
    columns = columns_of(conditions)
    check_conditions(session, campaign=campaign, columns=columns, at=at)
    for name, value in columns.items():
        setattr(version, name, value)
    _follow(campaign, version)
    _tell(session, campaign, version, CampaignAct.EDITED, VersionStatus.DRAFT, edited_by, at)
    return campaign


def submit_for_review(
    session: Session, *, campaign_id: uuid.UUID, submitted_by: uuid.UUID | None, at: datetime
) -> Campaign:
    """From here on it is read, not edited. Raises CampaignNotDraft and what its conditions are refused for."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    version = get_open_version(session, campaign_id, VersionStatus.DRAFT, CampaignNotDraft)
    check_version(session, campaign, version, at)
    version.status = VersionStatus.REVIEW.value
    _follow(campaign, version)
    _tell(session, campaign, version, CampaignAct.SUBMITTED, VersionStatus.DRAFT, submitted_by, at)
    return campaign


def return_to_draft(
    session: Session, *, campaign_id: uuid.UUID, returned_by: uuid.UUID, reason: str, at: datetime
) -> Campaign:
    """Raises CampaignNotInReview."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    version = get_open_version(session, campaign_id, VersionStatus.REVIEW, CampaignNotInReview)
    version.status = VersionStatus.DRAFT.value
    _follow(campaign, version)
    _tell(session, campaign, version, CampaignAct.RETURNED, VersionStatus.REVIEW, returned_by, at, reason)
    return campaign


def withdraw_draft(
    session: Session, *, campaign_id: uuid.UUID, withdrawn_by: uuid.UUID, reason: str, at: datetime
) -> Campaign:
    """The open version comes to nothing, and a campaign that has no other with it. Raises CampaignNotDraft."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    version = find_open_version(session, campaign_id)
    if version is None:
        raise CampaignNotDraft
    discard_version(session, campaign, version, by=withdrawn_by, at=at, reason=reason)
    if version.version == 1:
        campaign.status = CampaignStatus.ENDED.value
    return campaign


def discard_version(
    session: Session,
    campaign: Campaign,
    version: CampaignVersion,
    *,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None,
) -> None:
    before = VersionStatus(version.status)
    version.status = VersionStatus.WITHDRAWN.value
    _tell(session, campaign, version, CampaignAct.WITHDRAWN, before, by, at, reason)


def check_version(session: Session, campaign: Campaign, version: CampaignVersion, at: datetime) -> None:
    """The world may have changed since it was saved. Raises what `check_conditions` does."""
    names = ("premium", "rule", "starts_at", "ends_at", "budget_line_id")
    columns = {name: getattr(version, name) for name in names}
    check_conditions(session, campaign=campaign, columns=columns, at=at)


def _open_version(
    session: Session,
    campaign: Campaign,
    number: int,
    conditions: Conditions,
    by: uuid.UUID | None,
    at: datetime,
) -> None:
    columns = columns_of(conditions)
    check_conditions(session, campaign=campaign, columns=columns, at=at)
    version = CampaignVersion(
        campaign_id=campaign.id,
        version=number,
        status=VersionStatus.DRAFT.value,
        drafted_by_staff_id=by,
        drafted_at=at,
        **columns,
    )
    _follow(campaign, version)
    session.add(campaign)
    session.flush()
    session.add(version)
    _tell(session, campaign, version, CampaignAct.DRAFTED, None, by, at)


def _follow(campaign: Campaign, version: CampaignVersion) -> None:
    """Before anything of it was approved, the campaign is its first draft."""
    if version.version == 1:
        campaign.status = version.status
        put_in_force(campaign, version)


def _refuse_silence(conditions: Conditions) -> None:
    if not conditions.note:
        raise CampaignNoteMissing(field="note")


def _tell(
    session: Session,
    campaign: Campaign,
    version: CampaignVersion,
    act: CampaignAct,
    before: VersionStatus | None,
    by: uuid.UUID | None,
    at: datetime,
    reason: str | None = None,
) -> None:
    record_event(
        session,
        campaign=campaign,
        act=act,
        before=before.value if before else None,
        after=version.status,
        by=by,
        at=at,
        reason=reason,
        version=version.version,
    )
