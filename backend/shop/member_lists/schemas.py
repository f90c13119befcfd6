"""Shapes of a shop's member lists."""

from marshmallow import fields

from backend.people.rules import FEW_PEOPLE, LIST_NAME_MAX_CHARACTERS
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Out, PageQuery, page_of, text_field


class MemberListListQuery(PageQuery, ShopChoiceQuery):
    pass


class CreateMemberListIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    name = text_field(LIST_NAME_MAX_CHARACTERS, required=True, metadata={"description": "Members see it."})


class MemberListOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    name = fields.String(required=True)
    member_count = fields.Integer(
        required=True, allow_none=True, metadata={"description": f"null: fewer than {FEW_PEOPLE}."}
    )
    created_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


MemberListPage = page_of(MemberListOut)


class MemberListWithCodeOut(Out):
    member_list = fields.Nested(MemberListOut, required=True)
    join_code = fields.String(
        required=True, metadata={"description": "To give to members. Told this once; we keep only its hash."}
    )
