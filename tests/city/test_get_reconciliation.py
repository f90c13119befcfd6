"""GET /v1/city/reconciliations/{reconciliation_id}."""

import uuid

from tests.factories.tills import reconcile
from tests.support.client import ApiClient

PATH = "/v1/city/reconciliations"


class TestGetReconciliation:
    def test_tells_what_the_shop_is_told(self, city: ApiClient, register: ApiClient) -> None:
        sent = reconcile(register, count=1, amount_yen=580).get_json()

        found = city.get(f"{PATH}/{sent['reconciliation']['id']}").get_json()

        assert found == sent

    def test_knows_none_that_is_not_there(self, city: ApiClient) -> None:
        assert city.get(f"{PATH}/{uuid.uuid4()}").status_code == 404

    def test_is_for_officers(self, approver: ApiClient) -> None:
        assert approver.get(f"{PATH}/{uuid.uuid4()}").status_code == 403
