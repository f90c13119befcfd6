"""GET /v1/shop/reconciliations/{reconciliation_id}."""

import uuid

from tests.factories.tills import reconcile
from tests.support.client import ApiClient

PATH = "/v1/shop/reconciliations"


class TestGetOwnReconciliation:
    def test_tells_a_version_with_its_differences_and_all_others(self, register: ApiClient) -> None:
        first = reconcile(register, count=1, amount_yen=580).get_json()["reconciliation"]
        second = reconcile(register, count=0, amount_yen=0).get_json()["reconciliation"]

        found = register.get(f"{PATH}/{first['id']}").get_json()

        assert [difference["kind"] for difference in found["differences"]] == [
            "count_differs",
            "total_differs",
        ]
        assert [version["id"] for version in found["versions"]] == [second["id"], first["id"]]

    def test_knows_none_that_is_not_there(self, register: ApiClient) -> None:
        response = register.get(f"{PATH}/{uuid.uuid4()}")

        assert (response.status_code, response.get_json()["code"]) == (404, "reconciliation_not_found")

    def test_is_for_the_shop(self, citizen: ApiClient) -> None:
        assert citizen.get(f"{PATH}/{uuid.uuid4()}").status_code == 403
