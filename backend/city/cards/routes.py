"""Paper cards: the office prints them, a counter or a helper hands them out and helps whoever lost one."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Response

from backend.city.cards.schemas import (
    BlockCardIn,
    CardAndPinIn,
    CardBalanceOut,
    CardBatchOut,
    CardHistoryOut,
    CardOut,
    CreateCardsIn,
    HandOutCardIn,
    LinkCardIn,
    ReplaceCardIn,
)
from backend.membership import cards as membership
from backend.membership.cards import CardBalance, CardHolder, CardLinked
from backend.people.card_sheets import etag_of, print_cards
from backend.people.cards import CardContext, CardNumberMistyped, CardPinWeak
from backend.people.code_models import CitizenCard
from backend.people.permissions import Permission
from backend.people.rules import ConsentVersionOutdated, NicknameRefused, TermsConsentRequired
from backend.people.service import cards
from backend.people.service.cards import (
    CardBatch,
    CardBlocked,
    CardHandedOut,
    CardNotFound,
    CardNotHandedOut,
    CardPinLocked,
    CardPinWrong,
    CardReplaced,
)
from backend.people.service.verifications import CounterCodeNotFound
from backend.points.service.carrying import PointsHeld
from backend.web.binaries import Blob
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.problems import told
from backend.web.rate_limits import By, RateLimit

face = Face(
    "cards",
    __name__,
    url_prefix="/v1/city/cards",
    description="Paper cards for people without a telephone.",
)

# As of counter codes: more than any counter sees, and too few to find cards by guessing.
LIMITS = [RateLimit("card", "sign_in_attempts", By.TOKEN, factor=10)]
UNKNOWN = (CardNumberMistyped, CardNotFound)
ENDED = (CardNotHandedOut, CardBlocked, CardReplaced)
PIN = (CardPinWrong, CardPinLocked)
EXAMPLE = {"card": "3141 5926 5359", "pin": "2718"}


def context_of(call: Call) -> CardContext:
    return CardContext(call.settings.public_url, call.ground.vault)


@face.operation(
    "POST",
    "/batches",
    permission=Permission.PRINT_CARDS,
    body=CreateCardsIn,
    answer=CardBatchOut,
    status=201,
    example={"count": 20},
)
def create_cards(call: Call, body: dict[str, Any]) -> CardBatch:
    """Make blank cards to print, each with a slip for its serial. Nobody's, and good for nothing yet."""
    return cards.create_cards(
        call.session,
        count=body["count"],
        staff_id=call.staff.staff_id,
        context=context_of(call),
        at=call.at,
    )


@face.operation(
    "GET",
    "/batches/<uuid:batch_id>",
    permission=Permission.PRINT_CARDS,
    answer=CardBatchOut,
    errors=[CardNotFound],
)
def get_blank_cards(call: Call, batch_id: uuid.UUID) -> CardBatch:
    """What is still blank of a batch, to print it again."""
    return cards.get_blank_cards(call.session, batch_id=batch_id, context=context_of(call))


@face.operation(
    "GET",
    "/batches/<uuid:batch_id>/sheet",
    permission=Permission.PRINT_CARDS,
    answer=("application/pdf",),
    errors=[CardNotFound],
)
def print_blank_cards(call: Call, batch_id: uuid.UUID) -> Blob:
    """What is still blank of a batch as PDF, five to a page: cards of a bank card's size, each with its slip."""
    batch = cards.get_blank_cards(call.session, batch_id=batch_id, context=context_of(call))
    printed, made_at = batch.cards, batch.made_at
    return Blob("application/pdf", etag_of(printed), lambda: print_cards(printed, made_at=made_at))


@face.operation(
    "GET",
    "/<serial>",
    permission=Permission.PRINT_CARDS,
    answer=CardHistoryOut,
    errors=UNKNOWN,
)
def get_card_history(call: Call, serial: str) -> Mapping[str, Any]:
    """What was done with a card, when and by whom; nothing of who holds it."""
    card = cards.get_card(call.session, text=serial, context=context_of(call), by_serial=True, lock=False)
    events = cards.list_card_events(call.session, card_id=card.id)
    return {"serial": card.serial, "status": card.status, "events": events}


