"""What can be earned without a purchase: reward codes, and reports of a day."""

import uuid
from typing import Any

from backend.campaigns import missions
from backend.campaigns.service import claiming, reward_codes
from backend.campaigns.service import missions as mission_claims
from backend.campaigns.states import CampaignNotRunning
from backend.mobile.missions.presenters import present_claim, present_mission
from backend.mobile.missions.schemas import (
    ClaimRewardIn,
    MissionClaimOut,
    MissionClaimPage,
    MissionsOut,
    ReportMissionIn,
)
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("missions", __name__, url_prefix="/v1", description="What earns points without a purchase.")

GUESSES = (
    RateLimit("reward_code", "sign_in_attempts", By.TOKEN, refusals_only=True),
    RateLimit("reward_code", "sign_in_attempts", By.ADDRESS, factor=10, refusals_only=True),
)


@face.operation("GET", "/missions", permission=Permission.EARN_BY_MISSIONS, answer=MissionsOut)
def list_my_missions(call: Call) -> dict[str, Any]:
    """The missions that run now, and how far I am with each."""
    found = missions.list_missions(call.session, account_id=call.citizen.account_id, at=call.at)
    return {"items": [present_mission(progress, call.language) for progress in found]}


@face.operation(
    "POST",
    "/missions/claims",
    permission=Permission.EARN_BY_MISSIONS,
    body=ClaimRewardIn,
    answer=MissionClaimOut,
    status=201,
    errors=[
        reward_codes.RewardCodeNotFound,
        mission_claims.RewardCodeClaimed,
        mission_claims.RewardCodeNotUsableYet,
        mission_claims.RewardCodeExpired,
        mission_claims.RewardCodeUsedUp,
        CampaignNotRunning,
        mission_claims.MissionNotRewarded,
    ],
    limits=GUESSES,
    example={"code": "K7QM4-XTDAC"},
)
def claim_reward(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Redeem a code that was handed out, once. What would earn nothing is refused, and the code stays good."""
    claim = mission_claims.claim_reward(
        call.session,
        code=body["code"],
        claimant=_claimant(call),
        vault=call.ground.vault,
        region=call.ground.region,
        at=call.at,
    )
    return present_claim(claim, call.language)


@face.operation(
    "POST",
    "/missions/<uuid:campaign_id>/reports",
    permission=Permission.EARN_BY_MISSIONS,
    body=ReportMissionIn,
    answer=MissionClaimOut,
    errors=[
        mission_claims.MissionNotFound,
        mission_claims.MissionNotReported,
        mission_claims.ReportDayOutsideWindow,
        mission_claims.MissionNotRewarded,
    ],
    example={"quantity": 8640, "done_on": "2027-07-12"},
)
def report_mission(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Report a day. Reporting more of the same day later raises it, and earns what more is worth.

    Sending the same or less again changes nothing and answers what stands.
    """
    claim = mission_claims.report_mission(
        call.session,
        campaign_id=campaign_id,
        quantity=body["quantity"],
        done_on=body["done_on"],
        claimant=_claimant(call),
        region=call.ground.region,
        at=call.at,
    )
    return present_claim(claim, call.language)


@face.operation(
    "GET",
    "/me/mission-claims",
    permission=Permission.EARN_BY_MISSIONS,
    query=PageQuery,
    answer=MissionClaimPage,
)
def list_my_mission_claims(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """What I have done without a purchase and what it earned, newest first."""
    page = missions.list_claims(call.session, account_id=call.citizen.account_id, page=page_request(query))
    items = [present_claim(claim, call.language) for claim in page.items]
    return {"items": items, "next_cursor": page.next_cursor}


def _claimant(call: Call) -> claiming.Claimant:
    return claiming.Claimant(call.citizen.citizen_id, call.citizen.account_id)
