"""Reward codes of a mission: made and handed out by the office, never shown again."""

import uuid
from typing import Any

from backend.base.pages import Page
from backend.campaigns import missions
from backend.campaigns.models import RewardCode
from backend.campaigns.queries import CampaignNotFound
from backend.campaigns.service import reward_codes
from backend.campaigns.states import CampaignNotApproved
from backend.city.reward_codes.schemas import CreateRewardCodesIn, ReadableCodesOut, RewardCodePage
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face(
    "reward-codes",
    __name__,
    url_prefix="/v1/city/campaigns/<uuid:campaign_id>/reward-codes",
    description="Codes by which missions are claimed.",
)


@face.operation(
    "GET",
    "",
    permission=Permission.READ_CAMPAIGNS,
    query=PageQuery,
    answer=RewardCodePage,
    errors=[CampaignNotFound],
)
def list_reward_codes(call: Call, query: dict[str, Any], campaign_id: uuid.UUID) -> Page[RewardCode]:
    """A mission's codes, newest first, and how many uses each has left; what they read, nobody knows."""
    return missions.list_reward_codes(call.session, campaign_id=campaign_id, page=page_request(query))


@face.operation(
    "POST",
    "",
    permission=Permission.EDIT_CAMPAIGNS,
    body=CreateRewardCodesIn,
    answer=ReadableCodesOut,
    status=201,
    errors=[
        CampaignNotFound,
        CampaignNotApproved,
        reward_codes.RewardCodesNotTaken,
        reward_codes.RewardCodeWindowInvalid,
        reward_codes.RewardQuantityTooSmall,
    ],
    example={
        "count": 20,
        "uses_each": 1,
        "quantity": 2,
        "valid_from": "2027-07-10T09:00:00+09:00",
        "valid_until": "2027-07-12T00:00:00+09:00",
        "note": "港まつり受付",
    },
)
def create_reward_codes(call: Call, body: dict[str, Any], campaign_id: uuid.UUID) -> dict[str, Any]:
    """Make codes for a mission that is approved. They are told in this answer only; lost ones are revoked."""
    codes = reward_codes.create_reward_codes(
        call.session,
        campaign_id=campaign_id,
        codes=reward_codes.RewardCodes(**body),
        created_by=call.staff.staff_id,
        vault=call.ground.vault,
        at=call.at,
    )
    return {"items": codes}


@face.operation(
    "DELETE",
    "/<uuid:reward_code_id>",
    permission=Permission.EDIT_CAMPAIGNS,
    status=204,
    errors=[reward_codes.RewardCodeNotFound],
)
def revoke_reward_code(call: Call, campaign_id: uuid.UUID, reward_code_id: uuid.UUID) -> None:
    """Nobody uses it any more; what it has earned stays."""
    reward_codes.revoke_reward_code(
        call.session, campaign_id=campaign_id, reward_code_id=reward_code_id, at=call.at
    )
