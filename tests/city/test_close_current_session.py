"""DELETE /v1/city/sessions/current."""

from tests.support.client import ApiClient


class TestCloseCurrentSession:
    def test_signs_out_here(self, city: ApiClient) -> None:
        response = city.delete("/v1/city/sessions/current")

        assert response.status_code == 204
        assert city.get("/v1/city/sessions").get_json()["code"] == "token_invalid"

    def test_leaves_others_signed_in(self, city: ApiClient, approver: ApiClient) -> None:
        city.delete("/v1/city/sessions/current")

        assert approver.get("/v1/city/sessions").status_code == 200
