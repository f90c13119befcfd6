"""Shapes of serial batches as their producer sees them."""

from marshmallow import fields

from backend.organisations.serials import SHEETS_MAX
from backend.web.schemas import Out, Query, QueryWhole, page_of


class SerialSheetQuery(Query):
    sheet = QueryWhole(
        minimum=1,
        maximum=SHEETS_MAX,
        load_default=1,
        metadata={"description": "Which of the batch's `sheets`, from 1."},
    )


class OwnSerialBatchOut(Out):
    id = fields.UUID(attribute="batch.id", required=True)
    product_id = fields.UUID(attribute="batch.product_id", required=True)
    product = fields.String(attribute="product.name_ja", required=True)
    quantity = fields.Integer(attribute="batch.quantity", required=True)
    sheets = fields.Integer(required=True, metadata={"description": "Of 24 labels each, to print."})
    claimed_count = fields.Integer(required=True)
    price_yen = fields.Integer(attribute="batch.price_yen", required=True, allow_none=True)
    valid_until = fields.AwareDateTime(attribute="batch.valid_until", required=True)
    issued_at = fields.AwareDateTime(attribute="batch.issued_at", required=True)
    revoked_at = fields.AwareDateTime(attribute="batch.revoked_at", required=True, allow_none=True)
    revoked_reason = fields.String(attribute="batch.revoked_reason", required=True, allow_none=True)


OwnSerialBatchPage = page_of(OwnSerialBatchOut)
