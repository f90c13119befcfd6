"""Shapes of registers' API keys."""

from typing import Any

from marshmallow import fields, validate

from backend.people.permissions import SCOPE_PERMISSIONS
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Moment, Out, PageQuery, Whole, page_of, text_field

OVERLAP_DEFAULT_HOURS = 24
OVERLAP_MAX_HOURS = 720


def _end(**kwargs: Any) -> Moment:
    return Moment(
        load_default=None,
        metadata={"description": "When the key ends by itself; null: never before it is revoked."},
        **kwargs,
    )


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
        metadata={
            "description": "`codes`: issue till codes; `sales`: sell to citizens who show their code, refund; "
            "`shop`: read the shop and its products; `offline`: get allowances to make till codes without a "
            "network; `reconciliation`: send the day's totals."
        },
    )
    expires_at = _end(allow_none=True)


class RotateApiKeyIn(In):
    overlap_hours = Whole(
        minimum=0,
        maximum=OVERLAP_MAX_HOURS,
        load_default=OVERLAP_DEFAULT_HOURS,
        metadata={"description": "How long the old key works beside the new one; 0: it ends at once."},
    )
    expires_at = _end(allow_none=True)


class RegisterOut(Out):
    id = fields.UUID(required=True, metadata={"description": "Of the key."})
    register_id = fields.UUID(
        required=True, metadata={"description": "Of the register; stays when its key changes."}
    )
    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True, metadata={"description": "The key's first characters."})
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Give or take some minutes."}
    )
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    successor_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The key that takes its place."}
    )


RegisterPage = page_of(RegisterOut)


class IssuedApiKeyOut(Out):
    register = fields.Nested(RegisterOut, required=True, attribute="api_key")
    key = fields.String(required=True, metadata={"description": "Told this once; we keep only its hash."})


class RotatedApiKeyOut(IssuedApiKeyOut):
    replaced = fields.Nested(
        RegisterOut, required=True, metadata={"description": "The old key; it works until `expires_at`."}
    )
