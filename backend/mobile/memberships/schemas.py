"""Shapes of being on member lists."""

from marshmallow import fields

from backend.web.schemas import In, Out, page_of, text_field


class JoinMemberListIn(In):
    join_code = text_field(
        40, required=True, metadata={"description": "Eight letters and digits, from the shop or the city."}
    )


class MembershipShopOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)


class MembershipOut(Out):
    list_id = fields.UUID(required=True)
    name = fields.String(required=True)
    shop = fields.Nested(
        MembershipShopOut, required=True, allow_none=True, metadata={"description": "null: the city's list."}
    )
    joined_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Since then nothing is for its members."}
    )


MembershipPage = page_of(MembershipOut)
