"""Shapes of previews."""

from marshmallow import fields

from backend.web.schemas import In, Out


class PreviewCampaignIn(In):
    """Days of the city, both with; a year at most, and none to come."""

    since_on = fields.Date(required=True)
    until_on = fields.Date(required=True)


class PreviewDayOut(Out):
    on = fields.String(required=True)
    purchases = fields.Integer(required=True)
    points = fields.Integer(required=True)


class PreviewOut(Out):
    seen_purchases = fields.Integer(required=True, metadata={"description": "All purchases of those days."})
    purchases = fields.Integer(required=True, metadata={"description": "Those that would have had points."})
    citizens = fields.Integer(required=True)
    shops = fields.Integer(required=True)
    points = fields.Integer(required=True)
    stamps = fields.Integer(required=True)
    budget_points = fields.Integer(required=True)
    budget_ends_on = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The day the budget would have been spent; null: it would have lasted."},
    )
    days = fields.List(fields.Nested(PreviewDayOut), required=True)
