"""What runs, and how far one is with its stamps."""

import uuid
from typing import Any

from backend.base.text import pick_language
from backend.campaigns import queries
from backend.campaigns.queries import CampaignNotFound, CardProgress
from backend.mobile.campaigns.presenters import present_campaign
from backend.mobile.campaigns.schemas import CampaignOut, CampaignPage, StampCardsOut
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.schemas import PageQuery, page_request

face = Face("campaigns", __name__, url_prefix="/v1", description="What earns extra points now.")


@face.operation("GET", "/campaigns", permission=Permission.PUBLIC, query=PageQuery, answer=CampaignPage)
def list_current_campaigns(call: Call, query: dict[str, Any]) -> dict[str, Any]:
    """The base programme and the campaigns that run now."""
    page = queries.list_current_campaigns(call.session, at=call.at, page=page_request(query))
    return {"items": [present_campaign(found, call) for found in page.items], "next_cursor": page.next_cursor}


@face.operation(
    "GET",
    "/campaigns/<uuid:campaign_id>",
    permission=Permission.PUBLIC,
    answer=CampaignOut,
    errors=[CampaignNotFound],
)
def get_campaign(call: Call, campaign_id: uuid.UUID) -> dict[str, Any]:
    """One campaign, from when it is scheduled on; also when it is over."""
    found = queries.get_visible_campaign(call.session, campaign_id=campaign_id)
    return present_campaign(found, call)


@face.operation("GET", "/me/stamp-cards", permission=Permission.READ_OWN_POINTS, answer=StampCardsOut)
def list_my_stamp_cards(call: Call) -> dict[str, Any]:
    """How far I am with the stamps of each campaign that runs."""
    cards = queries.list_stamp_cards(call.session, account_id=call.citizen.account_id, at=call.at)
    return {"items": [_present_card(call, card) for card in cards]}


def _present_card(call: Call, card: CardProgress) -> dict[str, Any]:
    return {
        "campaign_id": card.campaign.id,
        "campaign": pick_language(card.campaign.names, call.language),
        "distinct": card.rule["distinct"],
        "card_number": card.card_number,
        "target": card.rule["target"],
        "given": card.given,
        "is_completed": card.is_completed,
        "completed_cards": card.completed_cards,
        "repeats": card.rule.get("repeats", False),
        "last_stamped_at": card.last_stamped_at,
        "ends_at": card.campaign.ends_at,
    }
