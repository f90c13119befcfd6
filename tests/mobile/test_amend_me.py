"""GET and PATCH /v1/me."""

from typing import Any

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.people.models import Citizen
from tests.conftest import NOW
from tests.factories.world import World
from tests.support.client import ApiClient

DECLARED = {
    "municipality_code": "012068",
    "district": "春採",
    "birth_month": 6,
    "age_band": "30_44",
    "standing": "resident",
}


class TestAmendMe:
    @pytest.fixture
    def verified(self, citizen: ApiClient, database: Database, world: World) -> ApiClient:
        seen = {"verified_at": NOW, "verified_by_staff_id": world.city.id}
        theirs = update(Citizen).where(Citizen.id == world.citizen.id)
        database.run(lambda session: session.execute(theirs.values(**DECLARED, **seen)))
        return citizen

    def test_declares(self, citizen: ApiClient) -> None:
        response = citizen.patch("/v1/me", DECLARED)

        assert response.status_code == 200
        me = response.get_json()
        assert {name: me[name] for name in DECLARED} == DECLARED
        assert me["verified_at"] is None

    def test_changes_nickname_and_language(self, citizen: ApiClient) -> None:
        response = citizen.patch("/v1/me", {"nickname": " えぞりす ", "language": "en"})

        assert response.get_json()["nickname"] == "えぞりす"
        assert citizen.get("/v1/me").get_json()["language"] == "en"

    @pytest.mark.parametrize(
        ("given", "kept"), [(" 春採　", "春採"), ("美原\n", "美原"), ("鳥取 \t南", "鳥取 南"), ("　", None)]
    )
    def test_keeps_a_district_as_messages_name_it(
        self, citizen: ApiClient, given: str, kept: str | None
    ) -> None:
        assert citizen.patch("/v1/me", {"district": given}).get_json()["district"] == kept

    @pytest.mark.parametrize("change", [{"district": "鳥取"}, {"standing": None}, {"birth_month": 7}])
    def test_is_no_longer_verified_after_declaring_something_else(
        self, verified: ApiClient, change: dict[str, Any]
    ) -> None:
        assert verified.get("/v1/me").get_json()["verified_at"] is not None

        response = verified.patch("/v1/me", change)

        assert response.get_json()["verified_at"] is None

    @pytest.mark.parametrize("change", [{"nickname": "えぞりす"}, {"district": "春採"}, {}])
    def test_stays_verified_when_nothing_declared_changes(
        self, verified: ApiClient, change: dict[str, Any]
    ) -> None:
        response = verified.patch("/v1/me", change)

        assert response.get_json()["verified_at"] is not None

    @pytest.mark.parametrize(
        "change",
        [
            {"municipality_code": "012067"},
            {"municipality_code": "01206"},
            {"municipality_code": "012068\n"},
            {"birth_month": 13},
            {"birth_month": 10**30},
            {"age_band": "21"},
            {"standing": "king"},
            {"nickname": None},
            {"nickname": "\u200b"},
            {"language": "fr"},
            {"verified_at": "2026-01-01T00:00:00Z"},
            {"account_id": "00000000-0000-7000-8000-000000000001"},
        ],
    )
    def test_refuses(self, citizen: ApiClient, change: dict[str, Any]) -> None:
        assert citizen.patch("/v1/me", change).status_code == 422

    def test_touches_nobody_else(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        citizen.patch("/v1/me", DECLARED)

        assert neighbour.get("/v1/me").get_json()["municipality_code"] is None
