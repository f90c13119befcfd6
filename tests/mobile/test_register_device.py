"""PUT /v1/me/devices/{installation_id}."""

from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from backend.base.database import Database
from backend.notices.models import Device
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/devices/7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11"
BODY = {"platform": "android", "target_kind": "fid", "target": "dIsVQ2QVRT-TW7L6VfeAMh"}


def list_owners(database: Database) -> list[Any]:
    return database.run(lambda session: list(session.scalars(select(Device.citizen_id))))


class TestRegisterDevice:
    def test_answers_the_device_without_its_target(
        self, citizen: ApiClient, world: World, database: Database
    ) -> None:
        response = citizen.put(PATH, BODY)

        assert response.status_code == 200
        device = response.get_json()
        assert device["installation_id"] == PATH.rpartition("/")[2]
        assert "target" not in device
        assert list_owners(database) == [world.citizen.id]

    def test_doing_so_at_every_start_keeps_one_device(
        self, citizen: ApiClient, database: Database, clock: time_machine.Traveller
    ) -> None:
        first = citizen.put(PATH, BODY).get_json()
        clock.shift(3600)

        again = citizen.put(PATH, BODY | {"target": "a-new-target"}).get_json()

        assert again["registered_at"] == first["registered_at"]
        assert again["last_seen_at"] > first["last_seen_at"]
        assert len(list_owners(database)) == 1

    def test_a_phone_that_changed_hands_is_the_new_owners(
        self, citizen: ApiClient, neighbour: ApiClient, world: World, database: Database
    ) -> None:
        citizen.put(PATH, BODY)

        neighbour.put(PATH, BODY)

        assert list_owners(database) == [world.neighbour.id]

    @pytest.mark.parametrize(
        "change",
        [
            {"platform": "fax"},
            {"target_kind": "topic"},
            {"target": ""},
            {"target": "x" * 513},
            {"target": "a\u0000b"},
            {"target": 7},
            {"citizen_id": "01936f1e-5d0a-7c3e-9b1f-2f6a4c8d7e10"},
        ],
    )
    def test_refuses_another_shape(self, citizen: ApiClient, change: dict[str, Any]) -> None:
        response = citizen.put(PATH, BODY | change)

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    @pytest.mark.parametrize(
        "installation_id", ["short", "x" * 65, "%E3%81%B2%E3%82%89%E3%81%8C%E3%81%AA%E3%81%B2%E3%82%89"]
    )
    def test_refuses_an_installation_id_that_no_app_makes(
        self, citizen: ApiClient, installation_id: str
    ) -> None:
        response = citizen.put(f"/v1/me/devices/{installation_id}", BODY)

        assert (response.status_code, response.get_json()["code"]) == (422, "installation_id_invalid")

    def test_wants_a_citizen(self, nobody: ApiClient, clerk: ApiClient) -> None:
        assert nobody.put(PATH, BODY).status_code == 401
        assert clerk.put(PATH, BODY).status_code == 403
