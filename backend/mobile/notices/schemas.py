"""Shapes of notices."""

from marshmallow import fields

from backend.web.schemas import Out, Query


class NoticeOut(Out):
    id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={
            "description": "What it is about: `welcome`, `purchase_recorded`; more will come.",
            "example": "purchase_recorded",
        },
    )
    title = fields.String(required=True, metadata={"description": "In the caller's language."})
    body = fields.String(required=True, metadata={"description": "In the caller's language."})
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "null while unread."}
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
