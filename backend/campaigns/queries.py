"""Reads of campaigns; the rules that run are kept in the process until their revision changes."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Uuid, case, literal, select, tuple_
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, aware_moment, make_page, small_whole
from backend.campaigns.models import Campaign, CampaignRevision, CampaignStatus
from backend.campaigns.rules import Rule, RunningCampaign
from backend.points.models import PointsAccount


class CampaignNotFound(NotFound):
    pass


# One revision a database; a campaign changed by somebody else counts the revision up, so a stale copy is never used.
_RUNNING: WeakKeyDictionary[Engine, tuple[int, Sequence[RunningCampaign]]] = WeakKeyDictionary()


def list_running_campaigns(session: Session, *, revision: int) -> Sequence[RunningCampaign]:
    """All approved campaigns, whether or not their period has begun. `revision` was read in this transaction."""
    engine = session.get_bind().engine
    kept = _RUNNING.get(engine)
    if kept and kept[0] == revision:
        return kept[1]
    query = (
        select(Campaign, PointsAccount.slice_count)
        .join(PointsAccount, PointsAccount.id == Campaign.funding_account_id)
        .where(Campaign.status == CampaignStatus.APPROVED)
    )
    running = [_running(campaign, slice_count) for campaign, slice_count in session.execute(query)]
    _RUNNING[engine] = (revision, running)
    return running


def _running(campaign: Campaign, slice_count: int) -> RunningCampaign:
    assert campaign.funding_account_id is not None  # noqa: S101 (approval opened it)
    return RunningCampaign(
        id=campaign.id,
        names=campaign.names,
        is_base_programme=campaign.is_base_programme,
        rule=Rule.from_json(campaign.rule),
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        lifetime_days=campaign.lifetime_days,
        funding_account_id=campaign.funding_account_id,
        slice_count=slice_count,
        is_budget_exhausted=campaign.budget_exhausted_at is not None,
    )


def get_revision(session: Session) -> int:
    return session.scalars(select(CampaignRevision.revision)).one()


def get_campaign(session: Session, *, campaign_id: uuid.UUID, lock: bool = False) -> Campaign:
    query = select(Campaign).where(Campaign.id == campaign_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise CampaignNotFound
    return found


def list_campaigns(session: Session, *, page: PageRequest) -> Page[Campaign]:
    """All of them, newest first: for the city office."""
    query = select(Campaign).order_by(Campaign.id.desc()).limit(page.limit + 1)
    if after := page.after(uuid.UUID):
        query = query.where(Campaign.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda campaign: str(campaign.id))


def list_current_campaigns(session: Session, *, at: datetime, page: PageRequest) -> Page[Campaign]:
    """What runs now, for citizens: the base programme first, then by end."""
    extra = case((Campaign.is_base_programme, 0), else_=1)
    order = tuple_(extra, Campaign.ends_at, Campaign.id)
    query = (
        select(Campaign)
        .where(Campaign.status == CampaignStatus.APPROVED, Campaign.starts_at <= at, Campaign.ends_at > at)
        .order_by(extra, Campaign.ends_at, Campaign.id)
        .limit(page.limit + 1)
    )
    if after := page.after(small_whole, aware_moment, uuid.UUID):
        seen = (literal(after[0]), literal(after[1], UtcDateTime()), literal(after[2], Uuid()))
        query = query.where(order > tuple_(*seen))
    return make_page(
        session.scalars(query).all(),
        page,
        lambda campaign: int(not campaign.is_base_programme),
        lambda campaign: campaign.ends_at.isoformat(),
        lambda campaign: str(campaign.id),
    )


def get_campaign_names(
    session: Session, *, campaign_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, dict[str, str]]:
    if not campaign_ids:
        return {}
    rows = session.execute(select(Campaign.id, Campaign.names).where(Campaign.id.in_(set(campaign_ids))))
    return {campaign_id: dict(names) for campaign_id, names in rows}
