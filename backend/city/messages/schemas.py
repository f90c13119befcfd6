"""Shapes of messages as the city office writes, reads and decides them."""

from typing import Any

from marshmallow import fields, validate

from backend.messages.models import MessagePurpose, MessageStatus
from backend.messages.states import SPREAD_MAX_MINUTES, TTL_MIN_SECONDS, TTL_SECONDS
from backend.web.audiences import AudienceCountOut
from backend.web.messages import ComposedOut, ComposeIn, MessageEventOut, WordsOut
from backend.web.schemas import In, Moment, Out, PageQuery, Whole, page_of, text_field

TTL_MAX_SECONDS = 2_419_200  # four weeks: no push service keeps one longer


def replaces_key_field() -> fields.String:
    return fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,39}$(?!\n)"),
        metadata={
            "description": "On a phone, a later message with the same key takes this one's place: for what goes on."
        },
    )


class MessageListQuery(PageQuery):
    status = fields.String(validate=validate.OneOf(list(MessageStatus)), load_default=None)
    purpose = fields.String(validate=validate.OneOf(list(MessagePurpose)), load_default=None)
    unreviewed = fields.Boolean(
        load_default=False, metadata={"description": "Only disaster messages that nobody has reviewed yet."}
    )


class DraftMessageIn(ComposeIn):
    send_until = Moment(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "From 15 minutes to 7 days later; null: 24 hours, so that quiet hours end in between, or"
            " until `expires_at`."
        },
    )
    spread_minutes = Whole(
        minimum=0,
        maximum=SPREAD_MAX_MINUTES,
        load_default=0,
        metadata={"description": "Spread over so many minutes, for what everybody will open at once."},
    )
    ttl_seconds = Whole(
        minimum=TTL_MIN_SECONDS,
        maximum=TTL_MAX_SECONDS,
        load_default=TTL_SECONDS,
        metadata={"description": "For how long a push waits for a phone that is off."},
    )
    replaces_key = replaces_key_field()


class ReturnMessageIn(In):
    reason = text_field(400, required=True, metadata={"description": "Whoever wrote it reads it."})


class ApproveMessageIn(In):
    inbox_is_enough = fields.Boolean(
        load_default=False,
        metadata={"description": "Approve even if no phone would ring, as long as inboxes are reached."},
    )


class MessageOut(ComposedOut):
    shop_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: the city's."})
    spread_minutes = fields.Integer(required=True)
    ttl_seconds = fields.Integer(required=True)
    drafted_by_staff_id = fields.UUID(required=True)
    approved_by_staff_id = fields.UUID(required=True, allow_none=True)
    reviewed_by_staff_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Of a disaster message: who read it afterwards."},
    )
    recipient_count = fields.Integer(required=True, metadata={"description": "0 before it is begun."})


MessagePage = page_of(MessageOut)
MessageEventPage = page_of(MessageEventOut)


class ReachOut(Out):
    count = fields.Nested(AudienceCountOut, required=True)
    obstacle = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why no phone would ring: the code with which an approval would be refused."
        },
    )


class MessagePreviewOut(Out):
    words = fields.Nested(WordsOut, required=True)
    reach = fields.Nested(ReachOut, required=True)


MESSAGE_EXAMPLE: dict[str, Any] = {
    "template_slug": "event",
    "template_version": 1,
    "category": "events",
    "params": {
        "event": {"ja": "港の朝市", "ja@easy": "港(みなと)の 朝市(あさいち)", "en": "Harbour market"},
        "when": {
            "ja": "7月11日 7時から",
            "ja@easy": "7月(がつ)11日(にち) 7時(じ)から",
            "en": "11 July, 7:00",
        },
        "place": {
            "ja": "幸町の岸壁",
            "ja@easy": "幸町(さいわいちょう)の 港(みなと)",
            "en": "Saiwai-cho quay",
        },
        "text": {
            "ja": "先着100名に鮭汁をふるまいます。",
            "ja@easy": "はじめの 100人(にん)は 鮭(さけ)の スープを もらえます。",
            "en": "Salmon soup for the first hundred.",
        },
    },
    "audience": {"any": [{"ring": ["city"]}, {"interest": ["events"]}]},
    "link": "/events/harbour-market",
    "send_at": "2026-07-10T17:30:00+09:00",
    "spread_minutes": 10,
}
RETURN_EXAMPLE: dict[str, Any] = {"reason": "開始の時刻を確かめてください。"}
