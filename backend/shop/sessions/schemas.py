"""Shapes of the sessions of a shop's people."""

from marshmallow import fields, validate

from backend.web.schemas import In, Out, page_of, text_field


class OpenStaffSessionIn(In):
    email = text_field(254, required=True)
    password = text_field(200, required=True)
    totp_code = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(equal=6), validate.Regexp("^[0-9]{6}$", error="Six digits.")],
        metadata={"description": "From the authenticator app; needed once it is confirmed."},
    )


class OpenedStaffSessionOut(Out):
    id = fields.UUID(required=True, attribute="session_id")
    token = fields.String(required=True, metadata={"description": "The bearer from now on; told once."})
    expires_at = fields.AwareDateTime(
        required=True, metadata={"description": "At the latest; an idle session ends before."}
    )


class RoleOut(Out):
    role = fields.String(required=True)
    shop_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "null: a role in the city office."}
    )


class CurrentStaffSessionOut(Out):
    staff_id = fields.UUID(required=True)
    session_id = fields.UUID(required=True)
    language = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)


class StaffSessionOut(Out):
    id = fields.UUID(required=True)
    face = fields.String(required=True, metadata={"description": "`shop` or `city`: where it was opened."})
    created_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True, metadata={"description": "Within five minutes."})
    expires_at = fields.AwareDateTime(required=True)


StaffSessionPage = page_of(StaffSessionOut)
