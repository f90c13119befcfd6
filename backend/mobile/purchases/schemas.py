"""Shapes of scans and purchases."""

from marshmallow import fields, validate

from backend.purchases.rules import SCANNED_MAX_CHARACTERS
from backend.web.schemas import Headers, In, Moment, Out, page_of, text_field

SCANNED = text_field(
    SCANNED_MAX_CHARACTERS,
    required=True,
    metadata={"description": "The whole text of the code, as the camera read it."},
)


class ResolveScanIn(In):
    scanned = SCANNED


class RecordPurchaseIn(In):
    scanned = SCANNED
    done_at = Moment(
        load_default=None,
        metadata={"description": "When it was bought, by the phone's clock; decides which campaigns hold."},
    )


class RecordPurchaseHeaders(Headers):
    idempotency_key = fields.String(
        data_key="Idempotency-Key",
        required=True,
        validate=validate.Regexp(r"^[A-Za-z0-9_-]{8,64}$(?!\n)", error="8 to 64 letters, digits, - or _."),
        metadata={
            "description": "Made by the app before it sends, kept until it has the answer. A UUID is good."
        },
    )


class ShopCardOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)


class VerdictOut(Out):
    campaign_id = fields.UUID(required=True)
    campaign = fields.String(required=True, metadata={"description": "Its name."})
    code = fields.String(
        required=True,
        metadata={
            "description": "`awarded`, `cut_to_…`, or why nothing was awarded.",
            "example": "outside_hours",
        },
    )
    points = fields.Integer(required=True)
    text = fields.String(required=True, metadata={"description": "The same for people."})


class ScanOut(Out):
    shop = fields.Nested(ShopCardOut, required=True)
    amount_yen = fields.Integer(required=True)
    expires_at = fields.AwareDateTime(required=True)
    earned_points = fields.Integer(
        required=True, metadata={"description": "What recording it now would earn."}
    )
    verdicts = fields.List(fields.Nested(VerdictOut), required=True)


class PurchaseOut(Out):
    id = fields.UUID(required=True)
    shop = fields.Nested(ShopCardOut, required=True)
    amount_yen = fields.Integer(required=True)
    done_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    earned_points = fields.Integer(required=True)
    balance_points = fields.Integer(
        required=True, metadata={"description": "What could be spent right after this purchase."}
    )
    verdicts = fields.List(
        fields.Nested(VerdictOut),
        required=True,
        metadata={"description": "Each award and each refusal, and why."},
    )


PurchasePage = page_of(PurchaseOut)
