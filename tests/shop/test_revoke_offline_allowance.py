"""DELETE /v1/shop/offline-allowances/{allowance_id}: for a till that was stolen."""

from tests.factories.purchases import record
from tests.factories.tills import get_allowance, sign
from tests.support.client import ApiClient

PATH = "/v1/shop/offline-allowances"


class TestRevokeOfflineAllowance:
    def test_lets_no_code_of_it_be_honoured(
        self, manager: ApiClient, register: ApiClient, citizen: ApiClient
    ) -> None:
        issued = get_allowance(register)

        response = manager.delete(f"{PATH}/{issued['allowance']['id']}")

        refused = record(citizen, sign(issued))
        assert response.status_code == 204
        assert (refused.status_code, refused.get_json()["code"]) == (409, "offline_allowance_revoked")

    def test_leaves_another_allowance_of_the_register(
        self, manager: ApiClient, register: ApiClient, citizen: ApiClient
    ) -> None:
        revoked, other = get_allowance(register), get_allowance(register)
        manager.delete(f"{PATH}/{revoked['allowance']['id']}")

        assert record(citizen, sign(other)).status_code == 201

    def test_knows_none_that_was_revoked_before(self, manager: ApiClient, register: ApiClient) -> None:
        path = f"{PATH}/{get_allowance(register)['allowance']['id']}"
        manager.delete(path)

        assert manager.delete(path).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient, register: ApiClient) -> None:
        path = f"{PATH}/{get_allowance(register)['allowance']['id']}"

        assert clerk.delete(path).status_code == 403
        assert register.delete(path).status_code == 403
