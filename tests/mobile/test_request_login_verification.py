"""POST /v1/me/logins/{kind}/verification-requests."""

import pytest
import time_machine

from backend.base.database import Database
from tests.factories.credentials import EMAIL, code_sent_to, letters_to, register
from tests.mobile.test_verify_login import verify
from tests.support.client import ApiClient


class TestRequestLoginVerification:
    @pytest.fixture
    def member(self, nobody: ApiClient) -> ApiClient:
        return register(nobody)

    @pytest.fixture
    def code(self, member: ApiClient, database: Database) -> str:
        return code_sent_to(database, EMAIL)

    def test_sends_another_code_after_a_minute(
        self, member: ApiClient, code: str, database: Database, clock: time_machine.Traveller
    ) -> None:
        clock.shift(61)

        response = member.post("/v1/me/logins/email/verification-requests")

        assert response.status_code == 202
        assert len(letters_to(database, EMAIL)) == 2
        assert verify(member, code_sent_to(database, EMAIL)).status_code == 204

    def test_asks_for_patience_within_the_minute(self, member: ApiClient) -> None:
        response = member.post("/v1/me/logins/email/verification-requests")

        assert response.status_code == 429
        assert response.get_json()["code"] == "code_recently_sent"
        assert 0 < int(response.headers["Retry-After"]) <= 61

    def test_is_for_what_is_not_verified_yet(self, member: ApiClient, code: str) -> None:
        verify(member, code)

        response = member.post("/v1/me/logins/email/verification-requests")

        assert response.get_json()["code"] == "login_already_verified"
