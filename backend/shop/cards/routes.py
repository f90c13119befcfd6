"""Paper cards at a till. To earn, the card's number is sent as the citizen code; to spend, the holder types a PIN."""

from typing import Any

from flask import Response

from backend.membership import cards as membership
from backend.membership.cards import CardBalance
from backend.people.cards import CardContext, CardNumberMistyped
from backend.people.permissions import Permission
from backend.people.service.cards import (
    CardBlocked,
    CardNotFound,
    CardNotHandedOut,
    CardPinLocked,
    CardPinWrong,
    CardReplaced,
)
from backend.shop.cards.schemas import OpenCardCodeIn, OpenedCardCodeOut
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.problems import told
from backend.web.rate_limits import By, RateLimit

face = Face("cards", __name__, url_prefix="/v1/shop/card-codes", description="Paper cards at a till.")


@face.operation(
    "POST",
    "",
    permission=Permission.SELL_TO_CITIZENS,
    body=OpenCardCodeIn,
    answer=OpenedCardCodeOut,
    status=201,
    errors=[
        CardNumberMistyped,
        CardNotFound,
        CardNotHandedOut,
        CardBlocked,
        CardReplaced,
        CardPinWrong,
        CardPinLocked,
    ],
    limits=[RateLimit("citizen_code", "scan_refusals", By.TOKEN, refusals_only=True)],
    example={"card": "3141 5926 5359", "pin": "2718", "points_to_spend": 300},
)
def open_card_code(call: Call, body: dict[str, Any]) -> CardBalance | Response:
    """Tell the holder, who is here and types the PIN, their points; and open a code that spends them in one sale.

    Five wrong PINs lock the card until a counter gives another one.
    """
    found = membership.open_card_code(
        call.session,
        text=body["card"],
        pin=body["pin"],
        points_to_spend=body["points_to_spend"],
        context=CardContext(call.settings.public_url, call.ground.vault),
        lifetime_seconds=call.settings.citizen_code_seconds,
        at=call.at,
    )
    return told(found)
