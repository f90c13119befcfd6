"""Shapes of a shop's own offers."""

from typing import Any

from marshmallow import fields, validate

from backend.offers.models import BenefitKind, OfferStatus
from backend.offers.rules import PER_PERSON_MAX, RATE_MAX_PERMILLE, STOCK_MAX
from backend.offers.service.offers import SHOPS_MAX
from backend.shop.shapes import ShopChoiceQuery, tags_field
from backend.web.schemas import In, Moment, Out, PageQuery, Whole, Yen, page_of, text_field


class OwnOfferListQuery(PageQuery, ShopChoiceQuery):
    status = fields.String(
        validate=validate.OneOf(list(OfferStatus)),
        load_default=None,
        metadata={"description": "Left out: offers of every status."},
    )


class OfferNamesIn(In):
    ja = text_field(80, required=True)
    ja_easy = text_field(80, data_key="ja@easy", load_default=None)
    en = text_field(80, load_default=None)


class OfferDescriptionsIn(In):
    ja = text_field(1000, required=True)
    ja_easy = text_field(1000, data_key="ja@easy", load_default=None)
    en = text_field(1000, load_default=None)


class OfferBenefitIn(In):
    kind = fields.String(required=True, validate=validate.OneOf(list(BenefitKind)))
    price_yen = Yen(load_default=None, metadata={"description": "For `price`: what the product costs."})
    discount_yen = Yen(load_default=None, metadata={"description": "For `discount`: this or a rate."})
    discount_permille = Whole(
        minimum=1,
        maximum=RATE_MAX_PERMILLE,
        load_default=None,
        metadata={"description": "Of the amount, rounded down to whole yen."},
    )
    discount_max_yen = Yen(load_default=None, metadata={"description": "The most that a rate takes off."})
    minimum_yen = Yen(load_default=None, metadata={"description": "Only with purchases of so much at least."})


def _shop_ids(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        fields.UUID(),
        validate=validate.Length(min=1, max=SHOPS_MAX),
        metadata={"description": "Where it is good: shops of the same organisation."},
        **kwargs,
    )


def _stock(**kwargs: Any) -> Whole:
    return Whole(
        minimum=1,
        maximum=STOCK_MAX,
        metadata={"description": "Coupons there are in all; null: no limit."},
        **kwargs,
    )


class DraftOfferIn(In):
    """Moments are half-open. The offer is good for at least as long as it is shown."""

    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    names = fields.Nested(OfferNamesIn, required=True)
    descriptions = fields.Nested(OfferDescriptionsIn, load_default=None)
    benefit = fields.Nested(OfferBenefitIn, required=True)
    product_id = fields.UUID(load_default=None, metadata={"description": "The local product it is about."})
    displayed_from = Moment(required=True)
    displayed_until = Moment(required=True)
    usable_from = Moment(required=True)
    usable_until = Moment(required=True)
    stock = _stock(load_default=None)
    per_person_limit = Whole(minimum=1, maximum=PER_PERSON_MAX, load_default=1)
    tags = tags_field(load_default=[])
    shop_ids = _shop_ids(load_default=None)
    member_list_id = fields.UUID(
        load_default=None, metadata={"description": "One of the shop's lists: for its members only."}
    )


class EditOfferIn(In):
    """What is left out stays; null empties. `names`, `descriptions`, `benefit` are replaced whole."""

    names = fields.Nested(OfferNamesIn)
    descriptions = fields.Nested(OfferDescriptionsIn, allow_none=True)
    benefit = fields.Nested(OfferBenefitIn)
    product_id = fields.UUID(allow_none=True)
    displayed_from = Moment()
    displayed_until = Moment()
    usable_from = Moment()
    usable_until = Moment()
    stock = _stock(allow_none=True)
    per_person_limit = Whole(minimum=1, maximum=PER_PERSON_MAX)
    tags = tags_field()
    shop_ids = _shop_ids()
    member_list_id = fields.UUID(allow_none=True)


class OwnOfferBenefitOut(Out):
    kind = fields.String(required=True, metadata={"description": "`price`, `discount` or `points`."})
    price_yen = fields.Integer(required=True, allow_none=True)
    discount_yen = fields.Integer(required=True, allow_none=True)
    discount_permille = fields.Integer(required=True, allow_none=True)
    discount_max_yen = fields.Integer(required=True, allow_none=True)
    minimum_yen = fields.Integer(required=True, allow_none=True)


class OwnOfferOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True, metadata={"description": "Whose offer it is."})
    status = fields.String(
        required=True, metadata={"description": "`draft`, `published`, `held`, `ended` or `removed`."}
    )
    state = fields.String(
        required=True,
        metadata={"description": "The status; `scheduled`, `running` or `over` while it is published."},
    )
    status_reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Why the city holds or removed it."}
    )
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    benefit = fields.Nested(OwnOfferBenefitOut, required=True)
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
    shop_ids = fields.List(fields.UUID(), required=True)
    photo_path = fields.String(required=True, allow_none=True)
    taken_count = fields.Integer(required=True)
    redeemed_count = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


OwnOfferPage = page_of(OwnOfferOut)

DRAFT_EXAMPLE: dict[str, Any] = {
    "names": {"ja": "秋鮭の切り身 50円引き", "en": "Autumn salmon, 50 yen off"},
    "benefit": {"kind": "discount", "discount_yen": 50, "minimum_yen": 500},
    "displayed_from": "2027-09-01T00:00:00+09:00",
    "displayed_until": "2027-09-15T00:00:00+09:00",
    "usable_from": "2027-09-01T00:00:00+09:00",
    "usable_until": "2027-10-01T00:00:00+09:00",
    "stock": 100,
    "tags": ["鮭"],
}
