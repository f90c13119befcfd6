"""Shapes of a shop's own page."""

from marshmallow import fields

from backend.shop.shapes import Degrees, ShopHoursOut, hours_field, municipality_field, tags_field
from backend.web.schemas import In, Out, text_field


class EditOwnShopIn(In):
    """What is left out stays; null empties. Size class and ownership are the city's to say."""

    name_ja = text_field(80)
    name_en = text_field(80, allow_none=True)
    description_ja = text_field(1000, allow_none=True)
    description_en = text_field(1000, allow_none=True)
    municipality_code = municipality_field()
    district = text_field(40, allow_none=True)
    address = text_field(120, allow_none=True)
    latitude = Degrees(maximum=90, allow_none=True)
    longitude = Degrees(maximum=180, allow_none=True)
    contact_email = text_field(254)
    registration_number = text_field(
        20,
        allow_none=True,
        metadata={"description": "登録番号 on my receipts, if it is not that of the organisation."},
    )
    phone = text_field(20, allow_none=True, metadata={"description": "As it stands on my receipts."})
    tags = tags_field()


class SetShopHoursIn(In):
    """The whole week: what is left out is closed."""

    hours = hours_field(required=True)


class OwnOrganisationOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"description": "`firm`, `group` or `public_body`."})
    name = fields.String(required=True)
    corporate_number = fields.String(required=True, allow_none=True)


class OwnShopOut(Out):
    id = fields.UUID(attribute="shop.id", required=True)
    status = fields.String(
        attribute="shop.status",
        required=True,
        metadata={"description": "`applied`, `active`, `suspended`, `closed` or `rejected`."},
    )
    status_reason = fields.String(
        attribute="shop.status_reason",
        required=True,
        allow_none=True,
        metadata={"description": "What the city says to it."},
    )
    organisation = fields.Nested(OwnOrganisationOut, required=True)
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
    updated_at = fields.AwareDateTime(attribute="shop.updated_at", required=True)
