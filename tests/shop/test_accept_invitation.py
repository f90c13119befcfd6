"""POST /v1/shop/invitations/accept."""

import pytest
import time_machine
from werkzeug.test import TestResponse

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, invite
from tests.factories.world import World
from tests.support.client import ApiClient


def accept(nobody: ApiClient, token: str, password: str = STAFF_PASSWORD) -> TestResponse:
    return nobody.post("/v1/shop/invitations/accept", {"token": token, "password": password})


class TestAcceptInvitation:
    @pytest.fixture
    def token(self, database: Database, world: World) -> str:
        return invite(database, RoleAssignment("clerk", world.shop_id), at=NOW)

    def test_answers_the_secret_for_an_authenticator_app(self, nobody: ApiClient, token: str) -> None:
        response = accept(nobody, token)

        assert response.status_code == 200
        uri = response.get_json()["provisioning_uri"]
        assert uri.startswith("otpauth://totp/Meguri:tenban%40example.jp?")

    def test_is_good_once(self, nobody: ApiClient, token: str) -> None:
        accept(nobody, token)

        response = accept(nobody, token, password="somebody else's password")

        assert response.status_code == 404
        assert response.get_json()["code"] == "invitation_invalid"

    def test_is_good_for_a_week(self, nobody: ApiClient, token: str, clock: time_machine.Traveller) -> None:
        clock.shift(7 * 86_400)

        assert accept(nobody, token).get_json()["code"] == "invitation_invalid"

    def test_is_not_accepted_at_the_other_face(self, nobody: ApiClient, token: str) -> None:
        body = {"token": token, "password": STAFF_PASSWORD}

        response = nobody.post("/v1/city/invitations/accept", body)

        assert response.get_json()["code"] == "invitation_invalid"
        assert accept(nobody, token).status_code == 200

    @pytest.mark.parametrize("password", ["password123", STAFF_EMAIL, "short"])
    def test_refuses_a_weak_password_and_stays_good(
        self, nobody: ApiClient, token: str, password: str
    ) -> None:
        assert accept(nobody, token, password).get_json()["code"] == "password_too_weak"
        assert accept(nobody, token).status_code == 200
