"""POST /v1/city/sessions."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend.people.principals import RoleAssignment
from backend.web.ground import Ground
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, Employed, employ
from tests.factories.world import World
from tests.support.client import ApiClient


def sign_in(nobody: ApiClient, **changes: Any) -> TestResponse:
    body = {"email": STAFF_EMAIL, "password": STAFF_PASSWORD, "totp_code": "000000"} | changes
    return nobody.post("/v1/city/sessions", body)


def appoint(ground: Ground, role: RoleAssignment, **keywords: Any) -> Employed:
    return ground.database.run(
        lambda session: employ(session, vault=ground.vault, roles=[role], at=NOW, **keywords)
    )


class TestOpenSession:
    @pytest.fixture
    def officer(self, ground: Ground) -> Employed:
        return appoint(ground, RoleAssignment("officer", None))

    def test_opens_with_password_and_second_factor(self, nobody: ApiClient, officer: Employed) -> None:
        response = sign_in(nobody, totp_code=officer.totp_code(NOW))

        assert response.status_code == 201
        signed_in = ApiClient(nobody.app, response.get_json()["token"])
        assert signed_in.get("/v1/city/sessions/current").get_json()["staff_id"] == str(officer.id)

    def test_wants_the_second_factor_of_everybody(self, nobody: ApiClient, officer: Employed) -> None:
        body = {"email": STAFF_EMAIL, "password": STAFF_PASSWORD}

        assert nobody.post("/v1/city/sessions", body).status_code == 422

    def test_takes_each_code_once(self, nobody: ApiClient, officer: Employed) -> None:
        sign_in(nobody, totp_code=officer.totp_code(NOW))

        response = sign_in(nobody, totp_code=officer.totp_code(NOW))

        assert response.get_json()["code"] == "staff_credentials_invalid"

    @pytest.mark.parametrize("changes", [{}, {"password": "another password"}, {"email": "a@example.jp"}])
    def test_tells_no_difference_between_the_three_that_must_fit(
        self, nobody: ApiClient, officer: Employed, changes: dict[str, str]
    ) -> None:
        response = sign_in(nobody, **changes)

        assert response.status_code == 401
        assert response.get_json()["code"] == "staff_credentials_invalid"

    def test_lets_nobody_in_whose_second_factor_is_not_confirmed(
        self, nobody: ApiClient, ground: Ground
    ) -> None:
        officer = appoint(ground, RoleAssignment("officer", None), confirms_totp=False)

        response = sign_in(nobody, totp_code=officer.totp_code(NOW))

        assert response.get_json()["code"] == "staff_credentials_invalid"

    def test_is_for_people_of_the_city(self, nobody: ApiClient, ground: Ground, world: World) -> None:
        clerk = appoint(ground, RoleAssignment("clerk", world.shop_id))

        response = sign_in(nobody, totp_code=clerk.totp_code(NOW))

        assert response.get_json()["code"] == "staff_credentials_invalid"
