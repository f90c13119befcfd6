"""POST /v1/shop/sessions."""

from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from backend.people.principals import RoleAssignment
from backend.web.ground import Ground
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, Employed, employ
from tests.factories.world import World
from tests.support.client import ApiClient


def sign_in(nobody: ApiClient, **changes: Any) -> TestResponse:
    body = {"email": STAFF_EMAIL, "password": STAFF_PASSWORD} | changes
    return nobody.post("/v1/shop/sessions", body)


def hire(ground: Ground, world: World, **keywords: Any) -> Employed:
    role = RoleAssignment("clerk", world.shop_id)
    return ground.database.run(
        lambda session: employ(session, vault=ground.vault, roles=[role], at=NOW, **keywords)
    )


class TestOpenSession:
    @pytest.fixture
    def plain(self, ground: Ground, world: World) -> Employed:
        return hire(ground, world, confirms_totp=False)

    @pytest.fixture
    def guarded(self, ground: Ground, world: World) -> Employed:
        return hire(ground, world)

    def test_opens_with_the_password_alone_while_no_second_factor_is_set(
        self, nobody: ApiClient, plain: Employed, world: World
    ) -> None:
        response = sign_in(nobody, email="TENBAN@example.jp")

        assert response.status_code == 201
        signed_in = ApiClient(nobody.app, response.get_json()["token"])
        current = signed_in.get("/v1/shop/sessions/current").get_json()
        assert current["roles"] == [{"role": "clerk", "shop_id": str(world.shop_id)}]

    def test_asks_for_the_second_factor_of_who_has_one(self, nobody: ApiClient, guarded: Employed) -> None:
        response = sign_in(nobody)

        assert response.status_code == 401
        assert response.get_json()["code"] == "totp_required"

    def test_opens_with_the_second_factor(self, nobody: ApiClient, guarded: Employed) -> None:
        assert sign_in(nobody, totp_code=guarded.totp_code(NOW)).status_code == 201

    def test_takes_each_code_once(self, nobody: ApiClient, guarded: Employed) -> None:
        code = guarded.totp_code(NOW)
        sign_in(nobody, totp_code=code)

        assert sign_in(nobody, totp_code=code).get_json()["code"] == "staff_credentials_invalid"

    @pytest.mark.parametrize(
        "changes",
        [
            {"password": "another password"},
            {"email": "nobody@example.jp"},
            {"email": "no address"},
            {"totp_code": "000000", "password": "another password"},
        ],
    )
    def test_tells_no_difference_between_wrong_and_unknown(
        self, nobody: ApiClient, guarded: Employed, changes: dict[str, str]
    ) -> None:
        response = sign_in(nobody, **changes)

        assert response.status_code == 401
        assert response.get_json()["code"] == "staff_credentials_invalid"

    def test_is_for_people_of_shops(self, nobody: ApiClient, ground: Ground) -> None:
        role = RoleAssignment("counter", None)
        officer = ground.database.run(
            lambda session: employ(session, vault=ground.vault, roles=[role], at=NOW)
        )

        response = sign_in(nobody, totp_code=officer.totp_code(NOW))

        assert response.get_json()["code"] == "staff_credentials_invalid"

    def test_stops_who_tries_one_address_too_often(self, nobody: ApiClient, plain: Employed) -> None:
        for number in range(10):
            sign_in(nobody, password=f"guess number {number}")

        assert sign_in(nobody).status_code == 429

    def test_ends_after_twelve_hours(
        self, nobody: ApiClient, plain: Employed, clock: time_machine.Traveller
    ) -> None:
        response = sign_in(nobody)

        assert response.get_json()["expires_at"] == "2026-06-15T15:00:00+00:00"

    def test_ends_when_idle(self, nobody: ApiClient, plain: Employed, clock: time_machine.Traveller) -> None:
        signed_in = ApiClient(nobody.app, sign_in(nobody).get_json()["token"])
        clock.shift(3601)

        assert signed_in.get("/v1/shop/sessions").get_json()["code"] == "token_invalid"
