"""A message's way through the city office and out of a shop, over HTTP."""

import uuid
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.city.disaster_messages.schemas import DISASTER_EXAMPLE
from backend.city.message_templates.schemas import TEMPLATE_EXAMPLE
from backend.city.messages.schemas import MESSAGE_EXAMPLE
from backend.messages.models import Message, MessageRecipient, MessageStatus
from backend.messages.sending.starting import start_message
from backend.notices.models import NoticeChoice
from backend.shop.messages.schemas import OWN_MESSAGE_EXAMPLE
from backend.web.ground import Ground
from tests.support.client import ApiClient

PATH = "/v1/city/messages"
TEMPLATES = "/v1/city/message-templates"
DISASTERS = "/v1/city/disaster-messages"
SHOP_PATH = "/v1/shop/messages"
REASON = {"reason": "会場が変わったため"}
KEY = {"Idempotency-Key": "9f7d7a3e-0001"}


def message(**changes: Any) -> dict[str, Any]:
    """To everybody, unless told otherwise."""
    return {**deepcopy(MESSAGE_EXAMPLE), "audience": {}, **changes}


def shop_message(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(OWN_MESSAGE_EXAMPLE), "audience": {}, **changes}


def disaster(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(DISASTER_EXAMPLE), **changes}


def template(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(TEMPLATE_EXAMPLE), **changes}


def made(response: Any) -> dict[str, Any]:
    assert response.status_code in (200, 201), response.get_json()
    found: dict[str, Any] = response.get_json()
    return found


def made_draft(city: ApiClient, **changes: Any) -> str:
    """The path of a message of the city that is drafted."""
    return f"{PATH}/{made(city.post(PATH, message(**changes)))['id']}"


def made_review(city: ApiClient, **changes: Any) -> str:
    path = made_draft(city, **changes)
    made(city.post(f"{path}/review"))
    return path


def made_approved(city: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_review(city, **changes)
    made(approver.post(f"{path}/approval", {"inbox_is_enough": True}))
    return path


def made_scheduled(city: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_approved(city, approver, **changes)
    made(city.post(f"{path}/schedule", {}))
    return path


def made_shop_draft(manager: ApiClient, **changes: Any) -> str:
    """The path of a shop's message at the shops' face."""
    return f"{SHOP_PATH}/{made(manager.post(SHOP_PATH, shop_message(**changes)))['id']}"


def made_shop_review(manager: ApiClient, **changes: Any) -> str:
    path = made_shop_draft(manager, **changes)
    made(manager.post(f"{path}/review"))
    return path


def made_shop_approved(manager: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_shop_review(manager, **changes)
    made(approver.post(f"{in_city(path)}/approval", {}))
    return path


def made_shop_scheduled(manager: ApiClient, approver: ApiClient, **changes: Any) -> str:
    path = made_shop_approved(manager, approver, **changes)
    made(manager.post(f"{path}/schedule", {}))
    return path


def made_disaster(city: ApiClient, **changes: Any) -> str:
    """The path of a disaster message at the city's face."""
    return f"{PATH}/{made(city.post(DISASTERS, disaster(**changes), headers=KEY))['id']}"


def made_template(city: ApiClient, **changes: Any) -> str:
    """The path of a template that is drafted."""
    drafted = made(city.post(TEMPLATES, template(**changes)))
    return f"{TEMPLATES}/{drafted['slug']}/{drafted['version']}"


def in_city(path: str) -> str:
    """The same message at the city's face."""
    return path.replace(SHOP_PATH, PATH)


def begin(database: Database, path: str, at: datetime) -> None:
    """As the worker does when its moment has come, but for the recipients."""
    set_status(database, path, MessageStatus.SENDING, started_at=at)


def started(database: Database, path: str, ground: Ground, at: datetime) -> None:
    """As the worker does, with its recipients."""
    message_id = uuid.UUID(path.rpartition("/")[2])
    database.run(lambda session: start_message(session, message_id=message_id, region=ground.region, at=at))


def fail(database: Database, path: str, *, position: int, at: datetime) -> None:
    """As after the last try of a push."""
    query = update(MessageRecipient).where(
        MessageRecipient.message_id == uuid.UUID(path.rpartition("/")[2]),
        MessageRecipient.position == position,
    )
    failed = {"status": "failed", "failure": "unavailable", "attempts": 5, "settled_at": at}
    database.run(lambda session: session.execute(query.values(**failed)))


def set_status(database: Database, path: str, status: MessageStatus, **columns: Any) -> None:
    query = update(Message).where(Message.id == uuid.UUID(path.rpartition("/")[2]))
    database.run(lambda session: session.execute(query.values(status=status.value, **columns)))


def suspend(city: ApiClient, shop_id: uuid.UUID) -> None:
    made(city.post(f"/v1/city/shops/{shop_id}/decisions", {"action": "suspend", "reason": "確認中"}))


def mute(session: Session, *, citizen_id: uuid.UUID, kind: str, subject: str, at: datetime) -> None:
    session.execute(
        insert(NoticeChoice).values(citizen_id=citizen_id, kind=kind, subject=subject, chosen_at=at)
    )


def refusal(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["code"]
