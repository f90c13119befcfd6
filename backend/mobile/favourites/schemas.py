"""Shapes of favourite shops."""

from marshmallow import fields

from backend.web.schemas import Out, page_of


class FavouriteShopOut(Out):
    id = fields.UUID(required=True, metadata={"description": "The shop's; see `/v1/shops/{shop_id}`."})
    name = fields.String(required=True)
    ring = fields.String(required=True)
    district = fields.String(required=True, allow_none=True)
    added_at = fields.AwareDateTime(required=True)


FavouriteShopPage = page_of(FavouriteShopOut)
