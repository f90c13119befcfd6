"""GET /v1/purchases/by-request/{request_key}: did it happen?"""

import pytest

from tests.factories.purchases import KEY, OTHER_KEY, buy, record
from tests.support.client import ApiClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class TestGetPurchaseByRequest:
    def test_shows_the_purchase_that_a_request_recorded(self, citizen: ApiClient, clerk: ApiClient) -> None:
        purchase = buy(citizen, clerk)

        response = citizen.get(f"/v1/purchases/by-request/{KEY}")

        assert response.status_code == 200
        assert response.get_json() == purchase

    def test_knows_nothing_of_a_request_that_never_came(self, citizen: ApiClient, clerk: ApiClient) -> None:
        buy(citizen, clerk)

        response = citizen.get(f"/v1/purchases/by-request/{OTHER_KEY}")

        assert (response.status_code, response.get_json()["code"]) == (404, "purchase_not_found")

    def test_knows_nothing_of_a_request_that_was_refused(self, citizen: ApiClient) -> None:
        record(citizen, "nonsense")

        assert citizen.get(f"/v1/purchases/by-request/{KEY}").status_code == 404

    def test_does_not_know_somebody_elses(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        buy(citizen, clerk)

        assert neighbour.get(f"/v1/purchases/by-request/{KEY}").status_code == 404

    def test_tells_two_citizens_with_the_same_key_apart(
        self, citizen: ApiClient, neighbour: ApiClient, clerk: ApiClient
    ) -> None:
        mine, theirs = buy(citizen, clerk), buy(neighbour, clerk)

        found = [
            caller.get(f"/v1/purchases/by-request/{KEY}").get_json()["id"] for caller in (citizen, neighbour)
        ]

        assert found == [mine["id"], theirs["id"]]

    @pytest.mark.parametrize("key", ["x", "x" * 500, "%E3%82%81%E3%81%90%E3%82%8A", "%FF", "'--"])
    def test_knows_nothing_of_a_key_that_no_app_makes(self, citizen: ApiClient, key: str) -> None:
        assert citizen.get(f"/v1/purchases/by-request/{key}").status_code == 404

    def test_knows_nothing_of_a_key_with_a_nul(self, citizen: ApiClient) -> None:
        assert citizen.get("/v1/purchases/by-request/a%00b").status_code == 404

    @on_sqlite
    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        statuses = [caller.get(f"/v1/purchases/by-request/{KEY}").status_code for caller in (nobody, clerk)]

        assert statuses == [401, 403]
