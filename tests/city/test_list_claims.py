"""GET /v1/city/claims."""

from typing import Any

import pytest
import time_machine

from backend.base.database import Database
from tests.factories.claims import LARGE_YEN, SMALL_YEN, refuse, state
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements


@pytest.fixture
def claims(
    citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient, poster: str
) -> dict[str, dict[str, Any]]:
    """One that passed, one that waits for the shop, one that looks odd, one that was rejected."""
    passed = state(citizen, poster, SMALL_YEN)
    waiting = state(citizen, poster, LARGE_YEN, key="another-key")
    buy(neighbour, clerk, SMALL_YEN)
    odd = state(neighbour, poster, SMALL_YEN)
    rejected = state(neighbour, poster, LARGE_YEN, key="another-key")
    refuse(clerk, rejected)
    return {"passed": passed, "waiting": waiting, "odd": odd, "rejected": rejected}


class TestListClaims:
    def test_gives_everybodys_oldest_first(
        self, city: ApiClient, claims: dict[str, dict[str, Any]], poster: str
    ) -> None:
        page = city.get("/v1/city/claims").get_json()

        assert [claim["id"] for claim in page["items"]] == [claim["id"] for claim in claims.values()]
        assert page["items"][0]["shop"] == "麦と汽笛"

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("waits_for=city", ["odd"]),
            ("waits_for=shop", ["waiting"]),
            ("status=rejected", ["rejected"]),
            ("status=accepted&kind=poster", ["passed"]),
            ("kind=receipt", []),
            ("is_flagged=true", ["odd"]),
            ("is_flagged=false&status=submitted", ["waiting"]),
            ("older_than_hours=1", []),
        ],
    )
    def test_finds_those_meant(
        self, city: ApiClient, claims: dict[str, dict[str, Any]], query: str, names: list[str]
    ) -> None:
        page = city.get(f"/v1/city/claims?{query}").get_json()

        assert [claim["id"] for claim in page["items"]] == [claims[name]["id"] for name in names]

    def test_finds_those_of_an_age(
        self, city: ApiClient, claims: dict[str, dict[str, Any]], clock: time_machine.Traveller
    ) -> None:
        clock.shift(1800)
        assert city.get("/v1/city/claims?older_than_hours=1").get_json()["items"] == []
        clock.shift(1801)

        page = city.get("/v1/city/claims?older_than_hours=1").get_json()

        assert len(page["items"]) == len(claims)

    def test_tells_the_flags(self, city: ApiClient, claims: dict[str, dict[str, Any]]) -> None:
        [claim] = city.get("/v1/city/claims?is_flagged=true").get_json()["items"]

        assert [flag["kind"] for flag in claim["flags"]] == ["repeated_purchase"]

    def test_gives_pages(self, city: ApiClient, claims: dict[str, dict[str, Any]]) -> None:
        page = city.get("/v1/city/claims?limit=3").get_json()
        rest = city.get(f"/v1/city/claims?limit=3&cursor={page['next_cursor']}").get_json()

        assert (len(page["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 1, None)

    def test_asks_no_more_for_more_claims(
        self, city: ApiClient, claims: dict[str, dict[str, Any]], database: Database, world: World
    ) -> None:
        with asked_statements(database) as few:
            city.get("/v1/city/claims?limit=1")
        with asked_statements(database) as many:
            city.get("/v1/city/claims")

        assert len(few) == len(many)

    def test_is_for_those_who_review(self, approver: ApiClient, clerk: ApiClient) -> None:
        assert approver.get("/v1/city/claims").status_code == 200
        assert clerk.get("/v1/city/claims").status_code == 403
