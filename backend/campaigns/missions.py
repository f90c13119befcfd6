"""Reads of missions: what a claim is decided from, how far a person is, what was claimed, which codes there are."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, LargeBinary, Select, Uuid, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session

from backend.base.clock import city_day
from backend.base.database import UtcDateTime
from backend.base.pages import Page, PageRequest, make_page
from backend.base.statements import Prepared
from backend.campaigns.models import (
    EVERY_SHOP,
    Campaign,
    CampaignCounter,
    CampaignRevision,
    MissionClaim,
    RewardCode,
)
from backend.campaigns.queries import get_campaign, get_revision, list_running_campaigns
from backend.campaigns.rules.calendar import Within, period_start
from backend.campaigns.rules.caps import CapLeft, Count, CounterKey, Per, left_after, lefts_of
from backend.campaigns.rules.deciding import RunningCampaign
from backend.campaigns.rules.missions import Mission
from backend.points.models import PointsBalance
from backend.points.queries import owed_points, unspendable_points


@dataclass(frozen=True, slots=True)
class Counter:
    """What was counted, and how often it had changed when it was read."""

    count: Count
    change_count: int


UNTOUCHED = Counter(Count(), 0)
Counters = Mapping[CounterKey, Counter]


@dataclass(frozen=True, slots=True)
class MissionProgress:
    """A mission that runs, and how far one person is. `left` is what each cap leaves them now."""

    campaign: RunningCampaign
    mission: Mission
    descriptions: Mapping[str, str]
    earned_points: int
    left: tuple[CapLeft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """As it is answered. `names`: the campaign's, by language."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    names: Mapping[str, str]
    quantity: int
    unit: str
    done_on: date
    claimed_at: datetime
    points: int
    verdict: Mapping[str, Any]


def _standing() -> Select[Any]:
    """Anchored on the citizen's balance, which always exists."""
    account_id = bindparam("account_id", type_=Uuid())
    at = bindparam("at", type_=UtcDateTime())
    return (
        select(
            PointsBalance.balance_points,
            unspendable_points(account_id, at).label("unspendable_points"),
            owed_points(account_id).label("owed_points"),
            select(CampaignRevision.revision).scalar_subquery().label("revision"),
        )
        .select_from(PointsBalance)
        .where(PointsBalance.account_id == account_id, PointsBalance.slice == 0)
    )


def _claim_basis() -> Select[Any]:
    """The code, and what this person has claimed with it."""
    account_id = bindparam("account_id", type_=Uuid())
    return (
        _standing()
        .add_columns(
            RewardCode.id.label("reward_code_id"),
            RewardCode.campaign_id,
            RewardCode.quantity,
            RewardCode.uses_left,
            RewardCode.valid_from,
            RewardCode.valid_until,
            RewardCode.revoked_at,
            MissionClaim.id.label("claim_id"),
        )
        .outerjoin(RewardCode, RewardCode.code_hash == bindparam("code_hash", type_=LargeBinary()))
        .outerjoin(
            MissionClaim,
            and_(MissionClaim.reward_code_id == RewardCode.id, MissionClaim.account_id == account_id),
        )
    )


def _report_basis() -> Select[Any]:
    """What this person has reported of the day."""
    account_id = bindparam("account_id", type_=Uuid())
    return (
        _standing()
        .add_columns(
            MissionClaim.id.label("claim_id"),
            MissionClaim.quantity,
            MissionClaim.unit,
            MissionClaim.points,
            MissionClaim.claimed_at,
            MissionClaim.verdict,
        )
        .outerjoin(
            MissionClaim,
            and_(
                MissionClaim.campaign_id == bindparam("campaign_id", type_=Uuid()),
                MissionClaim.account_id == account_id,
                MissionClaim.done_on == bindparam("done_on", type_=Date()),
                MissionClaim.reward_code_id.is_(None),
            ),
        )
    )


def _own_counters() -> Any:
    """Of the person, whatever the shop, in all periods that hold a day; a mission has no others."""
    counters = CampaignCounter
    return select(
        counters.campaign_id,
        counters.within,
        counters.period_on,
        counters.awarded_points,
        counters.award_count,
        counters.change_count,
    ).where(
        counters.account_id == bindparam("account_id", type_=Uuid()),
        counters.shop_id == EVERY_SHOP,
        counters.period_on.in_([bindparam(f"{within.value}_on", type_=Date()) for within in Within]),
    )


