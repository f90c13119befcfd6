"""Shapes of campaigns as the city office drafts them."""

from typing import Any

from marshmallow import fields, validate

from backend.campaigns.rules import MINUTES_A_DAY, POINTS_MAX, RATE_MAX_PERMILLE
from backend.web.schemas import In, Moment, Out, Whole, page_of, text_field

BUDGET_MAX_POINTS = 1_000_000_000
LIFETIME_MAX_DAYS = 1826


class TextsIn(In):
    ja = text_field(200, required=True)
    ja_easy = text_field(200, data_key="ja@easy", load_default=None)
    en = text_field(200, load_default=None)


class RuleIn(In):
    rate_permille = Whole(
        minimum=1,
        maximum=RATE_MAX_PERMILLE,
        metadata={"description": "Of the amount in yen, rounded down. Either this or `fixed_points`."},
    )
    fixed_points = Whole(minimum=1, maximum=POINTS_MAX)
    size_classes = fields.List(fields.String(validate=validate.OneOf(["small", "large"])))
    is_locally_owned = fields.Boolean(truthy={True}, falsy={False})
    rings = fields.List(text_field(16), metadata={"description": "Keys of the region's rings."})
    weekdays = fields.List(Whole(minimum=0, maximum=6), metadata={"description": "0 is Monday."})
    from_minute = Whole(
        minimum=0, maximum=MINUTES_A_DAY - 1, metadata={"description": "Minutes after the city's midnight."}
    )
    until_minute = Whole(
        minimum=0, maximum=MINUTES_A_DAY, metadata={"description": "Half-open; may lie past midnight."}
    )
    purchase_cap_points = Whole(minimum=1, maximum=POINTS_MAX)
    day_cap_points = Whole(minimum=1, maximum=POINTS_MAX, metadata={"description": "For each person."})


class DraftCampaignIn(In):
    slug = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,58}$(?!\n)"))
    names = fields.Nested(TextsIn, required=True)
    descriptions = fields.Nested(TextsIn, required=True)
    rule = fields.Nested(RuleIn, required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    lifetime_days = Whole(
        minimum=1,
        maximum=LIFETIME_MAX_DAYS,
        required=True,
        metadata={"description": "How long its points live."},
    )
    budget_points = Whole(minimum=1, maximum=BUDGET_MAX_POINTS, required=True)


class CityCampaignOut(Out):
    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "`draft`, `approved` or `ended`."})
    is_base_programme = fields.Boolean(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rule = fields.Dict(keys=fields.String(), required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    lifetime_days = fields.Integer(required=True)
    budget_points = fields.Integer(required=True)
    budget_left_points = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null before approval."}
    )
    created_at = fields.AwareDateTime(required=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)


CityCampaignPage = page_of(CityCampaignOut)

DRAFT_EXAMPLE: dict[str, Any] = {
    "slug": "summer-evenings",
    "names": {"ja": "夏の夜市ポイント", "ja@easy": "夏(なつ)の 夜(よる)の ポイント", "en": "Summer evenings"},
    "descriptions": {
        "ja": "17時から22時まで、市内の小さなお店で5%",
        "en": "5% at small shops, 17:00 to 22:00",
    },
    "rule": {
        "rate_permille": 50,
        "size_classes": ["small"],
        "rings": ["city"],
        "from_minute": 1020,
        "until_minute": 1320,
        "day_cap_points": 200,
    },
    "starts_at": "2027-07-01T00:00:00+09:00",
    "ends_at": "2027-09-01T00:00:00+09:00",
    "lifetime_days": 180,
    "budget_points": 300000,
}
