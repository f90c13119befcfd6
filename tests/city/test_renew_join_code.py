"""POST /v1/city/member-lists/{list_id}/join-codes."""

from tests.factories.member_lists import create_list, join
from tests.support.client import ApiClient

PATH = "/v1/city/member-lists"


class TestRenewJoinCode:
    def test_ends_the_code_before(self, city: ApiClient, citizen: ApiClient) -> None:
        made = create_list(city, face="city")

        renewed = city.post(f"{PATH}/{made['member_list']['id']}/join-codes").get_json()

        codes = (made["join_code"], renewed["join_code"])
        assert [join(citizen, code).status_code for code in codes] == [404, 201]

    def test_does_not_know_a_list_of_a_shop(self, city: ApiClient, manager: ApiClient) -> None:
        list_id = create_list(manager)["member_list"]["id"]

        assert city.post(f"{PATH}/{list_id}/join-codes").status_code == 404

    def test_is_an_officers(self, city: ApiClient, approver: ApiClient) -> None:
        list_id = create_list(city, face="city")["member_list"]["id"]

        assert approver.post(f"{PATH}/{list_id}/join-codes").status_code == 403
