"""PUT /v1/shop/price-codes: how bar codes hold prices."""

from typing import Any

import pytest

from tests.factories.purchases import record
from tests.support.client import ApiClient

PATH = "/v1/shop/price-codes"
LAYOUT = {"prefix": "02", "item_digits": 5, "price_digits": 5}
SALMON = {"name_ja": "秋鮭", "origin_municipality_code": "012068", "in_store_code": "0201007005801"}


class TestSetPriceCodes:
    def test_replaces_what_was_said_before(self, manager: ApiClient) -> None:
        manager.put(PATH, {"layouts": [LAYOUT, LAYOUT | {"prefix": "21", "price_digits": 4}]})

        response = manager.put(PATH, {"layouts": [LAYOUT]})

        assert response.status_code == 200
        assert manager.get(PATH).get_json() == response.get_json() == {"layouts": [LAYOUT]}

    def test_lets_a_sale_at_another_price_name_the_product(
        self, manager: ApiClient, register: ApiClient, citizen: ApiClient
    ) -> None:
        manager.put(PATH, {"layouts": [LAYOUT]})
        product_id = manager.post("/v1/shop/products", SALMON).get_json()["id"]
        line = {"gtin": "0201007006402", "amount_yen": 512, "discount_yen": 128, "tax_permille": 80}
        code = register.post("/v1/shop/codes", {"amount_yen": 512, "lines": [line]}).get_json()

        purchase_id = record(citizen, code["url"]).get_json()["id"]

        [sold] = register.get(f"/v1/shop/purchases/{purchase_id}").get_json()["lines"]
        assert sold == {
            "position": 1,
            "name": None,
            "quantity": 1,
            "amount_yen": 512,
            "gtin": None,
            "in_store_code": "0201007006402",
            "tax_permille": 80,
            "discount_yen": 128,
            "product_id": product_id,
        }

    @pytest.mark.parametrize(
        ("layouts", "field"),
        [
            ([LAYOUT | {"prefix": "49"}], "layouts.0.prefix"),
            ([LAYOUT | {"item_digits": 6}], "item_digits"),
            ([LAYOUT | {"item_digits": True}], "layouts.0.item_digits"),
            ([LAYOUT, LAYOUT], "layouts.1.prefix"),
            (LAYOUT, "layouts"),
        ],
    )
    def test_refuses_a_field_and_names_it(self, manager: ApiClient, layouts: Any, field: str) -> None:
        response = manager.put(PATH, {"layouts": layouts})

        assert response.status_code == 422
        assert [error["field"] for error in response.get_json()["errors"]] == [field]

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        assert clerk.put(PATH, {"layouts": []}).status_code == 403
        assert register.put(PATH, {"layouts": []}).status_code == 403
