"""Shapes of notices."""

from marshmallow import fields

from backend.web.schemas import Out, Query


class AttachmentOut(Out):
    kind = fields.String(
        required=True, metadata={"description": "`offer`, `campaign`, or `reward_code`: points to claim."}
    )
    id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The offer's or the campaign's."}
    )
    code = fields.String(
        required=True, allow_none=True, metadata={"description": "For `POST /v1/missions/claims`."}
    )
    title = fields.String(required=True, allow_none=True)


class StopOut(Out):
    kind = fields.String(
        required=True,
        metadata={
            "description": "`muted_shop`, `muted_category`, `muted_trigger`: PUT `/v1/me/notice-preferences/"
            "muted-shops/{subject}` and so on; `consent`: withdraw it by PUT `/v1/me/consents/{subject}`."
        },
    )
    subject = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "What the button says."})


class NoticeOut(Out):
    id = fields.UUID(required=True)
    circular_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Of a `circular`: by it, and not by `id`, its push names it."},
    )
    kind = fields.String(
        required=True,
        metadata={
            "description": "What it is about: `welcome`, `purchase_recorded`, `circular` (a message to many);"
            " more will come.",
            "example": "purchase_recorded",
        },
    )
    title = fields.String(required=True, metadata={"description": "In the caller's language."})
    body = fields.String(required=True, metadata={"description": "In the caller's language."})
    purpose = fields.String(
        required=True,
        metadata={
            "description": "The consent under which it is pushed: `push_transactions`, `push_city`,"
            " `push_shops` (advertising: say so beside it), `push_disaster`."
        },
    )
    sender = fields.String(required=True, metadata={"description": "The city, a shop, or the programme."})
    reason = fields.String(required=True, metadata={"description": "Why I got this."})
    link = fields.String(
        required=True, allow_none=True, metadata={"description": "Where a tap leads: a path of our own host."}
    )
    attachment = fields.Nested(AttachmentOut, required=True, allow_none=True)
    stops = fields.List(
        fields.Nested(StopOut),
        required=True,
        metadata={"description": "How to hear no more of this, the narrowest way first."},
    )
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "null while unread."}
    )
    expires_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "From then on it is over, and not counted as unread."},
    )


class UnreadCountOut(Out):
    unread_count = fields.Integer(required=True, metadata={"description": "In the whole inbox."})


class NoticePage(UnreadCountOut):
    """A page of notices, the newest first."""

    items = fields.List(fields.Nested(NoticeOut), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "null on the last page."}
    )


class ReadAllNoticesQuery(Query):
    up_to = fields.UUID(
        load_default=None,
        metadata={
            "description": "Mark this notice and older ones only: the newest one that was on the screen."
        },
    )


class ReadAllNoticesOut(Out):
    read_count = fields.Integer(required=True, metadata={"description": "How many were unread until now."})
