"""Shapes of what a citizen is, declares and consents to."""

from marshmallow import ValidationError, fields, validate

from backend.membership.queries import HOLDINGS
from backend.organisations.rules import is_municipality_code
from backend.people.models import AgeBand, Standing
from backend.web.schemas import In, Out, Whole, language_field, text_field

MUNICIPALITY = "Six digits of the national municipality code, the last a check digit."


def _check_municipality_code(code: str) -> None:
    if not is_municipality_code(code):
        raise ValidationError("No municipality has this code.")


class LoginOut(Out):
    kind = fields.String(required=True, metadata={"description": "`email`, `phone` or `firebase`."})
    value = fields.String(required=True, attribute="subject")
    verified_at = fields.AwareDateTime(required=True, allow_none=True)


class ConsentOut(Out):
    purpose = fields.String(required=True)
    version = fields.String(required=True)
    given_at = fields.AwareDateTime(required=True)


class MeOut(Out):
    id = fields.UUID(required=True, attribute="citizen.id")
    nickname = fields.String(required=True, attribute="citizen.nickname")
    language = language_field(required=True, attribute="citizen.language")
    municipality_code = fields.String(
        required=True,
        allow_none=True,
        attribute="citizen.municipality_code",
        metadata={"description": MUNICIPALITY},
    )
    district = fields.String(required=True, allow_none=True, attribute="citizen.district")
    birth_month = fields.Integer(required=True, allow_none=True, attribute="citizen.birth_month")
    age_band = fields.String(required=True, allow_none=True, attribute="citizen.age_band")
    standing = fields.String(required=True, allow_none=True, attribute="citizen.standing")
    verified_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        attribute="citizen.verified_at",
        metadata={"description": "When a counter clerk saw proof of what is declared; null: declared only."},
    )
    joined_at = fields.AwareDateTime(required=True, attribute="citizen.created_at")
    logins = fields.List(fields.Nested(LoginOut), required=True)
    consents = fields.List(
        fields.Nested(ConsentOut), required=True, metadata={"description": "Those that stand."}
    )


class AmendMeIn(In):
    """What is left out stays; null takes a declaration back."""

    nickname = text_field(40)
    language = language_field()
    municipality_code = fields.String(
        allow_none=True,
        validate=[validate.Regexp("^[0-9]{6}$", error="Six digits."), _check_municipality_code],
        metadata={"description": MUNICIPALITY},
    )
    district = text_field(40, allow_none=True)
    birth_month = Whole(minimum=1, maximum=12, allow_none=True)
    age_band = fields.String(allow_none=True, validate=validate.OneOf(list(AgeBand)))
    standing = fields.String(allow_none=True, validate=validate.OneOf(list(Standing)))


class LeaveIn(In):
    password = text_field(
        200,
        load_default=None,
        metadata={"description": "Needed with the embedded provider: this cannot be undone."},
    )


class LeftOut(Out):
    lapsed_points = fields.Integer(required=True, metadata={"description": "What was held and lapsed."})


class SetConsentIn(In):
    given = fields.Boolean(required=True, truthy={True}, falsy={False})
    version = text_field(
        16, load_default=None, metadata={"description": "Of the text that was shown; needed to give."}
    )


class VerifyLoginIn(In):
    code = text_field(16, required=True, metadata={"description": "The digits from the letter."})


class CounterCodeOut(Out):
    code = fields.String(required=True, metadata={"description": "Eight digits to show at the counter."})
    expires_at = fields.AwareDateTime(required=True)


MeExportOut = Out.from_dict(
    {
        "exported_at": fields.AwareDateTime(required=True),
        **{name: fields.List(fields.Dict(), required=True) for name in HOLDINGS},
    },
    name="MeExportOut",
)
