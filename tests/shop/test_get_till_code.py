"""GET /v1/shop/codes/{code_id}: has it been used?"""

import uuid
from datetime import datetime
from typing import Any

import pytest

from backend.base.database import Database
from tests.factories.organisations import make_register_key, make_shop
from tests.factories.purchases import issue, record
from tests.factories.world import World
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def path_of(code: dict[str, Any]) -> str:
    return f"/v1/shop/codes/{code['id']}"


@pytest.fixture
def foreign_register(app: Any, database: Database, world: World, at: datetime) -> ApiClient:
    """Of another shop."""
    key = database.run(
        lambda session: make_register_key(
            session, shop_id=make_shop(session, at=at, name_ja="よその店").id, at=at
        )
    )
    return ApiClient(app, key)


class TestGetTillCode:
    def test_shows_an_open_code_without_its_address(self, clerk: ApiClient) -> None:
        code = issue(clerk)

        response = clerk.get(path_of(code))

        assert response.status_code == 200
        assert response.get_json() == code | {"url": None}

    def test_shows_what_was_earned_but_not_by_whom(
        self, citizen: ApiClient, clerk: ApiClient, world: World
    ) -> None:
        code = issue(clerk)
        purchase = record(citizen, code["url"]).get_json()

        response = clerk.get(path_of(code))

        shown = response.get_json()
        assert (shown["status"], shown["purchase_id"], shown["earned_points"]) == ("used", purchase["id"], 12)
        assert str(world.citizen.id) not in response.text
        assert str(world.citizen.account_id) not in response.text

    def test_shows_that_it_was_cancelled(self, clerk: ApiClient) -> None:
        code = issue(clerk)
        clerk.delete(path_of(code))

        assert clerk.get(path_of(code)).get_json()["status"] == "cancelled"

    @pytest.mark.parametrize(("seconds", "status"), [(179, "open"), (180, "expired")])
    def test_shows_that_it_has_expired(self, clerk: ApiClient, clock: Any, seconds: int, status: str) -> None:
        code = issue(clerk)
        clock.shift(seconds)

        assert clerk.get(path_of(code)).get_json()["status"] == status

    def test_shows_a_used_code_as_used_long_after_it_expired(
        self, citizen: ApiClient, clerk: ApiClient, clock: Any
    ) -> None:
        code = issue(clerk)
        record(citizen, code["url"])
        clock.shift(1800)

        assert clerk.get(path_of(code)).get_json()["status"] == "used"

    def test_shows_a_colleagues_code(self, clerk: ApiClient, manager: ApiClient, register: ApiClient) -> None:
        code = issue(register)

        assert [caller.get(path_of(code)).status_code for caller in (clerk, manager)] == [200, 200]

    def test_does_not_know_another_shops(self, foreign_register: ApiClient, clerk: ApiClient) -> None:
        code = issue(clerk)

        responses = [foreign_register.get(path_of(code)), clerk.get(path_of({"id": uuid.uuid4()}))]

        assert [response.status_code for response in responses] == [404, 404]
        assert {response.get_json()["code"] for response in responses} == {"till_code_not_found"}

    def test_answers_304_until_something_happens(self, citizen: ApiClient, clerk: ApiClient) -> None:
        """A till asks every second or two."""
        code = issue(clerk)
        etag = clerk.get(path_of(code)).headers["ETag"]

        unchanged = clerk.get(path_of(code), headers={"If-None-Match": etag})
        record(citizen, code["url"])
        changed = clerk.get(path_of(code), headers={"If-None-Match": etag})

        assert (unchanged.status_code, unchanged.data, changed.status_code) == (304, b"", 200)

    def test_takes_two_questions_while_it_is_open(self, register: ApiClient, database: Database) -> None:
        code = issue(register)

        with asked_statements(database) as statements:
            register.get(path_of(code))

        assert len(statements) == 2

    @on_sqlite
    def test_is_the_shops_alone(
        self, nobody: ApiClient, citizen: ApiClient, city: ApiClient, clerk: ApiClient
    ) -> None:
        path = path_of(issue(clerk))

        assert [caller.get(path).status_code for caller in (nobody, citizen, city)] == [401, 403, 403]
