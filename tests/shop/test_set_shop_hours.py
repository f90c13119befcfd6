"""PUT /v1/shop/shop/hours: the whole week."""

from datetime import datetime

from backend.base.database import Database
from tests.factories.organisations import make_hours, make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/shop/hours"
FRIDAY_NIGHT = {"weekday": 4, "opens_minute": 1020, "closes_minute": 1530}
MONDAY = {"weekday": 0, "opens_minute": 540, "closes_minute": 1080}


class TestSetShopHours:
    def test_replaces_the_week(self, manager: ApiClient, database: Database, world: World) -> None:
        database.run(lambda session: make_hours(session, (2, 540, 1080), shop_id=world.shop_id))

        response = manager.put(PATH, {"hours": [FRIDAY_NIGHT, MONDAY]})

        assert response.status_code == 200
        assert response.get_json()["hours"] == [MONDAY, FRIDAY_NIGHT]

    def test_opens_the_shop_to_citizens(self, manager: ApiClient, nobody: ApiClient, world: World) -> None:
        manager.put(PATH, {"hours": [MONDAY]})

        assert nobody.get(f"/v1/shops/{world.shop_id}").get_json()["is_open"] is True

    def test_refuses_hours_that_overlap(self, manager: ApiClient) -> None:
        response = manager.put(PATH, {"hours": [MONDAY, MONDAY | {"opens_minute": 600}]})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, "opening_hours_overlapping")
        assert problem["errors"][0]["field"] == "hours.1"

    def test_refuses_a_week_of_too_many_stretches(self, manager: ApiClient) -> None:
        assert manager.put(PATH, {"hours": [MONDAY] * 43}).status_code == 422

    def test_knows_no_other_shop(
        self, manager: ApiClient, database: Database, at: datetime, world: World
    ) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.put(f"{PATH}?shop_id={other_id}", {"hours": []}).status_code == 404

    def test_is_for_managers(self, clerk: ApiClient) -> None:
        assert clerk.put(PATH, {"hours": []}).status_code == 403
