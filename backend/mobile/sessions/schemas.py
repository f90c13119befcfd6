"""Shapes of a citizen's sessions."""

from marshmallow import fields

from backend.web.schemas import In, Out, page_of, text_field


class OpenSessionIn(In):
    login = text_field(
        254,
        required=True,
        metadata={"description": "E-mail address or phone number, as typed; Japan is assumed without +."},
    )
    password = text_field(200, required=True)


class OpenedSessionOut(Out):
    id = fields.UUID(required=True, attribute="session_id")
    token = fields.String(required=True, metadata={"description": "The bearer from now on; told once."})
    expires_at = fields.AwareDateTime(required=True)


class SessionOut(Out):
    id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


SessionPage = page_of(SessionOut)
