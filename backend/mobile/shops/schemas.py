"""Shapes of shops and rings as citizens see them."""

from marshmallow import fields, validate

from backend.organisations.rules import RADIUS_DEFAULT_METRES, RADIUS_MAX_METRES
from backend.organisations.texts import TAG_MAX_CHARACTERS
from backend.web.schemas import Out, PageQuery, QueryWhole, page_of, text_field

RING_MAX_CHARACTERS = 16


class ShopListQuery(PageQuery):
    """All that are given must hold."""

    text = text_field(
        80, load_default=None, metadata={"description": "Words that name, district or description hold."}
    )
    tag = text_field(TAG_MAX_CHARACTERS, load_default=None)
    ring = text_field(
        RING_MAX_CHARACTERS, load_default=None, metadata={"description": "Exactly this ring, of `/v1/rings`."}
    )
    within_ring = text_field(
        RING_MAX_CHARACTERS, load_default=None, metadata={"description": "This ring and all nearer ones."}
    )
    open_now = fields.Boolean(
        truthy={"true"},
        falsy={"false"},
        load_default=False,
        metadata={"description": "`true`: only shops open at this moment."},
    )
    latitude = fields.Float(
        validate=validate.Range(min=-90, max=90),
        load_default=None,
        metadata={"description": "With `longitude`: only shops near this point (WGS 84), nearest first."},
    )
    longitude = fields.Float(validate=validate.Range(min=-180, max=180), load_default=None)
    radius_m = QueryWhole(
        minimum=1,
        maximum=RADIUS_MAX_METRES,
        load_default=None,
        metadata={"description": f"How near, in metres; {RADIUS_DEFAULT_METRES} unless told."},
    )


class ShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    municipality_code = fields.String(required=True)
    ring = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    size_class = fields.String(required=True, metadata={"description": "`small` or `large`."})
    is_locally_owned = fields.Boolean(required=True)
    tags = fields.List(fields.String(), required=True)
    is_open = fields.Boolean(required=True, metadata={"description": "At this moment."})
    distance_m = fields.Integer(
        required=True, allow_none=True, metadata={"description": "From the point in the query."}
    )


ShopPage = page_of(ShopOut)


class ShopHoursOut(Out):
    weekday = fields.Integer(required=True, metadata={"description": "0 is Monday."})
    opens_minute = fields.Integer(
        required=True, metadata={"description": "Minutes after the city's midnight."}
    )
    closes_minute = fields.Integer(
        required=True, metadata={"description": "Half-open; above 1440 it closes on the next day."}
    )


class ShopOrganisationOut(Out):
    kind = fields.String(required=True, metadata={"description": "`firm`, `group` or `public_body`."})
    name = fields.String(required=True)


class ShopDetailOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True, metadata={"description": "May be empty."})
    organisation = fields.Nested(ShopOrganisationOut, required=True)
    municipality_code = fields.String(required=True)
    ring = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    latitude = fields.Float(required=True, allow_none=True)
    longitude = fields.Float(required=True, allow_none=True)
    size_class = fields.String(required=True, metadata={"description": "`small` or `large`."})
    is_locally_owned = fields.Boolean(required=True)
    tags = fields.List(fields.String(), required=True)
    hours = fields.List(
        fields.Nested(ShopHoursOut), required=True, metadata={"description": "None: the shop told no hours."}
    )
    is_open = fields.Boolean(required=True, metadata={"description": "At this moment."})


class MunicipalityOut(Out):
    code = fields.String(required=True)
    name = fields.String(required=True)
    districts = fields.List(fields.String(), required=True, metadata={"description": "Where they are known."})


class RingOut(Out):
    key = fields.String(required=True)
    name = fields.String(required=True)
    municipalities = fields.List(
        fields.Nested(MunicipalityOut),
        required=True,
        metadata={"description": "Those that no nearer ring holds; none for `outside`, which is all others."},
    )


class RingsOut(Out):
    items = fields.List(
        fields.Nested(RingOut), required=True, metadata={"description": "Nearest first, `outside` last."}
    )
