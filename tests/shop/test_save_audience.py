"""POST /v1/shop/audiences."""

from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.audiences import save_audience
from tests.factories.member_lists import create_list
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/audiences"


class TestSaveAudience:
    def test_keeps_whom_the_shop_may_ask_for(self, manager: ApiClient, world: World) -> None:
        audience = {"not": {"visited_shop": {"shop_ids": [str(world.shop_id)], "within_days": 30}}}

        saved = save_audience(manager, "ごぶさたの方", audience)

        assert (saved["audience"], saved["shop_id"]) == (audience, str(world.shop_id))
        assert saved["description"] == "この30日間に「麦と汽笛」をご利用ではない方"

    def test_names_its_own_lists(self, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        saved = save_audience(manager, "会員", {"member_list": [list_id]})

        assert saved["description"] == "「朝の常連さん」の会員の方"

    def test_names_no_list_of_the_citys(self, manager: ApiClient, city: ApiClient) -> None:
        list_id = create_list(city, face="city")["member_list"]["id"]

        response = manager.post(PATH, {"name": "会員", "audience": {"member_list": [list_id]}})

        assert response.get_json()["code"] == "audience_invalid"

    def test_names_no_visitors_of_another_shop(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other = database.run(lambda session: make_shop(session, at=at, name_ja="魚屋").id)
        audience = {"any": [{"visited_shop": {"shop_ids": [str(other)], "within_days": 30}}]}

        problem = manager.post(PATH, {"name": "よそのお客", "audience": audience}).get_json()

        assert [error["field"] for error in problem["errors"]] == ["audience.any[0].visited_shop.shop_ids"]

    @pytest.mark.parametrize(
        "audience",
        [
            {"last_purchase": {"at_least_days_ago": 30}},
            {"points_expiring": {"within_days": 7}},
            {"consent": "statistics"},
            {"citizens": ["00000000-0000-7000-8000-000000000007"]},
        ],
    )
    def test_asks_for_nothing_that_only_the_city_may_ask_for(self, manager: ApiClient, audience: Any) -> None:
        response = manager.post(PATH, {"name": "だれか", "audience": audience})

        assert (response.status_code, response.get_json()["code"]) == (422, "audience_invalid")

    def test_finds_no_other_shop_to_keep_it_for(
        self, manager: ApiClient, database: Database, at: datetime
    ) -> None:
        other = database.run(lambda session: make_shop(session, at=at, name_ja="魚屋").id)

        response = manager.post(PATH, {"name": "みな", "audience": {}, "shop_id": str(other)})

        assert response.get_json()["code"] == "shop_not_found"

    def test_keeps_one_of_each_name(self, manager: ApiClient) -> None:
        save_audience(manager)

        response = manager.post(PATH, {"name": "65歳以上の方", "audience": {}})

        assert (response.status_code, response.get_json()["code"]) == (409, "audience_name_taken")

    def test_is_a_managers(self, clerk: ApiClient, city: ApiClient, citizen: ApiClient) -> None:
        body = {"name": "みな", "audience": {}}

        assert [each.post(PATH, body).status_code for each in (clerk, city, citizen)] == [403] * 3
