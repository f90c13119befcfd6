"""Shapes of the citizen's coupons."""

from marshmallow import fields

from backend.mobile.offers.schemas import OfferBenefitOut, OfferOwnerOut
from backend.offers.rules import TOKEN_LIFETIME
from backend.web.schemas import Out, PageQuery, page_of


class CouponListQuery(PageQuery):
    only_usable = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": "`true`: those that are good now or will be."},
    )


class CouponOfferOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    benefit = fields.Nested(OfferBenefitOut, required=True)
    shop = fields.Nested(OfferOwnerOut, required=True)
    photo_path = fields.String(required=True, allow_none=True)


class CouponOut(Out):
    id = fields.UUID(required=True)
    offer = fields.Nested(CouponOfferOut, required=True)
    state = fields.String(
        required=True,
        metadata={
            "description": "`usable`, `scheduled` (not good yet), `used`, `expired`, `held` or `removed` (by the city)."
        },
    )
    taken_at = fields.AwareDateTime(required=True)
    usable_from = fields.AwareDateTime(required=True)
    usable_until = fields.AwareDateTime(required=True)
    redeemed_at = fields.AwareDateTime(required=True, allow_none=True)
    purchase_id = fields.UUID(required=True, allow_none=True)


CouponPage = page_of(CouponOut)


class CouponTokenOut(Out):
    token = fields.String(required=True, metadata={"description": "Thirteen digits, for a QR code."})
    text = fields.String(
        required=True, metadata={"description": "The same in groups, for reading aloud and typing."}
    )
    expires_at = fields.AwareDateTime(
        required=True, metadata={"description": f"After {int(TOKEN_LIFETIME.total_seconds())} s."}
    )
