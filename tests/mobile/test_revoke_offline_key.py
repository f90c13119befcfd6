"""DELETE /v1/me/offline-code-keys/{key_id}."""

import uuid

from tests.factories.offline import PATH, enrol
from tests.factories.purchases import sell
from tests.support.client import ApiClient


class TestRevokeOfflineKey:
    def test_ends_its_codes_at_once(self, citizen: ApiClient, clerk: ApiClient) -> None:
        telephone = enrol(citizen)

        response = citizen.delete(f"{PATH}/{telephone.id}")

        assert (response.status_code, response.data) == (204, b"")
        assert sell(clerk, telephone.show()).get_json()["code"] == "offline_key_revoked"

    def test_is_not_done_twice(self, citizen: ApiClient) -> None:
        telephone = enrol(citizen)
        citizen.delete(f"{PATH}/{telephone.id}")

        response = citizen.delete(f"{PATH}/{telephone.id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "offline_key_not_found")

    def test_knows_nobody_elses(self, citizen: ApiClient, neighbour: ApiClient) -> None:
        telephone = enrol(citizen)

        assert neighbour.delete(f"{PATH}/{telephone.id}").status_code == 404
        assert citizen.delete(f"{PATH}/{uuid.uuid4()}").status_code == 404
        assert len(citizen.get(PATH).get_json()["items"]) == 1
