"""Shapes of offers as the city office sees them."""

from marshmallow import fields, validate

from backend.offers.models import OfferStatus
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class OfferListQuery(PageQuery):
    status = fields.String(
        validate=validate.OneOf([status for status in OfferStatus if status != OfferStatus.DRAFT]),
        load_default=None,
        metadata={"description": "Left out: offers of every status but drafts."},
    )


class OfferReasonIn(In):
    reason = text_field(400, required=True, metadata={"description": "Told to the shop."})


class OfferShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class OfferBenefitOut(Out):
    kind = fields.String(required=True, metadata={"description": "`price`, `discount` or `points`."})
    price_yen = fields.Integer(required=True, allow_none=True)
    discount_yen = fields.Integer(required=True, allow_none=True)
    discount_permille = fields.Integer(required=True, allow_none=True)
    discount_max_yen = fields.Integer(required=True, allow_none=True)
    minimum_yen = fields.Integer(required=True, allow_none=True)


class CityOfferOut(Out):
    id = fields.UUID(required=True)
    shop = fields.Nested(OfferShopOut, required=True, metadata={"description": "Whose offer it is."})
    status = fields.String(
        required=True, metadata={"description": "`published`, `held`, `ended` or `removed`."}
    )
    state = fields.String(
        required=True,
        metadata={"description": "The status; `scheduled`, `running` or `over` while it is published."},
    )
    status_reason = fields.String(required=True, allow_none=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    benefit = fields.Nested(OfferBenefitOut, required=True)
    product_id = fields.UUID(required=True, allow_none=True)
    displayed_from = fields.AwareDateTime(required=True)
    displayed_until = fields.AwareDateTime(required=True)
    usable_from = fields.AwareDateTime(required=True)
    usable_until = fields.AwareDateTime(required=True)
    stock = fields.Integer(required=True, allow_none=True)
    stock_left = fields.Integer(required=True, allow_none=True)
    per_person_limit = fields.Integer(required=True)
    member_list_id = fields.UUID(required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)
    shop_ids = fields.List(fields.UUID(), required=True, metadata={"description": "Where it is good."})
    photo_path = fields.String(required=True, allow_none=True)
    taken_count = fields.Integer(required=True)
    redeemed_count = fields.Integer(required=True)
    published_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "null: ended before it was published."}
    )
    updated_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


CityOfferPage = page_of(CityOfferOut)
