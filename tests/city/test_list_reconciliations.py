"""GET /v1/city/reconciliations."""

import uuid

from tests.factories.tills import reconcile
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/city/reconciliations"


class TestListReconciliations:
    def test_tells_every_shops_days(self, city: ApiClient, register: ApiClient, world: World) -> None:
        reconcile(register, count=1, amount_yen=580)

        [item] = city.get(PATH).get_json()["items"]

        assert (item["shop_id"], item["sold_on"], item["difference_count"]) == (
            str(world.shop_id),
            "2026-06-15",
            2,
        )

    def test_finds_what_differs_at_one_shop(self, city: ApiClient, register: ApiClient, world: World) -> None:
        reconcile(register, "2026-06-14", count=0, amount_yen=0)
        reconcile(register, "2026-06-15", count=1, amount_yen=580)

        here = city.get(f"{PATH}?shop_id={world.shop_id}&only_differing=true").get_json()["items"]
        elsewhere = city.get(f"{PATH}?shop_id={uuid.uuid4()}").get_json()["items"]

        assert [item["sold_on"] for item in here] == ["2026-06-15"]
        assert elsewhere == []

    def test_is_for_officers(self, approver: ApiClient, manager: ApiClient) -> None:
        assert approver.get(PATH).status_code == 403
        assert manager.get(PATH).status_code == 403
