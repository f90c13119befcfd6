"""The closing report: what was planned, what came of it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign, CampaignAct, CampaignStatus
from backend.campaigns.queries import find_version_in_force, get_campaign
from backend.campaigns.service.recording import record_event
from backend.campaigns.service.running import PERIOD_OVER, close
from backend.campaigns.states import CampaignNotEnded, CampaignState, state_of
from backend.points.queries import get_balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom its awards reached, and with how much."""

    citizens: int
    shops: int
    purchases: int
    granted_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """As kept with the campaign. `granted_points` counts awards; what refunds gave back is left again."""

    citizens: int
    shops: int
    purchases: int
    granted_points: int
    budget_points: int
    left_points: int
    planned_starts_at: str
    planned_ends_at: str
    actual_ends_at: str
    versions: int


def report_campaign(
    session: Session,
    *,
    campaign_id: uuid.UUID,
    reach: Reach,
    reported_by: uuid.UUID,
    at: datetime,
    reason: str | None = None,
) -> Campaign:
    """Close its books: the figures stay as they are now. `reason`: the words of the report.

    Raises CampaignNotEnded, which one that was never funded is too: there is nothing to tell.
    """
    campaign = get_campaign(session, campaign_id=campaign_id, lock=True)
    if state_of(campaign, at) is not CampaignState.ENDED or campaign.funding_account_id is None:
        raise CampaignNotEnded
    if campaign.status != CampaignStatus.ENDED:  # the job that notes it has not come by yet
        close(session, campaign, by=None, at=at, reason=PERIOD_OVER)
    planned = find_version_in_force(session, campaign_id=campaign_id) or campaign
    figures = Figures(
        **asdict(reach),
        budget_points=campaign.budget_points,
        left_points=get_balance(session, account_id=campaign.funding_account_id),
        planned_starts_at=planned.starts_at.isoformat(),
        planned_ends_at=planned.ends_at.isoformat(),
        actual_ends_at=campaign.ends_at.isoformat(),
        versions=campaign.version,
    )
    campaign.figures = asdict(figures)
    campaign.status = CampaignStatus.REPORTED.value
    record_event(
        session,
        campaign=campaign,
        act=CampaignAct.REPORTED,
        before=CampaignState.ENDED,
        after=CampaignState.REPORTED,
        by=reported_by,
        at=at,
        reason=reason,
    )
    return campaign
