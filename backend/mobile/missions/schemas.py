"""Shapes of missions as citizens see them."""

from marshmallow import fields

from backend.campaigns.rules.missions import QUANTITY_MAX
from backend.campaigns.service.missions import REPORTED_DAYS_BACK
from backend.mobile.purchases.schemas import CapLeftOut
from backend.web.schemas import In, Out, Whole, page_of, text_field

CODE_MAX_CHARACTERS = 40


class ClaimRewardIn(In):
    code = text_field(
        CODE_MAX_CHARACTERS,
        required=True,
        metadata={"description": "Ten letters and digits, as they were handed out."},
    )


class ReportMissionIn(In):
    quantity = Whole(
        minimum=1, maximum=QUANTITY_MAX, required=True, metadata={"description": "Of the whole day so far."}
    )
    done_on = fields.Date(
        required=True,
        metadata={"description": f"A day of the city: today, or up to {REPORTED_DAYS_BACK} days back."},
    )


class MissionTierOut(Out):
    from_quantity = fields.Integer(required=True)
    points = fields.Integer(required=True)


class MissionOut(Out):
    campaign_id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    activity = fields.String(required=True, metadata={"description": "`event`, `volunteering` or `health`."})
    evidence = fields.String(
        required=True,
        metadata={"description": "`code`: a code is handed out there; `report`: the phone reports each day."},
    )
    unit = fields.String(required=True, metadata={"description": "`times`, `hours` or `steps`."})
    tiers = fields.List(
        fields.Nested(MissionTierOut),
        required=True,
        metadata={"description": "From how much on it gives how many points; the lowest first."},
    )
    earned_points = fields.Integer(required=True, metadata={"description": "So far, by me."})
    left = fields.List(
        fields.Nested(CapLeftOut),
        required=True,
        metadata={"description": "What each of the mission's caps leaves me now."},
    )
    is_budget_exhausted = fields.Boolean(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class MissionsOut(Out):
    items = fields.List(fields.Nested(MissionOut), required=True)


class MissionVerdictOut(Out):
    code = fields.String(
        required=True, metadata={"description": "`awarded`, or `cut_to_…`.", "example": "cut_to_day_cap"}
    )
    text = fields.String(required=True, metadata={"description": "The same for people."})
    left = fields.List(
        fields.Nested(CapLeftOut),
        required=True,
        metadata={"description": "What it left under each of the mission's caps."},
    )


class MissionClaimOut(Out):
    id = fields.UUID(required=True)
    campaign_id = fields.UUID(required=True)
    campaign = fields.String(required=True, metadata={"description": "The mission's name."})
    quantity = fields.Integer(required=True)
    unit = fields.String(required=True, metadata={"description": "`times`, `hours` or `steps`."})
    done_on = fields.Date(required=True)
    claimed_at = fields.AwareDateTime(required=True, metadata={"description": "Or last raised."})
    points = fields.Integer(
        required=True, metadata={"description": "All that it earned; what was owed is repaid out of it."}
    )
    verdict = fields.Nested(MissionVerdictOut, required=True)


MissionClaimPage = page_of(MissionClaimOut)
