"""GET /v1/shops/{shop_id}: one shop."""

import uuid
from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_hours, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetShop:
    def test_tells_its_week(self, nobody: ApiClient, database: Database, world: World) -> None:
        database.run(
            lambda session: make_hours(session, (0, 540, 1080), (4, 1020, 1530), shop_id=world.shop_id)
        )

        shop = nobody.get(f"/v1/shops/{world.shop_id}").get_json()

        assert shop["is_open"] is True
        assert shop["hours"] == [
            {"weekday": 0, "opens_minute": 540, "closes_minute": 1080},
            {"weekday": 4, "opens_minute": 1020, "closes_minute": 1530},
        ]

    def test_tells_who_runs_it(self, nobody: ApiClient, world: World) -> None:
        shop = nobody.get(f"/v1/shops/{world.shop_id}").get_json()

        assert shop["organisation"] == {"kind": "firm", "name": "麦と汽笛商店"}

    @pytest.mark.parametrize(("language", "expected"), [("en", "Bread."), ("ja@easy", "パンの店です。")])
    def test_describes_itself_in_the_callers_language(
        self, nobody: ApiClient, database: Database, at: datetime, language: str, expected: str
    ) -> None:
        shop_id = database.run(
            lambda session: (
                make_shop(session, at=at, description_ja="パンの店です。", description_en="Bread.").id
            )
        )

        shop = nobody.get(f"/v1/shops/{shop_id}", headers={"Accept-Language": language}).get_json()

        assert shop["description"] == expected

    def test_keeps_the_contact_to_itself(self, nobody: ApiClient, world: World) -> None:
        response = nobody.get(f"/v1/shops/{world.shop_id}")

        assert "shop@example.jp" not in response.get_data(as_text=True)

    @pytest.mark.parametrize("status", ["applied", "suspended", "closed", "rejected"])
    def test_knows_no_shop_that_does_not_take_part(
        self, nobody: ApiClient, database: Database, at: datetime, status: str
    ) -> None:
        shop_id = database.run(lambda session: make_shop(session, at=at, status=status).id)

        response = nobody.get(f"/v1/shops/{shop_id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_knows_no_shop_that_is_not_there(self, nobody: ApiClient, world: World) -> None:
        assert nobody.get(f"/v1/shops/{uuid.uuid4()}").status_code == 404
