"""POST /v1/city/staff."""

import uuid
from typing import Any

import pyotp
import pytest
import time_machine

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from backend.web.ground import Ground
from tests.conftest import NOW
from tests.factories.credentials import (
    STAFF_EMAIL,
    STAFF_PASSWORD,
    employ,
    letters_to,
    secret_in,
)
from tests.factories.world import World
from tests.support.client import ApiClient

INVITATION = {"email": STAFF_EMAIL, "display_name": "窓口", "roles": [{"role": "counter"}]}


class TestInviteStaff:
    def test_lets_in_who_accepts_and_confirms(
        self, city: ApiClient, nobody: ApiClient, database: Database
    ) -> None:
        city.post("/v1/city/staff", INVITATION)
        token = letters_to(database, STAFF_EMAIL)[0].params["token"]
        accepting = {"token": token, "password": STAFF_PASSWORD}
        accepted = nobody.post("/v1/city/invitations/accept", accepting).get_json()
        totp = pyotp.TOTP(secret_in(accepted["provisioning_uri"]))
        confirming = {"token": token, "totp_code": totp.at(NOW)}
        assert nobody.post("/v1/city/invitations/totp/confirm", confirming).status_code == 204

        response = nobody.post(
            "/v1/city/sessions",
            {"email": STAFF_EMAIL, "password": STAFF_PASSWORD, "totp_code": totp.at(NOW, counter_offset=1)},
        )

        assert response.status_code == 201

    def test_appoints_a_shops_manager(self, city: ApiClient, world: World) -> None:
        roles = [{"role": "manager", "shop_id": str(world.shop_id)}]

        response = city.post("/v1/city/staff", INVITATION | {"roles": roles})

        assert response.status_code == 201
        newest = city.get("/v1/city/staff").get_json()["items"][-1]
        assert newest["roles"] == roles

    def test_invites_anew_a_clerk_who_gets_a_role_of_the_city_without_a_second_factor(
        self, city: ApiClient, ground: Ground, world: World
    ) -> None:
        role = RoleAssignment("clerk", world.shop_id)
        ground.database.run(
            lambda session: employ(session, vault=ground.vault, roles=[role], at=NOW, confirms_totp=False)
        )

        response = city.post("/v1/city/staff", INVITATION)

        assert response.get_json()["expires_at"] is not None

    def test_needs_no_letter_for_who_can_sign_in_already(self, city: ApiClient, ground: Ground) -> None:
        officer = RoleAssignment("officer", None)
        ground.database.run(lambda session: employ(session, vault=ground.vault, roles=[officer], at=NOW))

        response = city.post("/v1/city/staff", INVITATION)

        assert response.get_json()["expires_at"] is None
        assert len(letters_to(ground.database, STAFF_EMAIL)) == 1

    @pytest.mark.parametrize(
        "roles",
        [
            [],
            [{"role": "king"}],
            [{"role": "clerk"}],
            [{"role": "counter", "shop_id": "SHOP"}],
        ],
    )
    def test_refuses_roles_that_do_not_fit(
        self, city: ApiClient, world: World, roles: list[dict[str, Any]]
    ) -> None:
        fitted = [
            {name: str(world.shop_id) if value == "SHOP" else value for name, value in role.items()}
            for role in roles
        ]

        assert city.post("/v1/city/staff", INVITATION | {"roles": fitted}).status_code == 422

    def test_finds_no_shop_that_is_not_there(self, city: ApiClient) -> None:
        roles = [{"role": "manager", "shop_id": str(uuid.uuid4())}]

        assert city.post("/v1/city/staff", INVITATION | {"roles": roles}).status_code == 404

    def test_wants_a_sign_in_of_the_last_minutes(
        self, city: ApiClient, clock: time_machine.Traveller
    ) -> None:
        clock.shift(15 * 60 + 1)

        response = city.post("/v1/city/staff", INVITATION)

        assert response.status_code == 403
        assert response.get_json()["code"] == "fresh_sign_in_required"

    def test_is_an_administrators_to_do(self, approver: ApiClient, manager: ApiClient) -> None:
        assert approver.post("/v1/city/staff", INVITATION).status_code == 403
        assert manager.post("/v1/city/staff", INVITATION).status_code == 403
