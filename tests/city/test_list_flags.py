"""GET /v1/city/flags."""

import uuid

import pytest
from sqlalchemy.orm import Session

from backend.base.database import Database
from tests.conftest import NOW
from tests.factories.claims import make_flag
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient


@pytest.fixture
def flags(citizen: ApiClient, clerk: ApiClient, database: Database, world: World) -> list[str]:
    """Two of one purchase; the second is decided."""
    purchase_id = uuid.UUID(buy(citizen, clerk)["id"])

    def work(session: Session) -> list[str]:
        about: dict[str, uuid.UUID] = {
            "account_id": world.citizen.account_id,
            "purchase_id": purchase_id,
            "shop_id": world.shop_id,
        }
        first = make_flag(session, at=NOW, **about)
        second = make_flag(session, at=NOW, kind="own_shop", **about)
        second.status, second.decided_at, second.decision_reason = "cleared", NOW, "確認済み"
        return [str(first.id), str(second.id)]

    return database.run(work)


class TestListFlags:
    def test_gives_them_oldest_first(self, city: ApiClient, flags: list[str]) -> None:
        page = city.get("/v1/city/flags").get_json()

        assert [flag["id"] for flag in page["items"]] == flags
        assert page["items"][0]["evidence"] == {"counted": 12, "odd_from": 10, "within_hours": 1}

    @pytest.mark.parametrize(
        ("query", "places"),
        [
            ("status=open", [0]),
            ("status=cleared", [1]),
            ("kind=own_shop", [1]),
            ("kind=shared_device", []),
            (f"shop_id={uuid.UUID(int=7)}", []),
        ],
    )
    def test_finds_those_meant(
        self, city: ApiClient, flags: list[str], query: str, places: list[int]
    ) -> None:
        page = city.get(f"/v1/city/flags?{query}").get_json()

        assert [flag["id"] for flag in page["items"]] == [flags[place] for place in places]

    def test_gives_pages(self, city: ApiClient, flags: list[str]) -> None:
        page = city.get("/v1/city/flags?limit=1").get_json()
        rest = city.get(f"/v1/city/flags?limit=1&cursor={page['next_cursor']}").get_json()

        assert [flag["id"] for flag in page["items"] + rest["items"]] == flags

    def test_is_for_those_who_review(self, clerk: ApiClient, citizen: ApiClient) -> None:
        assert clerk.get("/v1/city/flags").status_code == 403
        assert citizen.get("/v1/city/flags").status_code == 403
