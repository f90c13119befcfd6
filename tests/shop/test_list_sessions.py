"""GET /v1/shop/sessions."""

import time_machine

from tests.support.client import ApiClient


class TestListSessions:
    def test_tells_where_and_when(self, clerk: ApiClient) -> None:
        items = clerk.get("/v1/shop/sessions").get_json()["items"]

        assert [(item["face"], item["created_at"]) for item in items] == [
            ("shop", "2026-06-15T03:00:00+00:00")
        ]

    def test_shows_the_callers_own_only(self, clerk: ApiClient, manager: ApiClient) -> None:
        seen = [client.get("/v1/shop/sessions").get_json()["items"] for client in (clerk, manager)]

        assert [len(items) for items in seen] == [1, 1]
        assert seen[0] != seen[1]

    def test_ends_after_an_idle_hour(self, clerk: ApiClient, clock: time_machine.Traveller) -> None:
        clock.shift(3601)

        assert clerk.get("/v1/shop/sessions").get_json()["code"] == "token_invalid"

    def test_is_for_people(self, register: ApiClient) -> None:
        assert register.get("/v1/shop/sessions").status_code == 403
