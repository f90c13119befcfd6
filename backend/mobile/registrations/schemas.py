"""Shapes of joining."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.mobile.me.schemas import MeOut
from backend.mobile.sessions.schemas import OpenedSessionOut
from backend.people.models import ConsentPurpose
from backend.web.schemas import In, Out, language_field, text_field


class GivenConsentIn(In):
    purpose = fields.String(required=True, validate=validate.OneOf(list(ConsentPurpose)))
    version = text_field(16, required=True, metadata={"description": "Of the text that was shown."})


class NewLoginIn(In):
    email = text_field(254)
    phone = text_field(40, metadata={"description": "A Japanese number unless it begins with +."})
    password = text_field(
        200,
        required=True,
        metadata={"description": "At least ten characters; nothing everybody tries first."},
    )

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if ("email" in data) == ("phone" in data):
            raise ValidationError("Give either email or phone.")


class RegisterCitizenIn(In):
    nickname = text_field(40, required=True)
    language = language_field(metadata={"description": "Without it, the language of this request."})
    consents = fields.List(
        fields.Nested(GivenConsentIn),
        required=True,
        validate=validate.Length(max=len(ConsentPurpose)),
        metadata={"description": "`terms` is needed; everything else is off until it is given."},
    )
    login = fields.Nested(
        NewLoginIn,
        load_default=None,
        metadata={
            "description": "With the embedded provider; with Firebase its ID token is the bearer instead."
        },
    )


class RegisteredOut(Out):
    session = fields.Nested(
        OpenedSessionOut,
        required=True,
        allow_none=True,
        metadata={"description": "null where Firebase keeps the sessions."},
    )
    me = fields.Nested(MeOut, required=True)


class ConsentTextOut(Out):
    purpose = fields.String(required=True)
    version = fields.String(required=True)
    is_required = fields.Boolean(required=True)


class RegistrationRequirementsOut(Out):
    provider = fields.String(
        required=True,
        validate=validate.OneOf(["embedded", "firebase"]),
        metadata={"description": "Where citizens sign in: here, or through Firebase."},
    )
    password_min_characters = fields.Integer(required=True)
    consents = fields.List(fields.Nested(ConsentTextOut), required=True)
