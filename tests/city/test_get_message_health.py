"""GET /v1/city/messages/{id}/health: how the sending goes."""

from datetime import datetime

from backend.base.database import Database
from backend.web.ground import Ground
from tests.factories.messages import PATH, made_draft, made_scheduled, refusal, started
from tests.factories.sendings import make_readers
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetMessageHealth:
    def test_counts_people_by_state_and_reason(
        self, city: ApiClient, approver: ApiClient, database: Database, ground: Ground, at: datetime
    ) -> None:
        database.run(lambda session: make_readers(session, 8, at=at))
        path = made_scheduled(city, approver, send_at=at.isoformat())
        started(database, path, ground, at)

        found = city.get(f"{path}/health").get_json()

        # The town's two citizens are told in the inbox.
        assert (found["recipient_count"], found["states"]) == (10, {"waiting": 10})
        assert (found["opened_count"], found["tapped_count"], found["p50_seconds"]) == (0, 0, None)

    def test_tells_of_no_opening_where_it_would_be_known_whose(
        self, city: ApiClient, approver: ApiClient, database: Database, ground: Ground, at: datetime
    ) -> None:
        database.run(lambda session: make_readers(session, 7, at=at))
        path = made_scheduled(city, approver, send_at=at.isoformat())
        started(database, path, ground, at)

        found = city.get(f"{path}/health").get_json()

        assert found["recipient_count"] == 9
        assert (found["opened_count"], found["tapped_count"]) == (None, None)

    def test_is_empty_before_it_is_begun(self, city: ApiClient) -> None:
        path = made_draft(city)

        found = city.get(f"{path}/health").get_json()

        assert (found["recipient_count"], found["states"], found["failures"]) == (0, {}, {})

    def test_of_no_message_is_not_there(self, city: ApiClient, world: World) -> None:
        assert refusal(city.get(f"{PATH}/{world.shop_id}/health")) == (404, "message_not_found")
