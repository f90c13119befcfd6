"""Paper cards: printed blank, read at tills, blocked, replaced; their PINs tried a few times and no more."""

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.base.database import new_id
from backend.base.digits import add_check_digit, group_digits
from backend.base.errors import Conflict, MeguriError, NotFound, Refused
from backend.base.secrets import Vault, new_digits
from backend.people.cards import (
    PIN_TRIES,
    SERIAL_DIGITS,
    CardContext,
    card_number,
    check_pin,
    hash_card_number,
    hash_pin,
    read_card_text,
)
from backend.people.code_models import CardEvent, CardEventKind, CardStatus, CitizenCard
from backend.people.codes import PATH, CitizenCodeUnknown
from backend.people.models import Citizen, CodeScope, SpendMode
from backend.people.queries import CardUsed, CitizenCodeRow

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


class CardNotFound(NotFound):
    """No card has this number."""


class CardNotHandedOut(Conflict):
    """A blank card: nobody's yet."""


class CardHandedOut(Conflict):
    """Somebody holds it already."""


class CardBlocked(Conflict):
    """It was lost; its holder gets another one at a counter."""


class CardReplaced(Conflict):
    """Its holder has another one."""


class CardPinWrong(Refused):
    """Returned, not raised: the try must stay counted. `tries` are left."""


class CardPinLocked(Conflict):
    """Tried too often: a counter gives its holder, who brings the card, another PIN."""


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """What stands on a blank card."""

    serial: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class CardBatch:
    id: uuid.UUID
    made_at: datetime
    cards: Sequence[PrintedCard]


def create_cards(
    session: Session, *, count: int, staff_id: uuid.UUID, context: CardContext, at: datetime
) -> CardBatch:
    """Blank cards, which are nobody's and good for nothing until they are handed out."""
    batch_id = new_id()
    cards = [_new_card(session, batch_id, staff_id, context.vault, at) for _ in range(count)]
    return CardBatch(batch_id, at, [_printed(card, context) for card in cards])


def get_blank_cards(session: Session, *, batch_id: uuid.UUID, context: CardContext) -> CardBatch:
    """What is still blank of a batch, to be printed again. Raises CardNotFound."""
    query = (
        select(CitizenCard)
        .where(CitizenCard.batch_id == batch_id, CitizenCard.status == CardStatus.BLANK.value)
        .order_by(CitizenCard.id)
    )
    cards = session.scalars(query).all()
    if not cards:
        raise CardNotFound
    return CardBatch(batch_id, cards[0].created_at, [_printed(card, context) for card in cards])


def get_card(
    session: Session,
    *,
    text: str,
    context: CardContext,
    by_serial: bool = False,
    lock: bool = True,
) -> CitizenCard:
    """The card that was scanned or typed, whatever its state. `by_serial`: the slip's number is good too.

    Raises CardNumberMistyped, CardNotFound.
    """
    digits = read_card_text(text, f"{context.public_url}{PATH}")
    query = select(CitizenCard).where(CitizenCard.number_hash == hash_card_number(context.vault, digits))
    if len(digits) == SERIAL_DIGITS:
        query = select(CitizenCard).where(CitizenCard.serial == digits)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    card = session.scalar(query)
    if card is None or (len(digits) == SERIAL_DIGITS and not by_serial):
        raise CardNotFound(field="card")
    return card


def get_active_card(
    session: Session, *, text: str, context: CardContext, by_serial: bool = False
) -> CitizenCard:
    """Raises what `get_card` raises, and CardNotHandedOut, CardBlocked, CardReplaced."""
    card = get_card(session, text=text, context=context, by_serial=by_serial)
    if refusal := _refusal(card.status, "card"):
        raise refusal
    return card


def list_cards(session: Session, *, citizen_id: uuid.UUID) -> Sequence[CitizenCard]:
    """Of one citizen, the oldest first."""
    query = select(CitizenCard).where(CitizenCard.citizen_id == citizen_id).order_by(CitizenCard.id)
    return session.scalars(query).all()


