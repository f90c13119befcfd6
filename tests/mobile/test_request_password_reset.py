"""POST /v1/passwords/reset-requests."""

import pytest
from werkzeug.test import TestResponse

from backend.base.database import Database
from tests.factories.credentials import EMAIL, letters_to, register
from tests.support.client import ApiClient


def request_reset(nobody: ApiClient, login: str = EMAIL) -> TestResponse:
    return nobody.post("/v1/passwords/reset-requests", {"login": login})


class TestRequestPasswordReset:
    @pytest.fixture(autouse=True)
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody, language="en")

    def test_sends_a_code_in_the_members_language(self, nobody: ApiClient, database: Database) -> None:
        response = request_reset(nobody, login=" KAMOME@example.jp")

        assert response.status_code == 202
        letter = letters_to(database, EMAIL)[-1]
        assert (letter.kind, letter.language) == ("reset_password_code", "en")
        assert len(letter.params["code"]) == 8

    def test_sends_no_second_letter_within_a_minute(self, nobody: ApiClient, database: Database) -> None:
        request_reset(nobody)

        response = request_reset(nobody)

        assert response.status_code == 202
        kinds = [letter.kind for letter in letters_to(database, EMAIL)]
        assert kinds == ["verify_code", "reset_password_code"]

    @pytest.mark.parametrize("login", ["nobody@example.jp", "+819012345678", "neither"])
    def test_never_tells_whether_a_login_exists(
        self, nobody: ApiClient, database: Database, login: str
    ) -> None:
        response = request_reset(nobody, login)

        assert (response.status_code, response.data) == (202, b"")
        assert letters_to(database, login) == []

    def test_stops_who_asks_for_one_login_too_often(self, nobody: ApiClient) -> None:
        for _ in range(10):
            request_reset(nobody)

        assert request_reset(nobody).status_code == 429
