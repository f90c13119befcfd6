"""DELETE /v1/shop/sessions/current."""

from tests.support.client import ApiClient


class TestCloseCurrentSession:
    def test_signs_out_here(self, clerk: ApiClient) -> None:
        response = clerk.delete("/v1/shop/sessions/current")

        assert response.status_code == 204
        assert clerk.get("/v1/shop/sessions").get_json()["code"] == "token_invalid"

    def test_leaves_others_signed_in(self, clerk: ApiClient, manager: ApiClient) -> None:
        clerk.delete("/v1/shop/sessions/current")

        assert manager.get("/v1/shop/sessions").status_code == 200
