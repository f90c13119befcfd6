"""Shapes of one's own paper cards."""

from marshmallow import fields, validate

from backend.people.code_models import CardStatus
from backend.people.codes import TEXT_MAX_CHARACTERS
from backend.web.schemas import In, Out, text_field


class LinkMyCardIn(In):
    card = text_field(
        TEXT_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The card as scanned, or its twelve digits as typed."},
    )
    pin = text_field(16, required=True, metadata={"description": "Four digits, chosen at the counter."})


class MyCardOut(Out):
    id = fields.UUID(required=True)
    serial = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(CardStatus)))


class MyCardListOut(Out):
    items = fields.List(fields.Nested(MyCardOut), required=True)
