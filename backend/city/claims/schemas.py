"""Shapes of claims as the city reviews them: the account is a pseudonym, and nothing tells whose it is."""

from typing import Any

from marshmallow import fields, validate

from backend.city.flags.schemas import FlagOut
from backend.claims.models import (
    REASON_MAX_CHARACTERS,
    ClaimKind,
    ClaimStatus,
    DecisionCode,
    WaitsFor,
)
from backend.claims.service.deciding import Verdict
from backend.purchases.rules.sales import LINES_MAX
from backend.web.schemas import In, Out, PageQuery, QueryWhole, Whole, Yen, page_of, text_field

HOURS_MAX = 24 * 366
# Those that people give; the others are the program's own and the shops'.
CITY_CODES = [
    code for code in DecisionCode if code not in (DecisionCode.WITHIN_LIMITS, DecisionCode.CONFIRMED_BY_SHOP)
]


def one_of(kinds: Any, **kwargs: Any) -> fields.String:
    return fields.String(validate=validate.OneOf([kind.value for kind in kinds]), **kwargs)


class ClaimListQuery(PageQuery):
    status = one_of([status for status in ClaimStatus if status is not ClaimStatus.DRAFT], load_default=None)
    kind = one_of(ClaimKind, load_default=None)
    waits_for = one_of(WaitsFor, load_default=None)
    is_flagged = fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})
    older_than_hours = QueryWhole(
        minimum=1, maximum=HOURS_MAX, load_default=None, metadata={"description": "Stated before so long."}
    )


class ReviewedClaimOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    account_id = fields.UUID(required=True, metadata={"description": "A pseudonym."})
    shop_id = fields.UUID(required=True, allow_none=True)
    shop = fields.String(required=True, allow_none=True, metadata={"description": "Its name."})
    amount_yen = fields.Integer(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    status = fields.String(required=True)
    waits_for = fields.String(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Until then it is the shop's to decide."}
    )
    expected_points = fields.Integer(required=True)
    accepted_yen = fields.Integer(required=True, allow_none=True)
    purchase_id = fields.UUID(required=True, allow_none=True)
    seconded_by_staff_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Who accepted it first, of the two it takes."},
    )
    seconded_yen = fields.Integer(required=True, allow_none=True)
    decision_code = fields.String(required=True, allow_none=True)
    decision_reason = fields.String(required=True, allow_none=True)
    appeal_text = fields.String(required=True, allow_none=True)
    submitted_at = fields.AwareDateTime(required=True, allow_none=True)
    flags = fields.List(fields.Nested(FlagOut), required=True)


ReviewedClaimPage = page_of(ReviewedClaimOut)


class ClaimEventOut(Out):
    at = fields.AwareDateTime(required=True)
    actor_kind = fields.String(
        required=True, metadata={"description": "`citizen`, `clerk`, `register`, `city` or `rule`."}
    )
    actor_id = fields.UUID(required=True, allow_none=True)
    act = fields.String(required=True)
    amount_yen = fields.Integer(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class ReviewedClaimDetailOut(ReviewedClaimOut):
    evidence = fields.Dict(keys=fields.String(), required=True, metadata={"description": "By kind."})
    lines = fields.List(
        fields.Dict(keys=fields.String()),
        required=True,
        metadata={"description": "What was bought, if told."},
    )
    events = fields.List(fields.Nested(ClaimEventOut), required=True)


class DecideClaimIn(In):
    """A part is `amount_yen`, or the positions of `lines`."""

    verdict = one_of(Verdict, required=True)
    code = one_of(CITY_CODES, required=True)
    reason = text_field(
        REASON_MAX_CHARACTERS,
        load_default=None,
        metadata={
            "description": "The citizen reads it; needed unless all is accepted. Write no names into it."
        },
    )
    amount_yen = Yen(load_default=None)
    lines = fields.List(
        Whole(minimum=1, maximum=LINES_MAX),
        load_default=None,
        validate=validate.Length(min=1, max=LINES_MAX),
        metadata={"description": "Positions, from 1, of the lines that are accepted."},
    )
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Only of a claim whose shop was not known."}
    )


DECISION_EXAMPLE: dict[str, Any] = {
    "verdict": "accept_partly",
    "code": "goods_excluded",
    "reason": "たばこの分を除きました",
    "amount_yen": 1480,
}
