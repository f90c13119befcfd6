"""Campaigns that run, through the service that runs them."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from backend.campaigns.models import Campaign
from backend.campaigns.rules.rule import Rule
from backend.campaigns.service.approving import approve_campaign
from backend.campaigns.service.drafting import CampaignDraft, draft_campaign, submit_for_review
from backend.campaigns.service.running import schedule_campaign

# Where the conditions that tests name most stand in a rule's document.
GROUP_OF = {
    "rate_permille": "reward",
    "fixed_points": "reward",
    "weekdays": "when",
    "from_minute": "when",
    "until_minute": "when",
    "size_classes": "where",
    "is_locally_owned": "where",
    "rings": "where",
}
CAPS: dict[str, dict[str, str]] = {
    "purchase_cap_points": {"per": "purchase"},
    "day_cap_points": {"per": "person", "within": "day"},
}


def rule_document(**given: Any) -> dict[str, Any]:
    """Of conditions by name, caps by name, and whole groups; 50 per mille, for a year, unless told otherwise."""
    document: dict[str, Any] = {"lifetime": {"days": 365}}
    caps = []
    for name, value in given.items():
        if name in CAPS:
            caps.append(CAPS[name] | {"points": value})
        elif name in GROUP_OF:
            plain = sorted(value) if isinstance(value, frozenset) else value
            document.setdefault(GROUP_OF[name], {})[name] = plain
        else:
            document[name] = value
    if caps:
        document["caps"] = caps
    if not {"reward", "stamp_card", "mission"} & set(document):
        document["reward"] = {"rate_permille": 50}
    return document


def make_draft(
    at: datetime, *, slug: str = "summer", rule: dict[str, Any] | None = None, **changes: Any
) -> CampaignDraft:
    """From a month before to a month after; `rule`: what `rule_document` takes."""
    usual: dict[str, Any] = {
        "names": {"ja": f"{slug}まつり", "ja@easy": f"{slug}の おまつり", "en": f"{slug} festival"},
        "descriptions": {"ja": "説明", "en": "Description"},
        "rule": Rule.from_json(rule_document(**(rule or {}))),
        "starts_at": at - timedelta(days=30),
        "ends_at": at + timedelta(days=30),
        "budget_points": 100_000,
    }
    return CampaignDraft(slug=slug, **(usual | changes))


def approve_draft(
    session: Session, *, campaign_id: uuid.UUID, approved_by: uuid.UUID, at: datetime
) -> Campaign:
    """Submitted and approved."""
    submit_for_review(session, campaign_id=campaign_id, submitted_by=None, at=at)
    return approve_campaign(session, campaign_id=campaign_id, approved_by=approved_by, at=at)


def run_draft(session: Session, *, draft: CampaignDraft, approved_by: uuid.UUID, at: datetime) -> Campaign:
    """Drafted by nobody, approved and scheduled."""
    campaign = draft_campaign(session, draft=draft, created_by=None, at=at)
    approve_draft(session, campaign_id=campaign.id, approved_by=approved_by, at=at)
    return schedule_campaign(session, campaign_id=campaign.id, scheduled_by=None, at=at)


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
    draft = make_draft(
        at, slug=slug, rule=rule, budget_points=budget_points, is_base_programme=is_base_programme
    )
    return run_draft(session, draft=draft, approved_by=approved_by, at=at)
