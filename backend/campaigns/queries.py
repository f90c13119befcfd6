"""Reads of campaigns; the rules that run are kept in the process until their revision changes."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Engine,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from backend.base.database import UtcDateTime
from backend.base.errors import NotFound
from backend.base.pages import Page, PageRequest, aware_moment, make_page, small_whole
from backend.campaigns.models import (
    Campaign,
    CampaignCard,
    CampaignEvent,
    CampaignRevision,
    CampaignStamp,
    CampaignStatus,
    CampaignVersion,
    VersionStatus,
)
from backend.campaigns.rules.deciding import RunningCampaign
from backend.campaigns.rules.rule import Rule
from backend.people.models import Staff
from backend.points.models import PointsAccount, PointsBalance


class CampaignNotFound(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class FundedCampaign:
    """A campaign with what its budget has left."""

    campaign: Campaign
    left_points: int


@dataclass(frozen=True, slots=True)
class EventRow:
    id: uuid.UUID
    version: int
    act: str
    from_state: str | None
    to_state: str
    by_staff_id: uuid.UUID | None
    by: str | None
    at: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class StampRow:
    campaign_id: uuid.UUID
    card_number: int
    position: int
    distinct_key: str
    stamped_at: datetime


@dataclass(frozen=True, slots=True)
class CardProgress:
    """How far a person is with a campaign's stamps. `rule`: its `stamp_card`."""

    campaign: Campaign
    rule: Mapping[str, Any]
    card_number: int
    given: int
    completed_cards: int
    last_stamped_at: datetime | None

    @property
    def is_completed(self) -> bool:
        """There is no other card to fill."""
        return self.completed_cards > 0 and not self.rule.get("repeats", False)


# Of the campaign in the query around it. PostgreSQL sums bigint as numeric; points are whole.
BUDGET_LEFT_POINTS = (
    select(cast(func.coalesce(func.sum(PointsBalance.balance_points), 0), BigInteger))
    .where(PointsBalance.account_id == Campaign.funding_account_id)
    .correlate(Campaign)
    .scalar_subquery()
    .label("left_points")
)

# One revision a database; a campaign changed by somebody else counts the revision up, so a stale copy is never used.
_RUNNING: WeakKeyDictionary[Engine, tuple[int, Sequence[RunningCampaign]]] = WeakKeyDictionary()


def list_running_campaigns(session: Session, *, revision: int) -> Sequence[RunningCampaign]:
    """All scheduled campaigns, whether or not their period has begun. `revision` was read in this transaction."""
    engine = session.get_bind().engine
    kept = _RUNNING.get(engine)
    if kept and kept[0] == revision:
        return kept[1]
    query = (
        select(Campaign, PointsAccount.slice_count)
        .join(PointsAccount, PointsAccount.id == Campaign.funding_account_id)
        .where(Campaign.status == CampaignStatus.SCHEDULED)
    )
    running = [_running(campaign, slice_count) for campaign, slice_count in session.execute(query)]
    _RUNNING[engine] = (revision, running)
    return running


