"""DELETE /v1/city/member-lists/{list_id}."""

import uuid

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/city/member-lists"


class TestCloseMemberList:
    def test_lets_nobody_join_any_more(self, city: ApiClient, citizen: ApiClient) -> None:
        made = create_list(city, face="city")

        response = city.delete(f"{PATH}/{made['member_list']['id']}")

        assert response.status_code == 204
        assert join(citizen, made["join_code"]).status_code == 404

    def test_does_not_know_a_list_of_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        assert city.delete(f"{PATH}/{list_id}").status_code == 404
        assert manager.get("/v1/shop/member-lists").get_json()["items"][0]["closed_at"] is None

    def test_does_not_know_one_that_was_never_made(self, city: ApiClient) -> None:
        assert city.delete(f"{PATH}/{uuid.uuid4()}").get_json()["code"] == "member_list_not_found"

    def test_is_an_officers(self, city: ApiClient, approver: ApiClient) -> None:
        list_id = create_list(city, face="city")["member_list"]["id"]

        assert approver.delete(f"{PATH}/{list_id}").status_code == 403