CLAIM_BASIS = Prepared(lambda _dialect: _claim_basis())
REPORT_BASIS = Prepared(lambda _dialect: _report_basis())
OWN_COUNTERS = Prepared(lambda _dialect: _own_counters())


def read_counters(session: Session, *, account_id: uuid.UUID, on: date) -> Counters:
    """The person's own, of every campaign, in the periods around a day of the city."""
    starts = {f"{within.value}_on": period_start(within, on) for within in Within}
    return {
        CounterKey(row.campaign_id, Per.PERSON, Within(row.within), row.period_on): Counter(
            Count(row.awarded_points, row.award_count), row.change_count
        )
        for row in OWN_COUNTERS.rows(session, account_id=account_id, **starts)
        if row.period_on == starts[f"{row.within}_on"]
    }


def find_running_mission(
    session: Session, *, campaign_id: uuid.UUID, revision: int, at: datetime
) -> RunningCampaign | None:
    """None for a campaign that does not run now, or is no mission. `revision` was read in this transaction."""
    running = list_running_campaigns(session, revision=revision)
    return next(
        (
            campaign
            for campaign in running
            if campaign.id == campaign_id and campaign.rule.mission is not None and campaign.runs_at(at)
        ),
        None,
    )


def list_missions(session: Session, *, account_id: uuid.UUID, at: datetime) -> list[MissionProgress]:
    """Those that run now, the one that ends soonest first."""
    running = [
        (campaign, campaign.rule.mission)
        for campaign in list_running_campaigns(session, revision=get_revision(session))
        if campaign.rule.mission is not None and campaign.runs_at(at)
    ]
    if not running:
        return []
    ids = [campaign.id for campaign, _ in running]
    query = select(Campaign.id, Campaign.descriptions).where(Campaign.id.in_(ids))
    descriptions = {row.id: row.descriptions for row in session.execute(query)}
    earned = _earned_points(session, account_id)
    on = city_day(at)
    counters = read_counters(session, account_id=account_id, on=on)
    counts = {key: counter.count for key, counter in counters.items()}
    return [
        MissionProgress(
            campaign,
            mission,
            descriptions[campaign.id],
            earned.get(campaign.id, 0),
            left_after(campaign.ready.caps, lefts_of(campaign.id, campaign.ready.caps, counts, on), 0),
        )
        for campaign, mission in sorted(running, key=lambda found: (found[0].ends_at, found[0].id))
    ]


def _earned_points(session: Session, account_id: uuid.UUID) -> Mapping[uuid.UUID, int]:
    """By campaign. PostgreSQL sums bigint as numeric; points are whole."""
    total = cast(func.sum(MissionClaim.points), BigInteger).label("earned_points")
    query = (
        select(MissionClaim.campaign_id, total)
        .where(MissionClaim.account_id == account_id)
        .group_by(MissionClaim.campaign_id)
    )
    return {row.campaign_id: row.earned_points for row in session.execute(query)}


def list_claims(session: Session, *, account_id: uuid.UUID, page: PageRequest) -> Page[ClaimRecord]:
    """Newest first."""
    query = (
        select(MissionClaim, Campaign.names)
        .join(Campaign, Campaign.id == MissionClaim.campaign_id)
        .where(MissionClaim.account_id == account_id)
        .order_by(MissionClaim.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(MissionClaim.id < after[0])
    records = [
        ClaimRecord(
            id=claim.id,
            campaign_id=claim.campaign_id,
            names=names,
            quantity=claim.quantity,
            unit=claim.unit,
            done_on=claim.done_on,
            claimed_at=claim.claimed_at,
            points=claim.points,
            verdict=claim.verdict,
        )
        for claim, names in session.execute(query)
    ]
    return make_page(records, page, lambda record: str(record.id))


def list_reward_codes(session: Session, *, campaign_id: uuid.UUID, page: PageRequest) -> Page[RewardCode]:
    """Newest first, revoked ones too. Raises CampaignNotFound."""
    get_campaign(session, campaign_id=campaign_id)
    query = (
        select(RewardCode)
        .where(RewardCode.campaign_id == campaign_id)
        .order_by(RewardCode.id.desc())
        .limit(page.limit + 1)
    )
    if after := page.after(uuid.UUID):
        query = query.where(RewardCode.id < after[0])
    return make_page(session.scalars(query).all(), page, lambda code: str(code.id))
