"""POST /v1/shop/invitations/totp/confirm."""

import pyotp
import pytest
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, invite, secret_in
from tests.factories.world import World
from tests.shop.test_accept_invitation import accept
from tests.support.client import ApiClient


def confirm(nobody: ApiClient, token: str, code: str) -> TestResponse:
    return nobody.post("/v1/shop/invitations/totp/confirm", {"token": token, "totp_code": code})


class TestConfirmTotp:
    @pytest.fixture
    def token(self, database: Database, world: World) -> str:
        return invite(database, RoleAssignment("clerk", world.shop_id), at=NOW)

    @pytest.fixture
    def totp(self, nobody: ApiClient, token: str) -> pyotp.TOTP:
        return pyotp.TOTP(secret_in(accept(nobody, token).get_json()["provisioning_uri"]))

    def test_asks_for_codes_from_the_confirmed_app_on(
        self, nobody: ApiClient, token: str, totp: pyotp.TOTP
    ) -> None:
        response = confirm(nobody, token, totp.at(NOW))

        assert response.status_code == 204
        signing_in = nobody.post("/v1/shop/sessions", {"email": STAFF_EMAIL, "password": STAFF_PASSWORD})
        assert signing_in.get_json()["code"] == "totp_required"

    def test_takes_the_right_code_only(self, nobody: ApiClient, token: str, totp: pyotp.TOTP) -> None:
        other = pyotp.TOTP(pyotp.random_base32()).at(NOW)

        assert confirm(nobody, token, other).get_json()["code"] == "totp_code_invalid"

    def test_comes_after_accepting(self, nobody: ApiClient, token: str) -> None:
        assert confirm(nobody, token, "123456").get_json()["code"] == "invitation_invalid"

    def test_happens_once(self, nobody: ApiClient, token: str, totp: pyotp.TOTP) -> None:
        confirm(nobody, token, totp.at(NOW))

        response = confirm(nobody, token, totp.at(NOW, counter_offset=1))

        assert response.get_json()["code"] == "invitation_invalid"