def list_card_events(session: Session, *, card_id: uuid.UUID) -> Sequence[CardEvent]:
    query = select(CardEvent).where(CardEvent.card_id == card_id).order_by(CardEvent.id)
    return session.scalars(query).all()


def give_card(
    session: Session,
    *,
    card: CitizenCard,
    citizen_id: uuid.UUID,
    pin: str,
    context: CardContext,
    staff_id: uuid.UUID,
    at: datetime,
) -> None:
    """A blank card becomes somebody's. Raises CardHandedOut, CardBlocked, CardReplaced, CardPinWeak."""
    if card.status != CardStatus.BLANK:
        raise _refusal(card.status, "card") or CardHandedOut(field="card")
    chosen = check_pin(pin)
    card.status, card.citizen_id = CardStatus.ACTIVE.value, citizen_id
    card.pin_hash, card.pin_tries_left = hash_pin(context.vault, card.id, chosen), PIN_TRIES
    session.flush()
    note_event(session, card, CardEventKind.HANDED_OUT, staff_id, at)


def try_pin(session: Session, *, card: CitizenCard, pin: str, context: CardContext) -> CardPinWrong | None:
    """None: it fits, and the tries begin anew. The card is locked: of many at once none goes uncounted.

    Raises CardPinLocked.
    """
    assert card.pin_hash is not None  # noqa: S101 (only a blank card has none)
    if card.pin_tries_left == 0:
        raise CardPinLocked(field="pin")
    if hmac.compare_digest(hash_pin(context.vault, card.id, pin), card.pin_hash):
        card.pin_tries_left = PIN_TRIES
        session.flush()
        return None
    card.pin_tries_left -= 1
    session.flush()
    return CardPinWrong(field="pin", tries=card.pin_tries_left)


def renew_pin(
    session: Session, *, card: CitizenCard, pin: str, context: CardContext, staff_id: uuid.UUID, at: datetime
) -> None:
    """Another PIN for whoever brings the card. Raises CardPinWeak."""
    card.pin_hash, card.pin_tries_left = hash_pin(context.vault, card.id, check_pin(pin)), PIN_TRIES
    session.flush()
    note_event(session, card, CardEventKind.PIN_RENEWED, staff_id, at)


def block_card(session: Session, *, card: CitizenCard, staff_id: uuid.UUID | None, at: datetime) -> None:
    """Nobody buys with it any more; the points stay its holder's."""
    _end(session, card, CardStatus.BLOCKED, staff_id, at)


def block_own_card(session: Session, *, citizen_id: uuid.UUID, card_id: uuid.UUID, at: datetime) -> None:
    """Its holder lost it. Raises CardNotFound, CardBlocked, CardReplaced."""
    query = select(CitizenCard).where(CitizenCard.id == card_id, CitizenCard.citizen_id == citizen_id)
    card = session.scalar(query.with_for_update())
    if card is None:
        raise CardNotFound
    if refusal := _refusal(card.status, "card_id"):
        raise refusal
    block_card(session, card=card, staff_id=None, at=at)


def replace_by_pin(
    session: Session,
    *,
    text: str,
    pin: str,
    new_text: str,
    context: CardContext,
    staff_id: uuid.UUID,
    at: datetime,
) -> CitizenCard | CardPinWrong:
    """A blank card for whoever lost theirs, blocked before or not: same account, same PIN. `text` may be the serial.

    Raises what `get_card` raises, CardNotHandedOut, CardReplaced, CardPinLocked, CardHandedOut.
    """
    old = get_card(session, text=text, context=context, by_serial=True)
    if old.citizen_id is None or old.status == CardStatus.REPLACED:
        raise CardReplaced(field="card") if old.citizen_id else CardNotHandedOut(field="card")
    if wrong := try_pin(session, card=old, pin=pin, context=context):
        return wrong
    new = get_card(session, text=new_text, context=context)
    give_card(
        session, card=new, citizen_id=old.citizen_id, pin=pin, context=context, staff_id=staff_id, at=at
    )
    _end(session, old, CardStatus.REPLACED, staff_id, at)
    return new


