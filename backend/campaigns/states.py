"""The states of a campaign: what is stored, what the clock and the budget make of it. Pure.

draft → review → approved → scheduled → running → paused → ended → reported. `running`, and the end of a period,
are nobody's act: they follow from the time.
"""

import enum
from datetime import datetime

from backend.base.errors import Conflict
from backend.campaigns.models import Campaign, CampaignStatus


class CampaignState(enum.StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    REPORTED = "reported"


class CampaignNotDraft(Conflict):
    """Nothing of it is a draft that could be edited or submitted."""


class CampaignNotInReview(Conflict):
    pass


class CampaignNotApproved(Conflict):
    """It is still drafted or reviewed, or it is over."""


class CampaignNotRunning(Conflict):
    pass


class CampaignNotPaused(Conflict):
    pass


class CampaignNotEnded(Conflict):
    pass


class CampaignOver(Conflict):
    """Its period has ended."""


# Funded, in nobody's draft, and not over.
LIVE = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING, CampaignState.PAUSED})
# Frozen: a change takes a new version.
FROZEN = LIVE | {CampaignState.APPROVED}
# Citizens are told at each of these shares of a budget; from the first on, it is nearly exhausted.
WARNED_PERCENTS = (80, 95)


def state_of(campaign: Campaign, at: datetime) -> CampaignState:
    """A scheduled one runs from the first moment of its period to before the last; a paused one is over then too."""
    status = CampaignStatus(campaign.status)
    if status in (CampaignStatus.SCHEDULED, CampaignStatus.PAUSED) and campaign.ends_at <= at:
        return CampaignState.ENDED
    if status is CampaignStatus.SCHEDULED and campaign.starts_at <= at:
        return CampaignState.RUNNING
    return CampaignState(status.value)


def used_percent(budget_points: int, left_points: int) -> int:
    """Of a budget, whole; 100 only when nothing is left. A refund to it may leave more than was planned."""
    return max(0, budget_points - left_points) * 100 // budget_points
