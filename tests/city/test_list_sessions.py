"""GET /v1/city/sessions."""

import time_machine

from tests.support.client import ApiClient


class TestListSessions:
    def test_tells_where_and_when(self, city: ApiClient) -> None:
        items = city.get("/v1/city/sessions").get_json()["items"]

        assert [(item["face"], item["created_at"]) for item in items] == [
            ("city", "2026-06-15T03:00:00+00:00")
        ]

    def test_shows_the_callers_own_only(self, city: ApiClient, approver: ApiClient) -> None:
        seen = [client.get("/v1/city/sessions").get_json()["items"] for client in (city, approver)]

        assert [len(items) for items in seen] == [1, 1]
        assert seen[0] != seen[1]

    def test_ends_after_an_idle_hour(self, city: ApiClient, clock: time_machine.Traveller) -> None:
        clock.shift(3601)

        assert city.get("/v1/city/sessions").get_json()["code"] == "token_invalid"
