"""DELETE /v1/shop/codes/{code_id}."""

import uuid
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.purchases import issue, record
from tests.factories.world import World
from tests.support.client import ApiClient

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def path_of(code: dict[str, Any]) -> str:
    return f"/v1/shop/codes/{code['id']}"


class TestCancelTillCode:
    def test_takes_the_code_back(self, citizen: ApiClient, clerk: ApiClient) -> None:
        code = issue(clerk)

        response = clerk.delete(path_of(code))

        assert (response.status_code, response.get_json()["status"]) == (200, "cancelled")
        assert record(citizen, code["url"]).get_json()["code"] == "till_code_cancelled"

    def test_twice_is_once(self, clerk: ApiClient) -> None:
        code = issue(clerk)
        first = clerk.delete(path_of(code)).get_json()

        again = clerk.delete(path_of(code))

        assert (again.status_code, again.get_json()) == (200, first)

    def test_comes_too_late_for_a_code_that_was_used(self, citizen: ApiClient, clerk: ApiClient) -> None:
        code = issue(clerk)
        record(citizen, code["url"])

        response = clerk.delete(path_of(code))

        assert (response.status_code, response.get_json()["code"]) == (409, "till_code_used")
        assert clerk.get(path_of(code)).get_json()["status"] == "used"

    def test_is_for_whoever_issued_it(
        self, clerk: ApiClient, manager: ApiClient, register: ApiClient
    ) -> None:
        code = issue(clerk)

        responses = [caller.delete(path_of(code)) for caller in (manager, register)]

        assert [response.status_code for response in responses] == [403, 403]
        assert {response.get_json()["code"] for response in responses} == {"till_code_not_issued_by_caller"}
        assert clerk.get(path_of(code)).get_json()["status"] == "open"

    def test_does_not_know_another_shops(
        self, app: Any, clerk: ApiClient, database: Database, world: World, at: datetime
    ) -> None:
        key = database.run(
            lambda session: make_register_key(
                session, shop_id=make_shop(session, at=at, name_ja="よその店").id, at=at
            )
        )
        foreigner, code = ApiClient(app, key), issue(clerk)

        responses = [foreigner.delete(path_of(code)), clerk.delete(path_of({"id": uuid.uuid4()}))]

        assert [response.status_code for response in responses] == [404, 404]
        assert clerk.get(path_of(code)).get_json()["status"] == "open"

    @on_sqlite
    def test_is_the_shops_alone(
        self, nobody: ApiClient, citizen: ApiClient, city: ApiClient, clerk: ApiClient
    ) -> None:
        path = path_of(issue(clerk))

        assert [caller.delete(path).status_code for caller in (nobody, citizen, city)] == [401, 403, 403]
