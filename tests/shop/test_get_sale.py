"""GET /v1/shop/purchases/{id}."""

import uuid

from tests.factories.purchases import buy, issue, record, refund
from tests.support.client import ApiClient

PATH = "/v1/shop/purchases"


class TestGetSale:
    def test_shows_the_sale_and_nothing_of_who_bought_it(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 1000)

        sale = clerk.get(f"{PATH}/{purchase['id']}").get_json()

        assert sale == {
            "id": purchase["id"],
            "amount_yen": 1000,
            "discount_yen": 0,
            "spent_points": 0,
            "to_pay_yen": 1000,
            "earned_points": 10,
            "refunded_yen": 0,
            "done_at": "2026-06-15T03:00:00+00:00",
            "recorded_at": "2026-06-15T03:00:00+00:00",
            "lines": [],
            "refunds": [],
        }

    def test_shows_its_lines_in_their_order(self, citizen: ApiClient, clerk: ApiClient) -> None:
        lines = [
            {"name": "秋鮭", "quantity": 2, "amount_yen": 900},
            {"name": "昆布", "amount_yen": 100, "in_store_code": "kombu-1"},
        ]
        purchase = record(citizen, issue(clerk, 1000, lines=lines)["url"]).get_json()

        sale = clerk.get(f"{PATH}/{purchase['id']}").get_json()

        assert sale["lines"] == [
            {
                "position": 1,
                "name": "秋鮭",
                "quantity": 2,
                "amount_yen": 900,
                "gtin": None,
                "in_store_code": None,
                "tax_permille": None,
                "discount_yen": 0,
                "product_id": None,
            },
            {
                "position": 2,
                "name": "昆布",
                "quantity": 1,
                "amount_yen": 100,
                "gtin": None,
                "in_store_code": "kombu-1",
                "tax_permille": None,
                "discount_yen": 0,
                "product_id": None,
            },
        ]

    def test_shows_its_refunds_oldest_first(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk, 1000)
        first = refund(clerk, purchase["id"], "refund-1", amount_yen=100, reason="傷み").get_json()
        second = refund(clerk, purchase["id"], "refund-2").get_json()

        sale = clerk.get(f"{PATH}/{purchase['id']}").get_json()

        assert sale["refunds"] == [first, second]
        assert sale["refunded_yen"] == 1000

    def test_does_not_know_one_that_is_not_there(self, clerk: ApiClient) -> None:
        response = clerk.get(f"{PATH}/{uuid.uuid4()}")

        assert (response.status_code, response.get_json()["code"]) == (404, "purchase_not_found")
