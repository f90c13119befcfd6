"""Whoever signs out is not told of purchases on that phone any more, whichever way the session ends."""

import pytest
from sqlalchemy import delete, select

from backend.base.database import Database
from backend.notices.models import Device
from backend.people.models import CitizenSession
from tests.factories.credentials import EMAIL, PASSWORD, register
from tests.support.client import ApiClient

NEW = "yuunagi no hama 3"


def add_phone(phone: ApiClient, name: str) -> None:
    body = {"platform": "android", "target_kind": "fid", "target": f"target-of-{name}"}
    assert phone.put(f"/v1/me/devices/installation-{name}", body).status_code == 200


def list_phones(database: Database) -> list[str]:
    query = select(Device.installation_id).order_by(Device.installation_id)
    return database.run(lambda session: list(session.scalars(query)))


@pytest.fixture
def phone(nobody: ApiClient) -> ApiClient:
    phone = register(nobody)
    add_phone(phone, "phone")
    return phone


@pytest.fixture
def tablet(nobody: ApiClient, phone: ApiClient) -> ApiClient:
    token = nobody.post("/v1/sessions", {"login": EMAIL, "password": PASSWORD}).get_json()["token"]
    tablet = ApiClient(nobody.app, token)
    add_phone(tablet, "tablet")
    return tablet


class TestDevices:
    def test_are_forgotten_when_their_owner_signs_out_there(
        self, phone: ApiClient, tablet: ApiClient, database: Database
    ) -> None:
        phone.delete("/v1/sessions/current")

        assert list_phones(database) == ["installation-tablet"]

    def test_are_forgotten_when_their_owner_signs_out_from_elsewhere(
        self, phone: ApiClient, tablet: ApiClient, database: Database
    ) -> None:
        lost = phone.get("/v1/sessions").get_json()["items"][-1]["id"]

        tablet.delete(f"/v1/sessions/{lost}")

        assert list_phones(database) == ["installation-tablet"]

    def test_but_for_ones_own_are_forgotten_with_another_password(
        self, phone: ApiClient, tablet: ApiClient, database: Database
    ) -> None:
        response = tablet.put("/v1/me/password", {"current_password": PASSWORD, "new_password": NEW})

        assert response.status_code == 204
        assert list_phones(database) == ["installation-tablet"]

    def test_follow_their_owner_into_the_next_session(
        self, phone: ApiClient, tablet: ApiClient, database: Database
    ) -> None:
        phone.delete("/v1/me/devices/installation-phone")
        add_phone(tablet, "phone")

        phone.delete("/v1/sessions/current")

        assert list_phones(database) == ["installation-phone", "installation-tablet"]

    def test_stay_when_a_session_was_only_forgotten(self, phone: ApiClient, database: Database) -> None:
        """Who has not opened the app for long is told of a disaster all the same."""
        database.run(lambda session: session.execute(delete(CitizenSession)))

        assert list_phones(database) == ["installation-phone"]
