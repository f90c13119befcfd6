"""GET /v1/shop/member-lists."""

from datetime import datetime

import pytest

from backend.base.database import Database
from tests.factories.member_lists import create_list, fill_list
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/shop/member-lists"


class TestListMemberLists:
    @pytest.mark.parametrize(("members", "told"), [(0, None), (1, None), (9, None), (10, 10), (12, 12)])
    def test_tells_how_many_from_ten_on(
        self, manager: ApiClient, database: Database, at: datetime, members: int, told: int | None
    ) -> None:
        list_id = create_list(manager)["member_list"]["id"]
        database.run(lambda session: fill_list(session, list_id=list_id, members=members, at=at))

        items = manager.get(PATH).get_json()["items"]

        assert [item["member_count"] for item in items] == [told]

    def test_names_nobody(self, manager: ApiClient, database: Database, at: datetime) -> None:
        list_id = create_list(manager)["member_list"]["id"]
        database.run(lambda session: fill_list(session, list_id=list_id, members=10, at=at))

        page = manager.get(PATH)

        assert "会員" not in page.text
        assert set(page.get_json()["items"][0]) == {
            "id",
            "shop_id",
            "name",
            "member_count",
            "created_at",
            "closed_at",
        }

    def test_begins_with_the_newest_and_goes_on(self, manager: ApiClient) -> None:
        for name in ("一", "二", "三"):
            create_list(manager, name)

        first = manager.get(f"{PATH}?limit=2").get_json()
        second = manager.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["name"] for item in (*first["items"], *second["items"])] == ["三", "二", "一"]

    def test_repeats_no_code(self, manager: ApiClient) -> None:
        code = create_list(manager)["join_code"]

        assert code not in manager.get(PATH).text

    def test_leaves_out_the_citys(self, manager: ApiClient, city: ApiClient) -> None:
        create_list(city, face="city")

        assert manager.get(PATH).get_json()["items"] == []

    def test_asks_the_same_however_many_there_are(self, manager: ApiClient, database: Database) -> None:
        for name in ("一", "二", "三"):
            create_list(manager, name)

        with asked_statements(database) as statements:
            manager.get(PATH)

        assert len(statements) == 2  # one for who asks

    def test_is_for_managers(self, clerk: ApiClient, citizen: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (clerk, citizen)] == [403, 403]
