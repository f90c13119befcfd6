"""Shapes of the city's audiences."""

from typing import Any

from marshmallow import fields, validate

from backend.audiences.service import NAME_MAX_CHARACTERS
from backend.notices.categories import CITY_CATEGORIES
from backend.people.models import ConsentPurpose
from backend.web.audiences import AudienceField, canonical_audience, description_field
from backend.web.schemas import In, Out, page_of, text_field

PURPOSES = [ConsentPurpose.PUSH_CITY.value, ConsentPurpose.PUSH_DISASTER.value]


class SaveAudienceIn(In):
    name = text_field(NAME_MAX_CHARACTERS, required=True, metadata={"description": "Once in the office."})
    audience = AudienceField(required=True)


class EditAudienceIn(In):
    """What is left out stays."""

    name = text_field(NAME_MAX_CHARACTERS, load_default=None)
    audience = AudienceField(load_default=None)


class CountAudienceIn(In):
    audience = AudienceField(required=True)
    purpose = fields.String(
        validate=validate.OneOf(PURPOSES),
        load_default=ConsentPurpose.PUSH_CITY.value,
        metadata={"description": "Whose consent is counted."},
    )
    category = fields.String(
        validate=validate.OneOf([*CITY_CATEGORIES]),
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose mutes are counted; left out: none."},
    )


class AudienceOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    audience = canonical_audience()
    description = description_field()
    made_by = fields.String(required=True, metadata={"description": "Their name."})
    changed_by = fields.String(required=True, metadata={"description": "Likewise."})
    created_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True)


AudiencePage = page_of(AudienceOut)

DOCUMENT: dict[str, Any] = {
    "all": [
        {"district": ["鳥取", "昭和"]},
        {"age_band": ["65_74", "75_over"]},
        {"not": {"last_purchase": {"at_most_days_ago": 30}}},
    ]
}
SAVE_EXAMPLE: dict[str, Any] = {"name": "しばらくお買い物のない鳥取・昭和の方", "audience": DOCUMENT}
EDIT_EXAMPLE: dict[str, Any] = {
    "audience": {"any": [{"ring": ["city"]}, {"standing": {"standings": ["worker"], "verified": True}}]}
}
COUNT_EXAMPLE: dict[str, Any] = {
    "audience": {"points_expiring": {"at_least_points": 100, "within_days": 7}},
    "purpose": "push_city",
    "category": "news",
}
