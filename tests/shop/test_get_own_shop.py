"""GET /v1/shop/shop: my shop."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend.base.database import Database, new_id
from backend.organisations.models import Shop
from backend.people.models import StaffRole
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.people import make_staff
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/shop"


@pytest.fixture
def other_shop(database: Database, at: datetime, world: World) -> Shop:
    return database.run(lambda session: make_shop(session, at=at, name_ja="よその店"))


def busy_clerk(session: Session, world: World, other_shop: Shop, at: datetime) -> str:
    """The token of one who works for both shops."""
    clerk = make_staff(session, at=at, face="shop", roles=("clerk",), shop_id=world.shop_id)
    session.add(StaffRole(id=new_id(), staff_id=clerk.id, role="clerk", shop_id=other_shop.id, granted_at=at))
    return clerk.token


class TestGetOwnShop:
    def test_shows_a_clerk_their_shop(self, clerk: ApiClient, world: World) -> None:
        assert clerk.get(PATH).get_json()["id"] == str(world.shop_id)

    def test_shows_a_register_its_shop(self, register: ApiClient, world: World) -> None:
        assert register.get(PATH).get_json()["id"] == str(world.shop_id)

    def test_says_why_it_is_suspended(self, manager: ApiClient, city: ApiClient, world: World) -> None:
        decision = {"action": "suspend", "reason": "確認中です"}
        city.post(f"/v1/city/shops/{world.shop_id}/decisions", decision)

        shop = manager.get(PATH).get_json()

        assert (shop["status"], shop["status_reason"]) == ("suspended", "確認中です")

    def test_knows_no_other_shop(self, manager: ApiClient, other_shop: Shop) -> None:
        response = manager.get(f"{PATH}?shop_id={other_shop.id}")

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_asks_which_of_several(
        self, app: Flask, database: Database, at: datetime, world: World, other_shop: Shop
    ) -> None:
        caller = ApiClient(app, database.run(lambda session: busy_clerk(session, world, other_shop, at)))

        assert caller.get(PATH).get_json()["code"] == "shop_choice_required"

    def test_shows_the_chosen_one_of_several(
        self, app: Flask, database: Database, at: datetime, world: World, other_shop: Shop
    ) -> None:
        caller = ApiClient(app, database.run(lambda session: busy_clerk(session, world, other_shop, at)))

        shop = caller.get(f"{PATH}?shop_id={other_shop.id}").get_json()

        assert shop["name_ja"] == "よその店"

    def test_is_closed_to_a_register_without_the_scope(
        self, app: Flask, database: Database, at: datetime, world: World
    ) -> None:
        key = database.run(
            lambda session: make_register_key(session, shop_id=world.shop_id, at=at, scopes=("codes",))
        )

        assert ApiClient(app, key).get(PATH).status_code == 403

    def test_is_closed_to_citizens(self, citizen: ApiClient) -> None:
        assert citizen.get(PATH).status_code == 403
