"""Shapes of paper cards at the counter."""

from marshmallow import fields, validate

from backend.people.code_models import CardEventKind, CardStatus
from backend.people.codes import TEXT_MAX_CHARACTERS
from backend.people.models import AgeBand, ConsentPurpose
from backend.web.schemas import In, Out, Whole, language_field, text_field

BATCH_MAX = 100


def card_field() -> fields.Field[str]:
    return text_field(
        TEXT_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The card as scanned, or its twelve digits as typed."},
    )


def card_or_slip_field() -> fields.Field[str]:
    return text_field(
        TEXT_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The card's digits, or the eight of the slip that its holder kept."},
    )


def pin_field() -> fields.Field[str]:
    return text_field(
        16, required=True, metadata={"description": "Four digits. The holder types them, not the helper."}
    )


class CreateCardsIn(In):
    count = Whole(minimum=1, maximum=BATCH_MAX, required=True)


class PrintedCardOut(Out):
    serial = fields.String(required=True, metadata={"description": "For the card and for the slip."})
    number = fields.String(required=True, metadata={"description": "Twelve digits in groups."})
    url = fields.String(required=True, metadata={"description": "The card's QR code."})


class CardBatchOut(Out):
    id = fields.UUID(required=True)
    cards = fields.List(fields.Nested(PrintedCardOut), required=True)


class PaperConsentIn(In):
    purpose = fields.String(required=True, validate=validate.OneOf(list(ConsentPurpose)))
    version = text_field(16, required=True, metadata={"description": "Of the text on the paper."})


class HandOutCardIn(In):
    card = card_field()
    pin = pin_field()
    consents = fields.List(
        fields.Nested(PaperConsentIn),
        required=True,
        validate=validate.Length(max=len(ConsentPurpose)),
        metadata={"description": "As signed on paper; `terms` is needed."},
    )
    nickname = text_field(40, load_default=None)
    language = language_field(metadata={"description": "Without it, Japanese."})
    district = text_field(40, load_default=None)
    age_band = fields.String(load_default=None, validate=validate.OneOf(list(AgeBand)))


class CardAndPinIn(In):
    card = card_field()
    pin = pin_field()


class BlockCardIn(In):
    card = card_or_slip_field()


class ReplaceCardIn(In):
    card = card_or_slip_field()
    pin = pin_field()
    new_card = card_field()


class LinkCardIn(In):
    card = card_field()
    counter_code = fields.String(
        required=True,
        validate=[validate.Length(equal=8), validate.Regexp("^[0-9]{8}$", error="Eight digits.")],
        metadata={"description": "From the citizen's telephone."},
    )


class CardOut(Out):
    """Nothing of who holds it."""

    serial = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(CardStatus)))


class CardBalanceOut(Out):
    serial = fields.String(required=True)
    balance_points = fields.Integer(required=True)
    pending_points = fields.Integer(required=True)
    held_points = fields.Integer(required=True)


class CardEventOut(Out):
    kind = fields.String(required=True, validate=validate.OneOf(list(CardEventKind)))
    staff_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: the holder, in the app."}
    )
    at = fields.AwareDateTime(required=True)


class CardHistoryOut(CardOut):
    events = fields.List(fields.Nested(CardEventOut), required=True)
