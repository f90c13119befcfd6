"""Member lists, over HTTP as managers, officers and citizens use them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from backend.people.models import MemberListEntry
from tests.factories.people import make_citizen
from tests.support.client import ApiClient


def create_list(caller: ApiClient, name: str = "朝の常連さん", face: str = "shop") -> dict[str, Any]:
    """As whoever made it was told it: `member_list` and `join_code`."""
    response = caller.post(f"/v1/{face}/member-lists", {"name": name})
    assert response.status_code == 201, response.get_json()
    made: dict[str, Any] = response.get_json()
    return made


def join(caller: ApiClient, join_code: str) -> TestResponse:
    return caller.post("/v1/me/memberships", {"join_code": join_code})


def fill_list(session: Session, *, list_id: str, members: int, at: datetime) -> None:
    for number in range(members):
        member = make_citizen(session, at=at, nickname=f"会員{number}")
        session.add(MemberListEntry(list_id=uuid.UUID(list_id), citizen_id=member.id, joined_at=at))
    session.flush()
