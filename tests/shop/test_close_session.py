"""DELETE /v1/shop/sessions/{session_id}."""

import uuid

from tests.support.client import ApiClient


class TestCloseSession:
    def test_signs_out_elsewhere(self, clerk: ApiClient) -> None:
        session_id = clerk.get("/v1/shop/sessions").get_json()["items"][0]["id"]

        response = clerk.delete(f"/v1/shop/sessions/{session_id}")

        assert response.status_code == 204
        assert clerk.get("/v1/shop/sessions").status_code == 401

    def test_finds_only_the_callers_own(self, clerk: ApiClient, manager: ApiClient) -> None:
        theirs = manager.get("/v1/shop/sessions").get_json()["items"][0]["id"]

        response = clerk.delete(f"/v1/shop/sessions/{theirs}")

        assert response.status_code == 404
        assert manager.get("/v1/shop/sessions").status_code == 200

    def test_finds_none_that_is_not_there(self, clerk: ApiClient) -> None:
        response = clerk.delete(f"/v1/shop/sessions/{uuid.uuid4()}")

        assert response.get_json()["code"] == "staff_session_not_found"
