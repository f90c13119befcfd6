"""Shapes of messages that both faces of senders use: what is written, and how it reads."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from backend.audiences.counting import shown_to_shops as rounded_for_shops
from backend.base.text import LANGUAGES, pick_language
from backend.messages.models import Message, MessageAct, MessagePurpose, MessageStatus
from backend.messages.queries import MessageCard
from backend.messages.rules import BODY_MAX_CHARACTERS, LINK_MAX_CHARACTERS, PARAMETERS_MAX
from backend.messages.service.checks import City
from backend.notices.kinds import AttachmentKind
from backend.web.audiences import AudienceField
from backend.web.calls import Call
from backend.web.schemas import In, Moment, Out, Whole, text_field

SLUG_PATTERN = r"^[a-z0-9][a-z0-9-]{1,39}$(?!\n)"
PARAM_MAX_CHARACTERS = BODY_MAX_CHARACTERS
VERSION_MAX = 1_000_000


def named(choices: type[Any]) -> str:
    return ", ".join(f"`{choice.value}`" for choice in choices)


class Wording(fields.Field[Any]):
    """A text, or a text a language."""

    def __init__(self) -> None:
        said = {"type": "string", "maxLength": PARAM_MAX_CHARACTERS}
        shape = {
            "oneOf": [
                said,
                {
                    "type": "object",
                    "properties": dict.fromkeys(LANGUAGES, said),
                    "required": ["ja"],
                    "additionalProperties": False,
                },
            ]
        }
        super().__init__(metadata=shape)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        texts = list(value.values()) if isinstance(value, dict) else [value]
        if not texts or not all(isinstance(text, str) for text in texts):
            raise ValidationError("Must be a text, or a text a language.")
        if any(len(text) > PARAM_MAX_CHARACTERS for text in texts):
            raise ValidationError(f"Must have {PARAM_MAX_CHARACTERS} characters at most.")
        return value


def params_field() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=Wording(),
        load_default={},
        validate=validate.Length(max=PARAMETERS_MAX),
        metadata={"description": "What fills the places of the template, by their names."},
    )


def link_field() -> fields.String:
    return text_field(
        LINK_MAX_CHARACTERS,
        load_default=None,
        allow_none=True,
        metadata={"description": "A path of our own host, such as `/offers`."},
    )


class AttachmentIn(In):
    kind = fields.String(required=True, validate=validate.OneOf(list(AttachmentKind)))
    value = text_field(
        64, required=True, metadata={"description": "The id of an offer or a campaign, or a reward code."}
    )


class ContentIn(In):
    template_slug = fields.String(required=True, validate=validate.Regexp(SLUG_PATTERN))
    template_version = Whole(minimum=1, maximum=VERSION_MAX, required=True)
    params = params_field()
    audience = AudienceField(load_default={})
    link = link_field()


class ComposeIn(ContentIn):
    category = text_field(24, required=True)
    attachment = fields.Nested(AttachmentIn, load_default=None, allow_none=True)
    send_at = Moment(
        load_default=None, allow_none=True, metadata={"description": "When it begins; null: at once."}
    )
    expires_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={"description": "Until when inboxes show it; null: 30 days after it begins."},
    )


def content_of(body: dict[str, Any]) -> dict[str, Any]:
    """Fields of a MessageDraft or a Content."""
    values = dict(body)
    if "attachment" in values:
        attachment = values.pop("attachment") or {}
        values["attachment_kind"], values["attachment"] = attachment.get("kind"), attachment.get("value")
    return values


def city_of(call: Call) -> City:
    ground = call.ground
    return City(ground.region, ground.notice_terms, call.settings.public_url, ground.vault)


class WordsOut(Out):
    """As it reads in each language; a language that the template lacks reads as Japanese."""

    sender_names = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    titles = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    bodies = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    reasons = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Why one gets it, as the inbox tells."},
    )


class AttachmentOut(Out):
    kind = fields.String(required=True, metadata={"description": f"One of {named(AttachmentKind)}."})
    value = fields.String(required=True)


class ComposedOut(Out):
    id = fields.UUID(required=True)
    status = fields.String(required=True, metadata={"description": f"One of {named(MessageStatus)}."})
    purpose = fields.String(required=True, metadata={"description": f"One of {named(MessagePurpose)}."})
    category = fields.String(required=True)
    template_slug = fields.String(required=True)
    template_version = fields.Integer(required=True)
    params = fields.Dict(keys=fields.String(), required=True)
    audience = fields.Dict(keys=fields.String(), required=True)
    link = fields.String(required=True, allow_none=True)
    attachment = fields.Nested(AttachmentOut, required=True, allow_none=True)
    words = fields.Nested(WordsOut, required=True)
    send_at = fields.AwareDateTime(required=True)
    send_until = fields.AwareDateTime(
        required=True, metadata={"description": "Who could not be told by then is not told any more."}
    )
    expires_at = fields.AwareDateTime(required=True)
    created_at = fields.AwareDateTime(required=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)


class MessageEventOut(Out):
    id = fields.UUID(required=True)
    act = fields.String(required=True, metadata={"description": f"One of {named(MessageAct)}."})
    from_status = fields.String(required=True, allow_none=True)
    to_status = fields.String(required=True)
    by = fields.String(
        required=True, allow_none=True, metadata={"description": "Their name; null: nobody, but the worker."}
    )
    at = fields.AwareDateTime(required=True)
    reason = fields.String(required=True, allow_none=True)


class TestSentOut(Out):
    __test__ = False  # not for pytest
    tester_count = fields.Integer(
        required=True,
        metadata={
            "description": "How many are on the list. Those of them who want no advertising do not get a shop's."
        },
    )


SHARED_COLUMNS = (
    "id",
    "shop_id",
    "status",
    "purpose",
    "category",
    "template_slug",
    "template_version",
    "params",
    "audience",
    "link",
    "send_at",
    "send_until",
    "expires_at",
    "spread_minutes",
    "ttl_seconds",
    "drafted_by_staff_id",
    "approved_by_staff_id",
    "reviewed_by_staff_id",
    "created_at",
    "approved_at",
    "started_at",
    "done_at",
    "recipient_count",
)


def present_words(words: Any) -> dict[str, Any]:
    """All languages, whatever the template has."""
    return {
        name: {language: pick_language(getattr(words, name), language) for language in LANGUAGES}
        for name in ("sender_names", "titles", "bodies", "reasons")
    }


def present_message(card: MessageCard) -> dict[str, Any]:
    message: Message = card.message
    kind = message.attachment_kind
    return {
        **{name: getattr(message, name) for name in SHARED_COLUMNS},
        "attachment": {"kind": kind, "value": message.attachment} if kind else None,
        "words": present_words(card.words),
    }


def shown_to_shops(count: int, city: City) -> int | None:
    """Of people: too few are not counted, or one of them could be guessed."""
    return rounded_for_shops(count, city.terms.audience_shown_from)
