"""Shapes of offers as citizens see them."""

from marshmallow import fields, validate

from backend.offers.browsing import ENDING_SOON
from backend.organisations.rules import RADIUS_DEFAULT_METRES, RADIUS_MAX_METRES
from backend.organisations.texts import TAG_MAX_CHARACTERS
from backend.web.schemas import Out, PageQuery, QueryWhole, page_of, text_field

RING_MAX_CHARACTERS = 16
DISTRICT_MAX_CHARACTERS = 40


class OfferListQuery(PageQuery):
    """All that are given must hold, those of a place for one shop where the offer is good."""

    text = text_field(80, load_default=None, metadata={"description": "Words that name or description hold."})
    tag = text_field(TAG_MAX_CHARACTERS, load_default=None)
    ring = text_field(
        RING_MAX_CHARACTERS, load_default=None, metadata={"description": "Exactly this ring, of `/v1/rings`."}
    )
    within_ring = text_field(
        RING_MAX_CHARACTERS, load_default=None, metadata={"description": "This ring and all nearer ones."}
    )
    district = text_field(DISTRICT_MAX_CHARACTERS, load_default=None)
    shop_id = fields.UUID(load_default=None)
    ending_soon = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={
            "description": f"`true`: shown for {ENDING_SOON.days} days more at most, the soonest first."
        },
    )
    latitude = fields.Float(
        validate=validate.Range(min=-90, max=90),
        load_default=None,
        metadata={"description": "With `longitude`: only offers near this point (WGS 84), nearest first."},
    )
    longitude = fields.Float(validate=validate.Range(min=-180, max=180), load_default=None)
    radius_m = QueryWhole(
        minimum=1,
        maximum=RADIUS_MAX_METRES,
        load_default=None,
        metadata={"description": f"How near, in metres; {RADIUS_DEFAULT_METRES} unless told."},
    )


class OfferBenefitOut(Out):
    kind = fields.String(
        required=True,
        metadata={
            "description": "`price`: costs `price_yen`. `discount`: `discount_yen`, or `discount_permille` of the"
            " amount up to `discount_max_yen`, is taken off. `points`: a campaign gives extra points."
        },
    )
    price_yen = fields.Integer(required=True, allow_none=True)
    discount_yen = fields.Integer(required=True, allow_none=True)
    discount_permille = fields.Integer(required=True, allow_none=True)
    discount_max_yen = fields.Integer(required=True, allow_none=True)
    minimum_yen = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Only with purchases of so much at least."}
    )


class OfferOwnerOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)


class OfferOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    benefit = fields.Nested(OfferBenefitOut, required=True)
    shop = fields.Nested(OfferOwnerOut, required=True, metadata={"description": "Whose offer it is."})
    tags = fields.List(fields.String(), required=True)
    photo_path = fields.String(
        required=True, allow_none=True, metadata={"description": "null: there is no photo."}
    )
    displayed_until = fields.AwareDateTime(
        required=True, metadata={"description": "Until then a coupon can be taken."}
    )
    usable_from = fields.AwareDateTime(required=True)
    usable_until = fields.AwareDateTime(required=True)
    stock_left = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Coupons left to take; null: no limit."}
    )
    is_for_members = fields.Boolean(required=True)
    is_saved = fields.Boolean(required=True, metadata={"description": "By the caller."})
    distance_m = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "From the point in the query to the nearest shop where it is good."},
    )


OfferPage = page_of(OfferOut)


class OfferPlaceOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)


class OfferProductOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    origin_ring = fields.String(required=True)
    price_yen = fields.Integer(required=True, allow_none=True, metadata={"description": "Without the offer."})


class OfferDetailOut(OfferOut):
    description = fields.String(required=True, metadata={"description": "May be empty."})
    shops = fields.List(
        fields.Nested(OfferPlaceOut), required=True, metadata={"description": "Where it is good."}
    )
    product = fields.Nested(OfferProductOut, required=True, allow_none=True)
    per_person_limit = fields.Integer(required=True)
