"""Shapes of a purchase proven by the number on a package."""

from marshmallow import fields

from backend.organisations.serials import SCANNED_MAX_CHARACTERS
from backend.web.schemas import In, Moment, Yen, text_field


class StateSerialClaimIn(In):
    scanned = text_field(
        SCANNED_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The whole text of the label's code, or its thirteen digits as typed."},
    )
    shop_id = fields.UUID(
        load_default=None,
        metadata={"description": "Where it was bought; may be left out where only one shop sells it."},
    )
    amount_yen = Yen(
        load_default=None,
        metadata={"description": "What was paid; counts only for a product without a registered price."},
    )
    done_at = Moment(
        load_default=None,
        metadata={"description": "When it was bought; now when left out. Decides which campaigns hold."},
    )
