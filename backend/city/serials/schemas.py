"""Shapes of serial batches as the city office issues them."""

from marshmallow import fields

from backend.organisations.serials import QUANTITY_MAX
from backend.web.schemas import In, Moment, Out, Whole, page_of, text_field


class IssueSerialBatchIn(In):
    product_id = fields.UUID(required=True)
    quantity = Whole(minimum=1, maximum=QUANTITY_MAX, required=True)
    valid_until = Moment(required=True, metadata={"description": "From then on none of it can be claimed."})


class RevokeSerialBatchIn(In):
    reason = text_field(200, required=True, metadata={"description": "Kept beside the batch."})


class SerialBatchOut(Out):
    id = fields.UUID(attribute="batch.id", required=True)
    product_id = fields.UUID(attribute="batch.product_id", required=True)
    product = fields.String(attribute="product.name_ja", required=True)
    shop_id = fields.UUID(attribute="product.shop_id", required=True)
    organisation_id = fields.UUID(
        attribute="batch.organisation_id", required=True, metadata={"description": "The producer."}
    )
    quantity = fields.Integer(attribute="batch.quantity", required=True)
    claimed_count = fields.Integer(required=True)
    price_yen = fields.Integer(
        attribute="batch.price_yen",
        required=True,
        allow_none=True,
        metadata={"description": "What each claim is worth; null: what the citizen says, under limits."},
    )
    valid_until = fields.AwareDateTime(attribute="batch.valid_until", required=True)
    issued_at = fields.AwareDateTime(attribute="batch.issued_at", required=True)
    issued_by_staff_id = fields.UUID(attribute="batch.issued_by_staff_id", required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(attribute="batch.revoked_at", required=True, allow_none=True)
    revoked_by_staff_id = fields.UUID(attribute="batch.revoked_by_staff_id", required=True, allow_none=True)
    revoked_reason = fields.String(attribute="batch.revoked_reason", required=True, allow_none=True)


SerialBatchPage = page_of(SerialBatchOut)
