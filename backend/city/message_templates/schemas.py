"""Shapes of templates."""

from typing import Any

from marshmallow import fields, validate

from backend.messages.models import MessagePurpose, TemplateStatus
from backend.messages.rules import BODY_MAX_CHARACTERS, PARAMETERS_MAX, TITLE_MAX_CHARACTERS
from backend.web.messages import SLUG_PATTERN, named
from backend.web.schemas import In, Out, PageQuery, Whole, page_of, text_field


class TemplateListQuery(PageQuery):
    purpose = fields.String(validate=validate.OneOf(list(MessagePurpose)), load_default=None)
    status = fields.String(validate=validate.OneOf(list(TemplateStatus)), load_default=None)


# A place's name is longer than what it stands for: twice as long as the text will be is plenty.
class TitlesIn(In):
    ja = text_field(TITLE_MAX_CHARACTERS * 2, required=True)
    ja_easy = text_field(TITLE_MAX_CHARACTERS * 2, data_key="ja@easy", load_default=None)
    en = text_field(TITLE_MAX_CHARACTERS * 2, load_default=None)


class BodiesIn(In):
    ja = text_field(BODY_MAX_CHARACTERS * 2, required=True)
    ja_easy = text_field(BODY_MAX_CHARACTERS * 2, data_key="ja@easy", load_default=None)
    en = text_field(BODY_MAX_CHARACTERS * 2, load_default=None)


class ParameterIn(In):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,23}$(?!\n)"))
    characters_max = Whole(minimum=1, maximum=BODY_MAX_CHARACTERS, required=True)


class DraftTemplateIn(In):
    slug = fields.String(
        required=True,
        validate=validate.Regexp(SLUG_PATTERN),
        metadata={"description": "Of a template that there is: its next version."},
    )
    purpose = fields.String(required=True, validate=validate.OneOf(list(MessagePurpose)))
    titles = fields.Nested(
        TitlesIn,
        required=True,
        metadata={
            "description": f"With every parameter at its longest, {TITLE_MAX_CHARACTERS} characters at most."
        },
    )
    bodies = fields.Nested(
        BodiesIn,
        required=True,
        metadata={"description": f"Likewise {BODY_MAX_CHARACTERS}; one in each language that has a title."},
    )
    parameters = fields.List(
        fields.Nested(ParameterIn), load_default=[], validate=validate.Length(max=PARAMETERS_MAX)
    )


class ParameterOut(Out):
    name = fields.String(required=True)
    characters_max = fields.Integer(required=True)


class TemplateOut(Out):
    slug = fields.String(required=True)
    version = fields.Integer(required=True)
    purpose = fields.String(required=True, metadata={"description": f"One of {named(MessagePurpose)}."})
    status = fields.String(required=True, metadata={"description": f"One of {named(TemplateStatus)}."})
    titles = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    bodies = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    parameters = fields.List(fields.Nested(ParameterOut), required=True)
    drafted_by_staff_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: there from the beginning."}
    )
    drafted_at = fields.AwareDateTime(required=True)
    approved_by_staff_id = fields.UUID(required=True, allow_none=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    retired_at = fields.AwareDateTime(required=True, allow_none=True)


TemplatePage = page_of(TemplateOut)

TEMPLATE_EXAMPLE: dict[str, Any] = {
    "slug": "garbage-day",
    "purpose": "push_city",
    "titles": {
        "ja": "ごみの日が変わります：{area}",
        "ja@easy": "ごみの 日(ひ)が かわります：{area}",
        "en": "Garbage day changes: {area}",
    },
    "bodies": {
        "ja": "{area}の燃やせるごみは、{when}から変わります。",
        "ja@easy": "{area}の もえる ごみの 日(ひ)が、{when}から かわります。",
        "en": "{area}: burnable garbage is collected on another day from {when}.",
    },
    "parameters": [{"name": "area", "characters_max": 16}, {"name": "when", "characters_max": 20}],
}
