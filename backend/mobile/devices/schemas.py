"""Shapes of devices."""

from marshmallow import fields, validate

from backend.notices.models import Platform, TargetKind
from backend.web.schemas import In, Out, text_field


class RegisterDeviceIn(In):
    platform = fields.String(required=True, validate=validate.OneOf([each.value for each in Platform]))
    target_kind = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in TargetKind]),
        metadata={
            "description": "`fid`: a Firebase installation id; `fcm_token`: an FCM registration token, "
            "which Firebase is replacing by the former."
        },
    )
    target = text_field(512, required=True, metadata={"description": "What the push service knows it by."})


class DeviceOut(Out):
    installation_id = fields.String(required=True)
    platform = fields.String(required=True)
    target_kind = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)
