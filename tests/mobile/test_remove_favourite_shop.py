"""DELETE /v1/me/favourite-shops/{shop_id}."""

from sqlalchemy import update

from backend.base.database import Database
from backend.organisations.models import Shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/favourite-shops"


class TestRemoveFavouriteShop:
    def test_takes_it_off_the_list(self, citizen: ApiClient, world: World) -> None:
        citizen.put(f"{PATH}/{world.shop_id}")

        response = citizen.delete(f"{PATH}/{world.shop_id}")

        assert response.status_code == 204
        assert citizen.get(PATH).get_json()["items"] == []

    def test_changes_nothing_the_second_time(self, citizen: ApiClient, world: World) -> None:
        assert citizen.delete(f"{PATH}/{world.shop_id}").status_code == 204

    def test_works_for_a_shop_that_no_longer_takes_part(
        self, citizen: ApiClient, world: World, database: Database
    ) -> None:
        citizen.put(f"{PATH}/{world.shop_id}")
        database.run(lambda session: session.execute(update(Shop).values(status="closed")))

        citizen.delete(f"{PATH}/{world.shop_id}")

        assert citizen.get("/v1/me/export").get_json()["favourite_shops"] == []

    def test_leaves_the_favourites_of_others(
        self, citizen: ApiClient, neighbour: ApiClient, world: World
    ) -> None:
        citizen.put(f"{PATH}/{world.shop_id}")

        neighbour.delete(f"{PATH}/{world.shop_id}")

        assert len(citizen.get(PATH).get_json()["items"]) == 1

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient, world: World) -> None:
        path = f"{PATH}/{world.shop_id}"

        assert [caller.delete(path).status_code for caller in (clerk, nobody)] == [403, 401]
