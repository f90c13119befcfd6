"""Campaigns: drafted by one officer, approved by another, ended early if need be."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from backend.campaigns import queries, service
from backend.campaigns.models import Campaign
from backend.campaigns.queries import CampaignNotFound
from backend.campaigns.rules import Rule, RuleContradictory
from backend.city.campaigns.schemas import (
    DRAFT_EXAMPLE,
    CityCampaignOut,
    CityCampaignPage,
    DraftCampaignIn,
)
from backend.people.permissions import Permission
from backend.points.queries import list_slices
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face(
    "campaigns", __name__, url_prefix="/v1/city", description="What earns extra points, and its budget."
)


@face.operation(
    "GET", "/campaigns", permission=Permission.READ_CAMPAIGNS, query=PageQuery, answer=CityCampaignPage
)
def list_campaigns(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """All campaigns, newest first."""
    page = queries.list_campaigns(call.session, page=page_request(query))
    return {"items": _present(call.session, list(page.items)), "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/campaigns/<uuid:campaign_id>",
    permission=Permission.READ_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound],
)
def get_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """One campaign, with what its budget has left."""
    return _present(call.session, [queries.get_campaign(call.session, campaign_id=campaign_id)])[0]


@face.operation(
    "POST",
    "/campaigns",
    permission=Permission.EDIT_CAMPAIGNS,
    body=DraftCampaignIn,
    answer=CityCampaignOut,
    status=201,
    errors=[RuleContradictory, service.CampaignSlugTaken, service.CampaignPeriodInvalid],
    example=DRAFT_EXAMPLE,
)
def draft_campaign(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Draft a campaign. It runs once a second person has approved it."""
    rule = Rule.from_json(body["rule"])
    for ring in rule.rings:
        if ring not in call.ground.region.ring_keys:
            raise RuleContradictory(field="rule.rings")
    draft = service.CampaignDraft(
        slug=body["slug"],
        names=_texts(body["names"]),
        descriptions=_texts(body["descriptions"]),
        rule=rule,
        starts_at=body["starts_at"],
        ends_at=body["ends_at"],
        lifetime_days=body["lifetime_days"],
        budget_points=body["budget_points"],
    )
    campaign = service.draft_campaign(call.session, draft=draft, created_by=call.staff.staff_id, at=call.at)
    return _present(call.session, [campaign])[0]


@face.operation(
    "POST",
    "/campaigns/<uuid:campaign_id>/approval",
    permission=Permission.APPROVE_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, service.CampaignNotDraft, service.SecondPersonRequired],
)
def approve_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Approve somebody else's draft: opens its budget, and lets it run for its period."""
    campaign = service.approve_campaign(
        call.session, campaign_id=campaign_id, approved_by=call.staff.staff_id, at=call.at
    )
    return _present(call.session, [campaign])[0]


@face.operation(
    "POST",
    "/campaigns/<uuid:campaign_id>/end",
    permission=Permission.APPROVE_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, service.CampaignNotApproved],
)
def end_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """End a campaign before its time. What its budget has left stays there."""
    campaign = service.end_campaign(call.session, campaign_id=campaign_id, at=call.at)
    return _present(call.session, [campaign])[0]


def _texts(body: dict[str, str | None]) -> dict[str, str]:
    """Language → text, only what was given."""
    named = {"ja": body["ja"], "ja@easy": body["ja_easy"], "en": body["en"]}
    return {language: text for language, text in named.items() if text}


def _present(session: Session, campaigns: list[Campaign]) -> list[dict[str, Any]]:
    accounts = [campaign.funding_account_id for campaign in campaigns if campaign.funding_account_id]
    slices = list_slices(session, account_ids=accounts)
    return [
        {
            **{name: getattr(campaign, name) for name in _COLUMNS},
            "budget_left_points": (
                sum(slices[campaign.funding_account_id].values()) if campaign.funding_account_id else None
            ),
        }
        for campaign in campaigns
    ]


_COLUMNS = (
    "id",
    "slug",
    "status",
    "is_base_programme",
    "names",
    "descriptions",
    "rule",
    "starts_at",
    "ends_at",
    "lifetime_days",
    "budget_points",
    "created_at",
    "approved_at",
)
