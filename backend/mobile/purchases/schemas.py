"""Shapes of scans and purchases."""

from marshmallow import fields

from backend.mobile.shapes import coupon_ids_field
from backend.purchases.batches.bought import BATCH_MAX
from backend.purchases.rules.till_codes import SCANNED_MAX_CHARACTERS
from backend.web.batches import items_field, outcomes_of
from backend.web.schemas import In, Moment, Out, PointsToSpend, idempotency_key_field, page_of, text_field

SCANNED = text_field(
    SCANNED_MAX_CHARACTERS,
    required=True,
    metadata={"description": "The whole text of the code, as the camera read it."},
)


class ResolveScanIn(In):
    scanned = SCANNED
    points_to_spend = PointsToSpend(
        description="How many points to pay with: none, all that fit, or so many."
    )
    coupon_ids = coupon_ids_field()


class RecordPurchaseIn(ResolveScanIn):
    done_at = Moment(
        load_default=None,
        metadata={"description": "When it was bought, by the phone's clock; decides which campaigns hold."},
    )


class StoredScanIn(In):
    """A code on a till that the phone scanned while it had no network."""

    id = idempotency_key_field()
    scanned = SCANNED
    done_at = Moment(
        required=True,
        metadata={"description": "When it was scanned, by the phone's clock; decides which campaigns hold."},
    )


class StoredScansIn(In):
    items = items_field(StoredScanIn, BATCH_MAX)


class ShopCardOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)


class CapLeftOut(Out):
    code = fields.String(required=True, metadata={"example": "day_points"})
    left = fields.Integer(required=True)
    text = fields.String(required=True, metadata={"example": "今日はあと300ポイント"})


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
    left = fields.List(
        fields.Nested(CapLeftOut),
        required=True,
        metadata={"description": "What this purchase left under each of the campaign's caps."},
    )


class ScanOut(Out):
    shop = fields.Nested(ShopCardOut, required=True)
    amount_yen = fields.Integer(required=True)
    discount_yen = fields.Integer(required=True)
    spent_points = fields.Integer(required=True)
    to_pay_yen = fields.Integer(required=True, metadata={"description": "What is left to pay in money."})
    spendable_points = fields.Integer(required=True, metadata={"description": "What I could spend."})
    expires_at = fields.AwareDateTime(required=True)
    earned_points = fields.Integer(
        required=True, metadata={"description": "What recording it now would earn."}
    )
    verdicts = fields.List(fields.Nested(VerdictOut), required=True)


class PurchaseOut(Out):
    id = fields.UUID(required=True)
    shop = fields.Nested(ShopCardOut, required=True)
    amount_yen = fields.Integer(required=True)
    discount_yen = fields.Integer(required=True)
    spent_points = fields.Integer(required=True)
    to_pay_yen = fields.Integer(required=True, metadata={"description": "What was paid in money."})
    refunded_yen = fields.Integer(required=True, metadata={"description": "Of the amount, so far."})
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
PurchaseOutcomes = outcomes_of(PurchaseOut)
