"""DELETE /v1/me/devices/{installation_id}."""

from sqlalchemy import select

from backend.base.database import Database
from backend.notices.models import Device
from tests.support.client import ApiClient

PATH = "/v1/me/devices/7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11"
BODY = {"platform": "ios", "target_kind": "fid", "target": "dIsVQ2QVRT-TW7L6VfeAMh"}


class TestRemoveDevice:
    def test_forgets_the_device(self, citizen: ApiClient, database: Database) -> None:
        citizen.put(PATH, BODY)

        response = citizen.delete(PATH)

        assert (response.status_code, response.data) == (204, b"")
        assert database.run(lambda session: session.scalars(select(Device.id)).all()) == []

    def test_somebody_elses_is_not_there(
        self, citizen: ApiClient, neighbour: ApiClient, database: Database
    ) -> None:
        citizen.put(PATH, BODY)

        response = neighbour.delete(PATH)

        assert (response.status_code, response.get_json()["code"]) == (404, "device_not_found")
        assert len(database.run(lambda session: session.scalars(select(Device.id)).all())) == 1
