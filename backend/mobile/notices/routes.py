"""The inbox."""

import uuid
from typing import Any

from backend.base.pages import CursorInvalid
from backend.mobile.notices.schemas import (
    NoticeOut,
    NoticePage,
    ReadAllNoticesOut,
    ReadAllNoticesQuery,
    UnreadCountOut,
)
from backend.notices import queries, service
from backend.notices.cards import NoticeCard
from backend.notices.queries import Inbox
from backend.notices.service import NoticeNotFound
from backend.people.permissions import Permission
from backend.web.calls import Call
from backend.web.contracts import Face
from backend.web.rate_limits import By, RateLimit
from backend.web.schemas import PageQuery, page_request

face = Face("notices", __name__, url_prefix="/v1", description="What the citizen was told.")

NOTICE = {
    "id": "01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e10",
    "circular_id": None,
    "kind": "purchase_recorded",
    "title": "ぬさまい鮮魚店でのお買い物",
    "body": "お支払い 1,480円 ／ もらったポイント 74 ／ 残高 318ポイント",
    "purpose": "push_transactions",
    "sender": "めぐり",
    "reason": "あなたのお買い物が記録されたため、お届けしました。",
    "link": "/purchases/01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e0f",
    "attachment": None,
    "stops": [
        {
            "kind": "consent",
            "subject": "push_transactions",
            "title": "「お買い物とポイント」のプッシュ通知をすべて止める",
        }
    ],
    "created_at": "2026-11-24T03:12:45+00:00",
    "read_at": None,
    "expires_at": None,
}


@face.operation(
    "GET",
    "/notices",
    permission=Permission.READ_OWN_NOTICES,
    query=PageQuery,
    answer=NoticePage,
    errors=[CursorInvalid],
    answer_example={"items": [NOTICE], "next_cursor": None, "unread_count": 1},
)
def list_notices(call: Call, query: dict[str, Any]) -> Inbox:
    """The inbox, newest first, with how many are unread. What is over stays in it, but counts as read."""
    return queries.list_notices(
        call.session,
        citizen_id=call.citizen.citizen_id,
        page=page_request(query),
        language=call.language,
        at=call.at,
    )


@face.operation(
    "GET",
    "/notices/unread-count",
    permission=Permission.READ_OWN_NOTICES,
    answer=UnreadCountOut,
    answer_example={"unread_count": 1},
)
def get_unread_count(call: Call) -> dict[str, int]:
    """How many notices are unread, for the badge on the app's icon."""
    unread_count = queries.count_unread(call.session, citizen_id=call.citizen.citizen_id, at=call.at)
    return {"unread_count": unread_count}


@face.operation(
    "POST",
    "/notices/<uuid:notice_id>/read",
    permission=Permission.READ_OWN_NOTICES,
    answer=NoticeOut,
    errors=[NoticeNotFound],
    answer_example=NOTICE | {"read_at": "2026-11-24T03:15:02+00:00"},
)
def read_notice(call: Call, notice_id: uuid.UUID) -> NoticeCard:
    """Mark a notice read; doing so again changes nothing."""
    return service.mark_read(
        call.session,
        citizen_id=call.citizen.citizen_id,
        notice_id=notice_id,
        language=call.language,
        at=call.at,
    )


@face.operation(
    "POST",
    "/notices/<uuid:notice_id>/tap",
    permission=Permission.READ_OWN_NOTICES,
    status=204,
    errors=[NoticeNotFound],
    # Nothing tells a second tap of the same person from a first one: a bound on what one can add to a figure.
    limits=[RateLimit("notice_tap", "sign_in_attempts", By.TOKEN, factor=6)],
)
def note_notice_tap(call: Call, notice_id: uuid.UUID) -> None:
    """Its push, its link or its attachment was followed: counted, without anybody's name."""
    service.note_tap(call.session, citizen_id=call.citizen.citizen_id, notice_id=notice_id)


@face.operation(
    "POST",
    "/notices/read",
    permission=Permission.READ_OWN_NOTICES,
    query=ReadAllNoticesQuery,
    answer=ReadAllNoticesOut,
    answer_example={"read_count": 3},
)
def read_all_notices(call: Call, query: dict[str, Any]) -> dict[str, int]:
    """Mark all notices read."""
    read_count = service.mark_all_read(
        call.session, citizen_id=call.citizen.citizen_id, up_to=query["up_to"], at=call.at
    )
    return {"read_count": read_count}
