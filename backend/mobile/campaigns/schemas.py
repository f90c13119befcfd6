"""Shapes of campaigns as citizens see them."""

from marshmallow import fields

from backend.web.schemas import Out, page_of


class CampaignOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    is_base_programme = fields.Boolean(required=True)
    state = fields.String(
        required=True, metadata={"description": "`scheduled`, `running`, `paused`, `ended` or `reported`."}
    )
    budget_used_percent = fields.Integer(required=True)
    is_nearly_exhausted = fields.Boolean(
        required=True, metadata={"description": "Most of the budget is used: it may end before its period."}
    )
    is_budget_exhausted = fields.Boolean(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


CampaignPage = page_of(CampaignOut)


class StampCardOut(Out):
    campaign_id = fields.UUID(required=True)
    campaign = fields.String(required=True, metadata={"description": "The campaign's name."})
    distinct = fields.String(
        required=True,
        metadata={
            "description": "No two stamps are of the same: `shops`, `districts`, `products` or `days`."
        },
    )
    card_number = fields.Integer(required=True)
    target = fields.Integer(required=True, metadata={"description": "Stamps that fill the card."})
    given = fields.Integer(required=True)
    is_completed = fields.Boolean(
        required=True, metadata={"description": "The card is full, and no other follows."}
    )
    completed_cards = fields.Integer(required=True)
    repeats = fields.Boolean(required=True)
    last_stamped_at = fields.AwareDateTime(required=True, allow_none=True)
    ends_at = fields.AwareDateTime(required=True)


class StampCardsOut(Out):
    items = fields.List(fields.Nested(StampCardOut), required=True)
