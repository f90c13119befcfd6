"""Shapes of local products as citizens see them."""

from marshmallow import fields

from backend.web.schemas import Out, PageQuery, page_of, text_field

RING_MAX_CHARACTERS = 16


class ProductListQuery(PageQuery):
    """All that are given must hold."""

    text = text_field(80, load_default=None, metadata={"description": "Words that the name holds."})
    ring = text_field(
        RING_MAX_CHARACTERS,
        load_default=None,
        metadata={"description": "Where it comes from: exactly this ring (see `/v1/rings`)."},
    )
    within_ring = text_field(
        RING_MAX_CHARACTERS,
        load_default=None,
        metadata={"description": "Where it comes from: this ring or a nearer one."},
    )
    shop_id = fields.UUID(load_default=None)


class ProductShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)


class ProductOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    shop = fields.Nested(ProductShopOut, required=True)
    origin_municipality_code = fields.String(required=True)
    origin_ring = fields.String(required=True)
    gtin = fields.String(required=True, allow_none=True, metadata={"description": "8, 13 or 14 digits."})
    in_store_code = fields.String(
        required=True, allow_none=True, metadata={"description": "Means something in this shop only."}
    )
    price_yen = fields.Integer(required=True, allow_none=True)
    category = fields.String(
        required=True,
        metadata={"description": "`fish`, `vegetables`, …; `other` where the shop told none."},
    )
    certifications = fields.List(
        fields.String(), required=True, metadata={"description": "Short keys of what vouches for it."}
    )


ProductPage = page_of(ProductOut)