def note_event(
    session: Session, card: CitizenCard, kind: CardEventKind, staff_id: uuid.UUID | None, at: datetime
) -> None:
    session.add(CardEvent(id=new_id(), card_id=card.id, kind=kind.value, staff_id=staff_id, at=at))
    session.flush()


def prove_cards(
    session: Session, *, shown: Sequence[tuple[str, datetime]], vault: Vault
) -> Mapping[tuple[str, datetime], CitizenCodeRow | MeguriError]:
    """`shown`: numbers and when a till read them. Each as a code that earns, or why it is none, of these:

    CitizenCodeUnknown, CardNotHandedOut, CardBlocked, CardReplaced.
    """
    if not shown:
        return {}
    hashes = {digits: hash_card_number(vault, digits) for digits, _ in shown}
    query = (
        select(
            CitizenCard.id,
            CitizenCard.number_hash,
            CitizenCard.status,
            CitizenCard.created_at,
            CitizenCard.ended_at,
            Citizen.id.label("citizen_id"),
            Citizen.account_id,
        )
        .outerjoin(Citizen, Citizen.id == CitizenCard.citizen_id)
        .where(CitizenCard.number_hash.in_(hashes.values()))
    )
    cards = {bytes(row.number_hash): row for row in session.execute(query)}
    return {(digits, at): _prove(cards.get(hashes[digits]), at) for digits, at in shown}


def _prove(card: Any, at: datetime) -> CitizenCodeRow | MeguriError:
    if card is None:
        return CitizenCodeUnknown(field="citizen_code")
    is_over = card.ended_at is None or card.ended_at <= at
    if is_over and (refusal := _refusal(card.status, "citizen_code")):
        return refusal
    return CitizenCodeRow(
        id=new_id(),
        citizen_id=card.citizen_id,
        account_id=card.account_id,
        scopes=frozenset({CodeScope.EARN}),
        spend_mode=SpendMode.NONE,
        spend_points=None,
        coupon_ids=(),
        created_at=card.created_at,
        expires_at=END_OF_TIME,
        used_at=None,
        origin=CardUsed(card.id),
    )


def _refusal(status: str, field: str) -> Conflict | None:
    """Why a card is good for nothing; None: it is active."""
    match status:
        case CardStatus.BLANK:
            return CardNotHandedOut(field=field)
        case CardStatus.BLOCKED:
            return CardBlocked(field=field)
        case CardStatus.REPLACED:
            return CardReplaced(field=field)
    return None


def _end(
    session: Session, card: CitizenCard, status: CardStatus, staff_id: uuid.UUID | None, at: datetime
) -> None:
    card.status, card.ended_at = status.value, card.ended_at or at
    session.flush()
    note_event(session, card, CardEventKind(status.value), staff_id, at)


def _new_card(
    session: Session, batch_id: uuid.UUID, staff_id: uuid.UUID, vault: Vault, at: datetime
) -> CitizenCard:
    card_id = new_id()
    while _is_taken(session, CitizenCard.number_hash, hash_card_number(vault, card_number(vault, card_id))):
        card_id = new_id()
    serial = add_check_digit(new_digits(SERIAL_DIGITS - 1))
    while _is_taken(session, CitizenCard.serial, serial):
        serial = add_check_digit(new_digits(SERIAL_DIGITS - 1))
    card = CitizenCard(
        id=card_id,
        batch_id=batch_id,
        serial=serial,
        number_hash=hash_card_number(vault, card_number(vault, card_id)),
        status=CardStatus.BLANK.value,
        pin_tries_left=0,
        created_at=at,
        created_by_staff_id=staff_id,
    )
    session.add(card)
    session.flush()
    return card


def _is_taken(session: Session, column: Any, value: object) -> bool:
    return session.scalar(select(CitizenCard.id).where(column == value)) is not None


def _printed(card: CitizenCard, context: CardContext) -> PrintedCard:
    number = card_number(context.vault, card.id)
    return PrintedCard(card.serial, group_digits(number), f"{context.public_url}{PATH}{number}")
