"""GET /v1/shop/messages/{id}/health: how the sending goes."""

from collections.abc import Callable
from datetime import datetime

import pytest

from backend.base.database import Database
from backend.web.ground import Ground
from tests.factories.messages import made_shop_scheduled, started
from tests.factories.sendings import make_readers
from tests.support.client import ApiClient


@pytest.fixture
def sent(
    manager: ApiClient, approver: ApiClient, database: Database, ground: Ground, at: datetime
) -> Callable[[int], str]:
    """The path of a message that was begun, to so many readers."""

    def sent(readers: int) -> str:
        database.run(lambda session: make_readers(session, readers, at=at))
        path = made_shop_scheduled(manager, approver, send_at=at.isoformat())
        started(database, path, ground, at)
        return path

    return sent


class TestGetOwnMessageHealth:
    def test_tells_numbers_that_hide_everybody(self, manager: ApiClient, sent: Callable[[int], str]) -> None:
        found = manager.get(f"{sent(12)}/health").get_json()

        assert (found["recipient_count"], found["accepted_count"]) == (10, None)

    def test_tells_no_small_numbers(self, manager: ApiClient, sent: Callable[[int], str]) -> None:
        found = manager.get(f"{sent(9)}/health").get_json()

        assert set(found.values()) == {None}
