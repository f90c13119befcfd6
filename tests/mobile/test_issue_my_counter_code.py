"""POST /v1/me/counter-codes."""

from tests.city.test_confirm_declaration import read
from tests.support.client import ApiClient


class TestIssueMyCounterCode:
    def test_holds_for_ten_minutes(self, citizen: ApiClient) -> None:
        response = citizen.post("/v1/me/counter-codes")

        assert response.status_code == 201
        issued = response.get_json()
        assert len(issued["code"]) == 8
        assert issued["code"].isdigit()
        assert issued["expires_at"] == "2026-06-15T03:10:00+00:00"

    def test_ends_the_code_before(self, city: ApiClient, citizen: ApiClient) -> None:
        earlier = citizen.post("/v1/me/counter-codes").get_json()["code"]
        newest = citizen.post("/v1/me/counter-codes").get_json()["code"]

        assert read(city, earlier).status_code == 404
        assert read(city, newest).status_code == 200

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert clerk.post("/v1/me/counter-codes").status_code == 403
        assert nobody.post("/v1/me/counter-codes").status_code == 401
