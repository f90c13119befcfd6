"""POST /v1/city/member-lists."""

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/city/member-lists"


class TestCreateMemberList:
    def test_makes_a_list_that_citizens_join_by_its_code(self, city: ApiClient, citizen: ApiClient) -> None:
        made = create_list(city, "健康づくり教室", face="city")

        membership = join(citizen, made["join_code"]).get_json()

        assert made["member_list"]["member_count"] == 0
        assert (membership["list_id"], membership["shop"]) == (made["member_list"]["id"], None)

    def test_refuses_a_name_that_cannot_be_seen(self, city: ApiClient) -> None:
        response = city.post(PATH, {"name": "\u200b"})

        assert response.get_json()["code"] == "member_list_name_refused"

    def test_makes_none_for_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        response = city.post(PATH, {"name": "常連", "shop_id": "00000000-0000-7000-8000-000000000007"})

        assert response.status_code == 422

    def test_is_an_officers(self, approver: ApiClient, manager: ApiClient, citizen: ApiClient) -> None:
        callers = (approver, manager, citizen)

        assert [caller.post(PATH, {"name": "会"}).status_code for caller in callers] == [403] * 3