@face.operation(
    "POST",
    "/handovers",
    permission=Permission.HAND_OUT_CARDS,
    body=HandOutCardIn,
    answer=CardOut,
    status=201,
    errors=[
        *UNKNOWN,
        CardHandedOut,
        CardBlocked,
        CardReplaced,
        CardPinWeak,
        NicknameRefused,
        TermsConsentRequired,
        ConsentVersionOutdated,
    ],
    limits=LIMITS,
    example={**EXAMPLE, "consents": [{"purpose": "terms", "version": "2026-11"}], "age_band": "75_over"},
)
def hand_out_card(call: Call, body: dict[str, Any]) -> CitizenCard:
    """Hand a blank card to somebody who has signed the terms on paper: it is theirs, with an account of its own.

    No name and no address: nickname, district and age band may be told, and need not.
    """
    holder = CardHolder(
        nickname=body["nickname"],
        language=body.get("language", "ja"),
        consents={consent["purpose"]: consent["version"] for consent in body["consents"]},
        district=body["district"],
        age_band=body["age_band"],
    )
    return membership.hand_out_card(
        call.session,
        text=body["card"],
        pin=body["pin"],
        holder=holder,
        terms_version=call.settings.terms_version,
        context=context_of(call),
        staff_id=call.staff.staff_id,
        at=call.at,
    )


@face.operation(
    "POST",
    "/balances",
    permission=Permission.HAND_OUT_CARDS,
    body=CardAndPinIn,
    answer=CardBalanceOut,
    errors=[*UNKNOWN, *ENDED, *PIN],
    limits=LIMITS,
    example=EXAMPLE,
)
def read_card_balance(call: Call, body: dict[str, Any]) -> CardBalance | Response:
    """What the holder, who is here and types the PIN, has. Five wrong PINs lock it."""
    found = membership.read_card_balance(
        call.session, text=body["card"], pin=body["pin"], context=context_of(call), at=call.at
    )
    return told(found)


@face.operation(
    "POST",
    "/pins",
    permission=Permission.HAND_OUT_CARDS,
    body=CardAndPinIn,
    answer=CardOut,
    errors=[*UNKNOWN, *ENDED, CardPinWeak],
    limits=LIMITS,
    example=EXAMPLE,
)
def renew_card_pin(call: Call, body: dict[str, Any]) -> CitizenCard:
    """Another PIN for whoever brings the card itself; the tries begin anew."""
    card = cards.get_active_card(call.session, text=body["card"], context=context_of(call))
    cards.renew_pin(
        call.session,
        card=card,
        pin=body["pin"],
        context=context_of(call),
        staff_id=call.staff.staff_id,
        at=call.at,
    )
    return card


@face.operation(
    "POST",
    "/blocks",
    permission=Permission.HAND_OUT_CARDS,
    body=BlockCardIn,
    answer=CardOut,
    errors=[*UNKNOWN, *ENDED],
    limits=LIMITS,
    example={"card": "2718 2811"},
)
def block_card(call: Call, body: dict[str, Any]) -> CitizenCard:
    """A card was lost: nobody buys with it any more. The slip's serial is enough. The points stay its holder's."""
    card = cards.get_active_card(call.session, text=body["card"], context=context_of(call), by_serial=True)
    cards.block_card(call.session, card=card, staff_id=call.staff.staff_id, at=call.at)
    return card


@face.operation(
    "POST",
    "/replacements",
    permission=Permission.HAND_OUT_CARDS,
    body=ReplaceCardIn,
    answer=CardOut,
    errors=[*UNKNOWN, *ENDED, *PIN, CardHandedOut, CardPinWeak],
    limits=LIMITS,
    example={"card": "2718 2811", "pin": "2718", "new_card": "3141 5926 5359"},
)
def replace_card(call: Call, body: dict[str, Any]) -> CitizenCard | Response:
    """A blank card in place of a lost one, by the slip's serial and the PIN: same account, same PIN."""
    found = cards.replace_by_pin(
        call.session,
        text=body["card"],
        pin=body["pin"],
        new_text=body["new_card"],
        context=context_of(call),
        staff_id=call.staff.staff_id,
        at=call.at,
    )
    return told(found)


@face.operation(
    "POST",
    "/links",
    permission=Permission.HAND_OUT_CARDS,
    body=LinkCardIn,
    answer=CardOut,
    errors=[*UNKNOWN, *ENDED, CounterCodeNotFound, CardLinked, PointsHeld],
    limits=LIMITS,
    example={"card": "3141 5926 5359", "counter_code": "30518274"},
)
def link_card(call: Call, body: dict[str, Any]) -> CitizenCard:
    """Join the card that somebody brings to the app on their telephone, which shows a counter code."""
    return membership.link_card_at_counter(
        call.session,
        text=body["card"],
        counter_code=body["counter_code"],
        context=context_of(call),
        staff_id=call.staff.staff_id,
        at=call.at,
    )
