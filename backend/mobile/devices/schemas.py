"""Shapes of devices."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.base.subscriptions import ENDPOINT_MAX_CHARACTERS
from backend.notices.models import Platform, TargetKind
from backend.web.schemas import In, Out, text_field


class SubscriptionKeysIn(In):
    p256dh = text_field(
        100, required=True, metadata={"description": "The browser's public key, in base64url."}
    )
    auth = text_field(
        32, required=True, metadata={"description": "The secret shared with the browser, in base64url."}
    )


class SubscriptionIn(In):
    """As `PushSubscription.toJSON()` gives it."""

    endpoint = text_field(
        ENDPOINT_MAX_CHARACTERS,
        required=True,
        metadata={"description": "The browser's address at its push service."},
    )
    keys = fields.Nested(SubscriptionKeysIn, required=True)
    expirationTime = fields.Float(  # noqa: N815 (the browser's name)
        load_default=None,
        allow_none=True,
        metadata={"description": "Not kept: the push service tells when a subscription has ended."},
    )


class RegisterDeviceIn(In):
    platform = fields.String(required=True, validate=validate.OneOf([each.value for each in Platform]))
    target_kind = fields.String(
        required=True,
        validate=validate.OneOf([each.value for each in TargetKind]),
        metadata={
            "description": "`fid`: a Firebase installation id; `fcm_token`: an FCM registration token, "
            "which Firebase is replacing by the former; `web_push`: a browser's subscription, of platform `web`."
        },
    )
    target = text_field(
        512,
        load_default=None,
        metadata={"description": "What FCM knows it by; not with `web_push`."},
    )
    subscription = fields.Nested(
        SubscriptionIn, load_default=None, metadata={"description": "With `web_push`, instead of `target`."}
    )

    @validates_schema
    def _fits_its_kind(self, data: dict[str, Any], **_kwargs: Any) -> None:
        is_web_push = data["target_kind"] == TargetKind.WEB_PUSH
        if is_web_push and data["platform"] != Platform.WEB:
            raise ValidationError("Of target kind web_push it must be web.", "platform")
        wanted, unwanted = ("subscription", "target") if is_web_push else ("target", "subscription")
        if data[wanted] is None:
            raise ValidationError(f"Missing with target kind {data['target_kind']}.", wanted)
        if data[unwanted] is not None:
            raise ValidationError(f"Not with target kind {data['target_kind']}.", unwanted)


class DeviceOut(Out):
    installation_id = fields.String(required=True)
    platform = fields.String(required=True)
    target_kind = fields.String(required=True)
    registered_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)


class WebPushKeyOut(Out):
    public_key = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Give it to `pushManager.subscribe` as `applicationServerKey`. "
            "null: this server sends no web push."
        },
    )
