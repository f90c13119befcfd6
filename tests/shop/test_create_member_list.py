"""POST /v1/shop/member-lists."""

import re
from datetime import datetime

import pytest
from sqlalchemy import select

from backend.base.database import Database
from backend.people.models import MemberList
from tests.factories.member_lists import create_list
from tests.factories.organisations import make_shop
from tests.factories.world import World
from tests.support.client import ApiClient

PATH = "/v1/shop/member-lists"


class TestCreateMemberList:
    def test_makes_an_empty_list_of_the_shop(self, manager: ApiClient, world: World) -> None:
        made = create_list(manager, "  朝の　常連さん ")["member_list"]

        assert (made["shop_id"], made["name"]) == (str(world.shop_id), "朝の 常連さん")
        assert (made["member_count"], made["closed_at"]) == (None, None)
        assert made["created_at"] == "2026-06-15T03:00:00+00:00"

    def test_shows_a_code_that_can_be_read_aloud(self, manager: ApiClient) -> None:
        code = create_list(manager)["join_code"]

        assert re.fullmatch(r"[2-9A-Y]{4}-[2-9A-Y]{4}", code)

    def test_keeps_only_a_hash_of_the_code_and_who_made_it(
        self, manager: ApiClient, database: Database, world: World
    ) -> None:
        code = create_list(manager)["join_code"]

        kept = database.run(lambda session: session.scalars(select(MemberList)).one())
        assert kept.created_by_staff_id == world.manager.id
        assert len(kept.join_code_hash) == 32
        assert code.replace("-", "").encode() not in kept.join_code_hash

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("", "fields_invalid"),
            ("x" * 61, "fields_invalid"),
            ("\u200b", "member_list_name_refused"),
            (None, "fields_invalid"),
        ],
    )
    def test_wants_a_name(self, manager: ApiClient, name: str | None, code: str) -> None:
        response = manager.post(PATH, {"name": name})

        problem = response.get_json()
        assert (response.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == ["name"]

    def test_knows_no_other_shop(self, manager: ApiClient, database: Database, at: datetime) -> None:
        other_id = database.run(lambda session: make_shop(session, at=at).id)

        assert manager.post(PATH, {"name": "常連", "shop_id": str(other_id)}).status_code == 404

    def test_is_for_managers(
        self, clerk: ApiClient, register: ApiClient, city: ApiClient, citizen: ApiClient
    ) -> None:
        callers = (clerk, register, city, citizen)

        assert [caller.post(PATH, {"name": "常連"}).status_code for caller in callers] == [403] * 4
