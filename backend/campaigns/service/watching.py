"""What the clock and the budgets do to campaigns without anybody asking."""

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign, CampaignStatus
from backend.campaigns.queries import BUDGET_LEFT_POINTS, get_campaign
from backend.campaigns.service.running import BUDGET_EXHAUSTED, PERIOD_OVER, close
from backend.campaigns.states import WARNED_PERCENTS, CampaignState, state_of, used_percent
from backend.notices.circulars import announce_to_many
from backend.notices.kinds import NoticeKind, Trigger
from backend.notices.models import ChoiceKind
from backend.notices.preferences import has_chosen
from backend.people.models import Citizen
from backend.points.models import PointsLot
from backend.points.queries import get_balance

# Stored so until somebody, or this job, writes down the end.
LASTING = (CampaignStatus.SCHEDULED.value, CampaignStatus.PAUSED.value)


class Step(enum.Enum):
    END_OF_PERIOD = PERIOD_OVER
    END_OF_BUDGET = BUDGET_EXHAUSTED
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Watched:
    """All that the next step of a campaign depends on."""

    state: CampaignState
    is_over: bool
    is_base_programme: bool
    budget_points: int
    left_points: int
    warned_percent: int


def next_step(watched: Watched) -> Step | None:
    """Pure. The base programme does not end with its budget, which a new version may raise."""
    if watched.is_over:
        return Step.END_OF_PERIOD
    if watched.state is not CampaignState.RUNNING:
        return None
    if watched.left_points == 0 and not watched.is_base_programme:
        return Step.END_OF_BUDGET
    reached = reached_percent(watched.budget_points, watched.left_points)
    if reached > watched.warned_percent and watched.left_points > 0:
        return Step.WARN
    return None


def reached_percent(budget_points: int, left_points: int) -> int:
    """The highest of WARNED_PERCENTS that is used up; 0 for none."""
    used = used_percent(budget_points, left_points)
    return max((percent for percent in WARNED_PERCENTS if used >= percent), default=0)


def list_due_campaigns(session: Session, *, at: datetime) -> list[uuid.UUID]:
    """Campaigns for which there is something to do: asked often, so it takes no lock."""
    rows = session.execute(
        select(Campaign, BUDGET_LEFT_POINTS).where(
            Campaign.status.in_(LASTING),
            Campaign.starts_at <= at,
        )
    )
    return [campaign.id for campaign, left in rows if next_step(_watched(campaign, left, at))]


def watch_campaign(session: Session, *, campaign_id: uuid.UUID, at: datetime) -> Step | None:
    """Do what is due for one campaign, if it still is. Returns what was done."""
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    assert campaign.funding_account_id is not None  # noqa: S101 (scheduling opened it)
    left = get_balance(session, account_id=campaign.funding_account_id)
    step = next_step(_watched(campaign, left, at))
    match step:
        case Step.END_OF_PERIOD | Step.END_OF_BUDGET:
            close(session, campaign, by=None, at=at, reason=step.value)
        case Step.WARN:
            _warn(session, campaign, left, at)
    return step


def _watched(campaign: Campaign, left_points: int, at: datetime) -> Watched:
    return Watched(
        state=state_of(campaign, at),
        is_over=campaign.status in LASTING and campaign.ends_at <= at,
        is_base_programme=campaign.is_base_programme,
        budget_points=campaign.budget_points,
        left_points=left_points,
        warned_percent=campaign.budget_warned_percent,
    )


def _warn(session: Session, campaign: Campaign, left_points: int, at: datetime) -> None:
    """Whoever has had points of this budget is told that it nears its end, once for each share; not who muted it."""
    percent = reached_percent(campaign.budget_points, left_points)
    earned = select(PointsLot.account_id).where(PointsLot.funding_account_id == campaign.funding_account_id)
    announce_to_many(
        session,
        citizens=select(Citizen.id).where(
            Citizen.account_id.in_(earned),
            ~has_chosen(Citizen.__table__.c.id, ChoiceKind.MUTED_TRIGGER, Trigger.CAMPAIGN_BUDGET.value),
        ),
        kind=NoticeKind.CAMPAIGN_BUDGET_NEARLY_GONE,
        params={"campaign": campaign.names, "percent": percent, "campaign_id": str(campaign.id)},
        at=at,
        expires_at=campaign.ends_at,
    )
    campaign.budget_warned_percent = percent
    session.flush()
