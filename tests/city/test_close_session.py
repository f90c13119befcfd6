"""DELETE /v1/city/sessions/{session_id}."""

import uuid

from tests.support.client import ApiClient


class TestCloseSession:
    def test_signs_out_elsewhere(self, city: ApiClient) -> None:
        session_id = city.get("/v1/city/sessions").get_json()["items"][0]["id"]

        response = city.delete(f"/v1/city/sessions/{session_id}")

        assert response.status_code == 204
        assert city.get("/v1/city/sessions").status_code == 401

    def test_finds_only_the_callers_own(self, city: ApiClient, approver: ApiClient) -> None:
        theirs = approver.get("/v1/city/sessions").get_json()["items"][0]["id"]

        response = city.delete(f"/v1/city/sessions/{theirs}")

        assert response.status_code == 404
        assert approver.get("/v1/city/sessions").status_code == 200

    def test_finds_none_that_is_not_there(self, city: ApiClient) -> None:
        response = city.delete(f"/v1/city/sessions/{uuid.uuid4()}")

        assert response.get_json()["code"] == "staff_session_not_found"
