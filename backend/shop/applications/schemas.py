"""Shapes of a shop's application."""

from marshmallow import fields, validate

from backend.organisations.models import OrganisationKind, SizeClass
from backend.shop.shapes import Degrees, flag, hours_field, municipality_field, tags_field
from backend.web.schemas import In, Out, text_field


class OrganisationIn(In):
    kind = fields.String(required=True, validate=validate.OneOf(list(OrganisationKind)))
    name = text_field(120, required=True)
    corporate_number = text_field(
        20,
        load_default=None,
        metadata={"description": "法人番号, 13 digits; a T before it and hyphens do no harm."},
    )


class ApplyForShopIn(In):
    organisation = fields.Nested(OrganisationIn, required=True)
    name_ja = text_field(80, required=True)
    name_en = text_field(80, load_default=None)
    description_ja = text_field(1000, load_default=None)
    description_en = text_field(1000, load_default=None)
    municipality_code = municipality_field(required=True)
    district = text_field(40, load_default=None)
    address = text_field(120, load_default=None)
    latitude = Degrees(maximum=90, load_default=None)
    longitude = Degrees(maximum=180, load_default=None)
    size_class = fields.String(
        required=True,
        validate=validate.OneOf(list(SizeClass)),
        metadata={"description": "As the shop sees itself; the city has the last word."},
    )
    is_locally_owned = flag(required=True)
    contact_email = text_field(254, required=True, metadata={"description": "Where the city's answer goes."})
    tags = tags_field(load_default=list)
    hours = hours_field(load_default=list)


class ShopApplicationOut(Out):
    id = fields.UUID(required=True)
    status = fields.String(required=True)
    name_ja = fields.String(required=True)
    ring = fields.String(required=True)
    contact_email = fields.String(required=True)
    applied_at = fields.AwareDateTime(required=True, attribute="created_at")
