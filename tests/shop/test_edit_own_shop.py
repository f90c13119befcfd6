"""PATCH /v1/shop/shop: what my shop says of itself."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/shop"


class TestEditOwnShop:
    def test_is_what_citizens_see_next(self, manager: ApiClient, nobody: ApiClient, world: World) -> None:
        manager.patch(PATH, {"name_en": "Mugi", "tags": ["Cafe", "bakery"]})

        shop = nobody.get(f"/v1/shops/{world.shop_id}", headers={"Accept-Language": "en"}).get_json()

        assert (shop["name"], shop["tags"]) == ("Mugi", ["bakery", "cafe"])

    def test_answers_the_shop_as_it_is_now(self, manager: ApiClient) -> None:
        response = manager.patch(PATH, {"municipality_code": "016624", "district": None})

        shop = response.get_json()
        assert response.status_code == 200
        assert (shop["ring"], shop["district"], shop["name_ja"]) == ("kushiro_area", None, "麦と汽笛")

    @pytest.mark.parametrize(
        "changes",
        [{"size_class": "small"}, {"is_locally_owned": True}, {"status": "active"}, {"ring": "city"}],
    )
    def test_leaves_to_the_city_what_is_the_citys(self, manager: ApiClient, changes: dict[str, Any]) -> None:
        response = manager.patch(PATH, changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == list(changes)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name_ja": None}, "name_ja"),
            ({"name_ja": " "}, "name_ja"),
            ({"latitude": 43.0}, "longitude"),
            ({"municipality_code": "000000"}, "municipality_code"),
            ({"contact_email": "x"}, "contact_email"),
            ({"tags": ["x" * 25]}, "tags.0"),
        ],
    )
    def test_refuses_a_field_and_names_it(
        self, manager: ApiClient, changes: dict[str, Any], field: str
    ) -> None:
        response = manager.patch(PATH, changes)

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_knows_no_other_shop(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.patch(f"{PATH}?shop_id={other_id}", {"name_ja": "乗っ取り"}).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient) -> None:
        assert clerk.patch(PATH, {"name_en": "Mugi"}).status_code == 403

    def test_ends_with_the_shop(self, manager: ApiClient, city: ApiClient, world: World) -> None:
        city.post(f"/v1/city/shops/{world.shop_id}/decisions", {"action": "close", "reason": "廃業"})

        response = manager.patch(PATH, {"name_en": "Mugi"})

        assert (response.status_code, response.get_json()["code"]) == (409, "shop_ended")
