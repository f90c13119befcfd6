"""PUT /v1/me/password."""

import pytest

from tests.factories.credentials import EMAIL, PASSWORD, register
from tests.support.client import ApiClient

NEW = "yuunagi no hama 3"


class TestChangePassword:
    @pytest.fixture
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    def test_lets_in_with_the_new_one_only(self, nobody: ApiClient, member: ApiClient) -> None:
        response = member.put("/v1/me/password", {"current_password": PASSWORD, "new_password": NEW})

        assert response.status_code == 204
        assert nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD}).status_code == 401
        assert nobody.post("/v1/sessions", {"login": EMAIL, "password": NEW}).status_code == 201

    def test_ends_every_other_session(self, nobody: ApiClient, member: ApiClient) -> None:
        opened = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD}).get_json()

        member.put("/v1/me/password", {"current_password": PASSWORD, "new_password": NEW})

        assert ApiClient(nobody.app, opened["token"]).get("/v1/me").status_code == 401
        assert member.get("/v1/me").status_code == 200

    @pytest.mark.parametrize(
        ("current", "new", "code", "field"),
        [
            ("not the password", NEW, "password_wrong", "current_password"),
            (PASSWORD, "1234567890", "password_too_weak", "new_password"),
            (PASSWORD, EMAIL, "password_too_weak", "new_password"),
        ],
    )
    def test_refuses(self, member: ApiClient, current: str, new: str, code: str, field: str) -> None:
        response = member.put("/v1/me/password", {"current_password": current, "new_password": new})

        assert response.status_code == 422
        assert response.get_json()["code"] == code
        assert response.get_json()["errors"][0]["field"] == field

    def test_stops_who_guesses_with_a_stolen_session(self, member: ApiClient) -> None:
        for number in range(10):
            member.put("/v1/me/password", {"current_password": f"guess {number}", "new_password": NEW})

        response = member.put("/v1/me/password", {"current_password": PASSWORD, "new_password": NEW})

        assert response.status_code == 429
