"""POST /v1/shop/messages/{id}/schedule: once the city has approved it."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.messages import made_shop_approved, made_shop_review, refusal, suspend
from tests.factories.sendings import make_reader
from tests.factories.world import World
from tests.support.client import ApiClient


class TestScheduleOwnMessage:
    def test_lets_it_begin_at_its_time(
        self, manager: ApiClient, approver: ApiClient, database: Database, at: datetime
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_approved(manager, approver)

        scheduled = manager.post(f"{path}/schedule", {}).get_json()

        assert (scheduled["status"], scheduled["send_at"]) == ("scheduled", "2026-07-10T07:00:00+00:00")

    def test_needs_the_citys_approval(self, manager: ApiClient) -> None:
        path = made_shop_review(manager)

        assert refusal(manager.post(f"{path}/schedule", {})) == (409, "message_not_approved")

    def test_is_refused_to_a_suspended_shop(
        self,
        manager: ApiClient,
        city: ApiClient,
        approver: ApiClient,
        database: Database,
        at: datetime,
        world: World,
    ) -> None:
        database.run(lambda session: make_reader(session, at=at))
        path = made_shop_approved(manager, approver)
        suspend(city, world.shop_id)

        assert refusal(manager.post(f"{path}/schedule", {})) == (409, "shop_not_active")
