"""Shapes of staff and their invitations."""

from marshmallow import fields, validate

from backend.base.text import DEFAULT_LANGUAGE
from backend.city.sessions.schemas import RoleOut
from backend.people.permissions import CITY_ROLE_PERMISSIONS, SHOP_ROLE_PERMISSIONS
from backend.web.schemas import In, Out, language_field, page_of, text_field


class StaffMemberOut(Out):
    id = fields.UUID(required=True)
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    language = language_field(required=True)
    is_invited = fields.Boolean(required=True, metadata={"description": "Has not accepted yet."})
    has_second_factor = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    roles = fields.List(fields.Nested(RoleOut), required=True)


StaffMemberPage = page_of(StaffMemberOut)


class RoleIn(In):
    role = fields.String(
        required=True,
        validate=validate.OneOf([*CITY_ROLE_PERMISSIONS, *SHOP_ROLE_PERMISSIONS]),
    )
    shop_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "For `clerk` and `manager`; the others are roles in the city office."},
    )


class InviteStaffIn(In):
    email = text_field(254, required=True)
    display_name = text_field(40, required=True)
    language = language_field(load_default=DEFAULT_LANGUAGE)
    roles = fields.List(fields.Nested(RoleIn), required=True, validate=validate.Length(min=1, max=20))


class StaffInvitedOut(Out):
    staff_id = fields.UUID(required=True)
    expires_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "Until when the invitation holds; null: the person can sign in already."},
    )


class AcceptInvitationIn(In):
    token = text_field(100, required=True, metadata={"description": "From the letter."})
    password = text_field(200, required=True)


class AcceptedInvitationOut(Out):
    staff_id = fields.UUID(required=True)
    provisioning_uri = fields.String(
        required=True,
        metadata={"description": "`otpauth://…`, to show as a QR code to an authenticator app; told once."},
    )


class ConfirmTotpIn(In):
    token = text_field(100, required=True, metadata={"description": "Of the invitation accepted."})
    totp_code = fields.String(
        required=True, validate=[validate.Length(equal=6), validate.Regexp("^[0-9]{6}$", error="Six digits.")]
    )
