"""Shapes of a shop's messages. They are advertising, and say so."""

from typing import Any

from marshmallow import fields, validate

from backend.messages.models import MessageStatus
from backend.shop.shapes import ShopChoiceQuery
from backend.web.audiences import AudienceCountOut
from backend.web.messages import ComposedOut, ComposeIn, MessageEventOut, WordsOut
from backend.web.schemas import In, Moment, Out, PageQuery, page_of, text_field

FEW = "null: too few to be counted."


class OwnMessageListQuery(PageQuery, ShopChoiceQuery):
    status = fields.String(validate=validate.OneOf(list(MessageStatus)), load_default=None)


class DraftOwnMessageIn(ComposeIn):
    shop_id = fields.UUID(
        load_default=None, metadata={"description": "Needed only by whoever works for several shops."}
    )


class EditOwnMessageIn(ComposeIn):
    pass


class ScheduleOwnMessageIn(In):
    send_at = Moment(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "null: as it was drafted, if that is not over. At most 60 days ahead; the other times move"
            " along."
        },
    )


class OwnMessageReasonIn(In):
    reason = text_field(400, required=True, metadata={"description": "For the record."})


class TestOwnMessageIn(In):
    __test__ = False  # not for pytest
    member_list_id = fields.UUID(
        required=True, metadata={"description": "A list of the shop that one to five testers have joined."}
    )


class OwnMessageOut(ComposedOut):
    shop_id = fields.UUID(required=True)
    recipient_count = fields.Integer(required=True, allow_none=True, metadata={"description": FEW})


OwnMessagePage = page_of(OwnMessageOut)
OwnMessageEventPage = page_of(MessageEventOut)


class OwnMessagePreviewOut(Out):
    words = fields.Nested(WordsOut, required=True)
    count = fields.Nested(AudienceCountOut, required=True)


class OwnTemplateParameterOut(Out):
    name = fields.String(required=True)
    characters_max = fields.Integer(required=True)


class OwnTemplateOut(Out):
    slug = fields.String(required=True)
    version = fields.Integer(required=True)
    titles = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    bodies = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    parameters = fields.List(fields.Nested(OwnTemplateParameterOut), required=True)


OwnTemplatePage = page_of(OwnTemplateOut)


class OwnHealthOut(Out):
    """People, opens and taps, each in sum and rounded down to tens."""

    recipient_count = fields.Integer(required=True, allow_none=True, metadata={"description": FEW})
    told_count = fields.Integer(
        required=True, allow_none=True, metadata={"description": f"By a push or in the inbox; {FEW}"}
    )
    accepted_count = fields.Integer(
        required=True, allow_none=True, metadata={"description": f"Whose phone took the push; {FEW}"}
    )
    opened_count = fields.Integer(required=True, allow_none=True, metadata={"description": FEW})
    tapped_count = fields.Integer(required=True, allow_none=True, metadata={"description": FEW})


OWN_MESSAGE_EXAMPLE: dict[str, Any] = {
    "template_slug": "shop-offer",
    "template_version": 1,
    "category": "local_food",
    "params": {
        "offer": {
            "ja": "秋鮭の切り身50円引き",
            "ja@easy": "鮭(さけ) 50円引(えんび)き",
            "en": "Salmon, ¥50 off",
        },
        "until": {"ja": "7月14日", "ja@easy": "7月(がつ)14日(にち)", "en": "14 July"},
        "text": {
            "ja": "今朝の水揚げ分です。数に限りがあります。",
            "ja@easy": "けさ とれた 鮭(さけ)です。",
            "en": "Landed this morning, while it lasts.",
        },
    },
    "audience": {"ring": ["city"]},
    "send_at": "2026-07-10T16:00:00+09:00",
}
OWN_REASON_EXAMPLE: dict[str, Any] = {"reason": "品切れのため"}
OWN_SCHEDULE_EXAMPLE: dict[str, Any] = {"send_at": "2026-07-10T16:00:00+09:00"}
OWN_TESTERS_EXAMPLE: dict[str, Any] = {"member_list_id": "01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11"}
