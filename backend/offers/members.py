"""Who is on a member list: the one place that asks, for browsing and for taking alike."""

import uuid

from sqlalchemy import ColumnElement, SQLColumnExpression, exists

from backend.people.models import MemberList, MemberListEntry


def on_member_list(
    list_id: SQLColumnExpression[uuid.UUID | None], citizen_id: uuid.UUID | ColumnElement[uuid.UUID]
) -> ColumnElement[bool]:
    """Of a list that is open: nothing is for the members of a closed one."""
    return exists().where(
        MemberListEntry.list_id == list_id,
        MemberListEntry.citizen_id == citizen_id,
        MemberList.id == MemberListEntry.list_id,
        MemberList.closed_at.is_(None),
    )
