"""Shapes of claims as the citizen who made them sees them."""

from typing import Any

from marshmallow import fields

from backend.claims.models import APPEAL_MAX_CHARACTERS
from backend.mobile.purchases.schemas import CapLeftOut, ShopCardOut
from backend.organisations.shop_codes import SCANNED_MAX_CHARACTERS
from backend.web.schemas import Degrees, In, Moment, Out, Yen, page_of, text_field


class PositionIn(In):
    latitude = Degrees(maximum=90, required=True)
    longitude = Degrees(maximum=180, required=True)


class StatePosterClaimIn(In):
    scanned = text_field(
        SCANNED_MAX_CHARACTERS,
        required=True,
        metadata={
            "description": "The poster's QR as the camera read it, its digits as typed, or the JPQR sticker."
        },
    )
    amount_yen = Yen(required=True, metadata={"description": "What was paid, as the citizen types it."})
    done_at = Moment(
        load_default=None,
        metadata={"description": "When it was bought; now when left out. Decides which campaigns hold."},
    )
    position = fields.Nested(
        PositionIn,
        load_default=None,
        metadata={"description": "Where the phone is: compared with the shop's place, and never kept."},
    )


class StateOfflineCodeClaimIn(In):
    scanned = text_field(
        SCANNED_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The whole text of the till's code, as the camera read it."},
    )


class AppealIn(In):
    text = text_field(
        APPEAL_MAX_CHARACTERS, required=True, metadata={"description": "Why the rejection is wrong."}
    )


class ClaimDecisionOut(Out):
    code = fields.String(required=True, metadata={"example": "no_such_sale"})
    text = fields.String(required=True, metadata={"description": "The same for people."})
    reason = fields.String(
        required=True, allow_none=True, metadata={"description": "In the words of whoever decided."}
    )
    decided_at = fields.AwareDateTime(required=True)


class ClaimOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(
        required=True, metadata={"description": "`poster`, `receipt`, `serial`, `offline_code`."}
    )
    shop = fields.Nested(ShopCardOut, required=True, allow_none=True)
    amount_yen = fields.Integer(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    status = fields.String(
        required=True,
        metadata={
            "description": (
                "`draft`, `submitted` (it waits), `accepted`, `partly_accepted`, `rejected`, `appealed` (it waits"
                " again), `withdrawn`."
            )
        },
    )
    waits_for = fields.String(
        required=True, allow_none=True, metadata={"description": "`shop` or `city`; null: for nobody."}
    )
    expected_points = fields.Integer(
        required=True, metadata={"description": "What it would have earned when it was stated."}
    )
    accepted_yen = fields.Integer(required=True, allow_none=True)
    purchase_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "What it became; tells what it earned."}
    )
    decision = fields.Nested(ClaimDecisionOut, required=True, allow_none=True)
    appeal_text = fields.String(required=True, allow_none=True)
    appeal_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until then a rejection can be appealed, once."},
    )
    created_at = fields.AwareDateTime(required=True)


ClaimPage = page_of(ClaimOut)


class StatedClaimOut(ClaimOut):
    left = fields.List(
        fields.Nested(CapLeftOut),
        required=True,
        metadata={"description": "What is left today under each limit of what passes at once."},
    )


POSTER_CLAIM_EXAMPLE: dict[str, Any] = {
    "scanned": "https://meguri.example.jp/s/4821093756120",
    "amount_yen": 680,
}
