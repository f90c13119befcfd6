"""DELETE /v1/sessions/{session_id}."""

import pytest
import time_machine

from tests.factories.credentials import EMAIL, PASSWORD, register
from tests.support.client import ApiClient


def sign_in(nobody: ApiClient) -> ApiClient:
    token = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD}).get_json()["token"]
    return ApiClient(nobody.app, token)


class TestCloseSession:
    @pytest.fixture
    def phone(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def tablet(self, nobody: ApiClient, phone: ApiClient) -> ApiClient:
        return sign_in(nobody)

    def test_signs_out_a_lost_telephone(self, phone: ApiClient, tablet: ApiClient) -> None:
        lost = phone.get("/v1/sessions").get_json()["items"][-1]["id"]

        response = tablet.delete(f"/v1/sessions/{lost}")

        assert response.status_code == 204
        assert phone.get("/v1/me").status_code == 401
        assert len(tablet.get("/v1/sessions").get_json()["items"]) == 1

    def test_finds_only_the_callers_own(self, phone: ApiClient, citizen: ApiClient) -> None:
        theirs = citizen.get("/v1/sessions").get_json()["items"][0]["id"]

        response = phone.delete(f"/v1/sessions/{theirs}")

        assert response.status_code == 404
        assert citizen.get("/v1/me").status_code == 200

    def test_ends_by_itself(self, phone: ApiClient, clock: time_machine.Traveller) -> None:
        clock.shift(90 * 86_400)

        assert phone.get("/v1/me").get_json()["code"] == "token_invalid"