def _running(campaign: Campaign, slice_count: int) -> RunningCampaign:
    assert campaign.funding_account_id is not None  # noqa: S101 (scheduling opened it)
    return RunningCampaign(
        id=campaign.id,
        names=campaign.names,
        is_base_programme=campaign.is_base_programme,
        rule=Rule.from_json(campaign.rule),
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        funding_account_id=campaign.funding_account_id,
        slice_count=slice_count,
        is_budget_exhausted=campaign.budget_exhausted_at is not None,
        version=campaign.version,
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


def list_current_campaigns(session: Session, *, at: datetime, page: PageRequest) -> Page[FundedCampaign]:
    """What runs now, for citizens: the base programme first, then by end."""
    extra = case((Campaign.is_base_programme, 0), else_=1)
    order = tuple_(extra, Campaign.ends_at, Campaign.id)
    query = (
        select(Campaign, BUDGET_LEFT_POINTS)
        .where(is_current(at))
        .order_by(extra, Campaign.ends_at, Campaign.id)
        .limit(page.limit + 1)
    )
    if after := page.after(small_whole, aware_moment, uuid.UUID):
        seen = (literal(after[0]), literal(after[1], UtcDateTime()), literal(after[2], Uuid()))
        query = query.where(order > tuple_(*seen))
    return make_page(
        [FundedCampaign(*row) for row in session.execute(query)],
        page,
        lambda found: int(not found.campaign.is_base_programme),
        lambda found: found.campaign.ends_at.isoformat(),
        lambda found: str(found.campaign.id),
    )


def list_current_among(
    session: Session, *, campaign_ids: Collection[uuid.UUID], at: datetime
) -> list[FundedCampaign]:
    """Those of them that `list_current_campaigns` tells, in no order. One query."""
    query = select(Campaign, BUDGET_LEFT_POINTS).where(Campaign.id.in_(campaign_ids), is_current(at))
    return [FundedCampaign(*row) for row in session.execute(query)]


def is_current(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    return and_(Campaign.status == CampaignStatus.SCHEDULED, Campaign.starts_at <= at, Campaign.ends_at > at)


def get_visible_campaign(session: Session, *, campaign_id: uuid.UUID) -> FundedCampaign:
    """Citizens see what was once scheduled, also when it is over. Raises CampaignNotFound."""
    query = select(Campaign, BUDGET_LEFT_POINTS).where(
        Campaign.id == campaign_id, Campaign.funding_account_id.is_not(None)
    )
    row = session.execute(query).first()
    if row is None:
        raise CampaignNotFound
    return FundedCampaign(*row)


def find_version_in_force(session: Session, *, campaign_id: uuid.UUID) -> CampaignVersion | None:
    return session.scalar(
        select(CampaignVersion).where(
            CampaignVersion.campaign_id == campaign_id,
            CampaignVersion.status == VersionStatus.APPROVED.value,
        )
    )


def list_versions(session: Session, *, campaign_id: uuid.UUID, page: PageRequest) -> Page[CampaignVersion]:
    """Newest first. Raises CampaignNotFound."""
    get_campaign(session, campaign_id=campaign_id)
    query = (
        select(CampaignVersion)
        .where(CampaignVersion.campaign_id == campaign_id)
        .order_by(CampaignVersion.version.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(small_whole):
        query = query.where(CampaignVersion.version < after[0])
    return make_page(session.scalars(query).all(), page, lambda version: version.version)


def list_events(session: Session, *, campaign_id: uuid.UUID, page: PageRequest) -> Page[EventRow]:
    """The record of decisions, newest first. Raises CampaignNotFound."""
    get_campaign(session, campaign_id=campaign_id)
    query = (
        select(
            CampaignEvent.id,
            CampaignEvent.version,
            CampaignEvent.act,
            CampaignEvent.from_state,
            CampaignEvent.to_state,
            CampaignEvent.by_staff_id,
            Staff.display_name.label("by"),
            CampaignEvent.at,
            CampaignEvent.reason,
        )
        .outerjoin(Staff, Staff.id == CampaignEvent.by_staff_id)
        .where(CampaignEvent.campaign_id == campaign_id)
        .order_by(CampaignEvent.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(CampaignEvent.id < after[0])
    rows = [EventRow(*row) for row in session.execute(query)]
    return make_page(rows, page, lambda row: str(row.id))


def list_stamps(
    session: Session, *, account_id: uuid.UUID, campaign_ids: Sequence[uuid.UUID]
) -> Sequence[StampRow]:
    """Of one person, by campaign, card and position; a position may be missing where a refund took its stamp."""
    if not campaign_ids:
        return []
    query = (
        select(
            CampaignStamp.campaign_id,
            CampaignStamp.card_number,
            CampaignStamp.position,
            CampaignStamp.distinct_key,
            CampaignStamp.stamped_at,
        )
        .where(CampaignStamp.campaign_id.in_(campaign_ids), CampaignStamp.account_id == account_id)
        .order_by(CampaignStamp.campaign_id, CampaignStamp.card_number, CampaignStamp.position)
    )
    return [StampRow(*row) for row in session.execute(query)]


def list_completed_cards(
    session: Session, *, account_id: uuid.UUID, campaign_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, frozenset[int]]:
    """Campaign → numbers of the cards this person has completed."""
    found: dict[uuid.UUID, frozenset[int]] = dict.fromkeys(campaign_ids, frozenset())
    query = select(CampaignCard.campaign_id, CampaignCard.card_number).where(
        CampaignCard.campaign_id.in_(campaign_ids), CampaignCard.account_id == account_id
    )
    for campaign_id, number in session.execute(query) if campaign_ids else ():
        found[campaign_id] |= {number}
    return found


def list_stamp_cards(session: Session, *, account_id: uuid.UUID, at: datetime) -> list[CardProgress]:
    """One for each campaign with stamps that runs: the card to be filled next, or the last one that was."""
    running = session.scalars(
        select(Campaign)
        .where(Campaign.status == CampaignStatus.SCHEDULED, Campaign.starts_at <= at, Campaign.ends_at > at)
        .order_by(Campaign.ends_at, Campaign.id)
    ).all()
    campaigns = [campaign for campaign in running if "stamp_card" in campaign.rule]
    ids = [campaign.id for campaign in campaigns]
    stamps = list_stamps(session, account_id=account_id, campaign_ids=ids)
    completed = list_completed_cards(session, account_id=account_id, campaign_ids=ids)
    return [
        _progress(
            campaign,
            [stamp for stamp in stamps if stamp.campaign_id == campaign.id],
            completed[campaign.id],
        )
        for campaign in campaigns
    ]


def _progress(campaign: Campaign, stamps: Sequence[StampRow], completed: frozenset[int]) -> CardProgress:
    rule = campaign.rule["stamp_card"]
    if completed and not rule.get("repeats", False):
        number = max(completed)
    else:
        number = next(number for number in range(1, len(completed) + 2) if number not in completed)
    own = [stamp for stamp in stamps if stamp.card_number == number]
    return CardProgress(
        campaign=campaign,
        rule=rule,
        card_number=number,
        given=len(own),
        completed_cards=len(completed),
        last_stamped_at=max((stamp.stamped_at for stamp in own), default=None),
    )


def get_campaign_names(
    session: Session, *, campaign_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, dict[str, str]]:
    if not campaign_ids:
        return {}
    rows = session.execute(select(Campaign.id, Campaign.names).where(Campaign.id.in_(set(campaign_ids))))
    return {campaign_id: dict(names) for campaign_id, names in rows}


def get_funding_accounts(
    session: Session, *, campaign_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, uuid.UUID]:
    """Campaign → its budget in the ledger, of those that were ever funded."""
    query = select(Campaign.id, Campaign.funding_account_id).where(
        Campaign.id.in_(campaign_ids), Campaign.funding_account_id.is_not(None)
    )
    return {row.id: row.funding_account_id for row in session.execute(query)}
