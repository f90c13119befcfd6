"""Paper cards where they touch points: handed out with an account, spent from, and joined to an app's account.

An app's account that holds nothing takes the card's account over as it is; a card that holds nothing is simply the
other account's from then on. Nothing moves in the ledger, so pending points, holds, debts, stamps and what caps have
counted stay exact.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from backend.base.errors import Conflict
from backend.base.text import text as say
from backend.membership.queries import HOLDINGS
from backend.notices.models import Notice
from backend.people import queries
from backend.people.cards import CardContext
from backend.people.code_models import CardEventKind, CitizenCard
from backend.people.codes import CodePermit, make_permit
from backend.people.models import Citizen, CitizenCode, CodeScope
from backend.people.principals import CitizenPrincipal
from backend.people.service import cards, citizens
from backend.people.service.cards import CardPinWrong
from backend.people.service.citizen_codes import open_citizen_code
from backend.people.service.verifications import CounterCodeNotFound, find_account_by_counter_code
from backend.points.models import AccountKind, PointsAccount, PointsBalance
from backend.points.queries import get_points_summary
from backend.points.service.movements import lock_balance, open_account
from backend.purchases.models import Checkout

# Of the person, and what every account has: none of them says that an account was used.
NO_HISTORY = (Citizen, CitizenCode, PointsAccount, PointsBalance)
# What names the card's person and must name the app's from then on.
FOLLOWING = (Notice, Checkout, CitizenCard)


class CardLinked(Conflict):
    """It is this account's, or another app's, already."""


class AccountsBothUsed(Conflict):
    """Points or purchases stand on both sides."""


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
    citizen.district, citizen.age_band = holder.district, holder.age_band
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

    `staff_id`: who saw card and telephone at a counter. Raises CitizenNotFound, CardLinked, AccountsBothUsed.
    """
    assert card.citizen_id is not None  # noqa: S101 (an active card is somebody's)
    if card.citizen_id == citizen_id:
        raise CardLinked
    # In the order of their ids, so that two that are linked at once do not wait for each other.
    locked = {
        one: queries.lock_citizen(session, citizen_id=one) for one in sorted((card.citizen_id, citizen_id))
    }
    holder, owner = locked[card.citizen_id], locked[citizen_id]
    if queries.has_signed_in(session, citizen_id=holder.id):
        raise CardLinked
    for account_id in sorted((holder.account_id, owner.account_id)):
        lock_balance(session, account_id)
    kept, empty = _which_is_empty(session, holder, owner)
    _become_one(session, holder, owner, kept=kept, empty=empty)
    session.refresh(card)
    cards.note_event(session, card, CardEventKind.LINKED, staff_id, at)


def _which_is_empty(session: Session, holder: Citizen, owner: Citizen) -> tuple[uuid.UUID, uuid.UUID]:
    """The account to keep, and the one to forget. Raises AccountsBothUsed."""
    if not _is_used(session, owner.account_id):
        return holder.account_id, owner.account_id
    if not _is_used(session, holder.account_id):
        return owner.account_id, holder.account_id
    raise AccountsBothUsed


def _is_used(session: Session, account_id: uuid.UUID) -> bool:
    """Whether any table tells something of the account: a table added tomorrow is asked tomorrow."""
    models = [
        holding.model
        for holding in HOLDINGS.values()
        if "account_id" in holding.model.__table__.c and holding.model not in NO_HISTORY
    ]
    return any(
        session.scalar(select(exists().where(model.__table__.c.account_id == account_id))) for model in models
    )


def _become_one(
    session: Session, holder: Citizen, owner: Citizen, *, kept: uuid.UUID, empty: uuid.UUID
) -> None:
    """One person, one account. Of what the other person was told only what concerns purchases stays.

    The empty account is deleted, not closed: should anything be written to it just now, either this or that fails
    and is done again.
    """
    for model in FOLLOWING:
        session.execute(update(model).where(model.citizen_id == holder.id).values(citizen_id=owner.id))
    session.execute(delete(Citizen).where(Citizen.id == holder.id))
    # A code on the telephone's screen just now is of the account as it was.
    session.execute(delete(CitizenCode).where(CitizenCode.account_id == empty))
    session.execute(update(Citizen).where(Citizen.id == owner.id).values(account_id=kept))
    session.execute(delete(PointsBalance).where(PointsBalance.account_id == empty))
    session.execute(delete(PointsAccount).where(PointsAccount.id == empty))


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
