"""What a campaign would have given, before it is approved."""

import uuid
from typing import Any

from backend.campaigns.queries import CampaignNotFound
from backend.city.previews.schemas import PreviewCampaignIn, PreviewOut
from backend.people.permissions import Permission
from backend.purchases.service import previews
from backend.web.calls import Call
from backend.web.contracts import Face

face = Face("previews", __name__, url_prefix="/v1/city", description="A campaign run over the past.")


@face.operation(
    "POST",
    "/campaigns/<uuid:campaign_id>/previews",
    permission=Permission.READ_CAMPAIGNS,
    body=PreviewCampaignIn,
    answer=PreviewOut,
    errors=[CampaignNotFound, previews.PreviewPeriodInvalid, previews.MissionNotPreviewable],
    writes=False,
    example={"since_on": "2026-05-01", "until_on": "2026-05-31"},
)
def preview_campaign(call: Call, campaign_id: uuid.UUID, body: dict[str, Any]) -> previews.Preview:
    """Run the drafted version, or the one in force, over past purchases. Nothing is written.

    Citizens, shops and products count as they are known now.
    """
    return previews.preview_version(
        call.session,
        campaign_id=campaign_id,
        since_on=body["since_on"],
        until_on=body["until_on"],
        region=call.ground.region,
        at=call.at,
    )
