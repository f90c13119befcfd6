"""Shapes of registers' API keys."""

from marshmallow import fields, validate

from backend.people.permissions import SCOPE_PERMISSIONS
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class RegisterListQuery(PageQuery, ShopChoiceQuery):
    pass


class IssueApiKeyIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    name = text_field(60, required=True, metadata={"description": "Which register it is for."})
    scopes = fields.List(
        fields.String(validate=validate.OneOf(list(SCOPE_PERMISSIONS))),
        required=True,
        validate=validate.Length(min=1, max=len(SCOPE_PERMISSIONS)),
        metadata={"description": "`codes`: issue till codes; `shop`: read the shop and its products."},
    )


class RegisterOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True, metadata={"description": "The key's first characters."})
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Give or take some minutes."}
    )


RegisterPage = page_of(RegisterOut)


class IssuedApiKeyOut(Out):
    register = fields.Nested(RegisterOut, required=True, attribute="api_key")
    key = fields.String(required=True, metadata={"description": "Told this once; we keep only its hash."})
