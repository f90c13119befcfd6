"""Shapes of flags."""

from marshmallow import fields, validate

from backend.claims.models import REASON_MAX_CHARACTERS, FlagKind, FlagStatus
from backend.claims.service.reviewing import FlagVerdict
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class FlagListQuery(PageQuery):
    status = fields.String(
        load_default=None, validate=validate.OneOf([status.value for status in FlagStatus])
    )
    kind = fields.String(load_default=None, validate=validate.OneOf([kind.value for kind in FlagKind]))
    shop_id = fields.UUID(load_default=None)


class FlagOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"example": "person_velocity"})
    claim_id = fields.UUID(required=True, allow_none=True)
    purchase_id = fields.UUID(required=True, allow_none=True)
    account_id = fields.UUID(required=True, metadata={"description": "A pseudonym."})
    shop_id = fields.UUID(required=True, allow_none=True)
    evidence = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "`counted`, `odd_from`, `within_hours`; of `reported`, what was reported."},
    )
    status = fields.String(required=True, metadata={"description": "`open`, `cleared` or `confirmed`."})
    raised_at = fields.AwareDateTime(required=True)
    decided_by_staff_id = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)


FlagPage = page_of(FlagOut)


class DecideFlagIn(In):
    verdict = fields.String(
        required=True, validate=validate.OneOf([verdict.value for verdict in FlagVerdict])
    )
    reason = text_field(
        REASON_MAX_CHARACTERS,
        required=True,
        metadata={"description": "A citizen whose purchase is taken back reads it. Write no names into it."},
    )
