"""Paper cards where they touch points: handed out with an account, spent from, and joined to an app's account.

How a card and an app become one is `membership.joining`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.base.text import text as say
from backend.membership.joining import join_citizens
from backend.people import queries
from backend.people.cards import CardContext
from backend.people.code_models import CardEventKind, CitizenCard
from backend.people.codes import CodePermit, make_permit
from backend.people.models import CodeScope
from backend.people.principals import CitizenPrincipal
from backend.people.rules import normalise_district
from backend.people.service import cards, citizens
from backend.people.service.cards import CardPinWrong
from backend.people.service.citizen_codes import open_citizen_code
from backend.people.service.verifications import CounterCodeNotFound, find_account_by_counter_code
from backend.points.models import AccountKind
from backend.points.queries import get_points_summary
from backend.points.service.movements import open_account


class CardLinked(Conflict):
    """It is this account's, or another app's, already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHolder:
    """What a holder tells the helper who hands the card out; all but the consents may be left out."""

    nickname: str | None
    language: str
    consents: Mapping[str, str]
    district: str | None = None
    age_band: str | None = None


@dataclass(frozen=True, slots=True)
class CardBalance:
    """What whoever shows card and PIN is told, at a counter or a till."""

    serial: str
    balance_points: int
    pending_points: int
    held_points: int
    code: str | None = None
    expires_at: datetime | None = None


def hand_out_card(
    session: Session,
    *,
    text: str,
    pin: str,
    holder: CardHolder,
    terms_version: str,
    context: CardContext,
    staff_id: uuid.UUID,
    at: datetime,
) -> CitizenCard:
    """Open an account for somebody without a telephone, and make the card theirs.

    Raises CardNumberMistyped, CardNotFound, CardHandedOut, CardBlocked, CardReplaced, CardPinWeak, NicknameRefused,
    TermsConsentRequired, ConsentVersionOutdated.
    """
    card = cards.get_card(session, text=text, context=context)
    citizen = citizens.enter_citizen(
        session,
        account_id=open_account(session, kind=AccountKind.CITIZEN, at=at),
        nickname=holder.nickname or say("card.nickname", holder.language),
        language=holder.language,
        consents=holder.consents,
        terms_version=terms_version,
        at=at,
    )
    citizen.district, citizen.age_band = normalise_district(holder.district), holder.age_band
    session.flush()
    cards.give_card(
        session, card=card, citizen_id=citizen.id, pin=pin, context=context, staff_id=staff_id, at=at
    )
    return card


def open_card_code(
    session: Session,
    *,
    text: str,
    pin: str,
    points_to_spend: int | str,
    context: CardContext,
    lifetime_seconds: int,
    at: datetime,
) -> CardBalance | CardPinWrong:
    """With card and PIN a till is told the points and given a citizen code that spends them, used like a phone's.

    `points_to_spend`: "none", "all" or at most so many; with "none" there is no code. Raises what `get_active_card` and
    `try_pin` raise.
    """
    card = cards.get_active_card(session, text=text, context=context)
    if wrong := cards.try_pin(session, card=card, pin=pin, context=context):
        return wrong
    holder = _holder(session, card)
    told = _balance(session, card, holder, at)
    if points_to_spend == "none":
        return told
    opened = open_citizen_code(
        session,
        citizen=holder,
        permit=_permit(points_to_spend),
        lifetime_seconds=lifetime_seconds,
        public_url=context.public_url,
        vault=context.vault,
        at=at,
    )
    return CardBalance(
        told.serial,
        told.balance_points,
        told.pending_points,
        told.held_points,
        opened.code,
        opened.expires_at,
    )


def read_card_balance(
    session: Session, *, text: str, pin: str, context: CardContext, at: datetime
) -> CardBalance | CardPinWrong:
    """Raises what `get_active_card` and `try_pin` raise."""
    card = cards.get_active_card(session, text=text, context=context)
    wrong = cards.try_pin(session, card=card, pin=pin, context=context)
    return wrong or _balance(session, card, _holder(session, card), at)


def link_card_by_pin(
    session: Session, *, text: str, pin: str, citizen: CitizenPrincipal, context: CardContext, at: datetime
) -> CitizenCard | CardPinWrong:
    """The holder joins their card to the account of their app. Raises what `link_card` raises, and CardPinLocked."""
    card = cards.get_active_card(session, text=text, context=context)
    if wrong := cards.try_pin(session, card=card, pin=pin, context=context):
        return wrong
    link_card(session, card=card, citizen_id=citizen.citizen_id, staff_id=None, at=at)
    return card


def link_card_at_counter(
    session: Session,
    *,
    text: str,
    counter_code: str,
    context: CardContext,
    staff_id: uuid.UUID,
    at: datetime,
) -> CitizenCard:
    """Both are there, card and telephone: no PIN. Raises CounterCodeNotFound, and what `link_card` raises."""
    card = cards.get_active_card(session, text=text, context=context)
    account_id = find_account_by_counter_code(session, counter_code=counter_code, vault=context.vault, at=at)
    citizen_id = queries.find_citizen_id(session, account_id=account_id)
    if citizen_id is None:
        raise CounterCodeNotFound(field="counter_code")
    link_card(session, card=card, citizen_id=citizen_id, staff_id=staff_id, at=at)
    return card


def link_card(
    session: Session, *, card: CitizenCard, citizen_id: uuid.UUID, staff_id: uuid.UUID | None, at: datetime
) -> None:
    """From now on the card buys for the app's account, which has all that the card's had.

    `staff_id`: who saw card and telephone at a counter. Raises CitizenNotFound, CardLinked, PointsHeld.
    """
    assert card.citizen_id is not None  # noqa: S101 (an active card is somebody's)
    if card.citizen_id == citizen_id:
        raise CardLinked
    # In the order of their ids, so that two that are linked at once do not wait for each other.
    both = sorted((card.citizen_id, citizen_id))
    locked = {one: queries.lock_citizen(session, citizen_id=one) for one in both}
    holder, owner = locked[card.citizen_id], locked[citizen_id]
    if queries.has_signed_in(session, citizen_id=holder.id):
        raise CardLinked
    join_citizens(session, holder=holder, owner=owner, at=at)
    session.refresh(card)
    cards.note_event(session, card, CardEventKind.LINKED, staff_id, at)


def _holder(session: Session, card: CitizenCard) -> CitizenPrincipal:
    assert card.citizen_id is not None  # noqa: S101
    citizen = queries.get_citizen(session, citizen_id=card.citizen_id)
    return CitizenPrincipal(citizen.id, citizen.account_id, None, citizen.language)


def _balance(session: Session, card: CitizenCard, holder: CitizenPrincipal, at: datetime) -> CardBalance:
    summary = get_points_summary(session, account_id=holder.account_id, at=at)
    return CardBalance(card.serial, summary.balance_points, summary.pending_points, summary.held_points)


def _permit(points_to_spend: int | str) -> CodePermit:
    scopes = [CodeScope.EARN, CodeScope.SPEND]
    return make_permit(scopes=scopes, points_to_spend=points_to_spend, coupon_ids=())
