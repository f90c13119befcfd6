"""Shapes of allowances to make till codes without a network."""

from marshmallow import fields

from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Out, PageQuery, Whole, Yen, page_of

HOURS_MAX = 720
COUNT_MAX = 9_999


class IssueOfflineAllowanceIn(In):
    """What is left out, or above what the city allows, becomes what it allows."""

    hours = Whole(minimum=1, maximum=HOURS_MAX, load_default=None)
    count_max = Whole(minimum=1, maximum=COUNT_MAX, load_default=None)
    code_max_yen = Yen(load_default=None)
    total_max_yen = Yen(load_default=None)


class OfflineAllowanceListQuery(PageQuery, ShopChoiceQuery):
    pass


class OfflineAllowanceOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    register_id = fields.UUID(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(
        required=True, metadata={"description": "Codes made later are not honoured."}
    )
    count_max = fields.Integer(
        required=True, metadata={"description": "Serial numbers go from 1 to here, each used once."}
    )
    code_max_yen = fields.Integer(required=True)
    total_max_yen = fields.Integer(required=True)
    used_count = fields.Integer(required=True, metadata={"description": "Of the codes that were honoured."})
    used_yen = fields.Integer(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


OfflineAllowancePage = page_of(OfflineAllowanceOut)


class IssuedOfflineAllowanceOut(Out):
    allowance = fields.Nested(OfflineAllowanceOut, required=True)
    secret = fields.String(
        required=True,
        metadata={
            "description": "32 bytes in base64url, told this once: keep it where the till keeps secrets."
        },
    )
    code_prefix = fields.String(
        required=True, metadata={"description": "What stands before the token in a code."}
    )


class HonouredCodeOut(Out):
    serial_number = fields.Integer(required=True)
    amount_yen = fields.Integer(required=True)
    purchase_id = fields.UUID(required=True)
    made_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(required=True)


class OfflineAllowanceDetailOut(Out):
    allowance = fields.Nested(OfflineAllowanceOut, required=True)
    codes = fields.List(fields.Nested(HonouredCodeOut), required=True)
