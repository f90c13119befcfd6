"""Campaigns in the caller's language."""

from typing import Any

from backend.base.text import pick_language
from backend.campaigns.queries import FundedCampaign
from backend.campaigns.states import WARNED_PERCENTS, state_of, used_percent
from backend.web.calls import Call


def present_campaign(found: FundedCampaign, call: Call) -> dict[str, Any]:
    campaign = found.campaign
    used = used_percent(campaign.budget_points, found.left_points)
    return {
        "id": campaign.id,
        "name": pick_language(campaign.names, call.language),
        "description": pick_language(campaign.descriptions, call.language),
        "is_base_programme": campaign.is_base_programme,
        "state": state_of(campaign, call.at).value,
        "budget_used_percent": used,
        "is_nearly_exhausted": used >= WARNED_PERCENTS[0],
        "is_budget_exhausted": campaign.budget_exhausted_at is not None,
        "starts_at": campaign.starts_at,
        "ends_at": campaign.ends_at,
    }
