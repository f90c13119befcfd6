"""POST /v1/me/logins/{kind}/verification-requests and /verifications."""

import pytest
from werkzeug.test import TestResponse

from backend.base.database import Database
from tests.factories.credentials import EMAIL, code_sent_to, other_code, register
from tests.support.client import ApiClient


def verify(member: ApiClient, code: str, kind: str = "email") -> TestResponse:
    return member.post(f"/v1/me/logins/{kind}/verifications", {"code": code})


class TestVerifyLogin:
    @pytest.fixture
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def code(self, member: ApiClient, database: Database) -> str:
        return code_sent_to(database, EMAIL)

    def test_dates_the_verification(self, member: ApiClient, code: str) -> None:
        response = verify(member, code)

        assert response.status_code == 204
        assert member.get("/v1/me").get_json()["logins"][0]["verified_at"] == "2026-06-15T03:00:00+00:00"

    def test_counts_the_tries(self, member: ApiClient, code: str) -> None:
        wrong = [verify(member, other_code(code)).get_json()["code"] for _ in range(5)]

        assert set(wrong) == {"code_invalid"}
        assert verify(member, code).status_code == 422

    def test_verifies_once(self, member: ApiClient, code: str) -> None:
        verify(member, code)

        assert verify(member, code).get_json()["code"] == "login_already_verified"

    def test_knows_the_callers_own_logins_only(self, member: ApiClient, code: str) -> None:
        assert verify(member, code, kind="phone").get_json()["code"] == "login_not_found"
