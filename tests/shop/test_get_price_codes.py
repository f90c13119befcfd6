"""GET /v1/shop/price-codes."""

from tests.support.client import ApiClient

PATH = "/v1/shop/price-codes"


class TestGetPriceCodes:
    def test_tells_nothing_until_the_shop_has_said_something(self, register: ApiClient) -> None:
        assert register.get(PATH).get_json() == {"layouts": []}

    def test_tells_each_prefix_in_order(self, manager: ApiClient, clerk: ApiClient) -> None:
        digits = {"item_digits": 5, "price_digits": 4}
        manager.put(PATH, {"layouts": [{"prefix": prefix, **digits} for prefix in ("29", "02")]})

        layouts = clerk.get(PATH).get_json()["layouts"]

        assert [layout["prefix"] for layout in layouts] == ["02", "29"]

    def test_is_for_the_shop(self, citizen: ApiClient) -> None:
        assert citizen.get(PATH).status_code == 403
