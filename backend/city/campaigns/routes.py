"""Campaigns: drafted and scheduled by officers, approved and ended by a second person."""

import uuid
from typing import Any

from backend.base.errors import MeguriError, SecondPersonRequired
from backend.base.pages import Page
from backend.campaigns import queries, states
from backend.campaigns.models import CampaignVersion
from backend.campaigns.queries import CampaignNotFound
from backend.campaigns.rules.parts import RuleContradictory
from backend.campaigns.rules.premiums import PremiumCapExceeded
from backend.campaigns.service import approving, checks, drafting, running
from backend.city.campaigns.presenters import conditions_of, draft_of, present, present_all
from backend.city.campaigns.schemas import (
    CONDITIONS_EXAMPLE,
    DRAFT_EXAMPLE,
    REASON_EXAMPLE,
    VERSION_EXAMPLE,
    CampaignEventPage,
    CampaignVersionPage,
    CityCampaignOut,
    CityCampaignPage,
    ConditionsIn,
    DraftCampaignIn,
    ReasonIn,
    ReportIn,
)
from backend.people.permissions import Permission
from backend.points.service.budgets import BudgetLineNotFound
from backend.purchases.reports import report_campaign as close_campaign
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face(
    "campaigns",
    __name__,
    url_prefix="/v1/city",
    description="What earns extra points: conditions, decisions, budget.",
)

CAMPAIGN = "/campaigns/<uuid:campaign_id>"
CONDITION_ERRORS: list[type[MeguriError]] = [
    RuleContradictory,
    checks.CampaignPeriodInvalid,
    checks.CampaignPriorityTied,
    PremiumCapExceeded,
    BudgetLineNotFound,
]


@face.operation(
    "GET", "/campaigns", permission=Permission.READ_CAMPAIGNS, query=PageQuery, answer=CityCampaignPage
)
def list_campaigns(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """All campaigns, newest first."""
    page = queries.list_campaigns(call.session, page=page_request(query))
    return {"items": present_all(call, list(page.items)), "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    CAMPAIGN,
    permission=Permission.READ_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound],
)
def get_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """One campaign as it is in force, with what its budget has left."""
    return present(call, queries.get_campaign(call.session, campaign_id=campaign_id))


@face.operation(
    "GET",
    f"{CAMPAIGN}/versions",
    permission=Permission.READ_CAMPAIGNS,
    query=PageQuery,
    answer=CampaignVersionPage,
    errors=[CampaignNotFound],
)
def list_campaign_versions(
    call: Call, query: dict[str, Any], campaign_id: uuid.UUID
) -> Page[CampaignVersion]:
    """Every version of its conditions, newest first, each with what changed and why."""
    return queries.list_versions(call.session, campaign_id=campaign_id, page=page_request(query))


@face.operation(
    "GET",
    f"{CAMPAIGN}/events",
    permission=Permission.READ_CAMPAIGNS,
    query=PageQuery,
    answer=CampaignEventPage,
    errors=[CampaignNotFound],
)
def list_campaign_events(call: Call, query: dict[str, Any], campaign_id: uuid.UUID) -> Page[queries.EventRow]:
    """The record of decisions: who did what, when and why; newest first."""
    return queries.list_events(call.session, campaign_id=campaign_id, page=page_request(query))


