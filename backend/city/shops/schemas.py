"""Shapes of shops as the city office sees them."""

from marshmallow import fields, validate

from backend.organisations.models import ShopStatus, SizeClass
from backend.organisations.rules import ShopAction
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class ShopListQuery(PageQuery):
    status = fields.String(
        validate=validate.OneOf(list(ShopStatus)),
        load_default=None,
        metadata={"description": "Left out: shops of every status."},
    )


class DecideShopIn(In):
    action = fields.String(required=True, validate=validate.OneOf(list(ShopAction)))
    reason = text_field(
        400,
        load_default=None,
        metadata={"description": "Told to the shop; needed to reject, suspend and close."},
    )


class ClassifyShopIn(In):
    size_class = fields.String(required=True, validate=validate.OneOf(list(SizeClass)))
    is_locally_owned = fields.Boolean(required=True, truthy={True}, falsy={False})


class IdentifyShopIn(In):
    registration_number = text_field(
        20,
        required=True,
        allow_none=True,
        metadata={"description": "登録番号; null: that of its organisation."},
    )
    phone = text_field(20, required=True, allow_none=True)


class OrganisationOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    corporate_number = fields.String(required=True, allow_none=True)


class ShopHoursOut(Out):
    weekday = fields.Integer(required=True, metadata={"description": "0 is Monday."})
    opens_minute = fields.Integer(required=True)
    closes_minute = fields.Integer(required=True)


class ShopOut(Out):
    id = fields.UUID(attribute="shop.id", required=True)
    status = fields.String(attribute="shop.status", required=True)
    status_reason = fields.String(attribute="shop.status_reason", required=True, allow_none=True)
    organisation = fields.Nested(OrganisationOut, required=True)
    name_ja = fields.String(attribute="shop.name_ja", required=True)
    name_en = fields.String(attribute="shop.name_en", required=True, allow_none=True)
    description_ja = fields.String(attribute="shop.description_ja", required=True, allow_none=True)
    description_en = fields.String(attribute="shop.description_en", required=True, allow_none=True)
    municipality_code = fields.String(attribute="shop.municipality_code", required=True)
    ring = fields.String(attribute="shop.ring", required=True)
    district = fields.String(attribute="shop.district", required=True, allow_none=True)
    address = fields.String(attribute="shop.address", required=True, allow_none=True)
    latitude = fields.Float(attribute="shop.latitude", required=True, allow_none=True)
    longitude = fields.Float(attribute="shop.longitude", required=True, allow_none=True)
    size_class = fields.String(attribute="shop.size_class", required=True)
    is_locally_owned = fields.Boolean(attribute="shop.is_locally_owned", required=True)
    contact_email = fields.String(attribute="shop.contact_email", required=True)
    registration_number = fields.String(
        attribute="shop.registration_number",
        required=True,
        allow_none=True,
        metadata={"description": "登録番号 on its receipts: 13 digits; null: that of its organisation."},
    )
    phone = fields.String(attribute="shop.phone", required=True, allow_none=True)
    tags = fields.List(fields.String(), required=True)
    hours = fields.List(fields.Nested(ShopHoursOut), required=True)
    applied_at = fields.AwareDateTime(attribute="shop.created_at", required=True)
    updated_at = fields.AwareDateTime(attribute="shop.updated_at", required=True)


ShopPage = page_of(ShopOut)
