"""GET /v1/city/member-lists."""

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/city/member-lists"


class TestListMemberLists:
    def test_tells_how_many_however_few(self, city: ApiClient, citizen: ApiClient) -> None:
        join(citizen, create_list(city, face="city")["join_code"])

        items = city.get(PATH).get_json()["items"]

        assert [item["member_count"] for item in items] == [1]

    def test_leaves_the_lists_of_shops_to_them(self, city: ApiClient, manager: ApiClient) -> None:
        create_list(manager)

        assert city.get(PATH).get_json()["items"] == []

    def test_goes_on_where_the_page_before_ended(self, city: ApiClient) -> None:
        for name in ("一", "二", "三"):
            create_list(city, name, face="city")

        first = city.get(f"{PATH}?limit=2").get_json()
        second = city.get(f"{PATH}?limit=2&cursor={first['next_cursor']}").get_json()

        assert [item["name"] for item in (*first["items"], *second["items"])] == ["三", "二", "一"]

    def test_is_an_officers(self, approver: ApiClient, manager: ApiClient) -> None:
        assert [caller.get(PATH).status_code for caller in (approver, manager)] == [403, 403]
