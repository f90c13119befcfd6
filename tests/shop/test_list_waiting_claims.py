"""GET /v1/shop/claims."""

import time_machine

from tests.factories.claims import LARGE_YEN, SMALL_YEN, state
from tests.support.client import ApiClient


class TestListWaitingClaims:
    def test_gives_what_waits_oldest_first(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, poster: str
    ) -> None:
        state(citizen, poster, SMALL_YEN)
        first = state(citizen, poster, LARGE_YEN, key="another-key")
        second = state(neighbour, poster, LARGE_YEN)

        page = clerk.get("/v1/shop/claims").get_json()

        assert [claim["id"] for claim in page["items"]] == [first["id"], second["id"]]
        assert page["items"][0]["expires_at"].startswith("2026-06-18T03:00:00")

    def test_tells_nothing_of_who_bought(self, citizen: ApiClient, clerk: ApiClient, poster: str) -> None:
        state(citizen, poster, LARGE_YEN)

        [claim] = clerk.get("/v1/shop/claims").get_json()["items"]

        assert set(claim) == {
            "id",
            "kind",
            "amount_yen",
            "done_at",
            "submitted_at",
            "expires_at",
            "status",
            "purchase_id",
        }

    def test_forgets_what_the_shop_left_lying(
        self, citizen: ApiClient, register: ApiClient, poster: str, clock: time_machine.Traveller
    ) -> None:
        state(citizen, poster, LARGE_YEN)
        clock.shift(72 * 3600)

        page = register.get("/v1/shop/claims").get_json()

        assert page["items"] == []

    def test_gives_pages(self, citizen: ApiClient, register: ApiClient, poster: str) -> None:
        for number in range(2):
            state(citizen, poster, LARGE_YEN + number, key=f"claim-key-{number}")

        page = register.get("/v1/shop/claims?limit=1").get_json()
        rest = register.get(f"/v1/shop/claims?limit=1&cursor={page['next_cursor']}").get_json()

        assert len({claim["id"] for claim in page["items"] + rest["items"]}) == 2
