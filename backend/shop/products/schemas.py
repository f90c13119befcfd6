"""Shapes of a shop's own products."""

from typing import Any

from marshmallow import fields, validate

from backend.organisations.models import ProductCategory
from backend.organisations.price_codes import PREFIXES, PRICE_DIGITS
from backend.organisations.texts import CERTIFICATION_MAX_CHARACTERS, CERTIFICATIONS_MAX
from backend.shop.shapes import ShopChoiceQuery, municipality_field
from backend.web.schemas import In, Out, PageQuery, Whole, Yen, page_of, text_field


class OwnProductListQuery(PageQuery, ShopChoiceQuery):
    includes_withdrawn = fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=False)


def _gtin(**kwargs: Any) -> fields.String:
    return text_field(20, metadata={"description": "8, 12, 13 or 14 digits; no in-store number."}, **kwargs)


def _in_store_code(**kwargs: Any) -> fields.String:
    return text_field(
        20,
        metadata={"description": "13 digits beginning with 02 or 20–29, or 1–20 of 0-9 A-Z a-z -."},
        **kwargs,
    )


def _category(**kwargs: Any) -> fields.String:
    return fields.String(
        validate=validate.OneOf(list(ProductCategory)),
        metadata={"description": "Campaigns go by it; none rewards `tobacco`, `vouchers`, `taxes_and_fees`."},
        **kwargs,
    )


def _certifications(**kwargs: Any) -> fields.List[Any]:
    return fields.List(
        text_field(CERTIFICATION_MAX_CHARACTERS),
        validate=validate.Length(max=CERTIFICATIONS_MAX),
        metadata={"description": "Short keys, written like tags: `organic-jas`, `釧路ブランド`."},
        **kwargs,
    )


class AddProductIn(In):
    """At least one of `gtin` and `in_store_code`."""

    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    name_ja = text_field(80, required=True)
    name_en = text_field(80, load_default=None)
    origin_municipality_code = municipality_field(required=True)
    gtin = _gtin(load_default=None)
    in_store_code = _in_store_code(load_default=None)
    price_yen = Yen(load_default=None)
    category = _category(load_default=ProductCategory.OTHER.value)
    certifications = _certifications(load_default=list)


class EditProductIn(In):
    """What is left out stays; null empties."""

    name_ja = text_field(80)
    name_en = text_field(80, allow_none=True)
    origin_municipality_code = municipality_field()
    gtin = _gtin(allow_none=True)
    in_store_code = _in_store_code(allow_none=True)
    price_yen = Yen(allow_none=True)
    category = _category()
    certifications = _certifications()


class OwnProductOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    name_ja = fields.String(required=True)
    name_en = fields.String(required=True, allow_none=True)
    origin_municipality_code = fields.String(required=True)
    origin_ring = fields.String(required=True)
    gtin = fields.String(required=True, allow_none=True)
    in_store_code = fields.String(required=True, allow_none=True)
    price_yen = fields.Integer(required=True, allow_none=True)
    category = fields.String(required=True)
    certifications = fields.List(fields.String(), required=True)
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)


OwnProductPage = page_of(OwnProductOut)


class PriceCodeLayoutIn(In):
    """Thirteen digits: prefix, item, price, check digit; a digit left over is the price's own check digit."""

    prefix = fields.String(
        required=True,
        validate=validate.OneOf(PREFIXES),
        metadata={"description": "The first two digits: 02 or 20–29."},
    )
    item_digits = Whole(minimum=4, maximum=6, required=True)
    price_digits = Whole(minimum=min(PRICE_DIGITS), maximum=max(PRICE_DIGITS), required=True)


class SetPriceCodeLayoutsIn(In):
    layouts = fields.List(
        fields.Nested(PriceCodeLayoutIn), required=True, validate=validate.Length(max=len(PREFIXES))
    )


class PriceCodeLayoutOut(Out):
    prefix = fields.String(required=True)
    item_digits = fields.Integer(required=True)
    price_digits = fields.Integer(required=True)


class PriceCodeLayoutsOut(Out):
    layouts = fields.List(fields.Nested(PriceCodeLayoutOut), required=True)
