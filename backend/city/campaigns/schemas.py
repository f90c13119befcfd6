"""Shapes of campaigns as the city office drafts, reads and decides them."""

from typing import Any

from marshmallow import fields, validate

from backend.campaigns.models import CampaignAct, VersionStatus
from backend.campaigns.states import CampaignState
from backend.city.campaigns.rule_schemas import RuleIn
from backend.web.schemas import In, Moment, Out, Whole, page_of, text_field

BUDGET_MAX_POINTS = 1_000_000_000
SALES_MAX_YEN = 1_000_000_000_000


class TextsIn(In):
    ja = text_field(200, required=True)
    ja_easy = text_field(200, data_key="ja@easy", load_default=None)
    en = text_field(200, load_default=None)


class PremiumIn(In):
    """What the law on premiums (景品表示法) is computed from."""

    mechanism = fields.String(
        required=True,
        validate=validate.OneOf(["discount", "premium_to_all", "lottery", "joint_lottery"]),
        metadata={
            "description": "A discount at every shop, a premium to all, or a lottery, also a joint one."
        },
    )
    transaction_yen = Whole(
        minimum=1,
        maximum=SALES_MAX_YEN,
        load_default=None,
        allow_none=True,
        metadata={"description": "The least purchase that takes part; null: any."},
    )
    planned_sales_yen = Whole(
        minimum=0,
        maximum=SALES_MAX_YEN,
        required=True,
        metadata={"description": "Planned sales of what it goes with."},
    )
    largest_prize_yen = Whole(
        minimum=0, maximum=SALES_MAX_YEN, required=True, metadata={"description": "Of one person."}
    )
    total_prizes_yen = Whole(
        minimum=0, maximum=SALES_MAX_YEN, required=True, metadata={"description": "Of all together."}
    )


class ConditionsIn(In):
    """What freezes with approval."""

    names = fields.Nested(TextsIn, required=True)
    descriptions = fields.Nested(TextsIn, required=True)
    rule = fields.Nested(RuleIn, required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    budget_points = Whole(minimum=1, maximum=BUDGET_MAX_POINTS, required=True)
    budget_line_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "The line of the budget that bears it."}
    )
    premium = fields.Nested(PremiumIn, load_default=None, allow_none=True)
    note = text_field(
        1000,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "What changes against the version before, and why: required from the second on."
        },
    )


class DraftCampaignIn(ConditionsIn):
    slug = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{1,58}$(?!\n)"))


class ReasonIn(In):
    reason = text_field(400, required=True)


class ReportIn(In):
    reason = text_field(
        400, load_default=None, allow_none=True, metadata={"description": "The report's words."}
    )


def named(choices: type[Any]) -> str:
    return ", ".join(f"`{choice.value}`" for choice in choices)


class FiguresOut(Out):
    citizens = fields.Integer(required=True, metadata={"description": "Who earned from it."})
    shops = fields.Integer(required=True)
    purchases = fields.Integer(required=True)
    granted_points = fields.Integer(required=True)
    budget_points = fields.Integer(required=True)
    left_points = fields.Integer(required=True)
    planned_starts_at = fields.String(required=True)
    planned_ends_at = fields.String(required=True)
    actual_ends_at = fields.String(required=True)
    versions = fields.Integer(required=True)


class CityCampaignOut(Out):
    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": f"One of {named(CampaignState)}."})
    version = fields.Integer(
        required=True, metadata={"description": "Of what is shown here: in force, or the first draft."}
    )
    is_base_programme = fields.Boolean(required=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rule = fields.Dict(keys=fields.String(), required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    budget_points = fields.Integer(required=True)
    budget_line_id = fields.UUID(required=True, allow_none=True)
    budget_left_points = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null before it is scheduled."}
    )
    figures = fields.Nested(
        FiguresOut, required=True, allow_none=True, metadata={"description": "The closing report."}
    )
    created_at = fields.AwareDateTime(required=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)


CityCampaignPage = page_of(CityCampaignOut)


class CampaignVersionOut(Out):
    version = fields.Integer(required=True)
    status = fields.String(required=True, metadata={"description": f"One of {named(VersionStatus)}."})
    names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    descriptions = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rule = fields.Dict(keys=fields.String(), required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    budget_points = fields.Integer(required=True)
    budget_line_id = fields.UUID(required=True, allow_none=True)
    premium = fields.Dict(keys=fields.String(), required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    drafted_by_staff_id = fields.UUID(required=True, allow_none=True)
    drafted_at = fields.AwareDateTime(required=True)
    approved_by_staff_id = fields.UUID(required=True, allow_none=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)


CampaignVersionPage = page_of(CampaignVersionOut)


class CampaignEventOut(Out):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    act = fields.String(required=True, metadata={"description": f"One of {named(CampaignAct)}."})
    from_state = fields.String(required=True, allow_none=True)
    to_state = fields.String(required=True)
    by_staff_id = fields.UUID(required=True, allow_none=True)
    by = fields.String(
        required=True, allow_none=True, metadata={"description": "Their name; null: nobody, but the clock."}
    )
    at = fields.AwareDateTime(required=True)
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "As given, or `period_over`, `budget_exhausted`."},
    )


CampaignEventPage = page_of(CampaignEventOut)

CONDITIONS_EXAMPLE: dict[str, Any] = {
    "names": {"ja": "夏の夜市ポイント", "ja@easy": "夏(なつ)の 夜(よる)の ポイント", "en": "Summer evenings"},
    "descriptions": {
        "ja": "17時から22時まで、市内の小さなお店で5%",
        "en": "5% at small shops, 17:00 to 22:00",
    },
    "rule": {
        "when": {"from_minute": 1020, "until_minute": 1320},
        "where": {"size_classes": ["small"], "rings": ["city"]},
        "reward": {"rate_permille": 50},
        "caps": [{"per": "person", "within": "day", "points": 200}],
        "lifetime": {"days": 180},
    },
    "starts_at": "2027-07-01T00:00:00+09:00",
    "ends_at": "2027-09-01T00:00:00+09:00",
    "budget_points": 300000,
}
DRAFT_EXAMPLE: dict[str, Any] = {"slug": "summer-evenings", **CONDITIONS_EXAMPLE}
VERSION_EXAMPLE: dict[str, Any] = CONDITIONS_EXAMPLE | {
    "budget_points": 500000,
    "note": "8月に予算が足りなくなる見込みのため、20万ポイントを追加する。",
}
REASON_EXAMPLE: dict[str, Any] = {"reason": "対象のお店の確認のため"}
