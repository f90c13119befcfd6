"""POST /v1/me/memberships."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from backend.base.database import Database
from backend.organisations.models import Shop
from tests.factories.member_lists import create_list, join
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/me/memberships"
WRONG = "AAAA-AAAA"


@pytest.fixture
def made(manager: ApiClient) -> dict[str, Any]:
    return create_list(manager)


class TestJoinMemberList:
    def test_answers_which_list_it_is_and_whose(
        self, citizen: ApiClient, made: dict[str, Any], world: World, database: Database
    ) -> None:
        database.run(lambda session: session.execute(update(Shop).values(name_en="Wheat & Whistle")))

        response = citizen.post(PATH, {"join_code": made["join_code"]}, headers={"Accept-Language": "en"})

        assert response.status_code == 201
        assert response.get_json() == {
            "list_id": made["member_list"]["id"],
            "name": "朝の常連さん",
            "shop": {"id": str(world.shop_id), "name": "Wheat & Whistle"},
            "joined_at": "2026-06-15T03:00:00+00:00",
            "closed_at": None,
        }

    def test_answers_the_same_the_second_time(
        self, citizen: ApiClient, made: dict[str, Any], clock: time_machine.Traveller
    ) -> None:
        first = join(citizen, made["join_code"])
        clock.shift(60)

        second = join(citizen, made["join_code"])

        assert (second.status_code, second.get_json()) == (201, first.get_json())

    def test_takes_the_code_as_people_type_it(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        typed = f" {made['join_code'].lower().replace('-', ' － ')} "

        assert join(citizen, typed).status_code == 201

    def test_stands_in_the_export(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        join(citizen, made["join_code"])

        rows = citizen.get("/v1/me/export").get_json()["memberships"]
        assert [row["list_id"] for row in rows] == [made["member_list"]["id"]]

    def test_finds_no_list_by_another_code(self, citizen: ApiClient, made: dict[str, Any]) -> None:
        response = join(citizen, WRONG)

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (404, "join_code_not_found")
        assert problem["errors"][0]["field"] == "join_code"

    @pytest.mark.parametrize("code", ["", "x" * 41, None, 12345678, "AAAA\x00AAA"])
    def test_refuses_what_is_no_code(self, citizen: ApiClient, code: Any) -> None:
        assert citizen.post(PATH, {"join_code": code}).status_code == 422

    def test_is_a_citizens(self, clerk: ApiClient, nobody: ApiClient) -> None:
        assert [join(caller, WRONG).status_code for caller in (clerk, nobody)] == [403, 401]


class TestJoinMemberListLimit:
    @pytest.fixture
    def guesser(self, make_app: Any, settings: Any, world: World) -> ApiClient:
        return ApiClient(make_app(replace(settings, sign_in_attempts=2)), world.citizen.token)

    def test_stops_who_guesses(self, guesser: ApiClient) -> None:
        assert [join(guesser, WRONG).status_code for _ in range(3)] == [404, 404, 429]

    def test_counts_no_code_that_was_right(self, guesser: ApiClient, made: dict[str, Any]) -> None:
        tries = [join(guesser, made["join_code"]).status_code for _ in range(4)]

        assert tries == [201] * 4
