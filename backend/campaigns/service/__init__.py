"""The verbs of a campaign: drafted, reviewed, approved by a second person, scheduled, paused, ended, reported."""

from backend.campaigns.service.approving import (
    CampaignBudgetLowered,
    approve_campaign,
)
from backend.campaigns.service.budgets import (
    SLICED_FROM_POINTS,
    SLICES,
    clear_budget_exhausted,
    mark_budget_exhausted,
)
from backend.campaigns.service.checks import CampaignPeriodInvalid, CampaignPriorityTied
from backend.campaigns.service.claiming import Claimant
from backend.campaigns.service.closing import Figures, Reach, report_campaign
from backend.campaigns.service.drafting import (
    CampaignDraft,
    CampaignNoteMissing,
    CampaignSlugTaken,
    CampaignVersionOpen,
    draft_campaign,
    draft_version,
    edit_draft,
    return_to_draft,
    submit_for_review,
    withdraw_draft,
)
from backend.campaigns.service.missions import (
    REPORTED_DAYS_BACK,
    MissionNotFound,
    MissionNotReported,
    MissionNotRewarded,
    ReportDayOutsideWindow,
    RewardCodeClaimed,
    RewardCodeExpired,
    RewardCodeNotUsableYet,
    RewardCodeUsedUp,
    claim_reward,
    report_mission,
)
from backend.campaigns.service.recording import Conditions, count_up_revision
from backend.campaigns.service.reward_codes import (
    CODES_MAX,
    ReadableCode,
    RewardCodeNotFound,
    RewardCodes,
    RewardCodesNotTaken,
    RewardCodeWindowInvalid,
    RewardQuantityTooSmall,
    create_reward_codes,
    revoke_reward_code,
)
from backend.campaigns.service.running import (
    end_campaign,
    pause_campaign,
    resume_campaign,
    schedule_campaign,
)
from backend.campaigns.service.stamps import ReopenedCard, keep_completed, remove_stamps
from backend.campaigns.service.watching import list_due_campaigns, watch_campaign

__all__ = [
    "CODES_MAX",
    "REPORTED_DAYS_BACK",
    "SLICED_FROM_POINTS",
    "SLICES",
    "CampaignBudgetLowered",
    "CampaignDraft",
    "CampaignNoteMissing",
    "CampaignPeriodInvalid",
    "CampaignPriorityTied",
    "CampaignSlugTaken",
    "CampaignVersionOpen",
    "Claimant",
    "Conditions",
    "Figures",
    "MissionNotFound",
    "MissionNotReported",
    "MissionNotRewarded",
    "Reach",
    "ReadableCode",
    "ReopenedCard",
    "ReportDayOutsideWindow",
    "RewardCodeClaimed",
    "RewardCodeExpired",
    "RewardCodeNotFound",
    "RewardCodeNotUsableYet",
    "RewardCodeUsedUp",
    "RewardCodeWindowInvalid",
    "RewardCodes",
    "RewardCodesNotTaken",
    "RewardQuantityTooSmall",
    "approve_campaign",
    "claim_reward",
    "clear_budget_exhausted",
    "count_up_revision",
    "create_reward_codes",
    "draft_campaign",
    "draft_version",
    "edit_draft",
    "end_campaign",
    "keep_completed",
    "list_due_campaigns",
    "mark_budget_exhausted",
    "pause_campaign",
    "remove_stamps",
    "report_campaign",
    "report_mission",
    "resume_campaign",
    "return_to_draft",
    "revoke_reward_code",
    "schedule_campaign",
    "submit_for_review",
    "watch_campaign",
    "withdraw_draft",
]
