"""GET /v1/shop/webhooks."""

from datetime import datetime
from typing import Any

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.people import make_staff
from tests.factories.webhooks import ALL_EVENTS, PATH, URL, register_webhook
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


class TestListWebhooks:
    def test_tells_where_they_go_and_of_what_they_are_told(self, manager: ApiClient) -> None:
        register_webhook(manager, note="POS")
        register_webhook(manager, event_types=["coupon.redeemed"])

        first, second = manager.get(PATH).get_json()["items"]

        assert (first["url"], first["note"], first["status"]) == (URL, "POS", "active")
        assert first["event_types"] == sorted(ALL_EVENTS)
        assert second["event_types"] == ["coupon.redeemed"]

    def test_goes_page_by_page(self, manager: ApiClient) -> None:
        ids = [register_webhook(manager)["id"] for _ in range(3)]

        first = manager.get(f"{PATH}?limit=2").get_json()
        second = manager.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [webhook["id"] for webhook in first["items"] + second["items"]] == ids
        assert second["next_cursor"] is None

    def test_shows_no_secret(self, manager: ApiClient) -> None:
        secret = register_webhook(manager)["secret"]

        said = manager.get(PATH).get_data(as_text=True)

        assert secret not in said
        assert "sealed" not in said

    def test_leaves_out_those_of_other_shops(
        self, app: Any, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at).id)
        other = database.run(
            lambda session: make_staff(session, at=at, face="shop", roles=("manager",), shop_id=shop_id)
        )
        register_webhook(ApiClient(app, other.token))

        assert manager.get(PATH).get_json()["items"] == []

    def test_asks_as_much_for_many_as_for_one(self, manager: ApiClient, database: Database) -> None:
        register_webhook(manager)
        with asked_statements(database) as for_one:
            manager.get(PATH)
        register_webhook(manager)
        with asked_statements(database) as for_many:
            manager.get(PATH)

        assert len(for_many) == len(for_one)

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.get(PATH).status_code == 403
        assert register.get(PATH).status_code == 403
