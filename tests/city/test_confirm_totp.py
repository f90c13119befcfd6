"""POST /v1/city/invitations/totp/confirm."""

import pyotp
import pytest
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from tests.city.test_accept_invitation import accept
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, invite, secret_in
from tests.support.client import ApiClient


def confirm(nobody: ApiClient, token: str, code: str) -> TestResponse:
    return nobody.post("/v1/city/invitations/totp/confirm", {"token": token, "totp_code": code})


class TestConfirmTotp:
    @pytest.fixture
    def token(self, database: Database) -> str:
        return invite(database, RoleAssignment("counter", None), at=NOW)

    @pytest.fixture
    def totp(self, nobody: ApiClient, token: str) -> pyotp.TOTP:
        return pyotp.TOTP(secret_in(accept(nobody, token).get_json()["provisioning_uri"]))

    def test_lets_in_from_then_on(self, nobody: ApiClient, token: str, totp: pyotp.TOTP) -> None:
        response = confirm(nobody, token, totp.at(NOW))

        assert response.status_code == 204
        body = {"email": STAFF_EMAIL, "password": STAFF_PASSWORD, "totp_code": totp.at(NOW, counter_offset=1)}
        assert nobody.post("/v1/city/sessions", body).status_code == 201

    def test_takes_the_right_code_only(self, nobody: ApiClient, token: str, totp: pyotp.TOTP) -> None:
        other = pyotp.TOTP(pyotp.random_base32()).at(NOW)

        assert confirm(nobody, token, other).get_json()["code"] == "totp_code_invalid"

    def test_comes_after_accepting(self, nobody: ApiClient, token: str) -> None:
        assert confirm(nobody, token, "123456").get_json()["code"] == "invitation_invalid"

    def test_happens_once(self, nobody: ApiClient, token: str, totp: pyotp.TOTP) -> None:
        confirm(nobody, token, totp.at(NOW))

        response = confirm(nobody, token, totp.at(NOW, counter_offset=1))

        assert response.get_json()["code"] == "invitation_invalid"
