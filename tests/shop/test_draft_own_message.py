"""POST /v1/shop/messages: a manager drafts advertising."""

from typing import Any

import pytest

from tests.factories.messages import SHOP_PATH, refusal, shop_message
from tests.factories.world import World
from tests.support.client import ApiClient


class TestDraftOwnMessage:
    def test_keeps_a_draft_of_advertising(self, manager: ApiClient, world: World) -> None:
        response = manager.post(SHOP_PATH, shop_message())

        drafted = response.get_json()
        assert (response.status_code, drafted["status"], drafted["purpose"]) == (201, "draft", "push_shops")
        assert drafted["shop_id"] == str(world.shop_id)

    @pytest.mark.parametrize("slug", ["notice", "disaster-tsunami"])
    def test_writes_in_nobody_elses_words(self, manager: ApiClient, slug: str) -> None:
        response = manager.post(SHOP_PATH, shop_message(template_slug=slug))

        assert refusal(response) == (422, "message_purpose_mismatched")

    def test_cannot_name_itself_otherwise(self, manager: ApiClient) -> None:
        params = shop_message()["params"] | {"sender": "釧路市"}

        response = manager.post(SHOP_PATH, shop_message(params=params))

        assert refusal(response) == (422, "message_params_invalid")

    @pytest.mark.parametrize(
        "audience",
        [
            {"points_expiring": {"within_days": 30}},
            {"citizens": ["01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11"]},
            {"visited_shop": {"shop_ids": ["01964f3c-9f4a-7c12-8a3e-5a0d1f0c2b11"], "within_days": 30}},
        ],
    )
    def test_asks_for_nothing_but_its_own(self, manager: ApiClient, audience: dict[str, Any]) -> None:
        response = manager.post(SHOP_PATH, shop_message(audience=audience))

        assert refusal(response) == (422, "audience_invalid")

    def test_gives_away_no_points_of_the_city(self, manager: ApiClient) -> None:
        given = shop_message(attachment={"kind": "reward_code", "value": "ABCDE-FGHJK"})

        assert refusal(manager.post(SHOP_PATH, given)) == (422, "attachment_invalid")

    def test_is_about_what_shops_are_about(self, manager: ApiClient) -> None:
        assert refusal(manager.post(SHOP_PATH, shop_message(category="news"))) == (
            422,
            "message_category_invalid",
        )

    def test_is_not_for_another_shop(self, manager: ApiClient, world: World) -> None:
        given = shop_message(shop_id=str(world.citizen.id))

        assert refusal(manager.post(SHOP_PATH, given)) == (404, "shop_not_found")

    def test_is_not_for_clerks(self, clerk: ApiClient) -> None:
        assert refusal(clerk.post(SHOP_PATH, shop_message())) == (403, "permission_missing")
