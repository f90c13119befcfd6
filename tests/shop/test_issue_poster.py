"""POST /v1/shop/posters."""

import uuid

import pytest
from sqlalchemy import update

from backend.base.database import Database
from backend.organisations.models import Shop
from tests.factories.posters import PATH, issue_poster
from tests.factories.world import World
from tests.support.client import ApiClient


class TestIssuePoster:
    def test_gives_a_code_that_names_the_shop_and_no_amount(self, manager: ApiClient, world: World) -> None:
        poster = issue_poster(manager, " 屋台 ")

        digits = poster["code"].replace(" ", "")
        assert poster["url"] == f"http://127.0.0.1:8000/s/{digits}"
        assert (poster["shop_id"], poster["label"]) == (str(world.shop_id), "屋台")
        assert (poster["issued_by_staff_id"], poster["revoked_at"]) == (str(world.manager.id), None)

    def test_gives_as_many_as_there_are_places(self, manager: ApiClient) -> None:
        codes = {issue_poster(manager, f"卓{number}")["code"] for number in range(3)}

        assert len(codes) == 3

    @pytest.mark.parametrize("label", ["", "x" * 41, 5, None])
    def test_wants_a_label(self, manager: ApiClient, label: object) -> None:
        response = manager.post(PATH, {"label": label})

        assert (response.status_code, response.get_json()["code"]) == (422, "fields_invalid")

    def test_wants_a_label_that_can_be_seen(self, manager: ApiClient) -> None:
        assert manager.post(PATH, {"label": " \u3000 "}).get_json()["code"] == "name_blank"

    def test_gives_none_to_a_shop_that_has_closed(self, manager: ApiClient, database: Database) -> None:
        database.run(lambda session: session.execute(update(Shop).values(status="closed")))

        assert manager.post(PATH, {"label": "レジ横"}).get_json()["code"] == "shop_ended"

    def test_knows_no_shop_of_others(self, manager: ApiClient) -> None:
        response = manager.post(PATH, {"label": "レジ横", "shop_id": str(uuid.uuid4())})

        assert (response.status_code, response.get_json()["code"]) == (404, "shop_not_found")

    def test_is_for_managers(self, nobody: ApiClient, clerk: ApiClient, register: ApiClient) -> None:
        statuses = [caller.post(PATH, {"label": "x"}).status_code for caller in (nobody, clerk, register)]

        assert statuses == [401, 403, 403]
