"""Paper cards in the app: joined to the account, listed, blocked when lost."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask import Response

from backend.membership import cards as membership
from backend.membership.cards import CardLinked
from backend.mobile.cards.schemas import LinkMyCardIn, MyCardListOut, MyCardOut
from backend.people.cards import CardContext, CardNumberMistyped
from backend.people.code_models import CitizenCard
from backend.people.permissions import Permission
from backend.people.service import cards
from backend.people.service.cards import (
    CardBlocked,
    CardNotFound,
    CardNotHandedOut,
    CardPinLocked,
    CardPinWrong,
    CardReplaced,
)
from backend.points.service.carrying import PointsHeld
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.problems import told
from backend.web.rate_limits import By, RateLimit

face = Face("cards", __name__, url_prefix="/v1/me/cards", description="My paper cards.")


@face.operation(
    "POST",
    "",
    permission=Permission.MANAGE_OWN_CARDS,
    body=LinkMyCardIn,
    answer=MyCardOut,
    status=201,
    errors=[
        CardNumberMistyped,
        CardNotFound,
        CardNotHandedOut,
        CardBlocked,
        CardReplaced,
        CardPinWrong,
        CardPinLocked,
        CardLinked,
        PointsHeld,
    ],
    limits=[RateLimit("card", "sign_in_attempts", By.TOKEN)],
    example={"card": "3141 5926 5359", "pin": "2718"},
)
def link_my_card(call: Call, body: dict[str, Any]) -> CitizenCard | Response:
    """Join the paper card that I held so far to my account: its points and purchases are here from now on.

    The card goes on working. Five wrong PINs lock it; a counter gives another one.
    """
    found = membership.link_card_by_pin(
        call.session,
        text=body["card"],
        pin=body["pin"],
        citizen=call.citizen,
        context=CardContext(call.settings.public_url, call.ground.vault),
        at=call.at,
    )
    return told(found)


@face.operation("GET", "", permission=Permission.MANAGE_OWN_CARDS, answer=MyCardListOut)
def list_my_cards(call: Call) -> dict[str, Sequence[CitizenCard]]:
    """My paper cards, also those that were lost and replaced."""
    return {"items": cards.list_cards(call.session, citizen_id=call.citizen.citizen_id)}


@face.operation(
    "DELETE",
    "/<uuid:card_id>",
    permission=Permission.MANAGE_OWN_CARDS,
    status=204,
    errors=[CardNotFound, CardBlocked, CardReplaced],
)
def block_my_card(call: Call, card_id: uuid.UUID) -> None:
    """I lost it: nobody buys with it any more. My points stay."""
    cards.block_own_card(call.session, citizen_id=call.citizen.citizen_id, card_id=card_id, at=call.at)
