"""Shapes of keys for codes without a network."""

from marshmallow import fields, validate

from backend.web.schemas import AMOUNT_MAX_YEN, In, Out, Whole


class EnrolOfflineKeyIn(In):
    installation_id = fields.String(
        required=True,
        validate=validate.Regexp(r"^[A-Za-z0-9._:-]{8,64}\Z", error="8 to 64 letters, digits and . _ : -"),
        metadata={"description": "The same as for pushes: made by the app once."},
    )
    spend_max_points = Whole(
        minimum=0,
        maximum=AMOUNT_MAX_YEN,
        load_default=0,
        metadata={"description": "What one code may spend at most; 0: its codes only earn."},
    )


class EnrolledKeyOut(Out):
    id = fields.UUID(required=True)
    number = fields.String(
        required=True, metadata={"description": "Seven digits: each code begins with them."}
    )
    secret = fields.String(
        required=True,
        metadata={
            "description": "32 bytes in hexadecimal, told once: keep it where the phone keeps secrets."
        },
    )
    spend_max_points = fields.Integer(required=True)
    skew_steps = fields.Integer(
        required=True, metadata={"description": "By so many minutes the phone's clock may be off."}
    )
    server_time = fields.AwareDateTime(
        required=True, metadata={"description": "Keep the difference to the phone's clock, and add it."}
    )


class OfflineKeyOut(Out):
    id = fields.UUID(required=True)
    number = fields.String(required=True)
    installation_id = fields.String(required=True)
    spend_max_points = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)


class OfflineKeyListOut(Out):
    items = fields.List(fields.Nested(OfflineKeyOut), required=True)
