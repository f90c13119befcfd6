"""Shapes of a shop's audiences."""

from typing import Any

from marshmallow import fields, validate

from backend.audiences.service import NAME_MAX_CHARACTERS
from backend.notices.categories import SHOP_CATEGORIES
from backend.shop.shapes import ShopChoiceQuery
from backend.web.audiences import AudienceField, canonical_audience, description_field
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class AudienceListQuery(PageQuery, ShopChoiceQuery):
    pass


class SaveAudienceIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    name = text_field(NAME_MAX_CHARACTERS, required=True, metadata={"description": "Once a shop."})
    audience = AudienceField(required=True)


class EditAudienceIn(In):
    """What is left out stays."""

    name = text_field(NAME_MAX_CHARACTERS, load_default=None)
    audience = AudienceField(load_default=None)


class CountAudienceIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    audience = AudienceField(required=True)
    category = fields.String(
        validate=validate.OneOf([*SHOP_CATEGORIES]),
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose mutes are counted, besides those of the shop."},
    )


class AudienceOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    audience = canonical_audience()
    description = description_field()
    made_by = fields.String(required=True, metadata={"description": "Their name."})
    changed_by = fields.String(required=True, metadata={"description": "Likewise."})
    created_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True)


AudiencePage = page_of(AudienceOut)

EXAMPLE_SHOP_ID = "019ecadb-28c0-7000-8000-000000000001"
DOCUMENT: dict[str, Any] = {
    "all": [
        {"visited_shop": {"shop_ids": [EXAMPLE_SHOP_ID], "within_days": 180, "at_least_times": 2}},
        {"not": {"visited_shop": {"shop_ids": [EXAMPLE_SHOP_ID], "within_days": 30}}},
    ]
}
SAVE_EXAMPLE: dict[str, Any] = {"name": "ごぶさたのお客さま", "audience": DOCUMENT}
EDIT_EXAMPLE: dict[str, Any] = {"audience": {"favourite_shop": [EXAMPLE_SHOP_ID]}}
COUNT_EXAMPLE: dict[str, Any] = {"audience": {"interest": ["local_food"]}, "category": "local_food"}
