"""Shapes of the city's member lists."""

from marshmallow import fields

from backend.people.rules import LIST_NAME_MAX_CHARACTERS
from backend.web.schemas import In, Out, page_of, text_field


class CreateMemberListIn(In):
    name = text_field(LIST_NAME_MAX_CHARACTERS, required=True, metadata={"description": "Members see it."})


class MemberListOut(Out):
    id = fields.UUID(required=True)
    name = fields.String(required=True)
    member_count = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


MemberListPage = page_of(MemberListOut)


class MemberListWithCodeOut(Out):
    member_list = fields.Nested(MemberListOut, required=True)
    join_code = fields.String(
        required=True, metadata={"description": "To give to members. Told this once; we keep only its hash."}
    )
