"""Shapes of campaigns as citizens see them."""

from marshmallow import fields

from backend.web.schemas import Out, page_of


class CampaignOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    is_base_programme = fields.Boolean(required=True)
    is_budget_exhausted = fields.Boolean(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


CampaignPage = page_of(CampaignOut)