@face.operation(
    "POST",
    "/campaigns",
    permission=Permission.EDIT_CAMPAIGNS,
    body=DraftCampaignIn,
    answer=CityCampaignOut,
    status=201,
    errors=[*CONDITION_ERRORS, drafting.CampaignSlugTaken],
    example=DRAFT_EXAMPLE,
)
def draft_campaign(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Draft a campaign. It runs once it is reviewed, approved by a second person, and scheduled."""
    campaign = drafting.draft_campaign(
        call.session, draft=draft_of(call, body), created_by=call.staff.staff_id, at=call.at
    )
    return present(call, campaign)


@face.operation(
    "PUT",
    f"{CAMPAIGN}/draft",
    permission=Permission.EDIT_CAMPAIGNS,
    body=ConditionsIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotDraft, drafting.CampaignNoteMissing, *CONDITION_ERRORS],
    example=CONDITIONS_EXAMPLE,
)
def edit_campaign_draft(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Write the draft anew: of the campaign, or of its next version."""
    campaign = drafting.edit_draft(
        call.session,
        campaign_id=campaign_id,
        conditions=conditions_of(call, body),
        edited_by=call.staff.staff_id,
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/versions",
    permission=Permission.EDIT_CAMPAIGNS,
    body=ConditionsIn,
    answer=CityCampaignOut,
    status=201,
    errors=[
        CampaignNotFound,
        states.CampaignNotApproved,
        drafting.CampaignVersionOpen,
        drafting.CampaignNoteMissing,
        *CONDITION_ERRORS,
    ],
    example=VERSION_EXAMPLE,
)
def draft_campaign_version(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Draft a change of what was approved. Until it is approved itself, what was approved holds."""
    campaign = drafting.draft_version(
        call.session,
        campaign_id=campaign_id,
        conditions=conditions_of(call, body),
        drafted_by=call.staff.staff_id,
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/review",
    permission=Permission.EDIT_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotDraft, *CONDITION_ERRORS],
)
def submit_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Submit the draft for review: it is not edited from here on."""
    campaign = drafting.submit_for_review(
        call.session, campaign_id=campaign_id, submitted_by=call.staff.staff_id, at=call.at
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/return",
    permission=Permission.APPROVE_CAMPAIGNS,
    body=ReasonIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotInReview],
    example=REASON_EXAMPLE,
)
def return_campaign(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Send back what is in review, to be edited."""
    campaign = drafting.return_to_draft(
        call.session,
        campaign_id=campaign_id,
        returned_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/withdrawal",
    permission=Permission.EDIT_CAMPAIGNS,
    body=ReasonIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotDraft],
    example=REASON_EXAMPLE,
)
def withdraw_campaign_draft(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Give up what is drafted or reviewed; what was approved before stays as it is."""
    campaign = drafting.withdraw_draft(
        call.session,
        campaign_id=campaign_id,
        withdrawn_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/approval",
    permission=Permission.APPROVE_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[
        CampaignNotFound,
        states.CampaignNotInReview,
        states.CampaignOver,
        SecondPersonRequired,
        approving.CampaignBudgetLowered,
        *CONDITION_ERRORS,
    ],
)
def approve_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Approve what somebody else wrote. A first version may then be scheduled; a later one holds at once."""
    campaign = approving.approve_campaign(
        call.session, campaign_id=campaign_id, approved_by=call.staff.staff_id, at=call.at
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/schedule",
    permission=Permission.EDIT_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotApproved, states.CampaignOver],
)
def schedule_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Fund its budget and show it to citizens; it runs for its period."""
    campaign = running.schedule_campaign(
        call.session, campaign_id=campaign_id, scheduled_by=call.staff.staff_id, at=call.at
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/pause",
    permission=Permission.EDIT_CAMPAIGNS,
    body=ReasonIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotRunning],
    example=REASON_EXAMPLE,
)
def pause_campaign(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Let it award nothing until it is resumed."""
    campaign = running.pause_campaign(
        call.session,
        campaign_id=campaign_id,
        paused_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/resume",
    permission=Permission.EDIT_CAMPAIGNS,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotPaused],
)
def resume_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """Let a paused campaign run again."""
    campaign = running.resume_campaign(
        call.session, campaign_id=campaign_id, resumed_by=call.staff.staff_id, at=call.at
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/end",
    permission=Permission.APPROVE_CAMPAIGNS,
    body=ReasonIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotApproved],
    example=REASON_EXAMPLE,
)
def end_campaign(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """End a campaign before its time. What its budget has left stays there."""
    campaign = running.end_campaign(
        call.session,
        campaign_id=campaign_id,
        ended_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, campaign)


@face.operation(
    "POST",
    f"{CAMPAIGN}/report",
    permission=Permission.EDIT_CAMPAIGNS,
    body=ReportIn,
    answer=CityCampaignOut,
    errors=[CampaignNotFound, states.CampaignNotEnded],
)
def report_campaign(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Close the books of a campaign that is over: what it reached stays as it is counted now."""
    campaign = close_campaign(
        call.session,
        campaign_id=campaign_id,
        reported_by=call.staff.staff_id,
        reason=body["reason"],
        at=call.at,
    )
    return present(call, campaign)
