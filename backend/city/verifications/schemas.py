"""Shapes of verifying at the counter."""

from marshmallow import fields, validate

from backend.web.schemas import In, Out


class ReadDeclarationIn(In):
    counter_code = fields.String(
        required=True,
        validate=[validate.Length(equal=8), validate.Regexp("^[0-9]{8}$", error="Eight digits.")],
        metadata={"description": "From the citizen's telephone."},
    )


class DeclarationOut(Out):
    """What the citizen declares of themselves; compare it with what they show, and keep no copy."""

    id = fields.UUID(required=True)
    nickname = fields.String(required=True)
    municipality_code = fields.String(required=True, allow_none=True)
    district = fields.String(required=True, allow_none=True)
    birth_month = fields.Integer(required=True, allow_none=True)
    age_band = fields.String(required=True, allow_none=True)
    standing = fields.String(required=True, allow_none=True)
    verified_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "Confirm before."})
