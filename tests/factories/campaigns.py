"""Campaigns that run, through the service that runs them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.campaigns.rules import Rule
from backend.campaigns.service import CampaignDraft, approve_campaign, draft_campaign


def make_campaign(
    session: Session,
    *,
    at: datetime,
    approved_by: uuid.UUID,
    slug: str = "summer",
    budget_points: int = 100_000,
    is_base_programme: bool = False,
    **rule: Any,
) -> Campaign:
    """Runs from a month before to a month after; 50 per mille unless told otherwise."""
    draft = CampaignDraft(
        slug=slug,
        names={"ja": f"{slug}まつり", "ja@easy": f"{slug}の おまつり", "en": f"{slug} festival"},
        descriptions={"ja": "説明", "en": "Description"},
        rule=Rule(**(rule or {"rate_permille": 50})),
        starts_at=at - timedelta(days=30),
        ends_at=at + timedelta(days=30),
        lifetime_days=365,
        budget_points=budget_points,
        is_base_programme=is_base_programme,
    )
    campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
    return approve_campaign(session, campaign_id=campaign.id, approved_by=approved_by, at=at)
