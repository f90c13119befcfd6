"""POST /v1/purchases: the main job, through HTTP."""

from typing import Any

from werkzeug.test import TestResponse

from tests.factories.world import World
from tests.support.client import ApiClient

KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"


def issue(clerk: ApiClient, amount_yen: int = 1280) -> dict[str, Any]:
    code: dict[str, Any] = clerk.post("/v1/shop/codes", {"amount_yen": amount_yen}).get_json()
    return code


def record(caller: ApiClient, url: str, key: str = KEY, **body: Any) -> TestResponse:
    return caller.post("/v1/purchases", {"scanned": url, **body}, headers={"Idempotency-Key": key})


class TestRecordPurchase:
    def test_answers_the_purchase_its_points_and_the_new_balance(
        self, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        code = issue(clerk)

        response = record(citizen, code["url"])

        assert response.status_code == 201
        purchase = response.get_json()
        assert purchase["amount_yen"] == 1280
        assert purchase["shop"]["id"] == str(world.shop_id)
        assert purchase["earned_points"] == 12
        assert purchase["balance_points"] == 12
        assert [verdict["code"] for verdict in purchase["verdicts"]] == ["awarded"]
