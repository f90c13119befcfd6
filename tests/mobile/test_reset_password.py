"""POST /v1/passwords/reset-requests, POST /v1/passwords/resets."""

import pytest
import time_machine
from werkzeug.test import TestResponse

from backend.base.database import Database
from tests.factories.credentials import (
    EMAIL,
    PASSWORD,
    code_sent_to,
    letters_to,
    other_code,
    register,
)
from tests.support.client import ApiClient

NEW = "yuunagi no hama 3"


def reset(nobody: ApiClient, code: str, login: str = EMAIL, new_password: str = NEW) -> TestResponse:
    body = {"login": login, "code": code, "new_password": new_password}
    return nobody.post("/v1/passwords/resets", body)


class TestResetPassword:
    @pytest.fixture(autouse=True)
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def code(self, nobody: ApiClient, database: Database, member: ApiClient) -> str:
        assert nobody.post("/v1/passwords/reset-requests", {"login": EMAIL}).status_code == 202
        return code_sent_to(database, EMAIL)

    def test_sets_the_new_password(self, nobody: ApiClient, code: str) -> None:
        response = reset(nobody, code, login="Kamome@example.jp")

        assert response.status_code == 204
        assert nobody.post("/v1/sessions", {"login": EMAIL, "password": NEW}).status_code == 201

    def test_ends_every_session(self, nobody: ApiClient, member: ApiClient, code: str) -> None:
        reset(nobody, code)

        assert member.get("/v1/me").status_code == 401

    def test_verifies_the_address_that_the_code_came_back_from(self, nobody: ApiClient, code: str) -> None:
        reset(nobody, code)

        token = nobody.post("/v1/sessions", {"login": EMAIL, "password": NEW}).get_json()["token"]
        me = ApiClient(nobody.app, token).get("/v1/me").get_json()
        assert me["logins"][0]["verified_at"] is not None

    def test_takes_a_code_once(self, nobody: ApiClient, code: str) -> None:
        reset(nobody, code)

        response = reset(nobody, code, new_password="tsugi no tsugi 9")

        assert response.get_json()["code"] == "code_invalid"

    def test_takes_no_code_after_half_an_hour(
        self, nobody: ApiClient, code: str, clock: time_machine.Traveller
    ) -> None:
        clock.shift(1800)

        assert reset(nobody, code).get_json()["code"] == "code_invalid"

    def test_takes_no_code_after_five_wrong_ones(self, nobody: ApiClient, code: str) -> None:
        wrong = [reset(nobody, other_code(code)).get_json()["code"] for _ in range(5)]

        response = reset(nobody, code)

        assert set(wrong) == {"code_invalid"}
        assert response.status_code == 422
        assert nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD}).status_code == 201

    def test_takes_a_code_after_four_wrong_ones(self, nobody: ApiClient, code: str) -> None:
        for _ in range(4):
            reset(nobody, other_code(code))

        assert reset(nobody, code).status_code == 204

    def test_ends_the_code_before_when_another_is_sent(
        self, nobody: ApiClient, code: str, database: Database, clock: time_machine.Traveller
    ) -> None:
        clock.shift(61)
        nobody.post("/v1/passwords/reset-requests", {"login": EMAIL})

        assert reset(nobody, code).status_code == 422
        assert reset(nobody, code_sent_to(database, EMAIL)).status_code == 204

    def test_refuses_a_weak_password_and_keeps_the_code(self, nobody: ApiClient, code: str) -> None:
        response = reset(nobody, code, new_password="password123")

        assert response.get_json()["code"] == "password_too_weak"
        assert reset(nobody, code).status_code == 204

    def test_takes_no_code_that_was_sent_to_verify(self, nobody: ApiClient, database: Database) -> None:
        verifying = letters_to(database, EMAIL)[0].params["code"]

        assert reset(nobody, verifying).status_code == 422

    def test_resets_nothing_that_is_not_there(self, nobody: ApiClient) -> None:
        response = reset(nobody, "12345678", login="nobody@example.jp")

        assert response.get_json()["code"] == "code_invalid"
