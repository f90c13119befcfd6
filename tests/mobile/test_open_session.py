"""POST /v1/sessions."""

import pytest

from tests.factories.credentials import EMAIL, PASSWORD, register
from tests.support.client import ApiClient


class TestOpenSession:
    @pytest.fixture(autouse=True)
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.mark.parametrize("login", [EMAIL, "KAMOME@example.jp ", "ｋａｍｏｍｅ@example.jp"])
    def test_answers_a_token_that_works(self, nobody: ApiClient, login: str) -> None:
        response = nobody.post("/v1/sessions", {"login": login, "password": PASSWORD})

        assert response.status_code == 201
        signed_in = ApiClient(nobody.app, response.get_json()["token"])
        assert signed_in.get("/v1/me").status_code == 200

    def test_takes_the_password_from_a_full_width_keyboard(self, nobody: ApiClient) -> None:
        body = {"login": EMAIL, "password": "ｓａｚａｎａｍｉ　ｎｏ　ｏｔｏ　７"}

        assert nobody.post("/v1/sessions", body).status_code == 201

    def test_holds_for_the_configured_days(self, nobody: ApiClient) -> None:
        response = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD})

        assert response.get_json()["expires_at"] == "2026-09-13T03:00:00+00:00"

    @pytest.mark.parametrize(
        ("login", "password"),
        [
            (EMAIL, "another password"),
            ("nobody@example.jp", PASSWORD),
            ("neither address nor number", PASSWORD),
            ("+819012345678", PASSWORD),
        ],
    )
    def test_tells_no_difference_between_wrong_and_unknown(
        self, nobody: ApiClient, login: str, password: str
    ) -> None:
        response = nobody.post("/v1/sessions", {"login": login, "password": password})

        assert response.status_code == 401
        assert response.get_json()["code"] == "credentials_invalid"

    def test_stops_who_tries_one_login_too_often(self, nobody: ApiClient) -> None:
        tries = [nobody.post("/v1/sessions", {"login": EMAIL, "password": f"{n} wrong"}) for n in range(10)]

        response = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD})

        assert {response.status_code for response in tries} == {401}
        assert response.status_code == 429
        assert int(response.headers["Retry-After"]) > 0
