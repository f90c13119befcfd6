"""Shapes of webhooks and their deliveries."""

from marshmallow import fields, validate

from backend.base.posting import URL_MAX_CHARACTERS
from backend.notices.webhooks.models import WebhookDeliveryStatus, WebhookEvent
from backend.shop.shapes import ShopChoiceQuery
from backend.web.schemas import In, Moment, Out, PageQuery, page_of, text_field

NOTE_MAX_CHARACTERS = 100


class WebhookListQuery(PageQuery, ShopChoiceQuery):
    pass


class WebhookDeliveryListQuery(PageQuery):
    status = fields.String(
        load_default=None,
        validate=validate.OneOf(list(WebhookDeliveryStatus)),
        metadata={"description": "Only these."},
    )


class RegisterWebhookIn(In):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )
    url = text_field(
        URL_MAX_CHARACTERS,
        required=True,
        metadata={
            "description": "https, a public host, no user info, port 443 unless the city allows others."
        },
    )
    event_types = fields.List(
        fields.String(validate=validate.OneOf(list(WebhookEvent))),
        required=True,
        validate=validate.Length(min=1, max=len(WebhookEvent)),
        metadata={"description": "What it is told of."},
    )
    note = text_field(
        NOTE_MAX_CHARACTERS,
        load_default=None,
        metadata={"description": "Which system it is, for yourselves."},
    )


class ReplayFailedIn(In):
    since = Moment(required=True, metadata={"description": "When the first of them was announced."})


class WebhookOut(Out):
    id = fields.UUID(required=True)
    shop_id = fields.UUID(required=True)
    url = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    event_types = fields.List(fields.String(), required=True)
    status = fields.String(
        required=True,
        metadata={"description": "`active`, `paused` by you, or `disabled` after failing for five days."},
    )
    failing_since = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Nothing was accepted since."}
    )
    previous_secret_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Until then the secret before signs too."}
    )
    created_at = fields.AwareDateTime(required=True)


WebhookPage = page_of(WebhookOut)


class WebhookWithSecretOut(Out):
    webhook = fields.Nested(WebhookOut, required=True)
    secret = fields.String(required=True, metadata={"description": "Told this once; it is kept sealed."})


class WebhookDeliveryOut(Out):
    event_id = fields.UUID(required=True, metadata={"description": "The same at every try and replay."})
    event_type = fields.String(required=True)
    status = fields.String(required=True, metadata={"description": "`waiting`, `accepted` or `failed`."})
    attempts = fields.Integer(required=True, metadata={"description": "Since announced or replayed."})
    answer_status = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The last try was answered with it."}
    )
    failure = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why the last try had no answer: `timed_out`, `connection_failed`, `tls_failed`, "
            "`host_not_public`, `answer_unreadable`, `url_refused` or `secret_unreadable`."
        },
    )
    announced_at = fields.AwareDateTime(required=True)
    next_attempt_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Not before, while it waits."}
    )
    settled_at = fields.AwareDateTime(required=True, allow_none=True)


WebhookDeliveryPage = page_of(WebhookDeliveryOut)


class ReplayedOut(Out):
    replayed_count = fields.Integer(required=True)
