"""POST /v1/shop/messages/{id}/resume: it goes on."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.messages import REASON, begin, in_city, made, made_shop_scheduled, refusal
from tests.factories.sendings import make_reader
from tests.support.client import ApiClient


@pytest.fixture
def sending(manager: ApiClient, approver: ApiClient, database: Database, at: datetime) -> str:
    """The path of a message of the shop that is being sent."""
    database.run(lambda session: make_reader(session, at=at))
    path = made_shop_scheduled(manager, approver)
    begin(database, path, at)
    return path


class TestResumeOwnMessage:
    def test_lets_it_go_on(self, manager: ApiClient, sending: str) -> None:
        made(manager.post(f"{sending}/stop", REASON))

        assert manager.post(f"{sending}/resume").get_json()["status"] == "sending"

    def test_leaves_what_the_city_stopped_to_the_city(
        self, manager: ApiClient, city: ApiClient, sending: str
    ) -> None:
        made(city.post(f"{in_city(sending)}/stop", REASON))

        assert refusal(manager.post(f"{sending}/resume")) == (409, "message_stopped_by_city")

    def test_is_the_shops_again_once_the_city_has_let_it_go_on(
        self, manager: ApiClient, city: ApiClient, sending: str
    ) -> None:
        made(city.post(f"{in_city(sending)}/stop", REASON))
        made(city.post(f"{in_city(sending)}/resume"))
        made(manager.post(f"{sending}/stop", REASON))

        assert manager.post(f"{sending}/resume").get_json()["status"] == "sending"
