"""GET /v1/shop/offline-allowances/{allowance_id}: which of its codes were honoured."""

import uuid

from tests.factories.purchases import OTHER_KEY, record
from tests.factories.tills import get_allowance, sign
from tests.support.client import ApiClient

PATH = "/v1/shop/offline-allowances"


class TestGetOfflineAllowance:
    def test_tells_each_code_with_its_purchase(
        self, register: ApiClient, citizen: ApiClient, neighbour: ApiClient
    ) -> None:
        issued = get_allowance(register)
        later = record(neighbour, sign(issued, 500, serial_number=7), OTHER_KEY).get_json()["id"]
        sooner = record(citizen, sign(issued, 980, serial_number=2)).get_json()["id"]

        found = register.get(f"{PATH}/{issued['allowance']['id']}").get_json()

        assert [
            (code["serial_number"], code["amount_yen"], code["purchase_id"]) for code in found["codes"]
        ] == [(2, 980, sooner), (7, 500, later)]
        assert (found["allowance"]["used_count"], found["allowance"]["used_yen"]) == (2, 1480)

    def test_knows_none_that_is_not_there(self, register: ApiClient) -> None:
        assert register.get(f"{PATH}/{uuid.uuid4()}").status_code == 404

    def test_is_for_registers(self, manager: ApiClient) -> None:
        assert manager.get(f"{PATH}/{uuid.uuid4()}").status_code == 403
