"""GET /v1/shop/messages/{id}/health: how the sending goes."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from backend.notices.engagement import count_opened, count_tapped
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

    @pytest.mark.parametrize(("opened", "told"), [(9, None), (10, 10), (19, 10)])
    def test_tells_opens_and_taps_in_tens(
        self,
        manager: ApiClient,
        database: Database,
        sent: Callable[[int], str],
        opened: int,
        told: int | None,
    ) -> None:
        path = sent(12)
        circular_id = uuid.UUID(path.rpartition("/")[2])

        def read(session: Session) -> None:
            for _ in range(opened):
                count_opened(session, circular_id=circular_id)
                count_tapped(session, circular_id=circular_id)

        database.run(read)

        found = manager.get(f"{path}/health").get_json()
        assert (found["opened_count"], found["tapped_count"]) == (told, told)
