"""GET /v1/city/audiences."""

from backend.base.database import Database
from tests.factories.audiences import save_audience
from tests.factories.member_lists import create_list
from tests.support.client import ApiClient
from tests.support.statements import asked_statements

PATH = "/v1/city/audiences"


class TestListAudiences:
    def test_begins_with_the_newest_and_goes_on(self, city: ApiClient) -> None:
        for name in ("一", "二", "三"):
            save_audience(city, name, face="city")

        first = city.get(f"{PATH}?limit=2").get_json()
        second = city.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["name"] for item in (*first["items"], *second["items"])] == ["三", "二", "一"]
        assert second["next_cursor"] is None

    def test_leaves_out_those_of_shops(self, city: ApiClient, manager: ApiClient) -> None:
        save_audience(manager)

        assert city.get(PATH).get_json()["items"] == []

    def test_asks_the_same_however_many_there_are(self, city: ApiClient, database: Database) -> None:
        list_id = create_list(city, "健康づくり教室", face="city")["member_list"]["id"]
        for name in ("一", "二", "三"):
            save_audience(city, name, {"member_list": [list_id]}, face="city")

        with asked_statements(database) as statements:
            page = city.get(PATH).get_json()

        assert {item["description"] for item in page["items"]} == {"「健康づくり教室」の会員の方"}
        assert len(statements) == 3  # one for who asks, one for the names

    def test_is_an_officers_or_an_approvers(
        self, approver: ApiClient, manager: ApiClient, citizen: ApiClient
    ) -> None:
        assert approver.get(PATH).status_code == 200
        assert [caller.get(PATH).status_code for caller in (manager, citizen)] == [403, 403]
