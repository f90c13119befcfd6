"""Shapes of claims as a shop sees them: what is said to have been sold, nothing of who says it."""

from marshmallow import fields

from backend.claims.models import REASON_MAX_CHARACTERS
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class WaitingClaimListQuery(PageQuery, ShopChoiceQuery):
    pass


class RefuseClaimIn(In):
    reason = text_field(
        REASON_MAX_CHARACTERS, required=True, metadata={"description": "The citizen reads it."}
    )


class ShopClaimOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(
        required=True, metadata={"description": "`poster`, `receipt`, `serial`, `offline_code`."}
    )
    amount_yen = fields.Integer(required=True)
    done_at = fields.AwareDateTime(required=True)
    submitted_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Until then the shop can decide."}
    )
    status = fields.String(required=True, metadata={"description": "`submitted`, `accepted` or `rejected`."})
    purchase_id = fields.UUID(required=True, allow_none=True)


ShopClaimPage = page_of(ShopClaimOut)
