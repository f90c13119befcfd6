"""POST /v1/city/staff/{staff_id}/invitations."""

import uuid

import pytest

from backend.base.database import Database
from backend.people.principals import RoleAssignment
from backend.web.ground import Ground
from tests.conftest import NOW
from tests.factories.credentials import STAFF_EMAIL, STAFF_PASSWORD, Employed, employ, letters_to
from tests.factories.world import World
from tests.support.client import ApiClient


class TestRenewStaff:
    @pytest.fixture
    def officer(self, ground: Ground) -> Employed:
        role = RoleAssignment("officer", None)
        return ground.database.run(lambda session: employ(session, vault=ground.vault, roles=[role], at=NOW))

    def test_takes_password_and_second_factor_and_sends_a_letter(
        self, city: ApiClient, nobody: ApiClient, officer: Employed, database: Database
    ) -> None:
        response = city.post(f"/v1/city/staff/{officer.id}/invitations")

        assert response.status_code == 201
        body = {"email": STAFF_EMAIL, "password": STAFF_PASSWORD, "totp_code": officer.totp_code(NOW)}
        assert nobody.post("/v1/city/sessions", body).status_code == 401
        assert [letter.kind for letter in letters_to(database, STAFF_EMAIL)] == ["staff_invitation"]

    def test_ends_the_sessions(self, city: ApiClient, approver: ApiClient, world: World) -> None:
        city.post(f"/v1/city/staff/{world.approver.id}/invitations")

        assert approver.get("/v1/city/sessions").status_code == 401

    def test_is_another_administrators_to_do(self, city: ApiClient, world: World) -> None:
        response = city.post(f"/v1/city/staff/{world.city.id}/invitations")

        assert response.get_json()["code"] == "own_staff_account"

    def test_finds_nobody_who_is_not_there(self, city: ApiClient) -> None:
        assert city.post(f"/v1/city/staff/{uuid.uuid4()}/invitations").status_code == 404
