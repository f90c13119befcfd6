"""What runs now."""

from typing import Any

from backend.base.text import pick_language
from backend.campaigns import queries
from backend.mobile.campaigns.schemas import CampaignPage
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("campaigns", __name__, url_prefix="/v1", description="What earns extra points now.")


@face.operation("GET", "/campaigns", permission=Permission.PUBLIC, query=PageQuery, answer=CampaignPage)
def list_current_campaigns(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """The base programme and the campaigns that run now."""
    page = queries.list_current_campaigns(call.session, at=call.at, page=page_request(query))
    items = [
        {
            "id": campaign.id,
            "name": pick_language(campaign.names, call.language),
            "description": pick_language(campaign.descriptions, call.language),
            "is_base_programme": campaign.is_base_programme,
            "is_budget_exhausted": campaign.budget_exhausted_at is not None,
            "starts_at": campaign.starts_at,
            "ends_at": campaign.ends_at,
        }
        for campaign in page.items
    ]
    return {"items": items, "next_cursor": page.next_cursor}
