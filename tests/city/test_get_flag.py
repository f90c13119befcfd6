"""GET /v1/city/flags/{flag_id}."""

import uuid

from backend.base.database import Database
from tests.conftest import NOW
from tests.factories.claims import make_flag
from tests.factories.purchases import buy
from tests.factories.world import World
from tests.support.client import ApiClient


class TestGetFlag:
    def test_tells_the_facts(
        self, citizen: ApiClient, clerk: ApiClient, city: ApiClient, database: Database, world: World
    ) -> None:
        purchase_id = uuid.UUID(buy(citizen, clerk)["id"])
        flag_id = database.run(
            lambda session: (
                make_flag(session, at=NOW, account_id=world.citizen.account_id, purchase_id=purchase_id).id
            )
        )

        flag = city.get(f"/v1/city/flags/{flag_id}").get_json()

        assert (flag["kind"], flag["status"], flag["purchase_id"]) == (
            "person_velocity",
            "open",
            str(purchase_id),
        )
        assert flag["evidence"]["counted"] == 12

    def test_knows_no_other(self, city: ApiClient) -> None:
        response = city.get(f"/v1/city/flags/{uuid.uuid4()}")

        assert response.status_code == 404
        assert response.get_json()["code"] == "flag_not_found"
